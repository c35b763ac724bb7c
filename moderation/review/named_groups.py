"""Which groups of people the comments of a trial name: read from some of their texts, of which nothing is kept."""

from collections import Counter
from collections.abc import Callable

from moderation.domain.backtest import NamedGroup, NamedGroups, Share
from moderation.domain.identity_terms import ANY_GROUP, GROUPS, GroupName, named_groups
from moderation.store.past_judgements import texts_of
from moderation.store.sql.engine import Connection

TEXTS = 2_000  # of those that change, and as many of the others
CHARACTERS = 1_000  # of each text; most have less
_PART = 200  # texts read at once


class Spread:
    """Some of the comments that come along, evenly spread over all: every 2nd, 4th, 8th ... as they become more than `limit`.

    Each with what it is kept with: 1 where only the tried policy keeps it from readers, -1 where only the one in force does.
    """

    def __init__(self, limit: int = TEXTS) -> None:
        self.kept: dict[str, int] = {}
        self._limit, self._step, self._seen = limit, 1, 0

    def add(self, comment_id: str, stopped: int = 0) -> None:
        if self._seen % self._step == 0:
            if len(self.kept) == self._limit:
                self.kept = dict(list(self.kept.items())[::2])
                self._step *= 2
            if self._seen % self._step == 0:
                self.kept[comment_id] = stopped
        self._seen += 1


def count_named(
    connection: Connection, changed: Spread, others: Spread, is_cancelled: Callable[[], bool]
) -> NamedGroups:
    """changed, others: comments that would be decided otherwise, and not. Reads fewer of them once is_cancelled()."""
    of_changed, of_others = (_read(connection, each, is_cancelled) for each in (changed, others))
    all_changed, all_others = of_changed.total(), of_others.total()

    def count(found: Counter[_Named], name: GroupName, *stopped: int) -> int:
        return sum(
            count
            for (groups, direction), count in found.items()
            if (name in groups or (name == ANY_GROUP and groups))
            and (not stopped or direction in stopped)
        )

    groups = (
        NamedGroup(
            name,
            Share(count(of_changed, name), all_changed),
            Share(count(of_others, name), all_others),
            count(of_changed, name, 1),
            count(of_changed, name, -1),
        )
        for name in (ANY_GROUP, *GROUPS)
    )
    return NamedGroups(all_changed, all_others, tuple(groups))


_Named = tuple[frozenset[GroupName], int]  # the groups that a text names, and what it was kept with


def _read(
    connection: Connection, spread: Spread, is_cancelled: Callable[[], bool]
) -> Counter[_Named]:
    found: Counter[_Named] = Counter()
    ids = list(spread.kept)
    for first in range(0, len(ids), _PART):
        if is_cancelled():
            break
        for comment_id, text in texts_of(connection, ids[first : first + _PART], CHARACTERS):
            found[named_groups(text), spread.kept[comment_id]] += 1
    return found
