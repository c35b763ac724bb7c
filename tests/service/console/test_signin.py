"""Signing in and out: new ids, ends in time, the same answer to every wrong guess, links used once."""

import os
import re
import statistics
import time

import pytest
import sqlalchemy as sa

from moderation.accounts import passwords, sign_in
from moderation.domain.comment import Status
from moderation.domain.errors import Invalid, Unauthenticated
from moderation.doorbell import redis_client
from moderation.review import queues
from moderation.store import memberships, moderators, sessions
from moderation.store.sessions import IDLE_LIMIT, LINK_LIFETIME, SEEN_EVERY, SESSION_LIMIT
from moderation.store.sql.schema import login_links
from moderation.store.sql.schema import moderators as table
from moderation.store.sql.schema import sessions as session_table
from tests.factories import NOON
from tests.service.console.conftest import console_browsers
from tests.service.console.console_browser import PASSWORD, held, link_for, moderator, now

EMAIL = "ada@herald.test"


def log_in(store, now=NOON, email=EMAIL, password=PASSWORD, old=""):
    return sign_in.with_password(store, email, password, now=now, entropy=os.urandom, old=old)


def use(store, link, now=NOON):
    return sign_in.with_link(store, link, now=now, entropy=os.urandom)


def test_a_password_opens_a_session_and_the_wrong_one_does_not(store, site):
    ada = moderator(store, "Ada@Herald.test ", site)
    token = log_in(store, email=" ADA@herald.test")
    session = sign_in.session_of(store, token, NOON)
    assert (session.moderator_id, session.email, session.site_ids) == (ada, EMAIL, {site.id})
    messages = set()
    for email, password in ((EMAIL, "wrong"), ("eve@herald.test", PASSWORD), (EMAIL, ""),
                            (EMAIL, "x" * 5_000), ("", ""), (EMAIL, PASSWORD + "\x00")):  # fmt: skip
        with pytest.raises(Unauthenticated) as caught:
            log_in(store, email=email, password=password)
        messages.add(caught.value.message)
    assert len(messages) == 1


def test_an_account_without_a_password_accepts_none(store, site):
    moderator(store, EMAIL, site, password="")
    for password in ("", " ", PASSWORD):
        with pytest.raises(Unauthenticated):
            log_in(store, password=password)


def test_passwords_are_argon2id_and_not_too_short(store, site):
    moderator(store, EMAIL, site)
    with store.read() as connection:
        stored = connection.execute(sa.select(table.c.password_hash)).scalar_one()
    assert stored.startswith("$argon2id$") and PASSWORD not in stored
    for password in ("short", "", "x" * 2_000):
        with pytest.raises(Invalid):
            passwords.hash_password(password)


def test_sessions_end_when_idle_and_in_any_case(store, site):
    moderator(store, EMAIL, site)
    token = log_in(store)
    assert sign_in.session_of(store, token, NOON + IDLE_LIMIT - 1)
    assert sign_in.session_of(store, token, NOON + IDLE_LIMIT)  # was seen a moment ago
    assert sign_in.session_of(store, token, NOON + 2 * IDLE_LIMIT + 1) is None
    token = log_in(store)
    moment = NOON
    while moment < NOON + SESSION_LIMIT:
        assert sign_in.session_of(store, token, moment), moment
        moment += IDLE_LIMIT // 2
    assert sign_in.session_of(store, token, NOON + SESSION_LIMIT) is None


def test_the_last_use_of_a_session_is_written_now_and_then_only(store, site):
    moderator(store, EMAIL, site)
    token = log_in(store)

    def seen():
        with store.read() as connection:
            return sessions.session(connection, token, NOON).seen_at

    sign_in.session_of(store, token, NOON + SEEN_EVERY - 1)
    assert seen() == NOON
    sign_in.session_of(store, token, NOON + SEEN_EVERY)
    assert seen() == NOON + SEEN_EVERY


def test_a_new_log_in_ends_the_session_held_before(store, site):
    moderator(store, EMAIL, site)
    first = log_in(store)
    second = log_in(store, old=first)
    assert first != second
    assert sign_in.session_of(store, first, NOON) is None and sign_in.session_of(
        store, second, NOON
    )


def test_a_new_password_ends_every_session_and_link(store, site):
    ada = moderator(store, EMAIL, site)
    token, link = log_in(store), link_for(store, ada, NOON)
    with store.write() as connection:
        moderators.set_password(connection, ada, passwords.hash_password("another long one"))
    assert sign_in.session_of(store, token, NOON) is None
    with pytest.raises(Unauthenticated):
        use(store, link)
    assert log_in(store, password="another long one")


def test_a_link_works_once_and_for_a_while(store, site):
    ada = moderator(store, EMAIL, site, password="")
    link = link_for(store, ada, NOON)
    assert sign_in.session_of(store, use(store, link), NOON).email == EMAIL
    late = link_for(store, ada, NOON)
    for token, moment in ((link, NOON), (late, NOON + LINK_LIFETIME), (late, NOON), ("ghl_x", NOON),
                      ("", NOON), ("é\ud800", NOON)):  # fmt: skip
        with pytest.raises(Unauthenticated):
            use(store, token, moment)


def test_nothing_in_the_database_signs_in(store, site):
    ada = moderator(store, EMAIL, site)
    token, link = log_in(store), link_for(store, ada, NOON)
    with store.read() as connection:
        rows = [
            str(value)
            for rows_of in (session_table, login_links)
            for row in connection.execute(sa.select(rows_of))
            for value in row
        ]
    assert not any(secret in row for row in rows for secret in (token, link))
    for digest in rows:
        assert sign_in.session_of(store, digest, NOON) is None


def test_expired_sessions_and_links_are_deleted_at_the_next_log_in(store, site):
    ada = moderator(store, EMAIL, site)
    log_in(store)
    link_for(store, ada, NOON)
    log_in(store, now=NOON + SESSION_LIMIT)
    with store.read() as connection:
        left = [
            connection.execute(sa.select(sa.func.count()).select_from(emptied)).scalar()
            for emptied in (session_table, login_links)
        ]
    assert left == [1, 0]


def test_an_email_is_taken_once_and_a_role_is_a_known_one(store, site):
    ada = moderator(store, EMAIL, site)
    with pytest.raises(Invalid):
        moderator(store, "ADA@herald.test", site)
    with store.write() as connection:
        memberships.grant(connection, ada, site.id, "admin")
        assert [membership.role for membership in memberships.memberships_of(connection, ada)] == [
            "admin"
        ]
        with pytest.raises(Invalid):
            memberships.grant(connection, ada, site.id, "owner")


# ---- through the pages ------------------------------------------------------------------------------


def test_a_cookie_set_before_is_not_the_session_after(open_browser, store, site):
    moderator(store, EMAIL, site)
    browser = open_browser()
    browser.client.cookies.set("gatehouse_session", "ghc_" + "1" * 64, domain="127.0.0.1")
    assert browser.log_in(EMAIL).status_code == 303
    assert "1" * 64 not in browser.client.cookies.get("gatehouse_session")
    assert browser.get().status_code == 200


def test_logging_out_ends_the_session_on_the_server(browser):
    token = browser.token
    answer = browser.post("/console/logout", browser.fields("/console/", "logout"))
    assert answer.status_code == 303 and not browser.token
    browser.client.cookies.set("gatehouse_session", token, domain="127.0.0.1")
    assert browser.get().status_code == 401


def test_logging_in_again_ends_the_session_before(browser):
    token = browser.token
    assert browser.log_in(EMAIL).status_code == 303
    assert browser.token != token
    browser.client.cookies.clear()
    browser.client.cookies.set("gatehouse_session", token, domain="127.0.0.1")
    assert browser.get().status_code == 401


def test_opening_a_link_does_not_use_it(open_browser, store, site):
    ada = moderator(store, EMAIL, site, password="")
    path = f"/console/login?link={link_for(store, ada)}"
    scanner, browser = open_browser(), open_browser()
    for _ in range(3):
        assert "works once" in scanner.get(path).text
    assert browser.post("/console/login/link", browser.fields(path, "link")).status_code == 303
    assert browser.get().status_code == 200
    again = scanner.post("/console/login/link", scanner.fields(path, "link"))
    assert again.status_code == 401 and "used before" in again.text


ELSEWHERE = (
    "https://evil.test/",
    "//evil.test",
    "/\\evil.test",
    "/console/../../x",
    "/console//evil.test",
    "/console/?x=\r\nSet-Cookie:a",
    "javascript:x",
    "/console/@evil.test",
    "",
    "console/",
    "/console/" + "a" * 600,
)


def test_a_log_in_leads_to_pages_of_the_console_only(open_browser, store, site):
    moderator(store, EMAIL, site)
    browser = open_browser()
    ours = ("/console/?site=site_1&queue=spam", "/console/comments/cmt_1")
    for wanted in (*ours, *ELSEWHERE):
        fields = browser.fields("/console/login", "/console/login")
        fields |= {"email": EMAIL, "password": PASSWORD, "next": wanted}
        location = browser.post("/console/login", fields).headers["location"]
        assert location == (wanted if wanted in ours else "/console/")


def test_a_page_asked_for_without_a_session_comes_after_the_log_in(open_browser, store, site):
    moderator(store, EMAIL, site)
    browser = open_browser()
    path = f"/console/?site={site.id}&queue=spam"
    answer = browser.get(path)
    assert answer.status_code == 401 and "www-authenticate" in answer.headers
    fields = browser.fields(path, "/console/login") | {"email": EMAIL, "password": PASSWORD}
    assert browser.post("/console/login", fields).headers["location"] == path


def test_wrong_guesses_look_alike_and_keep_the_email(open_browser, store, site):
    moderator(store, EMAIL, site)
    browser = open_browser()
    wrong = [browser.log_in(email, "guess") for email in (EMAIL, "eve@herald.test")]
    assert [answer.status_code for answer in wrong] == [401, 401]
    # Form tokens are masked anew in each answer.
    parts = r'(ada|eve)@herald.test|(?<=name="csrf" value=")\w+'
    texts = {re.sub(parts, "X", answer.text) for answer in wrong}
    assert len(texts) == 1 and 'value="X"' in texts.pop()


def test_guessing_stops_soon_per_account_and_per_address(settings, store, site, broker_url):
    moderator(store, EMAIL, site)
    with console_browsers(settings(GATEHOUSE_LIMIT_LOGIN="5/minute"), store) as open_browser:
        browser = open_browser()
        statuses = [browser.log_in(EMAIL, "guess").status_code for _ in range(7)]
        right = browser.log_in(EMAIL)
    assert statuses == [401] * 5 + [429] * 2
    assert right.status_code == 429  # even the right one, or it would be found
    assert "Retry-After" in right.headers
    counted = redis_client(broker_url, timeout=5)
    keys = list(counted.scan_iter("*gatehouse:limit*"))
    counted.close()
    assert any(b"login" in key for key in keys) and all(b"@" not in key for key in keys)


def test_with_https_the_cookies_are_the_hosts_own(settings, store, site):
    from starlette.testclient import TestClient

    from service.app import create_app
    from tests.service.console.console_browser import ConsoleBrowser

    moderator(store, EMAIL, site)
    app = create_app(settings(GATEHOUSE_PUBLIC_URL="https://gate.test"))
    with TestClient(app, "https://gate.test", follow_redirects=False) as client:
        answer = ConsoleBrowser(client, store).log_in(EMAIL)
        [cookie] = [cookie for cookie in answer.headers.get_list("set-cookie") if "ghc_" in cookie]
        assert cookie.startswith("__Host-gatehouse=ghc_")
        for part in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=lax"):
            assert part in cookie
        assert "Domain" not in cookie
        assert client.get("/console/").status_code == 200


def test_a_decision_needs_the_session_to_be_alive(browser, site):
    [comment_id] = held(browser.store, site, "bad")
    fields = browser.fields("/console/", f"{comment_id}/decisions") | {"outcome": "approve"}
    with browser.store.write() as connection:
        connection.execute(sa.update(session_table).values(seen_at=now() - IDLE_LIMIT))
    assert browser.post(f"/console/comments/{comment_id}/decisions", fields).status_code == 401


def test_a_log_in_takes_as_long_for_unknown_accounts(store, site):
    """Medians of a dozen, within a third: an argon2 more or less would double it."""
    moderator(store, EMAIL, site)
    durations = {EMAIL: [], "eve@herald.test": []}
    for _ in range(12):
        for email, times in durations.items():
            start = time.process_time()  # others work on this machine as well
            with pytest.raises(Unauthenticated):
                log_in(store, email=email, password="guess")
            times.append(time.process_time() - start)
    seconds_known, seconds_unknown = (statistics.median(times) for times in durations.values())
    assert 0.67 < seconds_known / seconds_unknown < 1.5


def test_a_decision_after_the_session_s_end_is_asked_again_after_the_log_in(browser, site):
    [comment_id] = held(browser.store, site, "A bad text.")
    action = f"/console/comments/{comment_id}/decisions"
    fields = browser.fields("/console/", action) | {"outcome": "spam"}
    browser.client.cookies.clear()
    refused = browser.post(action, fields)
    assert refused.status_code == 401
    assert "nothing was changed" in refused.text
    wanted = f"/console/comments/{comment_id}?ask=spam"
    assert f'name="next" value="{wanted}"' in refused.text
    by_script = browser.post(action, fields, **{"HX-Request": "true"})
    assert by_script.status_code == 401
    leads_to = by_script.headers["hx-redirect"]
    assert "nothing was changed" in browser.get(leads_to).text
    entered = browser.post(
        "/console/login",
        browser.fields(leads_to, "/console/login") | {"email": EMAIL, "password": PASSWORD},
    )
    assert entered.headers["location"] == wanted
    page = browser.get(wanted).text
    assert "You chose “Spam” when your session had ended" in page
    assert re.search(r'value="spam"[^>]* autofocus', page)
    card = queues.get_card(browser.store, {site.id}, comment_id)
    assert card.status is Status.HELD


def test_a_log_in_link_leads_to_what_was_asked_for_too(open_browser, store, site):
    ada = moderator(store, EMAIL, site)
    browser = open_browser()
    wanted = f"/console/campaigns?site={site.id}"
    assert browser.get(wanted).status_code == 401
    link = link_for(store, ada)
    fields = browser.fields(f"/console/login?link={link}", "/console/login/link")
    entered = browser.post("/console/login/link", fields)
    assert entered.headers["location"] == wanted
    browser.client.cookies.clear()
    browser.client.cookies.set("gatehouse_next", "https://evil.test/console/")
    fields = browser.fields(f"/console/login?link={link_for(store, ada)}", "/console/login/link")
    assert browser.post("/console/login/link", fields).headers["location"] == "/console/"
