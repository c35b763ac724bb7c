"""The diagram of a comment's life says what the domain allows, no less and no more."""

import re

from moderation.domain.comment import GONE, REMOVED, Status
from moderation.domain.decision import STATUS_AFTER
from tests.docs.pages import ROOT

Move = tuple[str, str, str]  # from, to, by what


def drawn() -> set[Move]:
    """The arrows of the diagram in docs/architecture.md, those at a group once for each of its states."""
    page = (ROOT / "docs/architecture.md").read_text()
    found = re.search(r"```mermaid\n(stateDiagram.*?)```", page, re.DOTALL)
    assert found, "there is no diagram"
    groups = {
        name: inner.split()
        for name, inner in re.findall(r"state (\w+) \{(.*?)\}", found[1], re.DOTALL)
    }
    arrows = re.findall(r"^ *(\w+) --> (\w+): (\w+)$", found[1], re.MULTILINE)
    return {
        (before, after, by)
        for left, right, by in arrows
        for before in groups.get(left, [left])
        for after in groups.get(right, [right])
    }


def allowed() -> set[Move]:
    """What follows from the domain's rules."""
    standing = set(Status) - GONE
    moves = {(before, after, "decided") for before in standing for after in STATUS_AFTER.values()}
    moves |= {(before, Status.PENDING, "edited") for before in set(Status) - REMOVED}
    moves |= {(Status.HELD, Status.HELD, "edited")}  # by a person: it waits on for one
    moves |= {(before, Status.WITHDRAWN, "withdrawn") for before in standing}
    moves |= {(before, Status.ERASED, "erased") for before in set(Status) - {Status.ERASED}}
    return {(before.value, after.value, by) for before, after, by in moves}


def test_the_diagram_shows_every_move_and_no_other() -> None:
    assert drawn() == allowed()
