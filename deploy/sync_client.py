"""Writes gatehouse_client/sync*.py from aio*.py, or checks whether they are up to date."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "gatehouse_client"
FILES = {
    source: source.with_name(source.name.replace("aio", "sync"))
    for source in sorted(FOLDER.glob("aio*.py"))
}
# What each word of the async client is called in the other one, in this order.
WORDS = {
    r"\bawait ": "",
    r"\basync (def|with|for)\b": r"\1",
    r"\bAsync(Gatehouse|Calls|Endpoints|Queues|Readers|Site|Iterator|Client)\b": r"\1",
    r"\baio_(calls|endpoints|queues|readers|site)\b": r"sync_\1",
    r"\b__a(enter|exit)__": r"__\1__",
    r"\baclose\b": "close",
    r"\basyncio\b": "time",
}


def client(source: Path, written: Path) -> str:
    """The whole sync file, formatted."""
    first = f'"""The client, sync: `make format` writes it from {source.name}."""\n'
    text = source.read_text()
    for pattern, word in WORDS.items():
        text = re.sub(pattern, word, text)
    text = re.sub(r"\A.*\n", first, text)
    for command in (["check", "--fix", "--unsafe-fixes", "--quiet"], ["format"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(written), "-"]
        text = subprocess.run(
            ruff, cwd=ROOT, input=text, text=True, stdout=subprocess.PIPE, check=True
        ).stdout
    return text


def main() -> None:
    if sys.argv[1:] == ["write"]:
        for source, written in FILES.items():
            written.write_text(client(source, written))
    elif sys.argv[1:] != ["check"]:
        sys.exit("usage: python deploy/sync_client.py write|check")
    for source, written in FILES.items():
        if written.read_text() != client(source, written):
            sys.exit(f"{written.name} is not what {source.name} says: run `make format`.")


if __name__ == "__main__":
    main()
