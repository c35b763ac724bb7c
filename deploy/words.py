"""The catalogues of the console: takes the words from templates and code, and says what has none yet.

python deploy/words.py write      puts new words into every catalogue, untranslated; takes out what is gone
python deploy/words.py missing    words of templates that are in no catalogue, and words without a translation
"""

import ast
import io
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment

from moderation.domain.errors import Forbidden
from moderation.domain.labels import LABELS, label_of
from moderation.domain.report import ReportReason
from moderation.domain.roles import IN_WORDS, Action, Role, require

ROOT = Path(__file__).resolve().parent.parent
CONSOLE = ROOT / "service/console"
CATALOGUES = sorted((CONSOLE / "languages").glob("*/LC_MESSAGES/console.po"))
KEYWORDS = {
    "_": None,
    "N_": None,
    "NN_": (1, 2),
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
# Rooms whose errors and reasons people read at the console.
ROOMS = ("accounts", "domain", "judging", "intake", "learning", "notify", "policies", "review")
_ERRORS = ("Invalid", "NotFound", "Forbidden", "Conflict", "Unauthenticated", "TooMany", "Drifted", "Busy", "Gone", "NameTaken", "OriginTaken")  # fmt: skip
_WORD = re.compile(r"[A-Za-z]{2}")
_SPOKEN = re.compile(r'\b(?:aria-label|title|placeholder|alt|data-announcement)="([^"]*)"')
_NO_WORDS = re.compile(r"<(code|kbd|svg|bdi)\b.*?</\1>|<(\w+)[^>]* translate=\"no\".*?</\2>", re.S)

_POINTER = re.compile(
    r"^(?:\{\w+\})?(?:/[\w{}]+)*: (?=[A-Z0-9{])"
)  # of a field, which the pages take off
_NOT_SHOWN = re.compile(r'&\w+;|Gatehouse|[\w-]+="[^"]*"| autofocus')


def messages() -> Catalog:
    """Every message, with the files that it is from."""
    found = Catalog(charset="utf-8")
    for path in [*sorted(CONSOLE.rglob("*.py")), ROOT / "service/front.py"]:
        _extract(found, path, "python")
    for path in sorted((CONSOLE / "templates").glob("*.html")):
        _extract(found, path, "jinja2.ext:babel_extract")
    for words in sorted(_of_domain()):
        found.add(words, locations=[("moderation/domain/labels.py", 0)])
    for path, sentence in _sentences():
        found.add(sentence, locations=[(str(path.relative_to(ROOT)), 0)])
    return found


def _extract(found: Catalog, path: Path, method: str) -> None:
    options = {"trimmed": "true", "silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
    place = str(path.relative_to(ROOT))
    with path.open("rb") as file:
        for _, message, _, context in extract(method, file, KEYWORDS, (), options):
            found.add(message, locations=[(place, 0)], context=context)


def _of_domain() -> set[str]:
    """Signals, reasons and roles in words; those of the policies that come with Gatehouse, too."""
    names = {*LABELS, *ReportReason}
    for path in (ROOT / "moderation/policies").glob("*.toml"):
        for rule in tomllib.loads(path.read_text()).get("rules", ()):
            signals = rule.get("signal", [])
            names |= {rule.get("code", ""), *([signals] if isinstance(signals, str) else signals)}
    allowed = {*IN_WORDS.values(), *map(str, Role), *_who_may()}
    return allowed | {label_of(name.rstrip("*:")) for name in names if name}


def _who_may() -> Iterator[str]:
    """Who may do what others may not: 'editors and admins'."""
    for role in Role:
        for action in Action:
            try:
                require(role, action)
            except Forbidden as error:
                yield error.message.removeprefix("Only ").partition(" of a site can ")[0]


def _sentences() -> Iterator[tuple[Path, str]]:
    """What policies and errors say, with {names} in the places of what is filled in."""
    for path in sorted((ROOT / "moderation/policies").glob("*.toml")):
        for text in re.findall(r'^message = "(.+)"$', path.read_text(), re.M):
            yield path, re.sub(r"\{(\w+)\.(\w+)\}", r"{\1_\2}", text)
    for room in ROOMS:
        for path in sorted((ROOT / "moderation" / room).rglob("*.py")):
            yield from ((path, text) for text in _of_module(ast.parse(path.read_text())))
    for path in sorted(CONSOLE.glob("*.py")):
        yield from ((path, text) for text in _of_module(ast.parse(path.read_text())))


def _of_module(module: ast.Module) -> Iterator[str]:
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        place = 0 if node.func.id in _ERRORS else 1 if node.func.id == "Reason" else None
        if place is None or len(node.args) <= place:
            continue
        said = node.args[place]
        for value in named.get(said.id, []) if isinstance(said, ast.Name) else [said]:
            if text := _text(value):
                yield text


def _text(node: ast.expr) -> str:
    """A string, or an f-string with names in the places of its values; '' for anything else, and for a code."""
    pieces: list[str] = []
    for number, part in enumerate(node.values if isinstance(node, ast.JoinedStr) else [node]):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            pieces.append(part.value)
        elif isinstance(part, ast.FormattedValue):
            name = _name(part.value)
            pieces.append(f"{{{name}}}" if name and f"{{{name}}}" not in pieces else f"{{value{number}}}")  # fmt: skip
        else:
            return ""
    text = _POINTER.sub("", "".join(pieces))
    return text if " " in text and _WORD.search(re.sub(r"\{\w+\}", "", text)) else ""


def _name(value: ast.expr) -> str:
    name = value.id if isinstance(value, ast.Name) else value.attr if isinstance(value, ast.Attribute) else ""  # fmt: skip
    return name.lower().strip("_")


def bare_words() -> list[str]:
    """Words of templates that do not go through the catalogue, as 'file: words'."""
    return [
        f"{path.name}: {words}"
        for path in sorted((CONSOLE / "templates").glob("*.html"))
        for words in _bare(_NO_WORDS.sub("", _flat(path.read_text())))
    ]


def bare_words_of_scripts() -> list[str]:
    """Sentences in scripts: those belong into templates/script_words.html."""
    return [
        f"{path.name}: {sentence}"
        for path in sorted((CONSOLE / "static").glob("*.js"))
        if not path.name.startswith(("htmx", "uplot"))
        for line in path.read_text().splitlines()
        for sentence in re.findall(
            r"""["`'](?:\$\{[^}]*\})?[^"`']*[A-Z]?[a-z]+ [a-z]+ [a-z]+[^"`']*["`']""",
            line.partition("// ")[0],
        )
    ]


def _bare(page: str) -> Iterator[str]:
    for tag in re.findall(r"<[^>]*>", page):
        if ' translate="no"' not in tag:
            yield from (words for words in _SPOKEN.findall(tag) if _WORD.search(words))
    for text in re.split(r"<[^>]*>", _NOT_SHOWN.sub("", page)):
        if _WORD.search(text):
            yield " ".join(text.split())


def _flat(source: str) -> str:
    """A template without its expressions and {% trans %}: what is left of them are words outside of calls."""
    environment = Environment(extensions=["jinja2.ext.i18n"])
    pieces: list[str] = []
    before: list[str] = []
    is_block, is_translated = False, False
    for _, kind, value in environment.lex(source):
        if kind == "whitespace":
            continue
        if kind in ("block_begin", "variable_begin"):
            is_block, before = kind == "block_begin", []
            continue
        if kind == "name" and is_block and not before and value in ("trans", "endtrans"):
            is_translated = value == "trans"
        elif kind == "data" and not is_translated:
            pieces.append(value)
        elif kind == "string" and not is_block and not is_translated and _is_shown(before):
            pieces.append(value[1:-1])
        before.append(value)
    return "".join(pieces)


def _is_shown(before: list[str]) -> bool:
    """Whether a string in an expression is a word of the page. before: what stands there before it."""
    if before[-2:] == ["default", "("]:
        return True
    return before[-1:] not in (["=="], ["!="], ["in"], ["["], [","], ["("], ["~"], ["{"])


def missing(catalogue: Catalog, wanted: Catalog) -> list[str]:
    """The messages that a catalogue has no translation of, or a doubtful one."""
    found = []
    for message in wanted:
        stored = catalogue.get(message.id, message.context) if message.id else message
        words = stored.string if stored else ""
        is_there = all(words) if isinstance(words, tuple | list) else bool(words)
        if message.id and (not stored or not is_there or stored.fuzzy):
            found.append(str(message.id))
    return found


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def main() -> None:
    wanted = messages()
    if sys.argv[1:] == ["write"]:
        for path in CATALOGUES:
            _write(path, wanted)
    elif sys.argv[1:] != ["missing"]:
        sys.exit("usage: python deploy/words.py write|missing")
    else:
        sys.exit(_report(bare_words(), {path: missing(read(path), wanted) for path in CATALOGUES}))


def _write(path: Path, wanted: Catalog) -> None:
    """The head of the file, with its glossary, stays as it is: it ends at the first empty line."""
    head, _, _ = path.read_text("utf-8").partition("\n\n")
    catalogue = read(path)
    catalogue.update(wanted, no_fuzzy_matching=True)
    written = io.BytesIO()
    write_po(written, catalogue, width=100, omit_header=True, sort_output=True, include_lineno=False, ignore_obsolete=True)  # fmt: skip
    path.write_text(f"{head}\n\n{written.getvalue().decode().strip()}\n", "utf-8")


def _report(bare: Iterable[str], lacking: dict[Path, list[str]]) -> int:
    for words in bare:
        print(f"not in the catalogue, {words}")
    for path, found in lacking.items():
        for message in found:
            print(f"not in {path.parts[-3]}: {message}")
    return 1 if bare or any(lacking.values()) else 0


if __name__ == "__main__":
    main()
