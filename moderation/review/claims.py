"""Claims: a comment is a moderator's to decide for a while, so that two do not do the same work. Somebody says so, or has it open."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from moderation.domain.comment import Status
from moderation.domain.errors import Claimed, Invalid, NotFound
from moderation.domain.event import iso
from moderation.store import claims, decisions, reach
from moderation.store.claims import Claim
from moderation.store.sql.engine import Connection, Store

LEASE_MS = 120_000  # longer than a comment is read; a moderator who claims it again has it longer
# By having it open: three times as long as a page waits until it says so again (service/console/static/open_comments.js).
OPEN_MS = 15_000
AHEAD = (
    5  # comments after the open one: what is next is there without a question, and is nobody else's
)
MOST = 100  # comments of a request: more than a list has
MOST_AHEAD = 20  # as many as a page of the console has


@dataclass(frozen=True, slots=True)
class OpenComments:
    """mine: the comments that are open at this person's, or next. Of all that were asked about, others: claims of others; gone: those
    that wait for nobody any more.
    """

    mine: list[str]
    others: dict[str, Claim]
    gone: list[str]


def claim(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_id: str,
    *,
    take_over: bool = False,
) -> Claim:
    """Claims a comment for LEASE_MS from now on, or claims it anew.

    take_over: also from somebody else. Raises NotFound for a comment of another site, Claimed where somebody
    else has it.
    """
    with store.write() as connection:
        _lock(connection, site_ids, comment_id)
        if not take_over:
            _refuse_any_other(connection, moderator_id, comment_id)
        return claims.put(connection, comment_id, moderator_id, LEASE_MS)


def release(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_id: str,
    *,
    take_over: bool = False,
) -> None:
    """Gives a comment back; one that nobody has claimed stays so. Raises as claim() does."""
    with store.write() as connection:
        _lock(connection, site_ids, comment_id)
        if not take_over:
            _refuse_any_other(connection, moderator_id, comment_id)
        claims.end(connection, [comment_id])


def keep_open(
    store: Store,
    moderator_id: str,
    site_ids: Collection[str],
    comment_ids: Sequence[str],
    *,
    deciding: Sequence[str] = (),
    shown: Sequence[str] = (),
    ahead: int = AHEAD,
    browser: str = "",
) -> OpenComments:
    """Says which comments somebody has open, in place of what they had open: for OPEN_MS, again and again while that is so.

    browser: of this person's, '' for the only one. What others of theirs have open stays, and what several have is
    given back by time alone.

    comment_ids: in the order in which they are worked through. The first that nobody else has and the next `ahead` become this
    person's. deciding: stay theirs, a decision is on its way. shown: others, of which it is asked whose they are.
    Raises Invalid for more than MOST of each, and more than MOST_AHEAD `ahead`.
    """
    for name, ids in (("comments", comment_ids), ("deciding", deciding), ("shown", shown)):
        if len(ids) > MOST:
            raise Invalid(f"/{name}: {MOST} comments at most.", f"/{name}")
    if ahead > MOST_AHEAD:
        raise Invalid(f"/ahead: {MOST_AHEAD} comments at most.", "/ahead")
    with store.write() as connection:
        asked = dict.fromkeys([*comment_ids, *shown])
        waiting = claims.waiting(connection, reach.site_ids_of(site_ids), asked)
        if reach.has_parts(site_ids):
            waiting = reach.reached_ids(connection, waiting, site_ids)
        mine = claims.put_open(
            connection,
            moderator_id,
            [id for id in comment_ids if id in waiting],
            OPEN_MS,
            at_most=1 + ahead,
            kept=deciding,
            browser=browser,
        )
        live = claims.live(connection, waiting).items()
    others = {id: claim for id, claim in live if claim.moderator_id != moderator_id}
    return OpenComments(mine, others, [id for id in asked if id not in waiting])


def refuse_others(connection: Connection, moderator_id: str, comment_ids: Collection[str]) -> None:
    """Raises Claimed where somebody else has claimed one of the comments, which the caller has locked, or has it open."""
    for claim in claims.live(connection, comment_ids).values():
        if claim.keeps_out(moderator_id):
            raise Claimed(claim.moderator_id, iso(claim.until), claim.while_open)


def _refuse_any_other(connection: Connection, moderator_id: str, comment_id: str) -> None:
    """As refuse_others(), keys as well: a claim, unlike a decision, would keep out a moderator who has the comment open."""
    for claim in claims.live(connection, [comment_id]).values():
        if claim.moderator_id != moderator_id:
            raise Claimed(claim.moderator_id, iso(claim.until), claim.while_open)


def _lock(connection: Connection, site_ids: Collection[str], comment_id: str) -> None:
    standing = decisions.standings(connection, [comment_id]).get(comment_id)
    if standing is None or standing.status is Status.ERASED:
        raise NotFound("There is no such comment.")
    if not reach.reaches(connection, comment_id, standing.site_id, site_ids):
        raise NotFound("There is no such comment.")
