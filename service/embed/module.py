"""/embed/v1.js: the module that shows thread and form on a site's pages, as one file from the parts in module/."""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rjsmin import jsmin

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
    style = json.dumps(_bare_style((_FOLDER / "style.css").read_text(encoding="utf-8")))
    parts = "\n".join((_FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in _PARTS)
    # Readers pay for what they load: without comments, indentation and the spaces around signs.
    text = f"const STYLE = {style};\n{jsmin(parts)}"
    digest = base64.b64encode(hashlib.sha384(text.encode()).digest()).decode()
    return Module(text, gzip.compress(text.encode(), 9, mtime=0), f"sha384-{digest}")


def _bare_style(style: str) -> str:
    """Without comments and needless spaces. A space before a colon or an opening bracket means something, and stays."""
    plain = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL))
    return re.sub(r" ?([{};,>]) ?|(?<=:) ", lambda space: space[1] or "", plain).strip()
