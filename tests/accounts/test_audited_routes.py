"""Every route that takes a POST, PUT, PATCH or DELETE leads to the audit or to a decision, or says here why it need not."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.accounts.test_audited import DOORS_AND_ROOMS, ROOT, _dotted, _imports, _short

NOTED_IN = {"store.audit.record", "store.decisions.append"}
# Routes that lead to neither.
CHANGES_NOTHING = {
    **dict.fromkeys(
        (
            "service.api.bulk.preview",
            "service.api.filters.try_out",
            "service.api.policies.try_out",
            "service.api.retention.preview_terms",
            "service.console.personal_data.find",
            "service.console.policy.try_out",
        ),
        "says what would change",
    ),
    **dict.fromkeys(
        (
            "service.api.appeals.make_appeal",
            "service.api.before_posting.forewarn",
            "service.api.comments.edit",
            "service.api.comments.submit_comment",
            "service.api.legal_notices.make_appeal",
            "service.api.legal_notices.send",
            "service.embed.notices.make_appeal",
            "service.embed.notices.send",
            "service.embed.routes.reply",
            "service.embed.routes.reply_as_to_staticman",
            "service.embed.routes.reply_as_to_wordpress",
            "service.embed.status.make_appeal",
            "service.embed.status.show",
        ),
        "is done by writers and readers; kept as the comment, its history, an appeal or a notice",
    ),
    **dict.fromkeys(
        (
            "service.api.claims.claim",
            "service.api.claims.release",
            "service.api.corrections.add",
            "service.api.open_comments.keep_open",
            "service.api.notes.add_to_author",
            "service.api.notes.add_to_comment",
            "service.api.sample.judge",
            "service.console.comment.claim",
            "service.console.comment.note",
            "service.console.open_comments.keep_open",
            "service.console.sample.judge",
        ),
        "is kept with the name of whoever did it",
    ),
    **dict.fromkeys(
        (
            "service.api.endpoints.replay",
            "service.api.endpoints.resend",
            "service.api.endpoints.test",
            "service.console.endpoint_deliveries.replay",
            "service.console.endpoint_deliveries.resend",
            "service.console.endpoint_deliveries.test",
        ),
        "sends again what was sent; each delivery has its attempts",
    ),
    **dict.fromkeys(
        (
            "service.console.panes.density",
            "service.console.login.log_out",
            "service.console.login.with_link",
            "service.console.login.with_password",
            "service.console.mentions.see",
        ),
        "is of one's own browser or session",
    ),
}


def test_each_route_that_changes_something_leads_to_the_audit_or_to_a_decision() -> None:
    unnoted = {name for name in routes() if not reached_from(name) & NOTED_IN}
    assert unnoted == CHANGES_NOTHING.keys()
    assert len(set(routes())) > 120  # the search finds them


def routes() -> Iterator[str]:
    """The functions that answer requests which may change something."""
    for path in sorted((ROOT / "service").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            called = (each.func for each in node.decorator_list if isinstance(each, ast.Call))
            methods = {_dotted(each).rpartition(".")[2] for each in called}
            if methods & {"post", "put", "patch", "delete"}:
                yield f"{_module(path)}.{node.name}"


def reached_from(name: str) -> set[str]:
    """All functions that this one mentions, and those that they mention."""
    found, new = set(), {name}
    while new:
        found |= new
        new = {each for known in new for each in mentioned().get(known, ())} - found
    return found


@cache
def mentioned() -> dict[str, set[str]]:
    """What each function of the product names, be it called there or handed on to be called."""
    found: dict[str, set[str]] = {}
    for top in DOORS_AND_ROOMS:
        for path in sorted((ROOT / top).rglob("*.py")):
            if not {"migrations", "weights"} & set(path.parts):
                found |= _mentioned_in(path)
    return found


def _mentioned_in(path: Path) -> dict[str, set[str]]:
    module, tree = _module(path), ast.parse(path.read_text())
    functions = [
        each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    local = {each.name for each in functions}
    found: dict[str, set[str]] = {}
    for function in functions:
        names = _imports(tree.body) | _imports(ast.walk(function))
        known = found.setdefault(f"{module}.{function.name}", set())
        for each in ast.walk(function):
            first, _, rest = _dotted(each).partition(".")
            if first in names:
                known.add(_short(f"{names[first]}.{rest}".rstrip(".")))
            elif first in local and not rest:
                known.add(f"{module}.{first}")
    return found


def _module(path: Path) -> str:
    return _short(".".join(path.relative_to(ROOT).with_suffix("").parts))
