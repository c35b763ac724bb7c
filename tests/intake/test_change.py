"""Writers change and withdraw comments: readers never see a text that was not judged, and nothing old clings to it."""

import os
import threading
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.domain.comment import GONE, REVISIONS_LIMIT, PageRef, PageState, Status
from moderation.domain.decision import Decision, Outcome
from moderation.domain.errors import Conflict, Invalid, NotEditable, NotFound, PageClosed
from moderation.domain.page_state import PageDefault
from moderation.domain.reader_rules import ReaderRules
from moderation.intake import change
from moderation.intake.submit import submit
from moderation.judging.judge import judge
from moderation.notify import endpoints
from moderation.reading.threads import find_page, list_approved, with_removed
from moderation.review import decisions, page_states
from moderation.store import judging_queue, sites
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from moderation.upkeep.erase import empty_withdrawn, erase
from moderation.upkeep.search_index import index_due
from tests.factories import NOON, POLICY, Scripted, card, hand_in, newspaper, panel, reply
from tests.intake.test_submit import rows
from tests.review.test_campaigns import PITCH, flood, members, statuses, take_back, the_campaign
from tests.review.test_campaigns import rule as rule_campaign
from tests.review.test_campaigns import run as run_campaigns
from tests.review.test_reputation import (
    CAROL,
    author,
    counts_for,
    record_decision,
    submit_and_judge,
)
from tests.review.test_search import found

MINUTE = 60_000
APPROVE, HOLD, REJECT, SPAM = Outcome.APPROVE, Outcome.HOLD, Outcome.REJECT, Outcome.SPAM


def edit(store: Store, comment_id: str, text: str, at: int = NOON + MINUTE) -> bool:
    return change.edit(store, comment_id, text, now=at, entropy=os.urandom)


def withdraw(store: Store, comment_id: str, at: int = NOON + MINUTE) -> bool:
    return change.withdraw(store, comment_id, now=at, entropy=os.urandom)


def run(store: Store, *scorers: Scripted, lease: str = "w1", at: int = NOON + MINUTE) -> int:
    judged = judge(
        store,
        panel(*scorers),
        POLICY,
        lease=lease,
        lease_ms=MINUTE,
        limit=50,
        now=lambda: at,
        entropy=os.urandom,
    )
    return judged.decided


def decide(store: Store, site: Site, comment_id: str, outcome: Outcome, sequence=None) -> Decision:
    return decisions.decide(
        store,
        "mod_1",
        {site.id},
        comment_id,
        outcome,
        expected_sequence=sequence,
        now=NOON + 2 * MINUTE,
        entropy=os.urandom,
    )


def undo(store: Store, site: Site, comment_id: str) -> Decision:
    return decisions.undo(
        store, "mod_1", {site.id}, comment_id, now=NOON + 3 * MINUTE, entropy=os.urandom
    )


def public(store: Store, site: Site) -> dict[str, str]:
    """The texts that readers see, by comment; '' where a placeholder stands."""
    shown = list_approved(store, find_page(store, site.id, "https://herald.test/news/1"))
    return {comment.id: comment.text for comment in with_removed(store, shown)}


def posted(store: Store, site: Site, text: str = "A fine article.", **changes: object) -> str:
    [comment_id] = hand_in(store, reply(site, text, **changes))
    run(store)
    return comment_id


def set_rules(store: Store, site: Site, *numbers: int) -> None:
    with store.write() as connection:
        sites.set_reader_rules(connection, site.id, ReaderRules(*numbers))


def test_a_changed_comment_is_hidden_until_its_new_text_is_approved(store):
    site = newspaper(store)
    comment = posted(store, site)
    assert public(store, site) == {comment: "A fine article."}
    assert edit(store, comment, "A finer article.")
    assert public(store, site) == {}
    pending = card(store, site, comment)
    assert (pending.status, pending.revision, pending.decision) == (Status.PENDING, 2, None)
    assert [(each.number, each.text, each.created_at) for each in pending.earlier] == [
        (1, "A fine article.", NOON)
    ]
    assert pending.edited_at == NOON + MINUTE
    assert run(store) == 1
    assert public(store, site) == {comment: "A finer article."}
    judged = card(store, site, comment)
    # The change took the number between the decisions; each names its text.
    assert [(each.sequence, each.revision) for each in judged.decisions] == [(1, 1), (3, 2)]
    assert edit(store, comment, "Now it is bad.")
    run(store)
    assert public(store, site) == {}
    assert card(store, site, comment).status is Status.HELD


def test_the_same_text_again_changes_nothing_at_any_time(store):
    site = newspaper(store)
    comment = posted(store, site)
    assert not edit(store, comment, "A fine article.")
    assert not edit(store, comment, "A fine article.", at=NOON + 90 * MINUTE)
    assert public(store, site) == {comment: "A fine article."}
    assert len(rows(store, "revisions")) == 1


def test_a_judgement_of_the_old_text_that_comes_late_decides_nothing(store):
    """The writer changes the text while it is being measured; another worker judges the new one first or later."""
    site = newspaper(store)
    [comment] = hand_in(store, reply(site, "Well said."))
    slow = Scripted()
    slow.during = lambda: edit(store, comment, "Now it is bad.")
    assert run(store, slow) == 0
    assert public(store, site) == {}
    assert card(store, site, comment).status is Status.PENDING
    slow.during = lambda: None
    assert run(store, slow) == 1
    assert card(store, site, comment).status is Status.HELD
    assert [each.revision for each in card(store, site, comment).decisions] == [2]


def test_a_late_judgement_under_the_same_lease_leaves_the_new_job_alone(store):
    """The same worker has taken the new text, and is not ready with it when the old one is recorded."""
    site = newspaper(store)
    [comment] = hand_in(store, reply(site, "Well said."))
    scorer = Scripted()

    def change_and_claim() -> None:
        edit(store, comment, "Now it is bad.")
        with store.write() as connection:
            judging_queue.claim(connection, "w1", NOON + MINUTE, NOON + 2 * MINUTE, 10)

    scorer.during = change_and_claim
    assert run(store, scorer) == 0
    [job] = rows(store, "pending")
    assert (job.revision, job.lease) == (2, "w1")
    assert card(store, site, comment).scores == {}
    assert run(store, lease="w2", at=NOON + 3 * MINUTE) == 1
    assert card(store, site, comment).status is Status.HELD


def test_a_scorer_that_fails_on_the_new_text_approves_nothing(store):
    site = newspaper(store)
    comment = posted(store, site)
    edit(store, comment, "A finer article.")
    run(store, Scripted("missing"))
    assert public(store, site) == {}
    assert card(store, site, comment).status is Status.HELD


@pytest.mark.parametrize("outcome", [REJECT, SPAM])
def test_what_was_removed_cannot_be_changed(store, outcome):
    site = newspaper(store)
    comment = posted(store, site)
    decide(store, site, comment, outcome)
    with pytest.raises(NotEditable):
        edit(store, comment, "Please?")
    assert len(card(store, site, comment).decisions) == 2
    assert run(store) == 0


def test_what_a_person_holds_waits_on_for_a_person(store):
    site = newspaper(store)
    comment = posted(store, site)
    decide(store, site, comment, HOLD)
    edit(store, comment, "A finer article.")
    run(store)
    held = card(store, site, comment)
    assert (held.status, held.revision, held.sequence) == (Status.HELD, 2, 3)
    assert held.scores  # what was measured is advice
    assert public(store, site) == {}
    decide(store, site, comment, APPROVE)
    assert public(store, site) == {comment: "A finer article."}
    # An undo does not bring back what was said of another text.
    assert undo(store, site, comment).outcome is HOLD
    assert public(store, site) == {}


def test_a_persons_approval_is_of_the_text_that_was_seen(store):
    site = newspaper(store)
    comment = posted(store, site, "It is bad.")
    seen = card(store, site, comment).sequence
    edit(store, comment, "It is worse, bad.")
    with pytest.raises(Conflict):
        decide(store, site, comment, APPROVE, seen)
    decide(store, site, comment, APPROVE)
    assert public(store, site) == {comment: "It is worse, bad."}
    edit(store, comment, "It is fine.")
    assert public(store, site) == {}
    with pytest.raises(Conflict):
        undo(store, site, comment)
    run(store)
    assert public(store, site) == {comment: "It is fine."}
    decide(store, site, comment, REJECT)
    undo(store, site, comment)  # back to what the policy said of this text
    assert public(store, site) == {comment: "It is fine."}


def test_an_undo_never_publishes_a_text_that_only_a_person_rejected(store):
    site = newspaper(store)
    comment = posted(store, site)
    edit(store, comment, "Now it is bad.")
    decide(store, site, comment, REJECT)
    assert undo(store, site, comment).outcome is HOLD
    assert public(store, site) == {}


def test_a_ruling_taken_back_never_publishes_a_changed_text(store):
    site = newspaper(store)
    ids = flood(store, site)
    run_campaigns(store)
    campaign = the_campaign(store, site)
    for comment in ids:
        decide(store, site, comment, APPROVE)
    assert set(statuses(store, site, ids)) == {Status.APPROVED}
    rule_campaign(store, site, campaign.id, HOLD)
    edit(store, ids[0], PITCH + " bad")
    run_campaigns(store, at=NOON + 2 * MINUTE)
    take_back(store, site, campaign.id)
    assert card(store, site, ids[0]).status is not Status.APPROVED


@pytest.mark.parametrize(
    ("minutes", "at", "is_allowed"),
    [
        (15, 15 * MINUTE - 1, True),
        (15, 15 * MINUTE, False),
        (1, MINUTE, False),
        (0, 0, False),
        (10_080, 10_080 * MINUTE - 1, True),
    ],
)
def test_the_site_says_how_long(store, minutes, at, is_allowed):
    site = newspaper(store)
    set_rules(store, site, minutes)
    comment = posted(store, site)
    if is_allowed:
        assert edit(store, comment, "Changed.", at=NOON + at)
    else:
        with pytest.raises(NotEditable):
            edit(store, comment, "Changed.", at=NOON + at)
        assert public(store, site) == {comment: "A fine article."}


def test_a_comment_is_changed_twenty_times_and_no_more(store):
    site = newspaper(store)
    [comment] = hand_in(store, reply(site))
    for number in range(REVISIONS_LIMIT):
        assert edit(store, comment, f"Version {number}.")
    with pytest.raises(NotEditable):
        edit(store, comment, "Once more.")
    assert len(rows(store, "pending")) == 1


def test_a_closed_page_takes_no_changes_and_lets_people_leave(store):
    site = newspaper(store)
    comment = posted(store, site)
    page_states.set_default(store, site.id, PageDefault(PageState.CLOSED))
    with pytest.raises(PageClosed):
        edit(store, comment, "Changed.")
    assert withdraw(store, comment)
    assert public(store, site) == {}


def test_a_premoderated_page_holds_the_new_text(store):
    site = newspaper(store)
    comment = posted(store, site)
    page_states.set_default(store, site.id, PageDefault(PageState.PREMODERATED))
    edit(store, comment, "Changed.")
    run(store)
    assert card(store, site, comment).status is Status.HELD


def test_a_changed_text_is_found_by_its_own_words_alone(store):
    site = newspaper(store)
    comment = posted(store, site, "A quiet harbour.")
    index_due(store)
    assert found(store, site, "harbour") == [comment]
    edit(store, comment, "A loud market.")
    assert found(store, site, "harbour") == []
    index_due(store)
    run(store)
    index_due(store)
    assert (found(store, site, "harbour"), found(store, site, "market")) == ([], [comment])


def test_a_changed_text_leaves_the_campaign_of_the_old_one(store):
    site = newspaper(store)
    first, *others = flood(store, site)
    run_campaigns(store)
    campaign = the_campaign(store, site)
    assert card(store, site, first).campaign_id == campaign.id
    edit(store, first, "The ferry was late again this morning.")
    run_campaigns(store, at=NOON + 2 * MINUTE)
    assert card(store, site, first).campaign_id == ""
    assert all(card(store, site, id).campaign_id == campaign.id for id in others)
    assert members(store)[""] == {first}


def test_what_people_said_of_the_old_text_counts_no_more(store):
    site = newspaper(store)
    [comment] = submit_and_judge(store, site, "Well said.", author=CAROL)
    record_decision(store, site, comment, APPROVE)
    assert counts_for(store, author(store, site))[0] == 1
    edit(store, comment, "Buy pills.")
    assert counts_for(store, author(store, site)) == (0, 0, 0)


def test_a_withdrawn_comment_is_gone_at_once_and_moderators_see_why(store):
    site = newspaper(store)
    comment = posted(store, site)
    assert withdraw(store, comment)
    assert not withdraw(store, comment)
    assert public(store, site) == {}
    seen = card(store, site, comment)
    assert (seen.status, seen.text, seen.withdrawn_at) == (
        Status.WITHDRAWN,
        "A fine article.",
        NOON + MINUTE,
    )
    for attempt in (
        lambda: decide(store, site, comment, APPROVE),
        lambda: undo(store, site, comment),
    ):
        with pytest.raises(Conflict):
            attempt()
    with pytest.raises(NotEditable):
        edit(store, comment, "Back again.")
    assert run(store) == 0
    assert found(store, site, status=Status.WITHDRAWN) == [comment]


def test_answers_keep_their_place_below_what_was_withdrawn(store):
    site = newspaper(store)
    comment = posted(store, site)
    answer = posted(store, site, "I agree.", parent_id=comment)
    withdraw(store, comment)
    assert public(store, site) == {comment: "", answer: "I agree."}
    answers = [reply(site, "Me too.", parent_id=comment)]
    [refused] = submit(store, answers, personal_days=30, entropy=os.urandom)
    assert isinstance(refused, Invalid)


def test_a_judgement_that_comes_after_the_withdrawal_changes_nothing(store):
    site = newspaper(store)
    [comment] = hand_in(store, reply(site))
    scorer = Scripted()
    scorer.during = lambda: withdraw(store, comment)
    assert run(store, scorer) == 0
    assert card(store, site, comment).status is Status.WITHDRAWN
    assert rows(store, "pending") == []


def test_nobody_gets_rid_of_a_bad_name_by_withdrawing(store):
    site = newspaper(store)
    [comment] = submit_and_judge(store, site, "Buy pills.", author=CAROL)
    record_decision(store, site, comment, SPAM)
    before = counts_for(store, author(store, site))
    withdraw(store, comment)
    assert counts_for(store, author(store, site)) == before != (0, 0, 0)


def test_what_was_withdrawn_is_erased_in_time_with_every_text(store):
    site = newspaper(store)
    comment, other = posted(store, site), posted(store, site, "Another.")
    edit(store, comment, "A finer article.")
    withdraw(store, comment)
    assert empty_withdrawn(store, NOON + MINUTE, now=NOON, entropy=os.urandom) == 0
    assert empty_withdrawn(store, NOON + MINUTE + 1, now=NOON, entropy=os.urandom) == 1
    assert empty_withdrawn(store, NOON + MINUTE + 1, now=NOON, entropy=os.urandom) == 0
    assert card(store, site, comment).status is Status.ERASED
    assert card(store, site, other).status is Status.APPROVED
    assert sorted(row.text for row in rows(store, "revisions")) == ["", "", "Another."]
    with pytest.raises(NotFound):
        edit(store, comment, "Back again.")
    assert not withdraw(store, comment)


def test_the_endpoints_hear_of_both_in_their_order(store):
    site = newspaper(store)
    endpoints.add_webhook(store, site.id, "https://hook.test/", now=NOON, entropy=os.urandom)
    comment = posted(store, site)
    edit(store, comment, "A finer article.")
    run(store)
    withdraw(store, comment)
    events = sorted(rows(store, "events"), key=lambda event: event.sequence)
    assert [(event.type, event.sequence, event.revision) for event in events] == [
        ("comment.received", 0, 1),
        ("comment.approved", 1, 1),
        ("comment.edited", 2, 2),
        ("comment.approved", 3, 2),
        ("comment.withdrawn", 4, 2),
    ]
    assert '"status":"pending","previous_status":"approved","actor":{"kind":"author"}' in (
        events[2].data_json
    )
    assert '"status":"withdrawn"' in events[4].data_json


def test_writers_workers_and_moderators_at_once_leave_nothing_undone(store):
    """Whoever comes first, nobody waits for ever, and no text is shown that nobody approved."""
    site = newspaper(store)
    ids = hand_in(store, *(reply(site, f"Fine {number}.") for number in range(6)))
    failures: list[BaseException] = []

    def repeat(act: Callable[[int, str], object]) -> None:
        for number in range(8):
            for comment in ids:
                try:
                    act(number, comment)
                except (Conflict, NotEditable):
                    pass
                except BaseException as error:
                    failures.append(error)
                    raise

    acts = [
        lambda number, comment: edit(store, comment, f"Changed {number}, {comment}."),
        lambda number, _: run(store, lease=f"a{number}"),
        lambda number, _: run(store, lease=f"b{number}"),
        lambda number, comment: decide(store, site, comment, (APPROVE, HOLD)[number % 2]),
        lambda number, comment: withdraw(store, comment) if comment == ids[number % 3] else None,
    ]
    threads = [threading.Thread(target=repeat, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    run(store, lease="last", at=NOON + 90 * MINUTE)
    assert rows(store, "pending") == []
    shown = public(store, site)
    for comment in ids:
        seen = card(store, site, comment)
        assert seen.status is not Status.PENDING
        if comment in shown:
            assert shown[comment] == seen.text
            assert (seen.decisions[-1].revision, seen.decisions[-1].outcome) == (
                seen.revision,
                APPROVE,
            )
    assert {card(store, site, comment).status for comment in ids[:3]} == {Status.WITHDRAWN}


TEXTS = st.sampled_from(["Fine.", "Good.", "It is bad.", "Buy pills.", "poison"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), TEXTS),
        st.tuples(st.just("edit while judged"), TEXTS),
        st.tuples(st.just("judge"), st.sampled_from(["well", "missing", "poison"])),
        st.tuples(st.just("decide"), st.sampled_from([APPROVE, HOLD, REJECT, SPAM])),
        st.tuples(st.sampled_from(["undo", "withdraw", "erase"]), st.none()),
    ),
    max_size=12,
)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_whatever_happens_readers_see_only_texts_that_were_approved(store: Store, steps) -> None:
    site = newspaper(store)
    [comment] = hand_in(store, reply(site, "Fine.", page=PageRef("https://herald.test/news/1")))
    clock = NOON
    approved: set[str] = set()  # texts about which somebody said so
    actions: dict[str, Callable[..., object]] = {
        "edit": lambda text: edit(store, comment, text, at=clock),
        "decide": lambda outcome: decide(store, site, comment, outcome),
        "undo": lambda _: undo(store, site, comment),
        "withdraw": lambda _: withdraw(store, comment, at=clock),
        "erase": lambda _: erase(store, {site.id}, comment, now=clock, entropy=os.urandom),
    }
    removed_by_person = False
    for name, value in steps:
        clock += 1_000
        before = card(store, site, comment)
        try:
            if name == "judge":
                run(store, Scripted(value), at=clock)
            elif name == "edit while judged":
                scorer = Scripted()
                scorer.during = lambda text=value: actions["edit"](text)
                run(store, scorer, at=clock)
            else:
                actions[name](value)
        except (Conflict, NotEditable, NotFound):
            assert card(store, site, comment).status is before.status
        after = card(store, site, comment)
        texts = {each.number: each.text for each in after.earlier} | {after.revision: after.text}
        approved = {texts[each.revision] for each in after.decisions if each.outcome is APPROVE}
        shown = public(store, site)
        if comment in shown:
            last = after.decisions[-1]
            assert shown[comment] == after.text
            assert shown[comment] in approved
            assert (last.revision, last.outcome) == (after.revision, APPROVE)
            assert last.sequence == after.sequence
        if before.status in GONE:
            assert after.status in GONE
        if name in ("edit", "judge", "edit while judged") and removed_by_person:
            assert after.status is before.status
        removed_by_person = after.decisions != () and (
            after.decisions[-1].actor.kind == "moderator"
            and after.status in (Status.REJECTED, Status.SPAM)
        )
        assert [each.sequence for each in after.decisions] == sorted(
            {each.sequence for each in after.decisions}
        )
    if not rows_pending(store, comment):
        return
    run(store, at=clock + 3_600_000)
    assert card(store, site, comment).status is not Status.PENDING


def rows_pending(store: Store, comment_id: str) -> bool:
    return any(row.comment_id == comment_id for row in rows(store, "pending"))
