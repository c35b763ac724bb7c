"""The audit: what is written with each change, and what never is."""

import os
from contextlib import suppress

import pytest

from moderation.accounts import audit, moderators, site_settings, sites
from moderation.domain.audit import SERVICE, AuditQuery, Change
from moderation.domain.comment import AuthorRef, PageRef, PageState
from moderation.domain.decision import Outcome
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.filter import FilterAction, FilterDraft, FilterKind
from moderation.domain.page_state import PageDefault
from moderation.domain.page_url import PageRules
from moderation.domain.person import PersonRef
from moderation.domain.reader_rules import ReaderRules
from moderation.domain.reputation import Subject, SubjectKind
from moderation.judging.judge import judge
from moderation.notify import endpoints
from moderation.review import (
    bulk,
    decisions,
    filters,
    page_moves,
    page_states,
    reader_rules,
    reputation,
)
from moderation.review.page_states import PageChange
from moderation.store import audit as audit_store
from moderation.store.sql.engine import Store
from moderation.upkeep import erase, person_erasure, retention
from tests.factories import NOON, POLICY, hand_in, newspaper, panel, reply

CLOCK = {"now": NOON, "entropy": os.urandom}
# Whatever of these the audit has, somebody wrote or must not know.
CANARIES = (
    "carol@private.test",
    "203.0.113.9",
    "canary-text",
    "hunter22",
    "whsec_",
    "ghs_",
    "ghf_",
)


def entries(store: Store, site_id: str, **wanted: object):
    return audit.list_entries(store, {site_id}, AuditQuery(**wanted))[0]


def changed(store: Store, site_id: str):
    """(by, change, about, before, after) of all, the oldest first."""
    return [
        (each.by, each.change, each.about, each.before, each.after)
        for each in reversed(entries(store, site_id))
    ]


def test_each_change_is_noted_once_with_what_differs(store: Store) -> None:
    """One act of each verb, and what the audit says of it."""
    with store.write() as connection:
        new = sites.NewSite("Herald", ["https://herald.test"], "en", ["openai"], ["secret"])
        site, _ = sites.add_site(connection, new, **CLOCK)
    id, mod, key = site.id, "mod_ada", "key_1"
    drafts = [
        FilterDraft("casino", FilterKind.WORDS, FilterAction.HOLD, words)
        for words in (("casino",), ("poker",))
    ]
    words = filters.add_filter(store, id, drafts[0], mod, **CLOCK)
    filters.change_filter(store, {id}, words.id, drafts[1], mod, now=NOON)
    filters.switch_filter(store, {id}, words.id, False, mod, now=NOON)
    filters.remove_filter(store, {id}, words.id, by=mod)
    draft = FilterDraft("people", FilterKind.EMAILS, FilterAction.HOLD, ("carol@private.test",))
    people_filter = filters.add_filter(store, id, draft, mod, **CLOCK)
    url = "https://carol:hunter22@hooks.test/hunter22"
    with pytest.raises(Invalid):
        endpoints.add_webhook(store, id, url, by=key, **CLOCK)
    hook, _ = endpoints.add_webhook(store, id, "https://hooks.test/hunter22", by=key, **CLOCK)
    endpoints.change_endpoint(store, {id}, hook.id, url="https://hooks.test/2", batch=5, by=key)
    endpoints.rotate_secret(store, {id}, hook.id, by=key, **CLOCK)
    endpoints.disable_endpoint(store, {id}, hook.id, key, **CLOCK)
    endpoints.enable_endpoint(store, {id}, hook.id, key)
    endpoints.remove_endpoint(store, {id}, hook.id, key)
    closed = PageChange(PageState.CLOSED)
    news = PageRef("https://herald.test/news/1")
    page_states.set_page(store, id, news, closed, NOON, os.urandom, mod)
    page_states.set_page(store, id, news, closed, NOON, os.urandom, mod)  # changes nothing
    page_states.set_default(store, id, PageDefault(PageState.OPEN, 14), by=mod)
    page_moves.set_title(store, id, news.url, "News", by=key)
    page_moves.move_page(store, id, news.url, "https://herald.test/n", by=key)
    rules = PageRules(("https://herald.test", "https://www.herald.test"))
    site_settings.change_rules(store, id, rules)
    reader_rules.set_rules(store, id, ReaderRules(30, 3), key)
    [comment] = hand_in(
        store, reply(site, "canary-text http://shop.example/", page=PageRef(f"{news.url}2"))
    )
    lease = {"lease": "test", "lease_ms": 60_000, "limit": 5, "now": lambda: NOON}
    judge(store, panel(), POLICY, **lease, entropy=os.urandom)
    decisions.decide(store, mod, {id}, comment, Outcome.SPAM, **CLOCK)
    shop = Subject(SubjectKind.DOMAIN, id, "shop.example")
    reputation.reset(store, mod, shop, **CLOCK)
    reputation.reset(store, mod, shop, undo=True, **CLOCK)
    act = bulk.start(store, mod, id, [(comment, 2)], Outcome.APPROVE, **CLOCK).act
    bulk.undo(store, mod, id, act.id, **CLOCK)
    erase.erase(store, {id}, comment, key, **CLOCK)
    with store.write() as connection:
        new_key = sites.add_key(connection, id, "openai", **CLOCK)
        sites.switch_face_on(connection, id, "openai", "600/minute", now=NOON)
        sites.switch_face_off(connection, id, "openai")
    assert new_key.startswith("ghf_")
    one = {"email": "ada@herald.test", "password_hash": "", "site_id": id}
    ada = moderators.add_moderator(store, **one, role="moderator", by=SERVICE, **CLOCK)
    moderators.add_moderator(store, **one, role="admin", **CLOCK)
    moderators.add_moderator(store, **one | {"password_hash": "hunter22"}, role="admin", **CLOCK)
    moderators.make_link(store, "ada@herald.test", **CLOCK)
    moderators.set_mails(store, "ada@herald.test", False)
    moderators.set_language(store, ada, "de")

    key_id = changed(store, id)[1][2]
    filter_facts = {
        **{"name": "casino", "kind": "words", "action": "hold", "entries": 1, "exceptions": 0},
        **{"languages": [], "fields": ["text"], "enabled": True, "version": 1},
    }
    hook_facts = {
        **{"url": "https://hooks.test", "types": [], "payload": "full", "format": "standard"},
        "batch": 1,
    }
    was = {"origins": ["https://herald.test"]}
    assert key_id.startswith("key_")
    assert changed(store, id) == [
        ("command", "site.created", id, {}, {"name": "Herald", "language": "en"} | was),
        ("command", "key.created", key_id, {}, {"kind": "secret"}),
        ("command", "face.on", "openai", {}, {"limit": ""}),
        (mod, "filter.added", words.id, {}, filter_facts),
        (
            mod,
            "filter.changed",
            words.id,
            {"version": 1},
            {"version": 2, "added": ["poker"], "removed": ["casino"]},
        ),
        (
            mod,
            "filter.changed",
            words.id,
            {"version": 2, "enabled": True},
            {"version": 3, "enabled": False},
        ),
        (mod, "filter.removed", words.id, filter_facts | {"version": 3, "enabled": False}, {}),
        (
            mod,
            "filter.added",
            people_filter.id,
            {},
            filter_facts | {"name": "people", "kind": "emails"},
        ),
        (key, "endpoint.added", hook.id, {}, hook_facts),
        (key, "endpoint.changed", hook.id, {"batch": 1}, {"batch": 5, "path": "another"}),
        (key, "endpoint.secret_changed", hook.id, {}, {"both_until": "2026-09-22T14:13:20.000Z"}),
        (key, "endpoint.disabled", hook.id, {}, {}),
        (key, "endpoint.enabled", hook.id, {}, {}),
        (key, "endpoint.removed", hook.id, hook_facts | {"batch": 5}, {}),
        (mod, "page.closed", news.url, {"state": None}, {"state": "closed"}),
        (mod, "site.pages_changed", id, {"close_after_days": 0}, {"close_after_days": 14}),
        (key, "page.titled", news.url, {"title": ""}, {"title": "News"}),
        (
            key,
            "page.moved",
            "https://herald.test/n",
            {"url": news.url},
            {"url": "https://herald.test/n", "joined": False},
        ),
        ("command", "site.rules_changed", id, was, {"origins": sorted(rules.origins)}),
        (
            key,
            "site.readers_changed",
            id,
            {"edit_minutes": 15, "hold_after_reports": 0},
            {"edit_minutes": 30, "hold_after_reports": 3},
        ),
        (mod, "reputation.reset", "domain shop.example", {}, {}),
        (mod, "reputation.reset_undone", "domain shop.example", {}, {}),
        (
            mod,
            "bulk.started",
            act.id,
            {},
            {"outcome": "approve", "comments": 1, "take_over": False},
        ),
        (mod, "bulk.undone", act.id, {}, {}),
        (key, "comment.erased", comment, {}, {}),
        ("command", "key.created", changed(store, id)[-9][2], {}, {"kind": "openai"}),
        ("command", "face.on", "openai", {"limit": ""}, {"limit": "600/minute"}),
        ("command", "face.off", "openai", {}, {}),
        ("service", "role.granted", ada, {}, {"role": "moderator"}),
        ("command", "role.granted", ada, {"role": "moderator"}, {"role": "admin"}),
        ("command", "moderator.password_set", ada, {}, {}),
        ("command", "moderator.link_made", ada, {}, {}),
        ("command", "moderator.mails_set", ada, {}, {"wanted": False}),
        (ada, "moderator.language_set", ada, {}, {"language": "de"}),
    ]
    told = repr(changed(store, id))
    assert [canary for canary in CANARIES if canary in told] == []


def test_what_fails_is_not_noted(store: Store) -> None:
    """The entry is of the transaction: it goes with it."""
    site = newspaper(store)
    with pytest.raises(NotFound):
        page_moves.move_page(store, site.id, "https://herald.test/a", "https://herald.test/b")
    with store.write() as connection, suppress(ZeroDivisionError), connection.begin_nested():
        sites.add_key(connection, site.id, "secret", **CLOCK)
        _ = 1 / 0
    assert entries(store, site.id) == []


def test_an_erased_person_is_not_in_the_audit_of_it(store: Store) -> None:
    site = newspaper(store)
    carol = AuthorRef("Carol", "carol@private.test", identity="id:u7")
    hand_in(store, reply(site, author=carol), reply(site))
    clock = CLOCK | {"now": lambda: NOON}
    person_erasure.erase_person(store, PersonRef(author_id="u7"), {site.id}, "key_1", **clock)
    [entry] = entries(store, site.id)
    assert (entry.change, entry.about) == (Change.PERSON_ERASED, "")
    assert entry.after == {"found_by": "author_id", "comments": 1}


def test_a_site_keeps_its_last_admin(store: Store) -> None:
    site = newspaper(store)
    one = {"password_hash": "", "site_id": site.id}
    ada = moderators.add_moderator(store, "ada@herald.test", role="admin", **one, **CLOCK)
    for act in (
        lambda: moderators.remove(store, ada, site.id),
        lambda: moderators.add_moderator(store, "ada@herald.test", role="editor", **one, **CLOCK),
    ):
        with pytest.raises(Conflict, match="last admin"):
            act()
    moderators.add_moderator(store, "bo@herald.test", role="admin", **one, **CLOCK)
    moderators.remove(store, ada, site.id)
    assert entries(store, site.id)[0].change == Change.MODERATOR_REMOVED


def test_it_is_chosen_by_time_person_and_kind_and_forgotten(store: Store) -> None:
    site = newspaper(store)
    with store.write() as connection:
        for number in range(3):
            audit_store.record(connection, f"mod_{number}", Change.FACE_ON, site.id, "openai")
        audit_store.record(connection, "mod_0", Change.FACE_OFF, site.id, "openai")
    every = entries(store, site.id)
    assert [each.by for each in entries(store, site.id, change="face.off")] == ["mod_0"]
    assert len(entries(store, site.id, change="face")) == 4
    assert len(entries(store, site.id, by="mod_0", about="openai")) == 2
    assert entries(store, site.id, until=every[-1].at) == []
    assert entries(store, site.id, since=every[0].at + 1) == []
    with pytest.raises(Invalid, match="no such change"):
        entries(store, site.id, change="fac")
    older, _ = audit.list_entries(store, {site.id}, AuditQuery(), every[1].number, 1)
    assert older == [every[2]]
    retention.purge(store, every[0].at + 29 * 86_400_000, 24, audit_days=30)
    assert len(entries(store, site.id)) == 4
    retention.purge(store, every[0].at + 31 * 86_400_000, 24, audit_days=30)
    assert entries(store, site.id) == []
