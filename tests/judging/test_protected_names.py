"""Whoever uses the name of the site or of its staff without being known as that waits for a person."""

import itertools
import os
from pathlib import Path

import pytest

from moderation.domain.comment import AuthorRef, Status
from moderation.domain.filter import FilterAction, FilterDraft, FilterField, FilterKind
from moderation.domain.policy import parse_policy
from moderation.judging.judge import judge
from moderation.review import filters, queues
from moderation.scorers.site.filter_signals import FilterSignals
from moderation.scorers.site.protected_names import ProtectedNames
from moderation.store import memberships, moderators
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from tests.factories import NOON, Scripted, hand_in, newspaper, panel, reply

POLICY = parse_policy(
    Path("moderation/policies/newsroom.toml")
    .read_text(encoding="utf-8")
    .replace('needs = ["toxicity", "spam", "language"]', 'needs = ["toxicity"]')
)


@pytest.fixture
def site(store: Store) -> Site:
    """The site, with a moderator called Jane Doe."""
    site = newspaper(store, "The Saltmarsh Herald")
    with store.write() as connection:
        id = moderators.add(connection, "jane.doe@herald.test", "hash", NOON, os.urandom)
        memberships.grant(connection, id, site.id, "moderator")
    return site


numbers = itertools.count(1)


def codes(store: Store, site: Site, author: AuthorRef) -> list[str]:
    [id] = hand_in(store, reply(site, f"A fine article, says {next(numbers)}.", author=author))
    judge(
        store,
        panel(FilterSignals(), ProtectedNames(), Scripted()),
        POLICY,
        lease="w",
        lease_ms=60_000,
        limit=10,
        now=lambda: NOON + 1_000,
        entropy=os.urandom,
    )
    card = queues.get_card(store, {site.id}, id)
    found = [reason.code for reason in card.decision.reasons]
    assert (card.status is Status.HELD) is bool(found)
    return found


@pytest.mark.parametrize("name", ["Saltmarsh HeraId", "SaltmarshHerald Team", "Jane D0e"])
def test_the_names_of_site_and_staff_are_held_with_a_reason_of_their_own(
    store: Store, site: Site, name: str
) -> None:
    assert codes(store, site, AuthorRef(name)) == ["protected_name"]
    # Not the e-mail that was typed, but one that the site vouches for, shows who it is.
    assert codes(store, site, AuthorRef(name, email="jane.doe@herald.test")) == ["protected_name"]
    assert codes(store, site, AuthorRef(name, identity="email:jane.doe@herald.test")) == []
    assert codes(store, site, AuthorRef("Jane")) == []
    # Elsewhere it is a name like any other.
    other = newspaper(store, "Bob's Blog", "https://bob.test")
    assert codes(store, other, AuthorRef(name)) == []


@pytest.mark.parametrize("entry", ["Jane Doe", "*"])
def test_a_filter_of_names_that_trusts_makes_exceptions(
    store: Store, site: Site, entry: str
) -> None:
    draft = FilterDraft(
        "staff", FilterKind.WORDS, FilterAction.TRUST, (entry,), fields=(FilterField.NAME,)
    )
    filters.add_filter(store, site.id, draft, "mod_1", now=NOON, entropy=os.urandom)
    assert codes(store, site, AuthorRef("Jane Doe")) == []
    assert codes(store, site, AuthorRef("Saltmarsh Herald")) == (
        [] if entry == "*" else ["protected_name"]
    )


def test_a_filter_of_names_finds_what_looks_like_its_entry(store: Store, site: Site) -> None:
    draft = FilterDraft(
        "names", FilterKind.WORDS, FilterAction.HOLD, ("Gate Keeper",), fields=(FilterField.NAME,)
    )
    filters.add_filter(store, site.id, draft, "mod_1", now=NOON, entropy=os.urandom)
    for name in ("Gate Keeper", "GateKeeper", "Gate_Keeper", "gate keeper"):
        assert codes(store, site, AuthorRef(name)) == ["filter_hold"]
    assert codes(store, site, AuthorRef("Gatekeepers")) == []
