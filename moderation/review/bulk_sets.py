"""The comments that one decision is to be about: named, or all that a search finds; looked at before, and compared.

place_id: a site's id, or the part of one that somebody is limited to (domain/sections.py).
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from moderation.domain.bulk import IDS_LIMIT, MEMBERS_LIMIT
from moderation.domain.errors import ERRORS_LIMIT, Drifted, Invalid, together
from moderation.domain.order import OLDEST
from moderation.domain.queue_names import OWN
from moderation.review.queues import CommentCard, cards_of
from moderation.review.search import Criteria, wanted_of
from moderation.store import bulk, queues
from moderation.store.search import find
from moderation.store.search_conditions import all_without_words
from moderation.store.sql.engine import Connection, Store

SAMPLE_SIZE = 5
PIECE = 600  # comments that a search by words, or among somebody's own, finds at once
LOOKS = 60  # pieces that are looked at: some seconds
_MOMENT = r"[0-9]{1,14}"  # ms, in a snapshot

_TOO_MUCH = Invalid(
    f"/filter: Too much to look through, or more than {MEMBERS_LIMIT:,} comments: add a condition, or `until`.",
    "/filter",
)

Seen = list[tuple[str, int]]  # comments by id, each with its sequence


@dataclass(frozen=True, slots=True)
class Preview:
    """What a bulk decision would be about. snapshot: names exactly these comments as they stand."""

    count: int
    sample: Sequence[CommentCard]
    snapshot: str


def preview(store: Store, place_id: str, criteria: Criteria, now: int) -> Preview:
    """All comments of a site, or of the part that somebody is limited to, that a search finds now (ms), the newest of them as a
    sample. Raises Invalid, as search() does, and for more than MEMBERS_LIMIT.
    """
    seen = _found(store, place_id, criteria, now)
    with store.read() as connection:
        entries = queues.by_ids(connection, [id for id, _ in seen[-SAMPLE_SIZE:]])
        sample = cards_of(connection, entries[::-1])
    return Preview(len(seen), sample, _snapshot(store, place_id, seen, now))


def matching(
    store: Store,
    place_id: str,
    criteria: Criteria,
    expected_count: int,
    snapshot: str = "",
    *,
    now: int,
) -> Seen:
    """The comments that a search finds, which must be as many as expected, and with a snapshot of preview() the very
    same, as they stood; what came in since then is not among them, and ages are those of then. Raises as preview(),
    and Drifted.
    """
    newest, _, rest = snapshot.partition(".")
    moment, _, _ = rest.partition(".")
    looked_at = int(moment) if re.fullmatch(_MOMENT, moment) else now
    seen = _found(store, place_id, criteria, looked_at, newest)
    is_same = not snapshot or hmac.compare_digest(
        snapshot.encode(), _snapshot(store, place_id, seen, looked_at).encode()
    )
    if not is_same or len(seen) != expected_count:
        raise Drifted(len(seen))
    return seen


def named(store: Store, place_id: str, ids: Sequence[str]) -> Seen:
    """These comments, each once. Raises Invalid with a pointer to each that is not on the site."""
    if len(ids) > IDS_LIMIT:
        raise Invalid(f"/ids: Takes {IDS_LIMIT:,} at most.", "/ids")
    with store.read() as connection:
        sequences = bulk.sequences(connection, place_id, ids)
    unknown = [
        Invalid(f"/ids/{place}: There is no such comment.", f"/ids/{place}")
        for place, id in enumerate(ids)
        if id not in sequences
    ]
    if unknown:
        raise together(unknown[:ERRORS_LIMIT])
    return sorted(sequences.items())


def _found(store: Store, place_id: str, criteria: Criteria, now: int, newest: str = "") -> Seen:
    """All of them, the oldest first. now: ms, ages are as of then. newest: an id, past which nothing counts, '' for none."""
    seen: dict[str, int] = {}
    after = ""
    with store.read() as connection:
        wanted = wanted_of(connection, store.crypto, [place_id], criteria, now)
        if wanted is None:
            return []
        # Somebody's own are few beside what a site has: they are followed, as with words.
        if not wanted.sought and wanted.queue != OWN:
            found_at_once = all_without_words(connection, wanted, newest, MEMBERS_LIMIT + 1)
            if len(found_at_once) > MEMBERS_LIMIT:
                raise _TOO_MUCH
            return found_at_once
        wanted = replace(wanted, order=OLDEST)
        for _ in range(LOOKS):
            found = find(connection, wanted, after, PIECE)
            seen |= _up_to(connection, place_id, found.ids, newest)
            after = found.after
            if len(seen) > MEMBERS_LIMIT:
                break
            if not after or (newest and after > newest):
                return sorted(seen.items())
    raise _TOO_MUCH


def _up_to(
    connection: Connection, place_id: str, ids: Sequence[str], newest: str
) -> dict[str, int]:
    return bulk.sequences(connection, place_id, [id for id in ids if not newest or id <= newest])


def _snapshot(store: Store, place_id: str, seen: Seen, moment: int) -> str:
    newest = seen[-1][0] if seen else ""
    all_of_it = "\x1f".join([place_id, str(moment), *(f"{id} {sequence}" for id, sequence in seen)])
    return f"{newest}.{moment}.{store.crypto.cursor_mac(f'bulk {all_of_it}')}"
