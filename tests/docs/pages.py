"""The Markdown pages of the repository: their headings, links, and the paths that they name."""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "examples" / "README.md"]
)
_FENCE = re.compile(r"^( *)(```|~~~).*?^\1\2 *$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
# A path of this repository begins with one of its folders and has nothing but what a path or a pattern has.
_FOLDERS = sorted(path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != ".")
_PATH = re.compile(rf"({'|'.join(map(re.escape, _FOLDERS))})/[\w./*-]*")


@cache
def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """What a link to a heading of the page may end with, as GitHub makes it."""
    headings = (
        re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(page))
    )
    return {heading.strip().replace(" ", "-") for heading in headings}


def links(page: Path) -> list[tuple[Path, str]]:
    """The files of this repository that the page links to, each with the anchor, '' for none."""
    targets = [link for link in _LINK.findall(prose(page)) if "://" not in link]
    pairs = [target.partition("#") for target in targets]
    return [((page.parent / path).resolve() if path else page, anchor) for path, _, anchor in pairs]


def paths(text: str) -> list[str]:
    """The paths and patterns of this repository that stand in backticks."""
    return [code for code in _CODE.findall(text) if _PATH.fullmatch(code)]
