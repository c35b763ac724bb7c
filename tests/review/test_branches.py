"""Replies: they wait for what they answer, are rejected along with it if a moderator says so, and come back."""

import os

import pytest
import sqlalchemy as sa

from moderation.domain.comment import PageRef, PageState
from moderation.domain.decision import Outcome
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.page_state import PageDefault
from moderation.judging.judge import judge
from moderation.reading import threads
from moderation.review import branches, decisions, page_states
from moderation.review.branches import Replies
from moderation.store.sql.schema import feedback, votes
from moderation.upkeep.erase import erase
from tests.factories import NOON, POLICY, Scripted, card, hand_in, newspaper, panel, reply

URL = "https://herald.test/news/1"


@pytest.fixture
def site(store):
    return newspaper(store)


def run(store, lease: str = "test", scorer: Scripted | None = None) -> int:
    judged = judge(
        store,
        panel(*filter(None, [scorer])),
        POLICY,
        lease=lease,
        lease_ms=60_000,
        limit=500,
        now=lambda: NOON,
        entropy=os.urandom,
    )
    return judged.claimed


def say(
    store, site, text: str = "A fine article.", parent: str = "", *, judged: bool = True
) -> str:
    [id] = hand_in(store, reply(site, text, parent_id=parent))
    if judged:
        run(store)
    return id


def decide(store, site, id: str, outcome: Outcome, **more):
    return decisions.decide(
        store, "mod_1", {site.id}, id, outcome, now=NOON, entropy=os.urandom, **more
    )


def undo(store, site, id: str):
    return decisions.undo(store, "mod_1", {site.id}, id, now=NOON, entropy=os.urandom)


def statuses(store, site, *ids: str) -> list[str]:
    return [card(store, site, id).status.value for id in ids]


def codes(store, site, id: str) -> list[str]:
    return [reason.code for reason in card(store, site, id).decision.reasons]


def thread(store, site, **options) -> list[tuple[str, str, bool]]:
    page = threads.find_page(store, site.id, URL)
    shown = threads.list_approved(store, page, **options)
    every = threads.with_removed(store, shown, options.get("after", ""))
    return [(comment.id, comment.parent_id, comment.is_removed) for comment in every]


def test_a_reply_waits_with_what_it_answers_and_is_judged_again(store, site):
    held = say(store, site, "bad")
    first = say(store, site, parent=held)
    second = say(store, site, parent=first)
    rude = say(store, site, "bad, too", parent=held)
    assert codes(store, site, first) == codes(store, site, second) == ["parent_held"]
    assert codes(store, site, rude) == ["toxic"]
    assert thread(store, site) == []
    assert run(store) == 0  # nothing waits but for people
    decide(store, site, held, Outcome.APPROVE)
    assert run(store) == 1 and run(store, "next") == 1
    assert statuses(store, site, held, first, second, rude) == [
        "approved",
        "approved",
        "approved",
        "held",
    ]
    assert card(store, site, first).decision.actor.kind == "policy"
    assert card(store, site, first).scores == {"toxicity": 0.1}


def test_a_batch_knows_what_becomes_of_its_own(store, site):
    parent = say(store, site, judged=False)
    answer = say(store, site, parent=parent, judged=False)
    held = say(store, site, "bad", judged=False)
    below = say(store, site, parent=held, judged=False)
    run(store)
    assert statuses(store, site, parent, answer, held, below) == [
        "approved",
        "approved",
        "held",
        "held",
    ]
    assert len(card(store, site, answer).decisions) == 1
    assert codes(store, site, below) == ["parent_held"]


@pytest.mark.parametrize(
    ("outcome", "then"), [(Outcome.APPROVE, "approved"), (Outcome.REJECT, "held")]
)
def test_what_counts_is_how_the_parent_stands_when_the_reply_is_recorded(
    store, site, outcome, then
):
    """A person decides about the parent while the scorers read the reply."""
    parent = say(store, site, "bad")
    answer = say(store, site, parent=parent, judged=False)
    scorer = Scripted()
    scorer.during = lambda: decide(store, site, parent, outcome)
    run(store, scorer=scorer)
    assert statuses(store, site, answer) == [then]


@pytest.mark.parametrize("removal", ["reject", "spam", "erase"])
def test_what_was_on_its_way_when_its_parent_was_removed_waits(store, site, removal):
    parent = say(store, site)
    answer = say(store, site, parent=parent, judged=False)
    if removal == "erase":
        erase(store, {site.id}, parent, now=NOON, entropy=os.urandom)
    else:
        decide(store, site, parent, Outcome(removal))
    run(store)
    assert codes(store, site, answer) == ["parent_removed"]
    assert thread(store, site) == []
    if removal != "erase":
        undo(store, site, parent)
        run(store)
        assert statuses(store, site, answer) == ["approved"]


def test_a_person_may_approve_a_reply_before_what_it_answers(store, site):
    held = say(store, site, "bad")
    answer = say(store, site, parent=held)
    decide(store, site, answer, Outcome.APPROVE)
    decide(store, site, held, Outcome.APPROVE)
    assert run(store) == 0
    assert len(card(store, site, answer).decisions) == 2


def test_a_site_that_premoderates_holds_the_reply_even_then(store, site):
    page_states.set_default(store, site.id, PageDefault(PageState.PREMODERATED))
    parent = say(store, site)
    answer = say(store, site, parent=parent)
    assert codes(store, site, parent) == codes(store, site, answer) == ["premoderated"]


@pytest.mark.parametrize("outcome", [Outcome.REJECT, Outcome.SPAM])
def test_replies_stay_below_a_placeholder_unless_the_moderator_says_otherwise(store, site, outcome):
    root = say(store, site)
    answer = say(store, site, parent=root)
    further = say(store, site, parent=answer)
    decide(store, site, root, outcome)
    assert statuses(store, site, answer, further) == ["approved", "approved"]
    assert thread(store, site) == [
        (root, "", True),
        (answer, root, False),
        (further, answer, False),
    ]
    decide(store, site, answer, Outcome.HOLD)
    assert thread(store, site) == [(root, "", True), (answer, root, True), (further, answer, False)]
    decide(store, site, further, Outcome.REJECT)
    assert thread(store, site) == []


def test_the_whole_branch_is_rejected_and_taken_back_as_one(store, site):
    root = say(store, site)
    answer = say(store, site, parent=root)
    approved = say(store, site, parent=answer)
    decide(store, site, approved, Outcome.APPROVE)
    rude = say(store, site, "bad", parent=root)
    spam = say(store, site, parent=root)
    decide(store, site, spam, Outcome.SPAM)
    beside = say(store, site)
    fresh = say(store, site, parent=root, judged=False)
    branch = (answer, approved, rude, fresh, spam)
    before = statuses(store, site, *branch)
    assert card(store, site, root).replies == 4  # without what is removed already
    decision = decide(store, site, root, Outcome.SPAM, replies=Replies.REJECT)
    assert statuses(store, site, root, *branch, beside) == [
        "spam",
        "rejected",
        "rejected",
        "rejected",
        "rejected",
        "spam",
        "approved",
    ]
    assert codes(store, site, answer) == ["branch_rejected"]
    assert branches.count_along(store, decision) == 4
    assert thread(store, site) == [(beside, "", False)]
    run(store)  # a machine does not bring back what was still to be judged
    assert statuses(store, site, fresh) == ["rejected"]
    assert branches.count_along(store, undo(store, site, root)) == 4
    before[branch.index(fresh)] = "held"  # nothing was decided about it: a person must
    assert statuses(store, site, root, *branch) == ["approved", *before]
    undo(store, site, root)  # and the undo of the undo
    assert statuses(store, site, *branch) == [*("rejected",) * 4, "spam"]
    undo(store, site, root)
    assert statuses(store, site, *branch) == before


def test_what_was_decided_since_stays(store, site):
    root = say(store, site)
    kept, back = say(store, site, parent=root), say(store, site, parent=root)
    decide(store, site, root, Outcome.REJECT, replies=Replies.REJECT)
    decide(store, site, kept, Outcome.SPAM)
    undo(store, site, root)
    assert statuses(store, site, root, kept, back) == ["approved", "spam", "approved"]


def test_whoever_answered_is_not_blamed_for_what_they_answered(store, site):
    root = say(store, site, "Look at http://shop.example/")
    say(store, site, "See http://honest.example/ instead.", parent=root)
    decide(store, site, root, Outcome.SPAM, replies=Replies.REJECT)
    with store.read() as connection:
        subjects = set(connection.scalars(sa.select(votes.c.subject)))
        taught = connection.execute(sa.select(feedback.c.comment_id, feedback.c.is_spam)).all()
    assert [subject.split()[-1] for subject in subjects] == ["shop.example"]
    assert {row.is_spam for row in taught if row.comment_id != root} == {None}


@pytest.mark.parametrize("outcome", [Outcome.APPROVE, Outcome.HOLD])
def test_a_branch_is_not_rejected_below_what_is_not(store, site, outcome):
    root = say(store, site)
    with pytest.raises(Invalid) as refused:
        decide(store, site, root, outcome, replies=Replies.REJECT)
    assert refused.value.pointer == "/replies"
    assert statuses(store, site, root) == ["approved"]


def test_a_placeholder_comes_once_with_the_first_page_that_needs_it(store, site):
    root = say(store, site)
    middle = say(store, site, parent=root)
    answers = [say(store, site, parent=middle) for _ in range(3)]
    decide(store, site, root, Outcome.REJECT)
    decide(store, site, middle, Outcome.REJECT)
    assert thread(store, site, limit=1) == [
        (root, "", True),
        (middle, root, True),
        (answers[0], middle, False),
    ]
    assert thread(store, site, limit=1, after=answers[0]) == [(answers[1], middle, False)]
    other = say(store, site)
    assert thread(store, site, after=answers[2]) == [(other, "", False)]


def test_pages_are_set_before_their_first_comment_and_by_their_own_site_only(store, site):
    bob = newspaper(store, "Bob's Blog", "https://bob.test")
    closed = page_states.PageChange(PageState.CLOSED)
    status = page_states.set_page(store, site.id, PageRef(URL), closed, NOON, os.urandom)
    assert (status.state, status.page.url) == (PageState.CLOSED, URL)
    for spelling in (URL, f"{URL}/?utm_source=x#respond"):
        page = threads.find_page(store, site.id, spelling)
        assert threads.state_of(store, page, site.id, NOON).state is PageState.CLOSED
    assert threads.state_of(store, None, bob.id, NOON).state is PageState.OPEN
    for url in ("https://bob.test/1", "https://herald.test.evil.test/", "https://herald.testx"):
        with pytest.raises(Invalid) as refused:
            page_states.set_page(store, site.id, PageRef(url), closed, NOON, os.urandom)
        assert refused.value.pointer == "/page/url"
    with pytest.raises(NotFound):
        page_states.change_page(store, bob.id, status.id, closed, now=NOON)
    reopened, before = page_states.change_page(
        store, site.id, status.id, page_states.PageChange(), closed, now=NOON
    )
    assert (reopened.state, before) == (PageState.OPEN, closed)
    with pytest.raises(Conflict):
        page_states.change_page(store, site.id, status.id, closed, closed, now=NOON)
    assert [page.id for page in page_states.list_pages(store, site.id, NOON)] == [status.id]
