"""/embed/v1.js: the module that shows thread and form on a site's pages, as one file from the parts in module/."""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_REMARK = re.compile(r"(?<=[;{,]) // .*$")  # behind the end of a statement or of a part of it
_FOLDER = Path(__file__).parent / "module"
# In this order: what a part calls while the module is read stands before it.
_PARTS = (
    "words",
    "service",
    "memory",
    "elements",
    "changes",
    "comment",
    "thread",
    "form",
    "element",
)


@dataclass(frozen=True, slots=True)
class Module:
    """The file. integrity: its hash as the attribute of a script element takes it."""

    text: str
    compressed: bytes
    integrity: str


@cache
def module() -> Module:
    style = json.dumps(_bare((_FOLDER / "style.css").read_text(encoding="utf-8")))
    parts = [(_FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in _PARTS]
    text = "\n".join([f"const STYLE = {style};", *map(_bare, parts)])
    digest = base64.b64encode(hashlib.sha384(text.encode()).digest()).decode()
    return Module(text, gzip.compress(text.encode(), 9, mtime=0), f"sha384-{digest}")


def _bare(part: str) -> str:
    """Without indentation and comments: readers pay for what they load."""
    lines = (_REMARK.sub("", line.strip()) for line in part.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
