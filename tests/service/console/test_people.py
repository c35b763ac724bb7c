"""People at the console: asked in by a link, given roles, logged out, removed; and what an auditor may."""

import html
import os
import re

import pytest

from moderation.accounts import invitations
from moderation.domain.comment import PageRef
from moderation.store import memberships, moderators
from tests.factories import newspaper
from tests.service.console.console_browser import PASSWORD, held, moderator, now

HOME = "/console/people"


def grant(store, site, email, role):
    with store.write() as connection:
        person = moderators.by_email(connection, email)
        memberships.grant(connection, person.id, site.id, role)
    return person.id


@pytest.fixture
def admin(browser, site, store):
    """Ada's browser; she is admin."""
    grant(store, site, "ada@herald.test", "admin")
    return browser


def post(browser, path="", **fields):
    return browser.post(HOME + path, browser.fields(HOME, "/console/people") | fields)


def link_in(page):
    return html.unescape(re.search(r"<code>http://[^/]*(/console/invitation[^<]*)</code>", page)[1])


def accept(browser, link, **fields):
    return browser.post("/console/invitation", browser.fields(link, "/console/invitation") | fields)


def test_who_is_invited_comes_by_the_link_once(admin, open_browser, site):
    shown = post(admin, email="cleo@herald.test", role="editor").text
    link = link_in(shown)
    assert "ghi_" not in admin.get(HOME).text and "cleo@herald.test" in admin.get(HOME).text
    cleo = open_browser()
    for _ in range(2):  # opening it does not use it up
        assert "is invited as editor" in cleo.get(link).text
    assert "12 to 1000 characters" in accept(cleo, link, password="short").text
    assert accept(cleo, link, password=PASSWORD).status_code == 303
    assert "Filters" in cleo.get().text
    assert open_browser().get(link).status_code == 404
    again = open_browser()
    assert again.log_in("cleo@herald.test").status_code == 303
    listed = admin.get(HOME).text
    assert "Invited</h2>" not in listed and '<span class="chip">editor</span>' in listed
    assert "role.granted" in admin.get("/console/audit?who=cleo@herald.test").text


def test_an_invitation_opens_nobody_elses_account(admin, open_browser, store):
    """A site that invites another's moderator gets no key to their account; only they can accept."""
    blog = newspaper(store, "Bob's blog", "https://blog.test")
    bob = moderator(store, "bob@blog.test", blog)
    link = link_in(post(admin, email="bob@blog.test", role="admin").text)
    stranger = open_browser()
    assert "Log in to it to accept" in stranger.get(link).text
    visit = stranger.fields("/console/login", "/console/login")
    token = link.partition("=")[2]
    refused = stranger.post("/console/invitation", {"csrf": visit["csrf"], "link": token})
    assert refused.status_code == 403 and not stranger.token
    assert "You are logged in as" in admin.get(link).text  # Ada cannot take it either
    assert accept_as(admin, token).status_code == 403
    theirs = open_browser()
    theirs.log_in("bob@blog.test")
    assert accept(theirs, link).status_code == 303
    with store.read() as connection:
        assert len(memberships.memberships_of(connection, bob)) == 2


def accept_as(browser, token):
    fields = {"csrf": browser.fields()["csrf"], "link": token}
    return browser.post("/console/invitation", fields)


def test_a_role_holds_at_once_and_who_is_removed_is_out(admin, open_browser, site, store):
    bo = moderator(store, "bo@herald.test", site)
    theirs = open_browser()
    theirs.log_in("bo@herald.test")
    assert theirs.get(HOME).status_code == 403
    assert post(admin, f"/{bo}/role", role="admin").status_code == 303
    assert theirs.get(HOME).status_code == 200
    assert "logged in once" in admin.get(HOME).text
    post(admin, f"/{bo}/sessions")
    assert theirs.get().status_code == 401
    theirs.log_in("bo@herald.test")
    assert post(admin, f"/{bo}/remove").status_code == 303
    assert theirs.get().status_code == 401
    theirs.log_in("bo@herald.test")
    assert "herald" not in theirs.get().text.lower().replace("bo@herald.test", "")


def test_nobody_lifts_themselves_and_the_last_admin_stays(admin, open_browser, site, store):
    ada = grant(store, site, "ada@herald.test", "admin")
    refused = post(admin, f"/{ada}/role", role="editor")
    assert refused.status_code == 409 and "their own role" in refused.text
    refused = post(admin, f"/{ada}/remove")
    assert refused.status_code == 409 and "last admin" in refused.text
    bo = moderator(store, "bo@herald.test", site)
    grant(store, site, "bo@herald.test", "editor")
    theirs = open_browser()
    theirs.log_in("bo@herald.test")
    csrf = theirs.fields()["csrf"]
    for path, fields in ((f"/{bo}/role", {"role": "admin"}), ("", {"email": "b@b.test"})):
        sent = {"csrf": csrf, "site": site.id, "role": "admin"} | fields
        assert theirs.post(HOME + path, sent).status_code == 403
    with store.read() as connection:
        assert memberships.memberships_of(connection, bo)[0].role == "editor"


def test_a_withdrawn_invitation_and_an_old_one_open_nothing(admin, open_browser, site, store):
    link = link_in(post(admin, email="cleo@herald.test", role="editor").text)
    [invited] = invitations.open_invitations(store, site.id, now())
    assert post(admin, f"/withdraw/{invited.id}").status_code == 303
    assert open_browser().get(link).status_code == 404
    long_ago = {"by": "mod_1", "now": now() - invitations.LIFETIME, "entropy": os.urandom}
    _, token = invitations.invite(store, site.id, "dan@herald.test", "admin", **long_ago)
    assert open_browser().get(f"/console/invitation?link={token}").status_code == 404


def test_an_auditor_sees_everything_and_changes_nothing(browser, site, store):
    [comment] = held(store, site, "bad")
    fields = browser.fields("/console/", f"{comment}/decisions")
    grant(store, site, "ada@herald.test", "auditor")
    page = browser.get().text
    assert 'class="watching"' in page and "you see everything" in page
    for path in ("/people", "/audit", "/endpoints", "/learning", "/filters", "/pages"):
        assert browser.get(f"/console{path}").status_code == 200
    assert browser.get("/console/endpoints/new").status_code == 403
    refused = browser.post(
        f"/console/comments/{comment}/decisions", fields | {"outcome": "approve"}
    )
    assert refused.status_code == 403
    assert "Only trainees, moderators, editors and admins of a site can decide" in refused.text
    assert browser.post("/console/logout", {"csrf": fields["csrf"]}).status_code == 303


def test_somebody_is_invited_for_sections_and_given_others(admin, open_browser, store, site):
    wrong = post(admin, email="cleo@herald.test", role="editor", sections="sport, /local")
    assert wrong.status_code == 422
    page = html.unescape(wrong.text)
    assert 'value="sport, /local" aria-invalid="true"' in page and "such as /sport" in page
    assert 'value="cleo@herald.test"' in page
    shown = post(admin, email="cleo@herald.test", role="editor", sections="/sport, /local").text
    cleo = open_browser()
    assert accept(cleo, link_in(shown), password=PASSWORD).status_code == 303
    [goal] = held(store, site, "bad goal", page=PageRef("https://herald.test/sport/1"))
    [minister] = held(store, site, "bad minister", page=PageRef("https://herald.test/news/1"))
    text = cleo.get().text
    assert f"c-{goal}" in text and minister not in text and "Filters" not in text
    with store.read() as connection:
        id = moderators.by_email(connection, "cleo@herald.test").id
    person = admin.get(f"{HOME}/{id}").text
    assert 'name="sections"' in person and 'value="/local /sport"' in person
    refused = post(admin, f"/{id}/role", role="admin", sections="/sport")
    assert refused.status_code == 422
    page = html.unescape(refused.text)
    assert "An admin looks after all of a site" in page and 'value="admin" selected' in page
    assert post(admin, f"/{id}/role", role="moderator", sections="").status_code == 303
    assert minister in cleo.get().text
    assert "/local /sport" in html.unescape(admin.get("/console/audit").text)
