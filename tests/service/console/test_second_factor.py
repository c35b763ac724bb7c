"""A second factor at the console: set up, asked for, good once, lost, wanted of some roles, and guessed at."""

import os
import re

import pyotp
import pytest
import sqlalchemy as sa

from moderation.accounts import moderators as people
from moderation.accounts import second_factor, sign_in
from moderation.accounts.second_factor import STEP_MS, remove_lost
from moderation.domain.audit import AuditQuery
from moderation.domain.errors import NotFound, Unauthenticated
from moderation.store import audit, memberships, moderators, sessions
from moderation.store.sql.schema import recovery_codes, second_factors
from tests.factories import NOON
from tests.service.console.conftest import console_browsers
from tests.service.console.console_browser import (
    PASSWORD,
    ConsoleBrowser,
    link_for,
    moderator,
    now,
)

EMAIL, HOME = "ada@herald.test", "/console/account"
CODE, SETUP = "/console/login/code", "/console/account/second-factor"


def totp(secret: str, steps: int = 0) -> str:
    """The code of now, or of so many steps later."""
    return pyotp.TOTP(secret).at(now() // 1000 + steps * 30)


def set_up(browser: ConsoleBrowser) -> tuple[str, list[str]]:
    """Switches it on as a person would; the secret and the recovery codes."""
    page = browser.get(SETUP).text
    secret = re.search(r"Secret: <code[^>]*>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    fields = browser.fields(SETUP, SETUP)
    fields["secret"] = re.search(r'name="secret" value="(\w+)"', page)[1]
    shown = browser.post(SETUP, fields | {"code": totp(secret)})
    assert shown.status_code == 200
    return secret, re.findall(r"<code>([a-z2-7]{5}-[a-z2-7]{5})</code>", shown.text)


def send_code(browser: ConsoleBrowser, code: str, **headers: str):
    return browser.post(CODE, browser.fields(CODE, CODE) | {"code": code}, **headers)


def turned_on(store, moderator_id: str, at: int = NOON) -> tuple[str, list[str]]:
    """The same by the verb, with a first code from long ago."""
    secret = second_factor.new_secret(os.urandom)
    sealed = second_factor.seal(store.crypto, moderator_id, secret)
    code = pyotp.TOTP(secret).at(at // 1000)
    clock = {"now": at, "entropy": os.urandom}
    return secret, second_factor.turn_on(store, moderator_id, sealed, code, **clock)


def test_it_is_set_up_asked_for_after_the_password_and_removed(browser, open_browser, site, store):
    secret, codes = set_up(browser)
    assert len(set(codes)) == 10
    assert "Recovery codes left: 10" in browser.get(HOME).text
    assert not any(code in browser.get(HOME).text for code in codes), "shown once"
    other = open_browser()
    asked = other.log_in(EMAIL)
    assert (asked.status_code, asked.headers["location"]) == (303, CODE)
    assert other.get().status_code == 401, "the password alone opens nothing"
    assert "six digits" in other.get(CODE).text and EMAIL in other.get(CODE).text
    assert send_code(other, "000000").status_code == 401
    assert send_code(other, totp(secret, -9)).status_code == 401
    before = other.token
    entered = send_code(other, totp(secret, 1))  # the one of now was used to set it up
    assert (entered.status_code, entered.headers["location"]) == (303, "/console/?")
    assert other.get().status_code == 200 and other.token != before
    assert sign_in.session_of(store, before, now()) is None
    remove = f"{SETUP}/remove"
    refused = other.post(remove, other.fields(HOME, remove) | {"proof": "a wrong guess"})
    assert refused.status_code == 422 and "neither your password nor a code" in refused.text
    removed = other.post(remove, other.fields(HOME, remove) | {"proof": PASSWORD})
    assert removed.status_code == 303
    assert open_browser().log_in(EMAIL).headers["location"] == "/console/"
    with store.read() as connection:
        noted = audit.newest(connection, [site.id], AuditQuery(change="moderator"), None, 10)
        assert connection.execute(sa.select(recovery_codes)).first() is None
    assert [each.change for each in noted] == [
        "moderator.second_factor_off",
        "moderator.second_factor_on",
    ]
    assert secret not in str(noted)


def test_a_page_that_was_asked_for_comes_after_the_code(browser, open_browser, site):
    secret, _ = set_up(browser)
    other = open_browser()
    assert other.get("/console/filters").status_code == 401
    fields = other.fields("/console/login", "/console/login") | {"email": EMAIL}
    asked = other.post("/console/login", fields | {"password": PASSWORD, "next": "/console/pages"})
    assert asked.headers["location"] == f"{CODE}?next=%2Fconsole%2Fpages"
    page = asked.headers["location"]
    sent = other.post(CODE, other.fields(page, CODE) | {"code": totp(secret, 1)})
    assert sent.headers["location"] == "/console/pages"


def test_nothing_readable_is_kept(browser, store):
    secret, codes = set_up(browser)
    with store.read() as connection:
        rows = str(connection.execute(sa.select(second_factors)).all())
        rows += str(connection.execute(sa.select(recovery_codes)).all())
    for kept in (secret, *codes, *(code.replace("-", "") for code in codes)):
        assert kept not in rows and kept.encode().hex() not in rows


def test_a_link_asks_for_the_code_as_well(store, site, open_browser):
    ada = moderator(store, EMAIL, site)
    secret, _ = turned_on(store, ada)
    browser = open_browser()
    path = f"/console/login?link={link_for(store, ada)}"
    used = browser.post("/console/login/link", browser.fields(path, "link"))
    assert (used.status_code, used.headers["location"]) == (303, CODE)
    assert browser.get().status_code == 401
    assert send_code(browser, totp(secret)).status_code == 303
    assert browser.get().status_code == 200


def test_each_code_is_good_once_in_its_step_and_one_either_way(store, site):
    ada = moderator(store, EMAIL, site)
    secret, codes = turned_on(store, ada)
    generator = pyotp.TOTP(secret)

    def enter(code, at):
        token = sign_in.with_password(store, EMAIL, PASSWORD, now=at, entropy=os.urandom)
        assert sign_in.session_of(store, token, at) is None
        clock = {"now": at, "entropy": os.urandom}
        try:
            new = sign_in.with_code(store, token, code, **clock)
        except Unauthenticated:
            return False
        return sign_in.session_of(store, new, at).has_second_factor

    at = NOON + 100 * STEP_MS
    assert not enter(generator.at(at // 1000 - 60), at) and not enter(
        generator.at(at // 1000 + 60), at
    )
    assert enter(generator.at(at // 1000), at)
    assert not enter(generator.at(at // 1000), at), "once"
    assert not enter(generator.at(at // 1000 - 30), at), "nor one from before it"
    assert enter(generator.at(at // 1000 + 30), at)
    assert enter(codes[0].upper().replace("-", " "), at) and not enter(codes[0], at)
    for wrong in ("", "0", "abcde-fghij", "१२३४५६", codes[1] + "x", "\x00" * 6):
        assert not enter(wrong, at)
    state = second_factor.state_of(store, ada)
    assert state.recovery_codes == 9


def test_a_session_that_awaits_a_code_ends_soon_and_with_all_others(store, site):
    ada = moderator(store, EMAIL, site)
    _, codes = turned_on(store, ada)

    def begin():
        return sign_in.with_password(store, EMAIL, PASSWORD, now=NOON, entropy=os.urandom)

    token = begin()
    late = NOON + sign_in.CODE_WITHIN
    assert sign_in.who_awaits(store, token, late - 1) == EMAIL
    assert sign_in.who_awaits(store, token, late) == ""
    assert people.get_moderator(store, ada, site.id, NOON)[1] == [], "nobody is logged in"
    people.end_sessions(store, ada, site.id)
    assert sign_in.who_awaits(store, token, NOON) == ""
    token = begin()
    with store.write() as connection:
        moderators.store_hash(connection, ada, "")
        sessions.sign_out(connection, ada)
    with pytest.raises(NotFound):
        sign_in.with_code(store, token, codes[0], now=NOON, entropy=os.urandom)


def test_who_lost_it_is_helped_by_the_command(store, site, open_browser):
    ada = moderator(store, EMAIL, site)
    turned_on(store, ada)
    remove_lost(store, EMAIL)
    assert open_browser().log_in(EMAIL).headers["location"] == "/console/"
    with store.read() as connection:
        [off, _] = audit.newest(connection, [site.id], AuditQuery(change="moderator"), None, 10)
    assert (off.by, off.change, off.about) == ("command", "moderator.second_factor_off", ada)
    with pytest.raises(NotFound):
        remove_lost(store, EMAIL)


def test_new_recovery_codes_end_the_earlier_ones(browser, open_browser, store):
    _, old = set_up(browser)
    path = f"{HOME}/recovery-codes"
    shown = browser.post(path, browser.fields(HOME, path) | {"proof": old[0]})
    new = re.findall(r"<code>([a-z2-7]{5}-[a-z2-7]{5})</code>", shown.text)
    assert len(new) == 10 and not {*new} & {*old}
    other = open_browser()
    other.log_in(EMAIL)
    assert send_code(other, old[1]).status_code == 401
    assert send_code(other, new[1]).status_code == 303


def test_a_role_that_must_have_one_is_led_to_set_it_up(settings, store, site):
    ada = moderator(store, EMAIL, site)
    with store.write() as connection:
        memberships.grant(connection, ada, site.id, "editor")
    moderator(store, "bo@herald.test", site)
    with console_browsers(settings(GATEHOUSE_SECOND_FACTOR="editor, admin"), store) as open_browser:
        browser, bo = open_browser(), open_browser()
        bo.log_in("bo@herald.test")
        assert bo.get().status_code == 200
        browser.log_in(EMAIL)
        for path in ("", "filters", "people", "comments/cmt_1", "account"):
            answer = browser.get(f"/console/{path}")
            if path != "account":
                assert (answer.status_code, answer.headers["location"]) == (303, SETUP)
        fields = {"csrf": browser.fields(HOME, "logout")["csrf"], "site": site.id, "url": "x"}
        refused = browser.post("/console/pages/state", fields)
        assert (refused.status_code, refused.headers["location"]) == (303, SETUP)
        held = browser.get("/console/", **{"HX-Request": "true"})
        assert (held.status_code, held.headers["hx-redirect"]) == (403, SETUP)
        set_up(browser)
        assert browser.get().status_code == 200
        assert browser.post("/console/logout", {"csrf": fields["csrf"]}).status_code == 303


LIMIT = 3
PROXY = ("127.0.0.1", 50_000)


def test_guesses_at_codes_stop_and_keep_out_nobody_who_has_been_in(settings, store, site):
    ada = moderator(store, EMAIL, site)
    secret, codes = turned_on(store, ada)
    limited = settings(
        GATEHOUSE_LIMIT_LOGIN=f"{LIMIT}/365 days", GATEHOUSE_TRUSTED_PROXIES=PROXY[0]
    )
    with console_browsers(limited, store, PROXY) as open_browser:
        known, thief = open_browser(), open_browser()
        known.headers["X-Forwarded-For"] = "198.51.100.8"
        known.log_in(EMAIL)
        assert send_code(known, totp(secret)).status_code == 303
        csrf = known.fields(HOME, "logout")["csrf"]
        known.post("/console/logout", {"csrf": csrf})
        statuses = []
        for host in range(1, 12):  # who knows the password, from many addresses
            thief.headers["X-Forwarded-For"] = f"192.0.{host}.1"
            thief.log_in(EMAIL)
            statuses += [send_code(thief, "123456").status_code for _ in range(2)]
        assert statuses.count(401) <= 5 * LIMIT and statuses[-1] == 429
        thief.log_in(EMAIL)
        assert send_code(thief, "123456").status_code == 429, "a right password forgives nothing"
        known.log_in(EMAIL)
        assert send_code(known, totp(secret, 1)).status_code == 303
        fresh = open_browser()
        fresh.headers["X-Forwarded-For"] = "203.0.113.5"
        fresh.log_in(EMAIL)
        assert send_code(fresh, "123456").status_code == 429
        assert send_code(fresh, codes[3]).status_code == 303, "a recovery code always works"


def test_one_logs_oneself_out_elsewhere(browser, open_browser):
    other = open_browser()
    other.log_in(EMAIL)
    newest, _ = re.findall(r'name="session" value="(ses_\w+)"', browser.get(HOME).text)
    path = f"{HOME}/sessions"
    token = {"csrf": browser.fields(HOME, path)["csrf"]}
    assert browser.post(path, token | {"session": newest}).status_code == 303
    assert (browser.get().status_code, other.get().status_code) == (200, 401)
    assert browser.post(path, token | {"session": newest}).status_code == 404
