"""Writes gatehouse_client/sync.py from aio.py, or checks whether it is up to date."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASYNC, SYNC = ROOT / "gatehouse_client/aio.py", ROOT / "gatehouse_client/sync.py"
# What each word of the async client is called in the other one, in this order.
WORDS = {
    r"\bawait ": "",
    r"\basync (def|with|for)\b": r"\1",
    r"\bAsync(Gatehouse|Iterator|Client)\b": r"\1",
    r"\b__a(enter|exit)__": r"__\1__",
    r"\baclose\b": "close",
    r"\basyncio\b": "time",
    r"\A.*\n": '"""The client, sync: `make format` writes it from aio.py."""\n',
}


def client() -> str:
    """The whole file, formatted."""
    text = ASYNC.read_text()
    for pattern, word in WORDS.items():
        text = re.sub(pattern, word, text)
    for command in (["check", "--fix", "--unsafe-fixes", "--quiet"], ["format"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(SYNC), "-"]
        text = subprocess.run(
            ruff, cwd=ROOT, input=text, text=True, stdout=subprocess.PIPE, check=True
        ).stdout
    return text


def main() -> None:
    if sys.argv[1:] == ["write"]:
        SYNC.write_text(client())
    elif sys.argv[1:] != ["check"]:
        sys.exit("usage: python deploy/sync_client.py write|check")
    elif SYNC.read_text() != client():
        sys.exit("gatehouse_client/sync.py is not what aio.py says: run `make format`.")


if __name__ == "__main__":
    main()
