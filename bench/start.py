"""The time from `gatehouse up` to its first 202, and the memory of all its processes (Linux)."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PORT = 8471
STARTS = 3


def first_202(output: Path) -> float:
    """Seconds from now until a comment submitted with the printed key is answered 202."""
    began = time.perf_counter()
    while not (key := re.search(r"ghs_[0-9a-f]+", output.read_text())):
        time.sleep(0.01)
    body = {
        "page": {"url": f"http://127.0.0.1:{PORT}/demo"},
        "author": {"name": "Alice"},
        "text": "Thank you.",
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/api/v1/comments",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {key[0]}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 202
    return time.perf_counter() - began


def memory(data: Path) -> float:
    """Proportional set size (PSS) in MB of every process that knows this data folder."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
            if str(data).encode() in arguments:
                rollup = (process / "smaps_rollup").read_text()
                match = re.search(r"^Pss:\s+(\d+)", rollup, re.M)
                total += int(match[1]) if match else 0
        except OSError:
            continue  # it has ended meanwhile
    return total / 1024


def main() -> None:
    for number in range(STARTS):
        with tempfile.TemporaryDirectory() as folder:
            data, output = Path(folder) / "data", Path(folder) / "output"
            command = [str(Path(sys.executable).parent / "gatehouse"), "up"]
            command += ["--data", str(data), "--port", str(PORT)]
            with output.open("w") as file:
                environment = os.environ | {"GATEHOUSE_DATA": str(data)}
                up = subprocess.Popen(command, stdout=file, stderr=file, env=environment)
            try:
                seconds = first_202(output)
                time.sleep(8)  # until the workers have loaded their models
                print(f"start {number + 1}: first 202 after {seconds:.2f} s; {memory(data):.0f} MB")
            finally:
                up.send_signal(signal.SIGINT)
                up.wait()


if __name__ == "__main__":
    main()
