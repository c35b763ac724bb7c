"""Readers report comments: counted once each, looked at by people, and nobody is silenced by it."""

import itertools
import os
import threading

import pytest

from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind, Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import NotFound
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.report import MUTED_AFTER, Reporter, ReportReason, ReportState
from moderation.intake.report import report
from moderation.notify import endpoints
from moderation.review import decisions, queues
from moderation.review.branches import Replies
from moderation.review.live_queues import marks_of
from moderation.review.search import Criteria, search
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from moderation.upkeep.erase import erase
from moderation.upkeep.retention import purge
from tests.factories import NOON, card, hand_in, newspaper, reply
from tests.intake.test_change import (
    MINUTE,
    decide,
    edit,
    posted,
    public,
    run,
    set_rules,
    undo,
    withdraw,
)
from tests.intake.test_submit import rows

_times = itertools.count(NOON + MINUTE)  # no two reports come at once
SPAM, ABUSE = ReportReason.SPAM, ReportReason.ABUSE


def reader(number: int, browser: str = "") -> Reporter:
    return Reporter(browser, f"address {number}")


def say(
    store: Store,
    comment_id: str,
    by: int | Reporter = 1,
    reason: ReportReason = SPAM,
    note: str = "",
    at: int = 0,
) -> bool:
    reporter = by if isinstance(by, Reporter) else reader(by)
    return report(
        store, comment_id, reason, note, reporter, now=at or next(_times), entropy=os.urandom
    )


def queue(store: Store, site: Site, **options: object) -> list[str]:
    wanted = Criteria(queue="reported", order="listed")
    return [card.id for card in search(store, [site.id], wanted, now=NOON, **options).cards]


def states(store: Store) -> list[str]:
    return [row.state for row in sorted(rows(store, "reports"), key=lambda row: row.id)]


def test_reports_count_readers_and_wait_in_their_order(store):
    site = newspaper(store)
    first, second, quiet = (posted(store, site, text) for text in ("One.", "Two.", "Three."))
    say(store, second, 1, at=NOON + 1)
    say(store, first, 1, at=NOON + 2)
    say(store, first, 2, ABUSE, at=NOON + 3)
    say(store, first, 3, at=NOON + 4)
    say(store, first, 3, ABUSE, at=NOON + 5)  # the same reader again
    assert queue(store, site) == [second, first]
    assert marks_of(store, [site.id])[site.id].reported == 2
    seen = card(store, site, first)
    assert (seen.status, seen.reports) == (Status.APPROVED, 3)
    assert dict(seen.open_reports.reasons) == {SPAM: 2, ABUSE: 1}
    assert seen.open_reports.first_at == NOON + 2
    assert queue(store, site, limit=1) == [second]
    assert queue(store, site, after=card(store, site, second).first_report) == [first]
    assert card(store, site, quiet).reports == 0
    assert set(public(store, site)) == {first, second, quiet}


def test_a_reader_is_known_by_browser_or_address(store):
    site = newspaper(store)
    comment = posted(store, site)
    say(store, comment, Reporter("browser a", "address 1"))
    say(store, comment, Reporter("browser a", "address 2"))
    say(store, comment, Reporter("browser b", "address 1"))
    say(store, comment, Reporter("", "address 1"))
    assert card(store, site, comment).reports == 1
    say(store, comment, Reporter("browser b", "address 3"))
    assert card(store, site, comment).reports == 2


def test_many_at_once_are_counted_exactly(store):
    site = newspaper(store)
    comment = posted(store, site)
    threads = [threading.Thread(target=say, args=(store, comment, n % 6)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert card(store, site, comment).reports == 6


@pytest.mark.parametrize("outcome", [None, Outcome.HOLD, Outcome.REJECT, Outcome.SPAM])
def test_only_what_readers_see_can_be_reported(store, outcome):
    site = newspaper(store)
    [comment] = hand_in(store, reply(site))
    if outcome:
        decide(store, site, comment, outcome)
    with pytest.raises(NotFound):
        say(store, comment)
    with pytest.raises(NotFound):
        say(store, "cmt_0")
    assert rows(store, "reports") == []


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.APPROVE, ReportState.DISMISSED),
        (Outcome.REJECT, ReportState.UPHELD),
        (Outcome.SPAM, ReportState.UPHELD),
        (Outcome.HOLD, ReportState.SETTLED),
    ],
)
def test_a_decision_clears_the_queue_and_its_undo_brings_it_back(store, outcome, state):
    site = newspaper(store)
    comment = posted(store, site)
    say(store, comment, 1)
    say(store, comment, 2)
    decide(store, site, comment, outcome)
    assert queue(store, site) == []
    assert states(store) == [state, state]
    undo(store, site, comment)
    assert queue(store, site) == [comment]
    assert states(store) == ["open", "open"]
    undo(store, site, comment)  # the undo
    assert queue(store, site) == []
    assert states(store) == [state, state]


def test_what_is_reported_after_a_decision_waits_for_the_next(store):
    site = newspaper(store)
    comment = posted(store, site)
    say(store, comment, 1)
    decide(store, site, comment, Outcome.APPROVE)
    say(store, comment, 1)  # has been looked at
    assert queue(store, site) == []
    say(store, comment, 2)
    assert card(store, site, comment).reports == 1
    decide(store, site, comment, Outcome.REJECT)
    assert states(store) == ["dismissed", "upheld"]
    undo(store, site, comment)
    assert states(store) == ["dismissed", "open"]


def test_a_machines_decision_clears_nothing(store):
    """Nobody escapes a report by changing the text: a person looks at it."""
    site = newspaper(store)
    comment = posted(store, site)
    say(store, comment, 1)
    edit(store, comment, "A finer article.")
    run(store)
    assert queue(store, site) == [comment]
    say(store, comment, 1)  # waits already
    assert card(store, site, comment).reports == 1
    decide(store, site, comment, Outcome.APPROVE)
    say(store, comment, 1)  # of the new text, which they had not reported
    assert card(store, site, comment).reports == 1
    [earlier, later] = queues.list_reports(store, {site.id}, comment)
    assert (earlier.revision, later.revision) == (1, 2)


def test_however_many_report_nothing_is_held_by_itself(store):
    site = newspaper(store)
    comment = posted(store, site)
    for number in range(30):
        assert not say(store, comment, number)
    assert set(public(store, site)) == {comment}
    assert [each.sequence for each in card(store, site, comment).decisions] == [1]


def test_where_the_site_says_so_enough_readers_hold_what_no_person_approved(store):
    site = newspaper(store)
    set_rules(store, site, 15, 3)
    endpoints.add_webhook(store, site.id, "https://hook.test/", now=NOON, entropy=os.urandom)
    machine, person = posted(store, site, "One."), posted(store, site, "Two.")
    decide(store, site, person, Outcome.APPROVE)
    for comment in (machine, person):
        assert [say(store, comment, number) for number in (1, 1, 2)] == [False] * 3
    assert set(public(store, site)) == {machine, person}
    assert say(store, machine, 3)
    assert not say(store, person, 3)
    assert set(public(store, site)) == {person}
    held = card(store, site, machine)
    assert (held.status, held.decision.actor.kind) == (Status.HELD, ActorKind.POLICY)
    assert [reason.code for reason in held.decision.reasons] == [ReasonCode.REPORTED]
    told = [event.type for event in rows(store, "events") if event.comment_id == machine]
    assert told.count("comment.held") == 1
    assert queue(store, site) == [machine, person]
    decide(store, site, machine, Outcome.APPROVE)
    for number in range(4, 9):
        say(store, machine, number)
    assert set(public(store, site)) == {machine, person}


def test_who_is_never_right_is_not_listened_to(store):
    site = newspaper(store)
    wolf = Reporter("wolf's browser", "address 1")
    for number in range(MUTED_AFTER):
        comment = posted(store, site, f"Harmless {number}.")
        say(store, comment, wolf)
        assert card(store, site, comment).reports == 1
        decide(store, site, comment, Outcome.APPROVE)
    comment = posted(store, site, "Harmless as well.")
    say(store, comment, wolf)
    say(store, comment, Reporter("", "address 1"))
    say(store, comment, Reporter("wolf's browser", ""))
    assert card(store, site, comment).reports == 0
    say(store, comment, 2)
    assert card(store, site, comment).reports == 1
    other = newspaper(store, "Bob's Blog", "https://bob.test")
    elsewhere = posted(store, other)
    say(store, elsewhere, wolf)
    assert card(store, other, elsewhere).reports == 1


def test_who_was_right_once_is_listened_to(store):
    site = newspaper(store)
    for number in range(MUTED_AFTER + 2):
        comment = posted(store, site, f"Harmless {number}.")
        say(store, comment)
        decide(store, site, comment, Outcome.APPROVE if number else Outcome.SPAM)
    comment = posted(store, site, "Harmless as well.")
    say(store, comment)
    assert card(store, site, comment).reports == 1


def test_what_is_gone_waits_for_nobody(store):
    site = newspaper(store)
    left, erased = posted(store, site, "One."), posted(store, site, "Two.")
    for comment in (left, erased):
        say(store, comment, note="Look!")
    withdraw(store, left)
    erase(store, {site.id}, erased, now=NOON, entropy=os.urandom)
    assert queue(store, site) == []
    assert [row.comment_id for row in rows(store, "reports")] == [left]


def test_who_reported_is_forgotten_in_time(store):
    site = newspaper(store)
    done, waits = posted(store, site, "One."), posted(store, site, "Two.")
    for comment in (done, waits):
        say(store, comment, Reporter("browser", "address"), note="Look!", at=NOON + MINUTE)
    decide(store, site, done, Outcome.APPROVE)
    purge(store, NOON + MINUTE + 30 * DAY_MS, 24)
    assert len(rows(store, "reports")) == 2
    purge(store, NOON + MINUTE + 30 * DAY_MS + 1, 24)
    [left] = rows(store, "reports")
    assert (left.comment_id, left.reporter_key, left.address_key) == (waits, "", "")
    assert queue(store, site) == [waits]


def test_replies_rejected_along_say_nothing_of_their_reporters(store):
    site = newspaper(store)
    comment = posted(store, site)
    answer = posted(store, site, "I agree.", parent_id=comment)
    say(store, answer)
    decisions.decide(
        store,
        "mod_1",
        {site.id},
        comment,
        Outcome.REJECT,
        replies=Replies.REJECT,
        now=NOON + 2 * MINUTE,
        entropy=os.urandom,
    )
    assert states(store) == ["settled"]
    undo(store, site, comment)
    assert states(store) == ["open"]
