"""A comment's author, network and links are held, refused or trusted from now on, for a term, and that is undone."""

import os
from dataclasses import replace

import pytest

from moderation.domain.author_filter import About
from moderation.domain.comment import AuthorRef, Context
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Invalid, NotFound
from moderation.domain.filter import FilterAction
from moderation.judging.judge import judge
from moderation.policies import load_policy
from moderation.review import author_filters, filters, queues
from moderation.scorers.pipeline import ScorerPipeline
from moderation.scorers.site.filter_signals import FilterSignals
from moderation.scorers.spam.heuristics import Heuristics
from moderation.scorers.spam.reputation import ReputationSignals
from moderation.upkeep.retention import purge
from tests.factories import NOON, hand_in, newspaper, reply

POLICY = replace(load_policy("newsroom"), needs=("signs",))
_panel = ScorerPipeline([FilterSignals(), ReputationSignals(), Heuristics()], 20.0)
ADA = {
    "author": AuthorRef("Ada", "ada@private.test", identity="id:u7"),
    "context": Context("203.0.113.9"),
}
LINKS = "See " + ", ".join(f'<a href="https://{name}.test/">{name}</a>' for name in "abc")


def sent(store, site, text="A fine article.", **changes):
    """A comment that was judged; its card."""
    [id] = hand_in(store, reply(site, text, **changes))
    judge(
        store, _panel, POLICY,
        lease="test", lease_ms=60_000, limit=50, now=lambda: NOON, entropy=os.urandom,
    )  # fmt: skip
    return queues.get_card(store, {site.id}, id)


def put(store, site, card, about, action, days=None, **options):
    clock = {"now": NOON, "entropy": os.urandom}
    listing = author_filters.Listing(about, action, days, **options)
    return author_filters.put_on(store, "mod_1", {site.id}, card.id, listing, **clock)


def test_an_author_is_held_for_a_term_then_trusted_and_forgotten_again(store):
    site = newspaper(store)
    first = sent(store, site, **ADA)
    held = put(store, site, first, About.AUTHOR, FilterAction.HOLD, 7)
    assert (held.name, held.until) == ("Held authors, until 28 Sep 2026", NOON // DAY_MS * DAY_MS + 8 * DAY_MS)  # fmt: skip
    judged = sent(store, site, "Fine again.", **ADA)
    assert (judged.status.value, judged.decision.reasons[0].code) == ("held", "filter_hold")
    assert "Held authors" in judged.decision.reasons[0].message
    assert sent(store, site, "Another's.", author=AuthorRef("Ada")).status.value == "approved"
    purge(store, held.until - 1, 72)
    assert sent(store, site, "Within the term.", **ADA).status.value == "held"
    purge(store, held.until, 72)
    assert sent(store, site, "After the term.", **ADA).status.value == "approved"
    assert sent(store, site, LINKS, **ADA).status.value == "held"
    trusted = put(store, site, first, About.AUTHOR, FilterAction.TRUST)
    assert [each.name for each in filters.list_filters(store, {site.id})] == ["Trusted authors"]
    assert sent(store, site, LINKS.replace("See", "Read"), **ADA).status.value == "approved"
    author_filters.take_off(store, "mod_1", {site.id}, first.id, trusted.id, now=NOON)
    assert filters.list_filters(store, {site.id}) == []
    with pytest.raises(NotFound):
        author_filters.take_off(store, "mod_1", {site.id}, first.id, trusted.id, now=NOON)


def test_an_email_a_network_and_a_link_are_refused_and_nobody_feigns_trust(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    first = sent(store, site, "Mine: https://shop-of-ada.com/", **ADA)
    put(store, site, first, About.EMAIL, FilterAction.REJECT)
    typed = {"author": AuthorRef("X", "Ada@Private.test")}
    assert sent(store, site, "By the same e-mail.", **typed).status.value == "rejected"
    put(store, site, first, About.NETWORK, FilterAction.HOLD, 30)
    near = {"context": Context("203.0.113.77")}
    assert sent(store, site, "From the same network.", **near).status.value == "held"
    domain = {"domain": "shop-of-ada.com"}
    put(store, site, first, About.DOMAIN, FilterAction.REJECT, **domain)
    assert sent(store, site, "See https://shop-of-ada.com/x").status.value == "rejected"
    named = author_filters.of_comment(store, {site.id}, first.id, NOON)
    assert [(each.mark.about.value, len(each.filters)) for each in named] == [
        ("author", 0),
        ("email", 1),
        ("network", 1),
        ("domain", 1),
    ]
    assert "ada@private.test" not in str(filters.list_filters(store, {site.id}))
    for about in (About.EMAIL, About.NETWORK):
        with pytest.raises(Invalid, match="/action"):
            put(store, site, first, about, FilterAction.TRUST)
    with pytest.raises(Invalid, match="/days"):
        put(store, site, first, About.AUTHOR, FilterAction.HOLD, 0)
    with pytest.raises(NotFound):
        put(store, site, first, About.DOMAIN, FilterAction.HOLD, domain="nowhere.test")
    with pytest.raises(NotFound):
        put(store, other, first, About.AUTHOR, FilterAction.HOLD)
