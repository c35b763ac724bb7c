"""Counts of comments and their reasons stay what counting and reading every row says, whatever is done."""

import os
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.domain.comment import Status
from moderation.domain.decision import Outcome, in_effect
from moderation.domain.errors import Conflict, NotFound
from moderation.review import campaign_decisions, campaigns, decisions, queues
from moderation.review.explanation import Explanation
from moderation.review.live_queues import marks_of
from moderation.store import counts
from moderation.store import decisions as stored_decisions
from moderation.store.sites import Site
from moderation.store.sql.dialect import insert_rows
from moderation.store.sql.engine import Connection, Store
from moderation.store.sql.migrate import configured
from moderation.store.sql.schema import comment_counts, comment_reasons, comments
from moderation.upkeep.erase import empty_spam, erase
from moderation.upkeep.retention import purge
from tests.factories import NOON, hand_in, newspaper
from tests.review.test_campaigns import MINUTE, PITCH, post, run

LATER = NOON + 10 * MINUTE


def counted(connection: Connection) -> dict[tuple[str, str, str], int]:
    """How many comments each site and each campaign on it has in which status, counted one by one."""
    found: dict[tuple[str, str, str], int] = {}
    for site_id, campaign_id, status in connection.execute(
        sa.select(comments.c.site_id, comments.c.campaign_id, comments.c.status)
    ):
        for counted_in in {"", campaign_id}:
            key = (site_id, counted_in, status)
            found[key] = found.get(key, 0) + 1
    return found


def kept(connection: Connection) -> dict[tuple[str, str, str], int]:
    key = (comment_counts.c.site_id, comment_counts.c.campaign_id, comment_counts.c.status)
    rows = connection.execute(
        sa.select(*key, sa.func.sum(comment_counts.c.comments)).group_by(*key)
    )
    return {(site, campaign, status): count for site, campaign, status, count in rows if count}


def latest_reasons(connection: Connection) -> set[tuple[str, str, str, str]]:
    """Comment, code, site and status of every reason of a latest decision, and of the one that it goes back to."""
    rows = connection.execute(sa.select(comments)).all()
    histories = stored_decisions.histories(connection, [row.id for row in rows])
    return {
        (row.id, reason.code, row.site_id, row.status)
        for row in rows
        if histories.get(row.id) and histories[row.id][-1].sequence == row.sequence
        for each in (histories[row.id][-1], in_effect(histories[row.id]))
        if each and each.revision == histories[row.id][-1].revision
        for reason in each.reasons
    }


def check(store: Store, *sites: Site) -> None:
    with store.read() as connection:
        truth = counted(connection)
        assert kept(connection) == truth
        there = comment_reasons.c.comment_id.in_(sa.select(comments.c.id))
        rows = connection.execute(sa.select(comment_reasons).where(there)).all()
        assert {(row.comment_id, row.code, row.site_id, row.status) for row in rows} == (
            latest_reasons(connection)
        )
        found_by = comment_reasons.c.site_id, comment_reasons.c.status, comment_reasons.c.code
        by_reason = sa.select(*found_by, sa.func.count()).group_by(*found_by)
        counted_reasons = {tuple(key): count for *key, count in connection.execute(by_reason)}
        for site in sites:
            ids = {campaign_id for site_id, campaign_id, _ in truth if site_id == site.id} - {""}
            by_campaign = counts.of_campaigns(connection, site.id, ids)
            for campaign_id, found in {
                **by_campaign,
                "": counts.of_site(connection, site.id),
            }.items():
                assert found == {
                    status: truth[site.id, campaign_id, status.value]
                    for status in Status
                    if (site.id, campaign_id, status.value) in truth
                }
            for status in Status:
                assert counts.of_reasons(connection, [site.id], status) == {
                    code: count
                    for (site_id, found, code), count in counted_reasons.items()
                    if (site_id, found) == (site.id, status.value)
                }
    for site in sites:
        listed = campaigns.list_campaigns(store, site.id, LATER, limit=100)
        assert {campaign.id for campaign in listed} == {
            campaign_id for site_id, campaign_id, _ in truth if site_id == site.id
        } - {""}
        waiting = campaigns.waiting_campaigns(store, site.id, LATER, 100)
        ruled = campaigns.waiting_campaigns(store, site.id, LATER, 100, ruled=True)
        assert {campaign.id for campaign in (*waiting, *ruled)} == {
            campaign_id
            for site_id, campaign_id, status in truth
            if site_id == site.id and status == "held"
        } - {""}
        several = [campaign for campaign in waiting if not campaign.is_lone]
        assert (campaigns.count_waiting(store, site.id) or 0) == len(several)


class Newsroom:
    """Two sites, and what may be done to their comments; `pick` chooses one of those there are."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.sites = [newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")]
        self.clock: dict[str, Any] = {"now": LATER, "entropy": os.urandom}
        self.handed_in = 0

    def do(self, action: str, pick: int) -> None:
        with suppress(NotFound, Conflict):  # nothing there to do it to, or nothing to take back
            getattr(self, action)(pick)

    def alike(self, pick: int) -> None:
        """Comes in four times: a campaign, once it is judged."""
        self._hand_in(f"{PITCH} {pick % 2}", pick)

    def different(self, pick: int) -> None:
        self._hand_in(
            f"bad {os.urandom(12).hex(' ')}" if pick % 2 else os.urandom(9).hex(" "), pick
        )

    def _hand_in(self, text: str, pick: int) -> None:
        self.handed_in += 4
        hand_in(
            self.store,
            *(
                post(self.sites[pick % 3 % 2], text, n, page=n, address=f"198.51.{n}.1")
                for n in range(self.handed_in, self.handed_in + 4)
            ),
        )

    def judge(self, pick: int) -> None:
        run(self.store, limit=pick % 9 + 1)

    def decide(self, pick: int) -> None:
        site, id = self._comment(pick)
        outcome = tuple(Outcome)[pick % len(Outcome)]
        decisions.decide(
            self.store,
            "mod_1",
            {site.id},
            id,
            outcome,
            Explanation(f"code_{pick % 2}"),
            **self.clock,
        )

    def undo(self, pick: int) -> None:
        site, id = self._comment(pick)
        decisions.undo(self.store, "mod_1", {site.id}, id, **self.clock)

    def rule(self, pick: int) -> None:
        site, id = self._campaign(pick)
        outcome = tuple(Outcome)[pick % len(Outcome)]
        campaign_decisions.decide(self.store, "mod_1", site.id, id, outcome, **self.clock)

    def undo_ruling(self, pick: int) -> None:
        site, id = self._campaign(pick)
        campaign_decisions.undo(self.store, "mod_1", site.id, id, **self.clock)

    def exclude(self, pick: int) -> None:
        site, id = self._campaign(pick)
        members = campaigns.list_members(self.store, site.id, id)
        campaigns.exclude(self.store, site.id, id, [members[pick % len(members)].id])

    def split(self, pick: int) -> None:
        site, id = self._campaign(pick)
        members = campaigns.list_members(self.store, site.id, id)
        campaigns.split(self.store, site.id, id, [members[pick % len(members)].id], **self.clock)

    def erase(self, pick: int) -> None:
        site, id = self._comment(pick)
        erase(self.store, {site.id}, id, **self.clock)

    def empty_spam(self, pick: int) -> None:
        empty_spam(self.store, LATER + 1, limit=pick % 5 + 1, **self.clock)

    def purge(self, pick: int) -> None:
        """Folds the counts, among others."""
        purge(self.store, LATER, 24)

    def delete(self, pick: int) -> None:
        """No operation of ours, but an operator may."""
        with self.store.write() as connection:
            connection.execute(sa.delete(comments).where(comments.c.id == self._comment(pick)[1]))

    def _comment(self, pick: int) -> tuple[Site, str]:
        by_id = {site.id: site for site in self.sites}
        with self.store.read() as connection:
            mine = comments.c.site_id.in_(by_id)
            query = sa.select(comments.c.id, comments.c.site_id).where(mine).order_by(comments.c.id)
            rows = connection.execute(query).all()
        if not rows:
            raise NotFound("There is no comment yet.")
        row = rows[pick % len(rows)]
        return by_id[row.site_id], row.id

    def _campaign(self, pick: int) -> tuple[Site, str]:
        site = self.sites[pick // 4 % 2]
        listed = campaigns.list_campaigns(self.store, site.id, LATER)
        if not listed:
            raise NotFound("There is no campaign yet.")
        return site, listed[pick % len(listed)].id


ACTIONS = st.sampled_from(
    [name for name, method in vars(Newsroom).items() if name[0] != "_" and name != "do"]
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ACTIONS, st.integers(0, 59)), max_size=10))
def test_counts_and_reasons_are_exact_after_everything(
    store: Store, actions: list[tuple[str, int]]
) -> None:
    newsroom = Newsroom(store)
    newsroom.do("alike", 0)
    newsroom.do("judge", 8)
    for action, pick in actions:
        newsroom.do(action, pick)
        check(store, *newsroom.sites)


def test_everything_that_may_be_done_changes_something_that_is_counted(store: Store) -> None:
    """So that the test above would notice a count that is not kept."""
    newsroom = Newsroom(store)
    order = (
        ("alike", 0),
        ("different", 1),
        ("judge", 0),
        ("exclude", 0),
        ("split", 0),
        ("rule", 3),
        ("undo_ruling", 3),
        ("decide", 2),
        ("undo", 2),
        ("erase", 2),
        ("rule", 3),
        ("empty_spam", 0),
        ("delete", 0),
    )
    for action, pick in order:
        with store.read() as connection:
            before = counted(connection)
        getattr(newsroom, action)(pick)
        check(store, *newsroom.sites)
        with store.read() as connection:
            assert counted(connection) != before, action


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_who_change_the_same_count_do_not_wait_for_each_other(store: Store) -> None:
    site = newspaper(store)
    ids = hand_in(store, *(post(site, f"A fine article {n}.") for n in range(2)))
    held = sa.update(comments).values(status="held")
    with store.write() as first:
        first.execute(held.where(comments.c.id == ids[0]))
        with store.write() as second:
            second.execute(held.where(comments.c.id == ids[1]))
            counts.fold(second)
    check(store, site)
    with store.write() as connection:
        assert connection.scalar(sa.select(sa.func.max(comment_counts.c.part))) > 0
        counts.fold(connection)
        assert connection.scalar(sa.select(sa.func.max(comment_counts.c.part))) == 0
    check(store, site)


def test_comments_of_before_are_counted_and_found_by_reason(store: Store) -> None:
    site = newspaper(store)
    hand_in(store, *(post(site, PITCH, n, page=n, address=f"198.51.{n}.1") for n in range(5)))
    [held, _, erased] = hand_in(store, *(post(site, f"bad {text}") for text in ("a", "b", "c")))
    run(store)
    decisions.decide(
        store,
        "m",
        {site.id},
        held,
        Outcome.HOLD,
        Explanation("offensive"),
        now=LATER,
        entropy=os.urandom,
    )
    erase(store, {site.id}, erased, now=LATER, entropy=os.urandom)
    with store.write() as connection:
        before = kept(connection)
        command.downgrade(configured(connection), "0013")
        command.upgrade(configured(connection), "head")
        assert kept(connection) == before
    check(store, site)
    assert [
        card.id for card in queues.list_queue(store, site.id, Status.HELD, reason="offensive")
    ] == [held]


def test_a_queue_of_more_than_ten_thousand_is_counted(store: Store) -> None:
    site = newspaper(store)
    row = {
        **{
            "site_id": site.id,
            "page_id": "p",
            "parent_id": "",
            "author_name": "",
            "author_url": "",
        },
        **{"created_at": NOON, "revision": 1, "status": "held", "sequence": 1, "decided_by": ""},
    }
    with store.write() as connection:
        insert_rows(connection, comments, [{"id": f"c{n}", **row} for n in range(2_345)])
        insert_rows(connection, comments, [{"id": f"d{n}", **row} for n in range(10_000)])
    assert marks_of(store, [site.id])[site.id].comments[Status.HELD] == 12_345
