"""No change goes unnoted: read off the product's code, so that a new verb is found here before anybody needs its entry."""

import ast
import importlib
import inspect
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from moderation.domain.audit import Change

ROOT = Path(__file__).parents[2]
DOORS_AND_ROOMS = ("moderation", "service", "gatehouse", "workers")

# What is set up by people. Comments and all that follows from them have decisions instead.
TABLES = {
    "sites",
    "keys",
    "site_faces",
    "moderators",
    "memberships",
    "filters",
    "endpoints",
    "pages",
    "resets",
    "lessons",
    "bulk_acts",
    "login_links",
    "sessions",
    "invitations",
    "second_factors",
    "recovery_codes",
    "provider_identities",
    "second_opinion_sites",
    "second_looks",
    "samples",
    "views",
    "corrections",
}
# Functions of the store that write to these tables, and are no change by anybody.
NO_CHANGE = {
    "store.bulk.change": "how far an act has come; it was noted when it was made, and when it is taken back",
    "store.bulk.forget_old": "retention, by settings",
    "store.corrections.forget": "of an erasure, which is noted",
    "store.corrections.put": "stands beside the score, in the name of whoever says so",
    "store.endpoints.hold_back": "when it is tried next",
    "store.endpoints.record_failures": "what came of attempts",
    "store.endpoints.record_success": "what came of attempts",
    "store.endpoints.resume": "when it is tried next",
    "store.invitations.forget_expired": "retention",
    "store.lessons.add": "what is learned from decisions; to take it back is noted in lessons.undo",
    "store.lessons.drop": "old weights",
    "store.moderators.store_hash": "the same password under a newer hash",
    "store.page_paths.fill": "a part of the address that the page has anyway",
    "store.pages._write_pages": "a comment's page",
    "store.people.forget_author": "of erase_person, which notes it",
    "store.reputations.purge": "retention",
    "store.samples.forget": "of an erasure, which is noted",
    "store.samples.forget_before": "retention",
    "store.samples.judge": "what somebody says, with their name",
    "store.samples.put": "what is drawn each week; its size is noted",
    "store.second_factors.use_step": "somebody logs in",
    "store.second_looks.forget": "of an erasure, which is noted",
    "store.second_looks.forget_old": "retention",
    "store.second_looks.judge": "what somebody says, with their name",
    "store.second_looks.put": "what is drawn; its share is noted, and so is a test",
    "store.second_looks.set_until": "how far decisions were looked through",
    "store.sessions.close_session": "somebody logs out",
    "store.sessions.note_seen": "somebody is at work",
    "store.sessions.open_session": "somebody logs in",
    "store.sessions.use_login_link": "somebody logs in; that the link was made is noted",
    "store.sites.note_key_used": "a program is at work",
}


@dataclass
class Function:
    """A function of the product: the functions that it calls by their dotted names, and its code."""

    name: str
    calls: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)


@cache
def functions() -> dict[str, Function]:
    """By their names without 'moderation.': store.filters.add."""
    found: dict[str, Function] = {}
    for top in DOORS_AND_ROOMS:
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts and "weights" not in path.parts:
                found |= {each.name: each for each in _functions_of(path)}
    return found


def _functions_of(path: Path) -> Iterator[Function]:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    tree = ast.parse(path.read_text())
    of_module = _imports(tree.body)
    local = {
        each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.ClassDef)
    }
    texts = {
        target.id: ast.unparse(each.value)
        for each in tree.body
        if isinstance(each, ast.Assign)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        function = Function(_short(f"{module}.{node.name}"))
        names = of_module | _imports(ast.walk(node))
        for each in ast.walk(node):
            if isinstance(each, ast.Call):
                called = _dotted(each.func)
                first, _, rest = called.partition(".")
                if called in local:
                    function.calls.add(_short(f"{module}.{called}"))
                elif first in names:
                    function.calls.add(_short(f"{names[first]}.{rest}".rstrip(".")))
                function.writes |= _written_by(each, names)
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                function.writes |= _written_in(each.value)
            if isinstance(each, ast.Name) and each.id in texts:
                function.writes |= _written_in(texts[each.id])
        yield function


def _imports(nodes: Iterable[ast.AST]) -> dict[str, str]:
    return {
        each.asname or each.name: f"{node.module}.{each.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    }


def _dotted(node: ast.AST) -> str:
    """What is called, as it is written: filters.add; '' for anything but names."""
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return before and f"{before}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _short(name: str) -> str:
    return name.removeprefix("moderation.")


_WRITERS = ("sa.insert", "sa.update", "sa.delete", "upsert", "insert_rows")


def _written_by(call: ast.Call, names: Mapping[str, str]) -> set[str]:
    if _dotted(call.func) not in _WRITERS:
        return set()
    given = {names.get(each.id, "") for each in call.args if isinstance(each, ast.Name)}
    schema = "moderation.store.sql.schema."
    return {name.removeprefix(schema) for name in given if name.startswith(schema)} & TABLES


def _written_in(text: str) -> set[str]:
    return set(re.findall(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)", text)) & TABLES


def _closure(start: set[str], within: str = "") -> set[str]:
    """These functions and those that call them, directly or not. within: the beginning of the callers' names."""
    callers = defaultdict(set)
    for function in functions().values():
        for called in function.calls:
            callers[called].add(function.name)
    found, new = set(), set(start)
    while new:
        found |= new
        new = {
            caller
            for name in new
            for caller in callers[name]
            if caller.startswith(within) and caller not in found
        }
    return found


def test_whoever_changes_what_people_set_up_notes_it() -> None:
    in_store = {
        name
        for name, function in functions().items()
        if name.startswith("store.") and function.writes
    }
    assert len(in_store) > 40  # the search finds them
    writers = _closure(in_store - NO_CHANGE.keys(), "store.") - NO_CHANGE.keys()
    noting = _closure({"store.audit.record"})
    unnoted = {
        f"{function.name} calls {called}"
        for function in functions().values()
        for called in function.calls & writers
        if not function.name.startswith("store.") and function.name not in noting
    }
    assert not unnoted
    assert sorted(NO_CHANGE.keys() - _closure(in_store, "store.")) == [], (
        "these write nothing, or are gone"
    )


def test_a_door_says_who_it_is() -> None:
    """A verb's `by` is the command by default; a route that leaves it out would blame the operator."""
    silent = []
    for path in sorted((ROOT / "service").rglob("*.py")):
        tree = ast.parse(path.read_text())
        names = {
            each.asname or each.name: f"{node.module}.{each.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("moderation.")
            for each in node.names
        }
        for call in (each for each in ast.walk(tree) if isinstance(each, ast.Call)):
            first, _, rest = _dotted(call.func).partition(".")
            if first in names and _leaves_out_by(call, f"{names[first]}.{rest}".rstrip(".")):
                silent.append(f"{path.name}:{call.lineno} {_dotted(call.func)}")
    assert silent == []


def test_each_change_is_in_the_documentation_and_is_made() -> None:
    documented = (ROOT / "docs/audit.md").read_text()
    code = "".join(
        path.read_text() for top in DOORS_AND_ROOMS for path in (ROOT / top).rglob("*.py")
    )
    for change in Change:
        assert f"`{change}`" in documented
        assert f"Change.{change.name}" in code


def _leaves_out_by(call: ast.Call, name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    try:
        function = getattr(importlib.import_module(module), attribute)
        parameters = list(inspect.signature(function).parameters)
    except (ImportError, AttributeError, TypeError, ValueError):
        return False
    if "by" not in parameters or any(each.arg == "by" for each in call.keywords):
        return False
    given = sum(
        len(each.value.elts)
        if isinstance(each, ast.Starred) and isinstance(each.value, ast.Tuple)
        else 1
        for each in call.args
    )
    return given <= parameters.index("by")
