"""Guessing at accounts stops soon, and keeps nobody out who has been in before or has a link."""

import pytest

from service.access.limits import ACCOUNT_FACTOR
from tests.service.console.conftest import console_browsers
from tests.service.console.console_browser import ConsoleBrowser, link_for, moderator

LIMIT = 4
PROXY = ("127.0.0.1", 50_000)  # what it says in X-Forwarded-For is believed
ADA, EVE = "ada@herald.test", "eve@herald.test"
NEWSROOM, GUESSER, HOTEL = "198.51.100.8", "192.0.2.210", "203.0.113.5"


@pytest.fixture
def open_browser(settings, store):
    limited = settings(
        # Windows begin at multiples of their length: none ends during a test.
        GATEHOUSE_LIMIT_LOGIN=f"{LIMIT}/365 days",
        GATEHOUSE_TRUSTED_PROXIES=PROXY[0],
    )
    with console_browsers(limited, store, PROXY) as browsers:
        yield browsers


@pytest.fixture
def browser_at(open_browser):
    """Opens a browser at an address."""

    def open_at(address: str) -> ConsoleBrowser:
        browser = open_browser()
        browser.headers["X-Forwarded-For"] = address
        return browser

    return open_at


def guesses(browser: ConsoleBrowser, email: str, count: int) -> list[int]:
    return [browser.log_in(email, "a wrong guess").status_code for _ in range(count)]


def follow(browser: ConsoleBrowser, link: str):
    path = f"/console/login?link={link}"
    return browser.post("/console/login/link", browser.fields(path, "link"))


def test_one_address_that_guesses_keeps_nobody_else_out(browser_at, store, site):
    moderator(store, ADA, site)
    assert guesses(browser_at(GUESSER), ADA, LIMIT + 2) == [401] * LIMIT + [429] * 2
    assert browser_at(HOTEL).log_in(ADA).status_code == 303
    assert browser_at(GUESSER).log_in(ADA).status_code == 429


def test_an_address_past_its_limit_counts_against_no_account(browser_at, store, site):
    moderator(store, ADA, site)
    guesser = browser_at(GUESSER)
    guesses(guesser, "nobody@herald.test", LIMIT)
    assert guesses(guesser, ADA, LIMIT * ACCOUNT_FACTOR + 1) == [429] * (LIMIT * ACCOUNT_FACTOR + 1)
    assert browser_at(HOTEL).log_in(ADA).status_code == 303


def test_many_addresses_that_guess_keep_out_only_browsers_that_were_never_in(
    browser_at, store, site
):
    moderator(store, ADA, site)
    newsroom = browser_at(NEWSROOM)
    assert newsroom.log_in(ADA).status_code == 303
    for number in range(ACCOUNT_FACTOR):
        assert guesses(browser_at(f"192.0.2.{number}"), ADA, LIMIT) == [401] * LIMIT
    assert browser_at(HOTEL).log_in(ADA).status_code == 429
    assert newsroom.log_in(ADA).status_code == 303
    assert newsroom.log_in(ADA.upper()).status_code == 303  # the same account
    newsroom.headers["X-Forwarded-For"] = "192.0.2.0"  # even from where it is guessed
    assert newsroom.log_in(ADA).status_code == 303


def test_a_known_browser_may_not_guess_for_ever_either(browser_at, store, site):
    moderator(store, ADA, site)
    moderator(store, EVE, site)
    browser = browser_at(NEWSROOM)
    assert browser.log_in(ADA).status_code == 303
    assert guesses(browser, ADA, LIMIT + 1) == [401] * LIMIT + [429]
    # It is known for its own account only, and its cookie under another name is nobody's.
    [(name, token)] = [
        (cookie.name, cookie.value)
        for cookie in browser.client.cookies.jar
        if cookie.name.startswith("gatehouse_device")
    ]
    crypto = browser.client.app.state.store.crypto
    assert crypto.device_of(ADA, token) and not crypto.device_of(EVE, token)
    assert not crypto.device_of(ADA, token[:-1] + ("0" if token[-1] != "0" else "1"))
    assert ADA not in name + token
    assert guesses(browser, EVE, LIMIT + 1) == [401] * LIMIT + [429]


def test_right_log_ins_are_no_failures_and_end_the_count(browser_at, store, site):
    moderator(store, ADA, site)
    for _ in range(LIMIT * 2):
        assert browser_at(NEWSROOM).log_in(ADA).status_code == 303
    for _ in range(3):
        assert guesses(browser_at(NEWSROOM), ADA, LIMIT - 1) == [401] * (LIMIT - 1)
        assert browser_at(NEWSROOM).log_in(ADA).status_code == 303


def test_a_link_always_lets_its_owner_in(browser_at, store, site):
    ada = moderator(store, ADA, site)
    browser = browser_at(GUESSER)
    refused = [browser.log_in(ADA, "a wrong guess") for _ in range(LIMIT + 1)][-1]
    assert refused.status_code == 429 and "use a log-in link" in refused.text
    wrong = [follow(browser, "ghl_" + "0" * 64) for _ in range(LIMIT + 1)]
    assert [answer.status_code for answer in wrong] == [401] * LIMIT + [429]
    assert "Too many attempts" in wrong[-1].text and "use a log-in link" not in wrong[-1].text
    assert int(wrong[-1].headers["retry-after"]) > 0
    assert follow(browser, link_for(store, ada)).status_code == 303
    assert browser.log_in(ADA).status_code == 303  # which makes the browser a known one


def test_wrong_links_do_not_spend_the_password_s_attempts(browser_at, store, site):
    moderator(store, ADA, site)
    browser = browser_at(NEWSROOM)
    for _ in range(LIMIT + 1):
        follow(browser, "ghl_" + "0" * 64)
    assert browser.log_in(ADA).status_code == 303
