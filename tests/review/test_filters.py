"""A site's own filters: stored in versions, applied to the next comment, previewed on recent ones."""

import itertools
import os
from dataclasses import replace

import pytest

from harness.servers import SECRET
from moderation.domain.comment import AuthorRef, Context, Status
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.filter import FilterAction, FilterDraft, FilterField, FilterKind
from moderation.judging.judge import judge
from moderation.policies import load_policy
from moderation.review import filter_preview, filters, queues
from moderation.scorers.pipeline import ScorerPipeline
from moderation.scorers.site.filter_signals import FilterSignals
from moderation.scorers.spam.heuristics import Heuristics
from moderation.store.filters import filters_of
from moderation.store.sql.engine import Store
from tests.factories import NOON, hand_in, newspaper, reply

CASINO = FilterDraft("casino", FilterKind.WORDS, FilterAction.SPAM, ("casino",))
POLICY = replace(load_policy("newsroom"), needs=("signs",))
_panel = ScorerPipeline([FilterSignals(), Heuristics()], 20.0)


def add(store, site, draft, now=NOON):
    return filters.add_filter(store, site.id, draft, "mod_1", now=now, entropy=os.urandom)


def outcome(store, site, text, **changes):
    """What becomes of a comment, and why."""
    id = hand_in(store, reply(site, text, **changes))[0]
    judge(
        store, _panel, POLICY,
        lease="test", lease_ms=60_000, limit=50, now=lambda: NOON + 10 * DAY_MS, entropy=os.urandom,
    )  # fmt: skip
    card = queues.get_card(store, {site.id}, id)
    return card.status, [reason.message for reason in card.decision.reasons]


def test_a_filter_and_each_change_apply_to_the_next_comment(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    assert outcome(store, site, "A casino.")[0] is Status.APPROVED
    kept = add(store, site, CASINO)
    assert outcome(store, site, "A casino.") == (
        Status.SPAM,
        ["On the site's own list of spam: casino (version 1)."],
    )
    assert outcome(store, other, "A casino.")[0] is Status.APPROVED
    filters.switch_filter(store, {site.id}, kept.id, False, "mod_1", now=NOON)
    assert outcome(store, site, "A casino.")[0] is Status.APPROVED
    poker = replace(CASINO, entries=("poker",), action=FilterAction.HOLD)
    changed = filters.change_filter(store, {site.id}, kept.id, poker, "mod_2", now=NOON + 1)
    assert (changed.version, changed.changed_by, changed.created_at) == (3, "mod_2", NOON)
    assert outcome(store, site, "Some poker.") == (
        Status.HELD,
        ["On the site's own list: casino (version 3)."],
    )
    filters.remove_filter(store, {site.id}, kept.id)
    assert outcome(store, site, "Some poker.")[0] is Status.APPROVED
    assert filters.list_filters(store, {site.id}) == []


def test_more_sites_with_filters_than_are_remembered_are_all_judged(database_url):
    store = Store(database_url, SECRET, sites_remembered=2)
    places = [newspaper(store, f"Site {number}", f"https://{number}.test") for number in range(4)]
    kept = [add(store, site, CASINO) for site in places]

    def judged():
        ids = [hand_in(store, reply(site, "A casino."))[0] for site in places]
        judge(
            store, _panel, POLICY,
            lease="test", lease_ms=60_000, limit=50, now=lambda: NOON + 1_000, entropy=os.urandom,
        )  # fmt: skip
        return [
            queues.get_card(store, {site.id}, id).status
            for site, id in zip(places, ids, strict=True)
        ]  # fmt: skip

    assert judged() == [Status.SPAM] * 4
    filters.switch_filter(store, {places[3].id}, kept[3].id, False, "mod_1", now=NOON)
    assert judged() == [Status.SPAM] * 3 + [Status.APPROVED]
    assert len(store.filter_sets) == 2
    store.close()


def test_filters_cached_for_one_store_are_not_used_for_another(database_url):
    stores = Store(database_url, SECRET), Store(database_url, b"another secret " * 3)
    site = newspaper(stores[0])
    add(
        stores[0],
        site,
        FilterDraft("mail", FilterKind.EMAILS, FilterAction.SPAM, ("a@example.com",)),
    )
    sets = [filters_of(store, {site.id: 1})[site.id] for store in stores]
    assert sets[0].keys["a@example.com"] != sets[1].keys["a@example.com"]
    for store in stores:
        store.close()


def test_what_is_on_a_list_and_links_is_rejected(store):
    site = newspaper(store)
    add(store, site, CASINO)
    status, reasons = outcome(store, site, "A casino at http://a.example.com")
    assert status is Status.REJECTED
    assert (
        "Known spam (casino (version 1)) with a link to example.com, from somebody without a good"
        " name here." in reasons
    )


def test_addresses_and_emails_match_by_their_hashes(store):
    site = newspaper(store)
    add(
        store,
        site,
        FilterDraft(
            "net", FilterKind.NETWORKS, FilterAction.HOLD, ("203.0.113.9", "198.51.100.0/24")
        ),
    )
    add(
        store,
        site,
        FilterDraft(
            "mail", FilterKind.EMAILS, FilterAction.SPAM, ("troll@example.com", "@spam.org")
        ),
    )

    def met(ip="192.0.2.1", email="carol@example.com"):
        return outcome(store, site, "Nice.", context=Context(ip=ip), author=AuthorRef("C", email))[
            0
        ]

    assert met(ip="203.0.113.9") is Status.HELD
    assert met(ip="203.0.113.10") is Status.APPROVED
    assert met(ip="198.51.100.77") is Status.HELD
    assert met(email="Troll@example.com") is Status.SPAM
    assert met(email="any@mail.spam.org") is Status.SPAM


def test_two_who_change_a_filter_do_not_overwrite_each_other(store):
    site = newspaper(store)
    kept = add(store, site, CASINO)
    changed = filters.change_filter(store, {site.id}, kept.id, CASINO, "a", kept.version, now=NOON)
    with pytest.raises(Conflict):
        filters.change_filter(store, {site.id}, kept.id, CASINO, "b", kept.version, now=NOON)
    with pytest.raises(Conflict):
        filters.remove_filter(store, {site.id}, kept.id, kept.version)
    assert filters.remove_filter(store, {site.id}, kept.id, changed.version) == changed


def test_filters_belong_to_their_site(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    kept = add(store, site, CASINO)
    for act in (
        lambda: filters.get_filter(store, {other.id}, kept.id),
        lambda: filters.change_filter(store, {other.id}, kept.id, CASINO, "b", now=NOON),
        lambda: filters.switch_filter(store, {other.id}, kept.id, False, "b", now=NOON),
        lambda: filters.remove_filter(store, {other.id}, kept.id),
        lambda: add(store, replace(site, id="site_none"), CASINO),
    ):
        with pytest.raises(NotFound):
            act()
    assert filters.get_filter(store, {site.id}, kept.id) == kept


def test_a_bad_filter_is_refused_and_not_stored(store):
    site = newspaper(store)
    with pytest.raises(Invalid):
        add(store, site, replace(CASINO, kind=FilterKind.PATTERNS, entries=("(",)))
    kept = add(store, site, CASINO)
    with pytest.raises(Invalid):
        filters.change_filter(store, {site.id}, kept.id, replace(CASINO, entries=()), "a", now=NOON)
    assert filters.list_filters(store, {site.id}) == [kept]


def test_a_site_has_so_many_filters_and_no_more(store, monkeypatch):
    monkeypatch.setattr(filters, "FILTER_LIMIT", 2)
    site = newspaper(store)
    for _ in range(2):
        add(store, site, CASINO)
    with pytest.raises(Conflict):
        add(store, site, CASINO)


def preview(store, site, draft, **more):
    ticks = itertools.count()
    options = {"now": NOON + 20 * DAY_MS, "clock": lambda: next(ticks) * 0.001} | more
    return filter_preview.preview(store, site.id, draft, **options)


def test_a_preview_says_what_would_have_matched_and_what_collides(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    for text, days in [
        ("Cheap Cialis here", 19),
        ("My specialist is a Socialist", 18),
        ("Ask a specialist!", 17),
        ("Nothing of the kind", 16),
        ("cialis, long ago", -20),
    ]:
        hand_in(store, reply(site, text, at=NOON + days * DAY_MS))
    hand_in(store, reply(other, "cialis elsewhere", at=NOON + 19 * DAY_MS))
    trial = preview(
        store, site, FilterDraft("c", FilterKind.PATTERNS, FilterAction.SPAM, ("cialis",))
    )
    assert (trial.days, trial.examined, trial.complete, trial.matched) == (30, 4, True, 3)
    assert trial.by_status == {Status.PENDING: 3}
    assert trial.words == [("cialis", 4)]
    assert dict(trial.collisions) == {"specialist": 2, "socialist": 1}
    first = trial.matches[0]
    assert [first.excerpt[span.start : span.end] for span in first.spans] == ["Cialis"]
    wild = preview(
        store, site, FilterDraft("c", FilterKind.WORDS, FilterAction.SPAM, ("*cialis*",))
    )
    assert dict(wild.collisions) == {"specialist": 2, "socialist": 1}
    spared = replace(
        CASINO,
        kind=FilterKind.PATTERNS,
        entries=("cialis",),
        exceptions=("specialist", "socialist"),
    )
    assert preview(store, site, spared).collisions == []
    assert preview(store, site, replace(CASINO, entries=("cialis",))).matched == 1


def test_a_preview_ends_at_its_time_or_comment_limit(store):
    site = newspaper(store)
    for n in range(6):
        hand_in(store, reply(site, f"casino {n}", at=NOON + n))
    partial = preview(store, site, CASINO, now=NOON + DAY_MS, limit=4)
    assert (partial.examined, partial.complete) == (4, False)
    assert [match.excerpt for match in partial.matches] == [f"casino {n}" for n in (5, 4, 3, 2)]
    slow = preview(store, site, CASINO, now=NOON + DAY_MS, clock=itertools.count(0, 3).__next__)
    assert slow.examined < 6
    assert not slow.complete


def test_a_preview_of_people_and_networks_uses_what_is_still_stored(store):
    site = newspaper(store)
    hand_in(
        store,
        reply(
            site, "One.", author=AuthorRef("A", "troll@example.com"), context=Context("203.0.113.9")
        ),
        reply(site, "Two.", author=AuthorRef("Casino", "", "https://evil.com/")),
    )
    by_kind = {
        FilterKind.EMAILS: "troll@example.com",
        FilterKind.NETWORKS: "203.0.113.9",
        FilterKind.DOMAINS: "evil.com",
        FilterKind.WORDS: "casino",
    }
    for kind, entry in by_kind.items():
        draft = FilterDraft("x", kind, FilterAction.HOLD, (entry,), fields=tuple(FilterField))
        trial = preview(store, site, draft, now=NOON + DAY_MS)
        assert (kind, trial.matched) == (kind, 1)
    with pytest.raises(Invalid):
        preview(store, site, replace(CASINO, entries=("*",)))


def test_a_preview_ends_when_nobody_waits_for_it(store):
    site = newspaper(store)
    hand_in(store, *(reply(site, "Cheap Cialis here", at=NOON + 19 * DAY_MS) for _ in range(3)))
    answers = iter([False, True])
    found = preview(store, site, CASINO, is_cancelled=lambda: next(answers))
    assert (found.examined, found.complete) == (1, False)
