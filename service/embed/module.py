"""/embed/v1.js: the module that shows thread and form on a site's pages, as one file from the parts in module/."""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "module"
# In this order: what a part calls while the module is read stands before it.
_PARTS = ("words", "service", "memory", "elements", "comment", "thread", "form", "element")


@dataclass(frozen=True, slots=True)
class Module:
    """The file. integrity: its hash as the attribute of a script element takes it."""

    text: str
    compressed: bytes
    integrity: str


@cache
def module() -> Module:
    style = json.dumps(_bare_style((_FOLDER / "style.css").read_text(encoding="utf-8")))
    parts = [(_FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in _PARTS]
    text = "\n".join([f"const STYLE = {style};", *map(_bare, parts)])
    digest = base64.b64encode(hashlib.sha384(text.encode()).digest()).decode()
    return Module(text, gzip.compress(text.encode(), 9, mtime=0), f"sha384-{digest}")


# What is kept as it is: strings, templates and patterns; and comments, which are not.
_JS_PIECES = re.compile(
    r"""(?P<kept>"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`"""
    r"""|(?<=[=(,:\[!&|?]) ?/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*)"""
    r"""|(?P<comment>[ ]*(?://[^\n]*|/\*.*?\*/))"""
    r"""|[ ]*(?P<sign>[{}()\[\],;=<>?:+*&|!])[ ]*""",
    re.DOTALL,
)


def _bare(part: str) -> str:
    """Without indentation, comments and the spaces around signs: readers pay for what they load. Lines stay: they end
    statements.
    """
    spaced = "\n".join(line.strip() for line in part.splitlines())
    bare = _JS_PIECES.sub(lambda piece: piece["kept"] or piece["sign"] or "", spaced)
    return re.sub(r"\n{2,}", "\n", bare).strip()


def _bare_style(style: str) -> str:
    """The same of a style sheet. A space before a colon or an opening bracket means something, and stays."""
    plain = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL))
    return re.sub(r" ?([{};,>]) ?|(?<=:) ", lambda space: space[1] or "", plain).strip()
