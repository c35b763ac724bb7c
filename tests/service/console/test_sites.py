"""The console's pages of sites: owners make them, admins set, close and open them again, and switch their compatible APIs."""

import html
import os
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
import sqlalchemy as sa

from moderation.accounts import moderators as accounts
from moderation.accounts import site_settings
from moderation.domain.audit import AuditQuery
from moderation.store import audit, compat_apis, memberships, moderators, sites
from tests.factories import NOON, hand_in, key_of, newspaper, reply
from tests.service.console.console_browser import moderator

HOME, NEW, APIS = "/console/site", "/console/sites/new", "/console/site/apis"


@pytest.fixture
def owner(admin, store):
    accounts.set_owner(store, "ada@herald.test", True)
    return admin


def make(browser, **fields):
    token = {"csrf": browser.fields(NEW, NEW)["csrf"]}
    given = {"name": "The Courier", "origins": "https://courier.test", "language": "en"}
    return browser.post(NEW, token | given | fields)


def save(browser, site, **fields):
    """Sends the form on the page of settings as it is there, with these fields changed."""
    hidden = browser.fields(f"{HOME}?site={site.id}", f'action="{HOME}"')
    settings = site_settings.get_site(browser.store, site.id).settings
    shown = {
        "name": settings.name,
        "language": settings.language,
        "origins": "\n".join(settings.rules.origins),
        "ignored": " ".join(settings.rules.ignored),
        "kept": " ".join(settings.rules.kept),
    }
    return browser.post(HOME, hidden | shown | fields)


def switch(browser, site, api, do, **fields):
    token = {"csrf": browser.fields(f"{APIS}?site={site.id}", APIS)["csrf"]}
    return browser.post(APIS, token | {"site": site.id, "api": api, "do": do} | fields)


def changes(store, site_id):
    with store.read() as connection:
        found = audit.newest(connection, [site_id], AuditQuery(), None, 50)
    return [each.change for each in found][::-1]


def test_an_owner_makes_a_site_and_is_its_admin_and_sees_its_keys_once(owner, store):
    page = make(owner, origins="https://courier.test\n\n  HTTPS://WWW.courier.test/ \n").text
    [secret], [publishable] = (
        re.findall(rf"{kind}_[0-9a-f]{{40}}", page) for kind in ("ghs", "ghp")
    )
    [made] = [
        each for each in site_settings.list_sites(store) if each.settings.name == "The Courier"
    ]
    assert made.origins == ("https://courier.test", "https://www.courier.test")
    for path in (HOME, APIS, "/console/keys", "/console/people", "/console/audit"):
        shown = owner.get(f"{path}?site={made.id}")
        assert (
            shown.status_code == 200 and secret not in shown.text and publishable not in shown.text
        )
    answer = owner.client.get("/api/v1/sites", headers={"Authorization": f"Bearer {secret}"})
    assert [each["id"] for each in answer.json()["items"]] == [made.id]
    assert changes(store, made.id) == ["site.created", "key.created", "key.created", "role.granted"]


def test_who_is_no_owner_makes_no_site_whatever_their_role(admin, store):
    assert "New site" not in admin.get("/console/sites").text
    assert admin.get(NEW).status_code == 403
    token = {"csrf": admin.fields(HOME, HOME)["csrf"]}
    refused = admin.post(NEW, token | {"name": "Mine", "origins": "https://mine.test"})
    assert refused.status_code == 403
    assert len(site_settings.list_sites(store)) == 1


def test_an_owner_without_a_site_makes_the_first_one(open_browser, store):
    first = open_browser()
    first.sign_in(moderator(store, "eve@herald.test"))
    assert "New site" not in first.get("/console/").text
    accounts.set_owner(store, "eve@herald.test", True)
    assert NEW in first.get("/console/").text and NEW in first.get("/console/sites").text
    assert make(first).status_code == 200
    assert first.get("/console/").status_code == 200
    with store.read() as connection:
        entries = audit.newest(connection, [""], AuditQuery(change="moderator"), None, 5)
    assert [(each.change, each.after) for each in entries] == [
        ("moderator.owner_set", {"owner": True})
    ]


def test_who_is_removed_from_their_last_site_owns_nothing(owner, store, site):
    keeper = moderator(store, "bo@herald.test", site)
    with store.write() as connection:
        memberships.grant(connection, keeper, site.id, "admin")
        ada = moderators.by_email(connection, "ada@herald.test").id
    accounts.remove(store, ada, site.id, keeper)
    owner.sign_in(ada)
    assert owner.get(NEW).status_code == 403
    with store.read() as connection:
        entries = audit.newest(connection, [site.id], AuditQuery(about=ada), None, 2)
    assert [(each.change, each.by, each.after) for each in entries] == [
        ("moderator.removed", keeper, {}),
        ("moderator.owner_set", keeper, {"owner": False}),
    ]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
def test_who_is_removed_from_their_last_two_sites_at_once_owns_nothing(owner, store, site):
    other = newspaper(store, "Other", "https://other.test")
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test").id
        for each in (site, other):
            memberships.grant(connection, ada, each.id, "moderator")
    together = Barrier(2)

    def wait_for_the_other(_connection, _cursor, statement, *_):
        if statement.startswith("DELETE FROM memberships"):
            with suppress(BrokenBarrierError):  # as the other one waits for this one
                together.wait(1)

    sa.event.listen(store.engine, "before_cursor_execute", wait_for_the_other)
    with ThreadPoolExecutor() as threads:
        for done in [threads.submit(accounts.remove, store, ada, each.id) for each in (site, other)]:  # fmt: skip
            done.result()
    sa.event.remove(store.engine, "before_cursor_execute", wait_for_the_other)
    with store.read() as connection:
        assert memberships.memberships_of(connection, ada) == ()
        assert not moderators.is_owner(connection, ada)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "Two\u202eowt"}, "one line of at most 80"),
        ({"name": "n" * 81}, "one line of at most 80"),
        ({"name": "…"}, "a letter or a number"),
        ({"name": ""}, "a letter or a number"),
        ({"origins": "courier.test"}, "An origin is written"),
        ({"origins": "https://courier.test/news"}, "has no path"),
        ({"origins": ""}, "has an origin"),
        ({"language": "Klingon!"}, "A language is written"),
        ({"name": "ALICE'S herald"}, "this name already"),
        ({"origins": "https://herald.test "}, ""),
    ],
)
def test_what_is_refused_is_said_at_its_field_and_stays_typed(owner, store, fields, said):
    refused = make(owner, **fields)
    if not said:  # of a site of one's own
        assert refused.status_code == 200
        return
    [(field, typed)] = fields.items()
    assert refused.status_code in (409, 422) and said in refused.text
    shown = re.search(rf'<(input|textarea) id="{field}"[^>]*>', refused.text)[0]
    assert 'aria-invalid="true"' in shown and "autofocus" in shown
    assert html.escape(typed, quote=False).replace("'", "&#39;") in refused.text
    for other in ("The Courier", "https://courier.test", 'value="en"'):
        assert (
            other in refused.text or other in str(typed) or field in ("name", "origins", "language")
        )
    assert len(site_settings.list_sites(store)) == 1


def test_a_form_that_is_sent_twice_makes_one_site_and_says_how_to_go_on(owner, store):
    make(owner)
    again = make(owner)
    assert again.status_code == 409
    [made] = [
        each for each in site_settings.list_sites(store) if each.settings.name == "The Courier"
    ]
    assert f"/console/keys?site={made.id}" in again.text


def test_the_name_and_origin_of_a_site_of_others_are_refused_without_a_way_to_it(owner, store):
    theirs = newspaper(store, "Bob's blog", "https://blog.test")
    for fields in ({"name": "bob's  BLOG"}, {"origins": "https://blog.test"}):
        refused = make(owner, **fields)
        assert refused.status_code == 409 and theirs.id not in refused.text
    refused = make(owner, name="X", origins="https://blog.test")
    assert "Another site has one of these origins." in refused.text


@pytest.mark.parametrize("path", [HOME, APIS])
def test_the_site_of_somebody_else_is_not_there(owner, store, path):
    theirs = newspaper(store, "Bob's blog", "https://blog.test")
    shown = owner.get(f"{path}?site={theirs.id}")
    assert shown.status_code == 404 and "Bob" not in shown.text
    assert "Bob" not in owner.get("/console/sites").text
    token = {"csrf": owner.fields(HOME, HOME)["csrf"], "site": theirs.id}
    for url, fields in (
        (HOME, {"name": "Mine", "origins": "https://x.test"}),
        (f"{HOME}/state", {"state": "closed"}),
        (APIS, {"api": "akismet", "do": "on"}),
    ):
        assert owner.post(url, token | fields).status_code == 404
    after = site_settings.get_site(store, theirs.id).settings
    assert (after.name, after.closed_at) == ("Bob's blog", None)


def test_settings_are_saved_and_what_is_refused_stays_typed(admin, site, store):
    page = admin.follow(
        save(admin, site, name="The Herald & Sons", language="de", ignored="Ref from")
    )
    assert "It is saved" in page.text and "The Herald &amp; Sons" in page.text
    settings = site_settings.get_site(store, site.id).settings
    assert (settings.name, settings.language) == ("The Herald & Sons", "de")
    assert settings.rules.ignored == {"ref", "from"}
    refused = save(
        admin, site, origins="https://herald.test\nftp://herald.test", name="N", slash="on"
    )
    assert refused.status_code == 422 and 'value="N"' in refused.text
    assert "ftp://herald.test" in refused.text and 'name="slash" value="on" checked' in refused.text
    assert 'id="flaw"' in refused.text
    refused = save(admin, site, ignored="a", kept="A")
    assert (
        refused.status_code == 422
        and "not both" in refused.text
        and '<details class="more" open>' in refused.text
    )
    assert site_settings.get_site(store, site.id).settings == settings
    assert changes(store, site.id) == ["site.changed", "site.rules_changed"]


def test_who_saves_after_somebody_else_overwrites_nothing_unseen(admin, site, store):
    hidden = admin.fields(f"{HOME}?site={site.id}", f'action="{HOME}"')
    save(admin, site, name="By Bo")
    late = admin.post(HOME, hidden | {"name": "By Ada", "origins": "https://herald.test"})
    assert late.status_code == 409 and 'value="By Ada"' in late.text
    assert "Somebody else has changed this meanwhile" in late.text and "By Bo</bdi>" in late.text
    assert site_settings.get_site(store, site.id).settings.name == "By Bo"


def test_pages_are_joined_after_a_question(admin, site, store):
    origins = "https://herald.test\nhttps://www.herald.test"
    save(admin, site, origins=origins, www="on")
    for url in origins.split():
        page = reply(site).page
        hand_in(store, reply(site, page=type(page)(f"{url}/1")))
    asked = save(admin, site, origins=origins)
    assert asked.status_code == 409 and "This joins 1 page with another, for good." in asked.text
    assert site_settings.get_site(store, site.id).settings.rules.apart == {"www"}
    assert save(admin, site, origins=origins, join="yes").status_code == 303
    assert site_settings.get_site(store, site.id).settings.rules.apart == set()


def test_a_site_is_closed_and_opened_again(admin, site, store):
    fields = admin.fields(f"{HOME}?site={site.id}", f"{HOME}/state")
    assert fields["state"] == "closed"
    page = admin.follow(admin.post(f"{HOME}/state", fields)).text
    assert "The site is closed" in page and "Open the site again" in page
    assert '<span class="chip dead">closed</span>' in admin.get("/console/sites").text
    admin.post(f"{HOME}/state", fields)  # the form that was sent twice
    fields = admin.fields(f"{HOME}?site={site.id}", f"{HOME}/state")
    assert "The site is open again." in admin.follow(admin.post(f"{HOME}/state", fields)).text
    assert changes(store, site.id) == ["site.closed", "site.reopened"]


def test_an_editor_and_an_auditor_see_the_settings_and_change_nothing(editor, site, store):
    for role in ("editor", "auditor"):
        with store.write() as connection:
            ada = moderators.by_email(connection, "ada@herald.test")
            memberships.grant(connection, ada.id, site.id, role)
        for path in (HOME, APIS):
            page = editor.get(f"{path}?site={site.id}").text
            assert f'action="{path}"' not in page and "Only admins of this site" in page
        assert "https://herald.test" in editor.get(f"{HOME}?site={site.id}").text


@pytest.mark.parametrize(("role", "sees"), [("editor", False), ("auditor", True), ("admin", True)])
def test_how_keys_begin_is_shown_to_whom_may_see_keys(editor, site, store, role, sees):
    key = key_of(store, site, "perspective")
    with store.write() as connection:
        compat_apis.switch_on(connection, site.id, "perspective", "", NOON)
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, role)
    page = editor.get(f"{APIS}?site={site.id}").text
    assert (key[:8] in page) is (", never used" in page) is sees


def test_a_compatible_api_is_switched_on_off_and_on_again(admin, site, store):
    page = switch(admin, site, "perspective", "on").text
    [key] = re.findall(r"ghf_[0-9a-f]{40}", page)
    assert "shown only this once" in page and key not in admin.get(f"{APIS}?site={site.id}").text
    assert switch(admin, site, "perspective", "on", limit="5/minute").status_code == 303
    assert 'value="5/minute"' in admin.get(f"{APIS}?site={site.id}").text
    page = admin.follow(switch(admin, site, "perspective", "off")).text
    assert "It is off" in page and "Switch Perspective on" in page and 'value="5/minute"' in page
    assert switch(admin, site, "perspective", "off").status_code == 303  # sent twice
    assert switch(admin, site, "perspective", "key").status_code == 409
    assert switch(admin, site, "perspective", "on", limit="5/minute").status_code == 303
    another = switch(admin, site, "perspective", "key").text
    assert re.findall(r"ghf_[0-9a-f]{40}", another) != [key]
    with store.read() as connection:
        [api] = compat_apis.of_site(connection, site.id)
        kinds = [each.kind for each in sites.keys_of(connection, site.id)]
    assert (api.limit, kinds) == ("5/minute", ["perspective"] * 2)


@pytest.mark.parametrize(
    ("api", "do", "fields", "status", "said"),
    [
        ("openai", "on", {"limit": "<b>lots"}, 422, "A limit is written"),
        ("coral", "secret", {"secret": "x" * 20}, 409, "switch it on first"),
        ("akismet", "secret", {"secret": "x" * 20}, 422, "Only Coral signs"),
        ("coral", "key", {}, 422, "Coral has no key"),
        ("disqus", "on", {}, 404, "no such API"),
        ("openai", "explode", {}, 422, "does not say"),
    ],
)
def test_what_cannot_be_switched_is_said(admin, site, store, api, do, fields, status, said):
    refused = switch(admin, site, api, do, **fields)
    assert refused.status_code == status and said in refused.text
    assert "<b>lots" not in refused.text
    if "limit" in fields:
        assert 'value="&lt;b&gt;lots"' in refused.text and 'id="flaw"' in refused.text
    with store.read() as connection:
        assert compat_apis.of_site(connection, site.id) == []


def test_coral_s_secret_is_kept_and_never_shown(admin, site):
    switch(admin, site, "coral", "on")
    secret = "the-secret-of-coral-123"
    assert (
        "1 secret is kept."
        in admin.follow(switch(admin, site, "coral", "secret", secret=secret)).text
    )
    refused = switch(admin, site, "coral", "secret", secret="short-one")
    assert refused.status_code == 422 and "short-one" not in refused.text
    assert "1 secret is kept." in refused.text


def test_forty_sites_are_found_by_words_of_their_names_and_addresses(admin, store):
    names = [
        "Café du Port",
        "أخبار الميناء",
        "خبرگزاری\u200cها",
        *(f"Paper {n}" for n in range(37)),
    ]
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test").id
        for number, name in enumerate(names):
            made = sites.add_site(
                connection, name, [f"https://p{number}.test"], "en", NOON, os.urandom
            )
            memberships.grant(connection, ada, made.id, "moderator")
    page = admin.get("/console/sites").text
    assert page.count('<li class="row"') == 41 and 'name="q"' in page

    def found(words):
        shown = admin.client.get("/console/sites", params={"q": words}, headers=admin.headers).text
        return re.findall(r"<h2>(?:<a [^>]*>)?<bdi>(.*?)</bdi>", shown)

    assert found("cafe PORT") == ["Café du Port"]
    assert found("الميناء") == ["أخبار الميناء"]
    assert found("p36.test") == ["Paper 33"]
    assert found("<script>") == []
