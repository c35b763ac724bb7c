"""What the desk knows beside the queues: saved views, what stands around a comment, a person's own last decisions."""

import os

import pytest

from moderation.domain.comment import AuthorRef, Context, PageRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Invalid, NotFound
from moderation.review import comment_context, decisions, own_decisions, views
from moderation.review.branches import Replies
from moderation.review.search import Criteria
from tests.accounts.test_audit import changed
from tests.factories import NOON, hand_in, newspaper, reply
from tests.review.test_search import approve

CLOCK = {"now": NOON, "entropy": os.urandom}


def test_a_view_is_one_persons_or_everybodys_and_of_one_site(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://blog.test")
    held = Criteria(status=Status.HELD, reason="links", since=NOON, order="urgency")
    mine = views.add_view(store, site.id, "mod_1", "  Links,\n urgent ", held, **CLOCK)
    assert mine.name == "Links, urgent"
    spam = Criteria(status=Status.SPAM)
    ours = views.add_view(store, site.id, "mod_2", "All spam", spam, is_shared=True, **CLOCK)
    assert views.list_views(store, site.id, "mod_1") == [ours, mine]
    assert views.list_views(store, site.id, "mod_2") == [ours]
    assert views.list_views(store, other.id, "mod_1") == []
    for site_id, person_id in ((site.id, "mod_2"), (other.id, "mod_1")):
        with pytest.raises(NotFound):
            views.remove_view(store, site_id, person_id, mine.id)
    views.remove_view(store, site.id, "mod_1", mine.id)
    assert views.list_views(store, site.id, "mod_1") == [ours]
    views.remove_view(store, site.id, "mod_1", ours.id)
    shared = {"name": "All spam"}
    assert changed(store, site.id) == [  # of one's own nothing
        ("mod_2", "view.shared", ours.id, {}, shared),
        ("mod_1", "view.removed", ours.id, shared, {}),
    ]


@pytest.mark.parametrize(
    ("name", "criteria", "pointer"),
    [
        (" ", Criteria(status=Status.HELD), "/name"),
        ("n" * 61, Criteria(status=Status.HELD), "/name"),
        ("Empty", Criteria(), "/filter"),
        ("Order", Criteria(order="urgency"), "/filter"),
        ("Score", Criteria(score="toxicity", score_from=0.5), "/filter"),
        ("E-mail", Criteria(author="ada@reader.test"), "/filter"),
        ("Address", Criteria(query="198.51.100.7"), "/filter"),
        ("Network", Criteria(author="198.51.100.0/24"), "/filter"),
    ],
)
def test_a_view_that_cannot_be_saved(store, name, criteria, pointer):
    with pytest.raises(Invalid) as refused:
        views.add_view(store, newspaper(store).id, "mod_1", name, criteria, **CLOCK)
    assert refused.value.pointer == pointer


def test_a_person_has_so_many_views_of_a_site_and_no_more(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://blog.test")
    held = Criteria(status=Status.HELD)
    for number in range(views.VIEWS_LIMIT):
        views.add_view(store, site.id, "mod_1", f"View {number}", held, **CLOCK)
    with pytest.raises(Invalid) as refused:
        views.add_view(store, site.id, "mod_1", "One more", held, **CLOCK)
    assert refused.value.pointer == "/name"
    assert len(views.list_views(store, site.id, "mod_1")) == views.VIEWS_LIMIT
    for site_id, person_id in ((site.id, "mod_2"), (other.id, "mod_1")):
        views.add_view(store, site_id, person_id, "Their first", held, **CLOCK)


def test_what_stands_around_a_comment(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://blog.test")
    page = PageRef("https://herald.test/news/2", "Ferry")
    ann = {"author": AuthorRef("Ann", "ann@reader.test"), "context": Context("198.51.100.7")}
    [parent] = hand_in(store, reply(site, "What it answers.", page=page))
    approve(store, site, [parent])
    answers = hand_in(
        store, *(reply(site, f"Answer {n}.", page=page, parent_id=parent) for n in range(3))
    )
    [it] = hand_in(store, reply(site, "The one.", page=page, parent_id=parent, **ann))
    later = hand_in(store, reply(site, "Later.", page=page, parent_id=parent))
    theirs = hand_in(store, *(reply(site, f"Also hers {n}.", **ann) for n in range(7)))
    hand_in(store, reply(other, "Elsewhere.", page=PageRef("https://blog.test/1", "B"), **ann))
    approve(store, site, [answers[2], theirs[6]], Outcome.REJECT)
    found = comment_context.of_comment(store, {site.id}, it)
    assert found.parent and found.parent.id == parent and found.parent.status is Status.APPROVED
    assert [each.id for each in found.before] == answers[1:]
    assert found.before[1].status is Status.REJECTED
    assert [each.id for each in found.after] == later
    assert found.author_known_by == "email"
    assert [each.id for each in found.of_author] == theirs[:1:-1]
    assert (
        found.of_author[0].status is Status.REJECTED and found.of_author[0].text == "Also hers 6."
    )
    assert found.same_network == 7
    # One that answers nothing has its page around it, and its author is not known.
    top = comment_context.of_comment(store, {site.id}, parent)
    assert top.parent is None and not top.before and [each.id for each in top.after] == answers[:2]
    assert (top.author_known_by, list(top.of_author), top.same_network) == ("", [], 0)
    with pytest.raises(NotFound):
        comment_context.of_comment(store, {other.id}, it)


def test_own_decisions_are_taken_back_one_by_one_the_last_one_first(store):
    site = newspaper(store)
    ids = hand_in(store, *(reply(site, f"Number {n}.") for n in range(4)))
    [answer] = hand_in(store, reply(site, "An answer.", parent_id=ids[3]))
    for n, comment_id in enumerate(ids):
        along = Replies.REJECT if n == 3 else Replies.LEAVE
        decide = (store, "mod_1", {site.id}, comment_id, Outcome.REJECT)
        decisions.decide(*decide, replies=along, now=NOON + n, entropy=os.urandom)
    # Somebody else has decided about one since.
    decide = (store, "mod_2", {site.id}, ids[2], Outcome.APPROVE)
    decisions.decide(*decide, now=NOON + 9, entropy=os.urandom)

    def undo(person_id: str = "mod_1") -> str:
        clock = {"now": NOON + 10, "entropy": os.urandom}
        undone = own_decisions.undo_last(store, person_id, {site.id}, **clock)
        return undone.comment_id if undone else ""

    assert [undo() for _ in range(4)] == [ids[3], ids[1], ids[0], ""]
    assert undo("mod_2") == ids[2]
    # Not on a site that the person has left, which does not stand in the way of the others.
    left = newspaper(store, "The Gazette", "https://gazette.test")
    [gone] = hand_in(store, reply(left, "On another site."))
    [here] = hand_in(store, reply(site, "Number 5."))
    for place, comment_id in ((site, here), (left, gone)):
        decide = (store, "mod_3", {place.id}, comment_id, Outcome.REJECT)
        decisions.decide(*decide, now=NOON + 11 + (place is left), entropy=os.urandom)
    assert [undo("mod_3"), undo("mod_3")] == [here, ""]
    around = comment_context.of_comment(store, {site.id}, ids[3])
    assert [each.status for each in around.after if each.id == answer] == [Status.HELD]
