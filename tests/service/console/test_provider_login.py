"""Logging in with an OpenID Connect provider that runs: into one's own account alone, whatever a provider or a stranger tries."""

import base64
import json
import os
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlsplit

import httpx
import pyotp
import pytest

from moderation.accounts import invitations, provider_sign_in, sign_in
from moderation.domain.durations import MINUTE_MS
from moderation.settings import SettingsError
from moderation.startup import checked_settings
from moderation.store import audit, memberships, moderators
from moderation.store import provider_sign_ins as stored
from tests.service.console.conftest import console_browsers
from tests.service.console.console_browser import ConsoleBrowser, moderator, now
from tests.service.console.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
    identity_provider,
)
from tests.service.console.test_second_factor import turned_on

START = "/console/login/provider"
ADA = {"sub": "7f2c", "email": "Ada@Herald.test", "email_verified": True}


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as running:
        running.person = dict(ADA)
        yield running


@pytest.fixture
def setting() -> dict[str, str]:
    """More settings of a test."""
    return {}


@pytest.fixture
def open_browser(settings, store, provider, setting) -> Iterator[Callable[[], ConsoleBrowser]]:
    changed = settings(
        GATEHOUSE_OIDC_ISSUER=provider.url,
        GATEHOUSE_OIDC_CLIENT_ID=CLIENT_ID,
        GATEHOUSE_OIDC_CLIENT_SECRET=CLIENT_SECRET,
        GATEHOUSE_OIDC_NAME="Herald ID",
        **setting,
    )
    with console_browsers(changed, store) as opened:
        yield opened


def way_back(browser, wanted="") -> str:
    """Goes to the provider, which logs whoever it is in; the path and query with which the browser is sent back."""
    begun = browser.get(f"{START}?next={wanted}")
    assert begun.status_code == 303
    answer = httpx.get(begun.headers["location"])
    assert answer.status_code == 302
    parts = urlsplit(answer.headers["location"])
    assert f"{parts.scheme}://{parts.netloc}" == "http://127.0.0.1:8000"
    return f"{parts.path}?{parts.query}"


def log_in(browser, wanted=""):
    return browser.get(way_back(browser, wanted))


def who(store, browser):
    signed = sign_in.session_of(store, browser.token, now())
    return signed.moderator_id if signed else None


def changes(store, site):
    with store.read() as connection:
        return [each.change for each in audit.newest(connection, {site.id}, audit_query(), None, 9)]


def audit_query():
    from moderation.domain.audit import AuditQuery

    return AuditQuery()


def test_a_verified_e_mail_leads_to_its_account_once_and_the_subject_from_then_on(
    open_browser, provider, site, store
):
    ada = moderator(store, "ada@herald.test", site)
    browser = open_browser()
    page = browser.get("/console/login").text
    assert "Log in with Herald ID" in page and 'name="password"' in page
    answer = log_in(browser, "/console/pages")
    assert answer.headers["location"] == "/console/pages"
    assert who(store, browser) == ada
    assert "moderator.provider_linked" in changes(store, site)
    provider.person = ADA | {"email": "ada.married@herald.test", "email_verified": False}
    other = open_browser()
    log_in(other)
    assert who(store, other) == ada, "the subject is theirs, whatever the e-mail"
    assert len({asked["state"] for asked in provider.asked}) == 2
    assert len({asked["nonce"] for asked in provider.asked}) == 2


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_unverified_e_mail_takes_over_no_account(open_browser, provider, site, store, verified):
    moderator(store, "ada@herald.test", site)
    provider.person["email_verified"] = verified
    browser = open_browser()
    answer = log_in(browser)
    assert answer.status_code == 403 and "have it confirmed there" in answer.text
    assert 'name="password"' in answer.text
    assert who(store, browser) is None


def test_an_e_mail_that_passed_on_to_somebody_else_opens_nothing(
    open_browser, provider, site, store
):
    moderator(store, "ada@herald.test", site)
    log_in(open_browser())
    provider.person["sub"] = "another person"
    browser = open_browser()
    answer = log_in(browser)
    assert answer.status_code == 403 and "belongs to somebody else" in answer.text
    assert who(store, browser) is None
    provider_sign_in.unlink(store, "ada@herald.test")
    log_in(browser)
    assert who(store, browser), "after the operator's word"


def test_only_who_is_invited_gets_an_account(open_browser, provider, site, store):
    browser = open_browser()
    answer = log_in(browser)
    assert answer.status_code == 403 and "Nobody has invited your e-mail" in answer.text
    clock = {"now": now(), "entropy": os.urandom}
    invitations.invite(store, site.id, "ada@herald.test", "editor", "command", **clock)
    log_in(browser)
    signed = sign_in.session_of(store, browser.token, now())
    assert [(each.site_id, each.role) for each in signed.sites] == [(site.id, "editor")]
    assert invitations.open_invitations(store, site.id, now()) == []
    assert {"role.granted", "moderator.provider_linked"} <= set(changes(store, site))


def test_who_is_invited_to_sections_gets_these_alone(open_browser, provider, site, store):
    clock = {"now": now(), "entropy": os.urandom}
    invited = (site.id, "ada@herald.test", "editor", "command", ["/sport"])
    invitations.invite(store, *invited, **clock)
    browser = open_browser()
    log_in(browser)
    signed = sign_in.session_of(store, browser.token, now())
    assert signed.sites == () and [each.sections for each in signed.parts] == [("/sport",)]


def none_signed(claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}."


def with_the_public_key(provider):
    """HS256 with a key that everybody has: the old confusion of algorithms."""
    from joserfc import jwt
    from joserfc.jwk import OctKey

    secret = OctKey.import_key(CLIENT_SECRET * 2)
    return lambda claims: jwt.encode({"alg": "HS256"}, claims, secret)


LIES = {
    "another nonce": {"nonce": "x"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another-client"},
    "a second audience, authorised to it": {"aud": [CLIENT_ID, "other"], "azp": "other"},
    "a second audience, authorised to nobody": {"aud": [CLIENT_ID, "other"]},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://evil.test"},
    "expired": {"exp": 1_000_000_000},
    "without an end": {"exp": None},
    "of the future": {"iat": 4_000_000_000},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is no text": {"sub": 7},
}


def test_a_token_that_does_not_hold_opens_nothing(open_browser, provider, site, store):
    moderator(store, "ada@herald.test", site)
    browser = open_browser()

    def refused(name):
        answer = log_in(browser)
        assert answer.status_code == 401, name
        assert "could not be verified" in answer.text and 'name="password"' in answer.text
        assert who(store, browser) is None, name
        assert "evil.test" not in answer.text

    for name, lie in LIES.items():
        provider.lie = lie
        refused(name)
    provider.lie = {}
    stranger = IdentityProvider(url=provider.url)
    stranger.add_key()  # with a number that the provider's key has
    for name, sign in {
        "alg none": none_signed,
        "a shared secret": with_the_public_key(provider),
        "another key": stranger.signed,
        "no token": lambda claims: "x.y.z",
    }.items():
        provider.sign = sign
        refused(name)
    provider.sign = None
    log_in(browser)
    assert who(store, browser), "the control: the truth opens"


def test_an_attempt_is_of_one_browser_and_good_once(open_browser, provider, site, store):
    ada = moderator(store, "ada@herald.test", site)
    browser, other = open_browser(), open_browser()
    back = way_back(browser)
    assert other.get(back).status_code == 401, "a link of a stranger's log-in"
    other.get(START)
    assert other.get(back).status_code == 401, "with an attempt of its own"
    kept = dict(browser.client.cookies)
    assert browser.get(back).status_code == 303 and who(store, browser) == ada
    replayed = open_browser()
    replayed.client.cookies.update(kept)
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    [asked] = [each for each in provider.asked if each["state"] in back]
    provider.codes[code] = asked  # as a provider would that lets codes be used again
    replayed.client.cookies.delete("gatehouse_session")
    answer = replayed.get(back)
    assert answer.status_code == 401 and "used before" in answer.text
    assert who(store, replayed) is None
    for query in ("", "?state=&code=x", "?state=x&code=x", "?error=access_denied"):
        assert open_browser().get(f"{START}/back{query}").status_code == 401


def test_what_the_provider_refuses_is_said(open_browser, provider, site, store):
    browser = open_browser()
    state = dict(parse_qsl(urlsplit(browser.get(START).headers["location"]).query))["state"]
    answer = browser.get(f"{START}/back?error=access_denied&state={state}")
    assert answer.status_code == 401 and "Herald ID did not let you in." in answer.text
    state = dict(parse_qsl(urlsplit(browser.get(START).headers["location"]).query))["state"]
    answer = browser.get(f"{START}/back?code=x&state={state}&iss=https://evil.test")
    assert answer.status_code == 401 and "could not be verified" in answer.text


def test_a_provider_that_fails_leaves_the_password(open_browser, provider, site, store):
    ada = moderator(store, "ada@herald.test", site)
    browser = open_browser()
    back = way_back(browser)
    provider.fails = True
    answer = browser.get(back)
    assert answer.status_code == 503 and "Herald ID does not answer" in answer.text
    assert browser.log_in("ada@herald.test").status_code == 303
    assert who(store, browser) == ada


@pytest.mark.parametrize("setting", [{"GATEHOUSE_LIMIT_LOGIN": "4/365 days"}])
def test_a_page_that_sends_people_to_the_way_back_keeps_nobody_out(
    open_browser, provider, site, store
):
    ada = moderator(store, "ada@herald.test", site)
    lured = open_browser()
    for _ in range(6):  # as many pictures of a stranger's page
        assert lured.get(f"{START}/back?code=x&state=y").status_code == 401
    assert lured.log_in("ada@herald.test").status_code == 303
    colleague = open_browser()  # at the same address
    assert log_in(colleague).status_code == 303 and who(store, colleague) == ada


@pytest.mark.parametrize("setting", [{"GATEHOUSE_LIMIT_LOGIN": "4/365 days"}])
def test_a_provider_that_fails_again_and_again_leaves_the_password(
    open_browser, provider, site, store
):
    ada = moderator(store, "ada@herald.test", site)
    browser = open_browser()
    for _ in range(6):
        begun = browser.get(START).headers["location"]
        state = dict(parse_qsl(urlsplit(begun).query))["state"]
        answer = browser.get(f"{START}/back?code=no-such-code&state={state}")
    assert answer.status_code == 429, "who went there is counted"
    assert browser.log_in("ada@herald.test").status_code == 303
    assert who(store, browser) == ada


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.test"},
        {"token_endpoint": "http://evil.test/token"},
        {"jwks_uri": None},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(open_browser, provider, described):
    provider.described = described
    answer = open_browser().get(START)
    assert answer.status_code == 503 and 'name="password"' in answer.text


def test_a_new_key_of_the_provider_is_learned(open_browser, provider, site, store):
    moderator(store, "ada@herald.test", site)
    log_in(open_browser())
    provider.add_key("EC")
    browser = open_browser()
    log_in(browser)
    assert who(store, browser)


def test_a_second_factor_is_asked_for_afterwards(open_browser, provider, site, store):
    ada = moderator(store, "ada@herald.test", site)
    secret, _ = turned_on(store, ada)
    browser = open_browser()
    answer = log_in(browser)
    assert answer.headers["location"] == "/console/login/code"
    assert who(store, browser) is None
    fields = browser.fields("/console/login/code", "/console/login/code")
    browser.post("/console/login/code", fields | {"code": pyotp.TOTP(secret).now()})
    assert who(store, browser) == ada


def test_logging_out_ends_the_session_here_and_shows_the_way_there(
    open_browser, provider, site, store
):
    moderator(store, "ada@herald.test", site)
    browser = open_browser()
    log_in(browser)
    answer = browser.post("/console/logout", browser.fields("/console/", "/console/logout"))
    assert who(store, browser) is None
    page = browser.get(answer.headers["location"]).text
    assert f'href="{provider.url}/logout"' in page


@pytest.mark.parametrize("setting", [{"GATEHOUSE_OIDC_DOMAINS": "herald.test, @blog.test"}])
def test_e_mails_of_other_domains_stay_outside(open_browser, provider, site, store):
    moderator(store, "ada@herald.test", site)
    moderator(store, "eve@evil.test", site)
    log_in(browser := open_browser())
    assert who(store, browser)
    provider.person = {"sub": "eve", "email": "eve@evil.test", "email_verified": True}
    assert log_in(open_browser()).status_code == 403
    provider.person = ADA | {"email": "ada@herald.test.evil.test"}
    assert log_in(open_browser()).status_code == 403, "known, and no longer of the house"


def test_groups_give_a_role_to_who_has_none(settings, provider, site, store):
    gives = f"desk=editor@{site.id}, interns=trainee@{site.id}, gone=admin@site_gone"
    changed = settings(
        GATEHOUSE_OIDC_ISSUER=provider.url,
        GATEHOUSE_OIDC_CLIENT_ID=CLIENT_ID,
        GATEHOUSE_OIDC_CLIENT_SECRET=CLIENT_SECRET,
        GATEHOUSE_OIDC_ROLES=gives,
    )
    provider.person |= {"groups": ["interns", "desk", "gone", 7]}
    with console_browsers(changed, store) as open_browser:
        log_in(browser := open_browser())
        [membership] = sign_in.session_of(store, browser.token, now()).sites
        assert (membership.site_id, membership.role) == (site.id, "editor")
        with store.write() as connection:
            ada = moderators.by_email(connection, "ada@herald.test")
            memberships.grant(connection, ada.id, site.id, "auditor")
        log_in(browser)
        [membership] = sign_in.session_of(store, browser.token, now()).sites
        assert membership.role == "auditor", "what an admin has set stays"
        provider.person = {"sub": "eve", "email": "eve@herald.test", "email_verified": True}
        assert log_in(open_browser()).status_code == 403
    [entry] = [each for each in entries(store, site) if each.change == "role.granted"]
    assert (entry.by, entry.after) == ("service", {"role": "editor"})


def entries(store, site):
    with store.read() as connection:
        return audit.newest(connection, {site.id}, audit_query(), None, 9)


def test_used_attempts_are_forgotten_when_they_could_not_be_used_again(store):
    at = now()
    with store.write() as connection:
        assert stored.use_state(connection, "s", at + MINUTE_MS)
        assert not stored.use_state(connection, "s", at + MINUTE_MS)
        assert stored.forget_states(connection, at, 10) == 0
        assert stored.forget_states(connection, at + MINUTE_MS, 10) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"GATEHOUSE_OIDC_ISSUER": "http://id.herald.test"},
        {"GATEHOUSE_OIDC_ISSUER": "https://user@id.herald.test"},
        {"GATEHOUSE_OIDC_ISSUER": "https://id.herald.test"},  # without the client's id
        {"GATEHOUSE_OIDC_ROLES": "desk=owner@site_1"},
        {"GATEHOUSE_OIDC_ROLES": "desk=editor"},
        {"GATEHOUSE_OIDC_SCOPES": "email"},
    ],
)
def test_settings_that_make_no_sense_stop_the_start(changes):
    with pytest.raises(SettingsError):
        checked_settings({"GATEHOUSE_SECRET_KEY": "x" * 32} | changes)
