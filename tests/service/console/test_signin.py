"""Signing in and out: new ids, ends in time, the same answer to every wrong guess, links used once."""

import os
import re
import statistics
import time

import pytest
import sqlalchemy as sa

from moderation.accounts import sign_in
from moderation.domain.errors import Invalid, Unauthenticated
from moderation.store import moderators
from moderation.store.moderators import IDLE_LIMIT, LINK_LIFETIME, SEEN_EVERY, SESSION_LIMIT
from moderation.store.sql.schema import login_links, sessions
from moderation.store.sql.schema import moderators as table
from tests.factories import NOON
from tests.service.console.console_browser import PASSWORD, Strict, held, link_for, moderator, now

EMAIL = "ada@herald.test"


def signed_in(store, at=NOON, email=EMAIL, password=PASSWORD, old=""):
    return sign_in.with_password(store, email, password, now=at, entropy=os.urandom, old=old)


def use(store, link, at=NOON):
    return sign_in.with_link(store, link, now=at, entropy=os.urandom)


def test_a_password_opens_a_session_and_the_wrong_one_does_not(store, site):
    ada = moderator(store, "Ada@Herald.test ", site)
    token = signed_in(store, email=" ADA@herald.test")
    found = sign_in.session_of(store, token, NOON)
    assert (found.moderator_id, found.email, found.site_ids) == (ada, EMAIL, {site.id})
    said = set()
    for email, password in ((EMAIL, "wrong"), ("eve@herald.test", PASSWORD), (EMAIL, ""),
                            (EMAIL, "x" * 5_000), ("", ""), (EMAIL, PASSWORD + "\x00")):  # fmt: skip
        with pytest.raises(Unauthenticated) as caught:
            signed_in(store, email=email, password=password)
        said.add(caught.value.message)
    assert len(said) == 1


def test_an_account_without_a_password_has_none_that_fits(store, site):
    moderator(store, EMAIL, site, password="")
    for password in ("", " ", PASSWORD):
        with pytest.raises(Unauthenticated):
            signed_in(store, password=password)


def test_passwords_are_argon2id_and_not_too_short(store, site):
    moderator(store, EMAIL, site)
    with store.read() as connection:
        stored = connection.execute(sa.select(table.c.password_hash)).scalar_one()
    assert stored.startswith("$argon2id$") and PASSWORD not in stored
    for password in ("short", "", "x" * 2_000):
        with pytest.raises(Invalid):
            sign_in.hash_password(password)


def test_sessions_end_when_idle_and_in_any_case(store, site):
    moderator(store, EMAIL, site)
    token = signed_in(store)
    assert sign_in.session_of(store, token, NOON + IDLE_LIMIT - 1)
    assert sign_in.session_of(store, token, NOON + IDLE_LIMIT)  # was seen a moment ago
    assert sign_in.session_of(store, token, NOON + 2 * IDLE_LIMIT + 1) is None
    token = signed_in(store)
    at = NOON
    while at < NOON + SESSION_LIMIT:
        assert sign_in.session_of(store, token, at), at
        at += IDLE_LIMIT // 2
    assert sign_in.session_of(store, token, NOON + SESSION_LIMIT) is None


def test_being_seen_is_written_down_now_and_then_only(store, site):
    moderator(store, EMAIL, site)
    token = signed_in(store)

    def seen():
        with store.read() as connection:
            return moderators.session(connection, token, NOON).seen_at

    sign_in.session_of(store, token, NOON + SEEN_EVERY - 1)
    assert seen() == NOON
    sign_in.session_of(store, token, NOON + SEEN_EVERY)
    assert seen() == NOON + SEEN_EVERY


def test_a_new_log_in_ends_the_session_held_before(store, site):
    moderator(store, EMAIL, site)
    first = signed_in(store)
    second = signed_in(store, old=first)
    assert first != second
    assert sign_in.session_of(store, first, NOON) is None and sign_in.session_of(
        store, second, NOON
    )


def test_a_new_password_ends_every_session_and_link(store, site):
    ada = moderator(store, EMAIL, site)
    token, link = signed_in(store), link_for(store, ada, NOON)
    with store.write() as connection:
        moderators.set_password(connection, ada, sign_in.hash_password("another long one"))
    assert sign_in.session_of(store, token, NOON) is None
    with pytest.raises(Unauthenticated):
        use(store, link)
    assert signed_in(store, password="another long one")


def test_a_link_works_once_and_for_a_while(store, site):
    ada = moderator(store, EMAIL, site, password="")
    link = link_for(store, ada, NOON)
    assert sign_in.session_of(store, use(store, link), NOON).email == EMAIL
    late = link_for(store, ada, NOON)
    for token, at in ((link, NOON), (late, NOON + LINK_LIFETIME), (late, NOON), ("ghl_x", NOON),
                      ("", NOON), ("é\ud800", NOON)):  # fmt: skip
        with pytest.raises(Unauthenticated):
            use(store, token, at)


def test_nothing_in_the_database_signs_in(store, site):
    ada = moderator(store, EMAIL, site)
    token, link = signed_in(store), link_for(store, ada, NOON)
    with store.read() as connection:
        rows = [
            str(value)
            for where in (sessions, login_links)
            for row in connection.execute(sa.select(where))
            for value in row
        ]
    assert not any(secret in row for row in rows for secret in (token, link))
    for digest in rows:
        assert sign_in.session_of(store, digest, NOON) is None


def test_what_has_run_out_is_swept_at_the_next_log_in(store, site):
    ada = moderator(store, EMAIL, site)
    signed_in(store)
    link_for(store, ada, NOON)
    signed_in(store, at=NOON + SESSION_LIMIT)
    with store.read() as connection:
        left = [
            connection.execute(sa.select(sa.func.count()).select_from(one)).scalar()
            for one in (sessions, login_links)
        ]
    assert left == [1, 0]


def test_an_email_is_taken_once_and_a_role_is_a_known_one(store, site):
    ada = moderator(store, EMAIL, site)
    with pytest.raises(Invalid):
        moderator(store, "ADA@herald.test", site)
    with store.write() as connection:
        moderators.grant(connection, ada, site.id, "admin")
        assert [one.role for one in moderators.memberships_of(connection, ada)] == ["admin"]
        with pytest.raises(Invalid):
            moderators.grant(connection, ada, site.id, "owner")


# ---- through the pages ------------------------------------------------------------------------------


def test_a_cookie_set_before_is_not_the_session_after(open_desk, store, site):
    moderator(store, EMAIL, site)
    desk = open_desk()
    desk.client.cookies.set("gatehouse_session", "ghc_" + "1" * 64, domain="127.0.0.1")
    assert desk.log_in(EMAIL).status_code == 303
    assert "1" * 64 not in desk.client.cookies.get("gatehouse_session")
    assert desk.get().status_code == 200


def test_logging_out_ends_the_session_on_the_server(desk):
    token = desk.token
    answer = desk.post("/console/logout", desk.fields("/console/", "logout"))
    assert answer.status_code == 303 and not desk.token
    desk.client.cookies.set("gatehouse_session", token, domain="127.0.0.1")
    assert desk.get().status_code == 401


def test_logging_in_again_ends_the_session_before(desk):
    token = desk.token
    assert desk.log_in(EMAIL).status_code == 303
    assert desk.token != token
    desk.client.cookies.clear()
    desk.client.cookies.set("gatehouse_session", token, domain="127.0.0.1")
    assert desk.get().status_code == 401


def test_looking_at_a_link_does_not_use_it(open_desk, store, site):
    ada = moderator(store, EMAIL, site, password="")
    path = f"/console/login?link={link_for(store, ada)}"
    scanner, desk = open_desk(), open_desk()
    for _ in range(3):
        assert "works once" in scanner.get(path).text
    assert desk.post("/console/login/link", desk.fields(path, "link")).status_code == 303
    assert desk.get().status_code == 200
    again = scanner.post("/console/login/link", scanner.fields(path, "link"))
    assert again.status_code == 401 and "used before" in again.text


ELSEWHERE = (
    *(
        "https://evil.test/",
        "//evil.test",
        "/\\evil.test",
        "/console/../../x",
        "/console//evil.test",
    ),
    *("/console/?x=\r\nSet-Cookie:a", "javascript:x", "/console/@evil.test", "", "console/"),
    "/console/" + "a" * 600,
)


def test_one_goes_on_within_the_console_only(open_desk, store, site):
    moderator(store, EMAIL, site)
    desk = open_desk()
    here = ("/console/?site=site_1&queue=spam", "/console/comments/cmt_1")
    for wanted in (*here, *ELSEWHERE):
        fields = desk.fields("/console/login", "/console/login")
        fields |= {"email": EMAIL, "password": PASSWORD, "next": wanted}
        there = desk.post("/console/login", fields).headers["location"]
        assert there == (wanted if wanted in here else "/console/")


def test_a_page_asked_for_without_a_session_comes_after_the_log_in(open_desk, store, site):
    moderator(store, EMAIL, site)
    desk = open_desk()
    path = f"/console/?site={site.id}&queue=spam"
    answer = desk.get(path)
    assert answer.status_code == 401 and "www-authenticate" in answer.headers
    fields = desk.fields(path, "/console/login") | {"email": EMAIL, "password": PASSWORD}
    assert desk.post("/console/login", fields).headers["location"] == path


def test_wrong_guesses_look_alike_and_keep_the_email(open_desk, store, site):
    moderator(store, EMAIL, site)
    desk = open_desk()
    wrong = [desk.log_in(email, "guess") for email in (EMAIL, "eve@herald.test")]
    assert [one.status_code for one in wrong] == [401, 401]
    texts = {re.sub(r"(ada|eve)@herald.test", "X", one.text) for one in wrong}
    assert len(texts) == 1 and 'value="X"' in texts.pop()


def test_guessing_stops_soon_per_account_and_per_address(open_desk, store, site, monkeypatch):
    moderator(store, EMAIL, site)
    desk = open_desk()
    limits = Strict(5)
    monkeypatch.setattr(desk.client.app.state.limits, "allow", limits.allow)
    assert [desk.log_in(EMAIL, "guess").status_code for _ in range(7)] == [401] * 5 + [429] * 2
    assert desk.log_in(EMAIL).status_code == 429  # even the right one, or it would be found
    assert "Retry-After" in desk.log_in(EMAIL).headers
    assert all("@" not in key for key in limits.left)


def test_with_https_the_cookies_are_the_hosts_own(settings, store, site):
    from starlette.testclient import TestClient

    from service.app import create_app
    from tests.service.console.console_browser import Desk

    moderator(store, EMAIL, site)
    app = create_app(settings(GATEHOUSE_PUBLIC_URL="https://gate.test"))
    with TestClient(app, "https://gate.test", follow_redirects=False) as client:
        answer = Desk(client, store).log_in(EMAIL)
        [cookie] = [one for one in answer.headers.get_list("set-cookie") if "ghc_" in one]
        assert cookie.startswith("__Host-gatehouse=ghc_")
        for part in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=lax"):
            assert part in cookie
        assert "Domain" not in cookie
        assert client.get("/console/").status_code == 200


def test_a_decision_needs_the_session_to_be_alive(desk, site):
    [one] = held(desk.store, site, "bad")
    fields = desk.fields("/console/", f"{one}/decisions") | {"outcome": "approve"}
    with desk.store.write() as connection:
        connection.execute(sa.update(sessions).values(seen_at=now() - IDLE_LIMIT))
    assert desk.post(f"/console/comments/{one}/decisions", fields).status_code == 401


def test_unknown_and_known_accounts_take_as_long(store, site):
    """Medians of a dozen, within a third: an argon2 more or less would double it."""
    moderator(store, EMAIL, site)
    took = {EMAIL: [], "eve@herald.test": []}
    for _ in range(12):
        for email, times in took.items():
            begun = time.process_time()  # others work on this machine as well
            with pytest.raises(Unauthenticated):
                signed_in(store, email=email, password="guess")
            times.append(time.process_time() - begun)
    known, unknown = (statistics.median(times) for times in took.values())
    assert 0.67 < known / unknown < 1.5
