"""Where a comment ends in WordPress: each kind of answer, by the plugin's versions."""

import uuid
from collections.abc import Callable

import httpx2
import pytest
import sqlalchemy as sa

from moderation.store.sql.schema import comments, pages
from service.compat.akismet.protocol import plugin_version
from tests.service.compat.akismet_plugin import (
    BEFORE_55,
    DELETED,
    FROM_55,
    PENDING,
    PUBLISHED,
    SPAM,
    agent,
    check,
    recheck,
)
from tests.service.compat.conftest import House

HAM = "Thank you for this careful article about the harbour."
RUDE = "You are a stupid idiot and everybody hates you."
MONTH = 30 * 86_400
Ask = Callable[..., httpx2.Response]


def blog(house: House, version: str, key: str = "") -> tuple[Ask, dict[str, str]]:
    """A question about one comment from an address of its own, and its fields. Nobody judges it but the
    test, by API: no worker runs.
    """
    about = {
        "api_key": key or house.keys["akismet"],
        "blog": "https://herald.test",
        "user_ip": f"2001:db8:{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}::1",
        "permalink": f"https://herald.test/{uuid.uuid4().hex}",
        "comment_author": "Carol",
        "comment_content": f"{HAM} {uuid.uuid4().hex}",
    }

    def ask(**changes: str) -> httpx2.Response:
        headers = {"User-Agent": agent(version)} if version else {}
        return house.post("/1.1/comment-check", data=about | changes, headers=headers)

    return ask, about


def decide(house: House, comment_id: str, outcome: str) -> None:
    answer = house.post(
        f"/api/v1/comments/{comment_id}/decisions",
        json={"outcome": outcome},
        headers={"Authorization": f"Bearer {house.secret}"},
    )
    assert answer.status_code == 201, answer.text


def _decided(outcome: str) -> Callable[[House, str], httpx2.Response]:
    def ask_about_decided(house: House, version: str) -> httpx2.Response:
        ask, _ = blog(house, version)
        decide(house, ask().headers["x-akismet-guid"], outcome)
        return ask()

    return ask_about_decided


def _with(**fields: str) -> Callable[[House, str], httpx2.Response]:
    return lambda house, version: blog(house, version)[0](**fields)


def _fill_the_address_s_limit(house: House, key: str, about: dict[str, str], origin: str) -> None:
    """By the API, which does not wait for a decision."""
    for _ in range(10):
        comment = {
            "page": {"url": f"{origin}/flood"},
            "author": {"name": "Carol"},
            "text": uuid.uuid4().hex,
            "context": {"ip": about["user_ip"]},
        }
        headers = {"Authorization": f"Bearer {key}"}
        answer = house.post("/api/v1/comments", json=comment, headers=headers)
        assert answer.status_code in (202, 429), answer.text


def _is_stored(house: House, answer: httpx2.Response) -> bool:
    with house.store.read() as connection:
        stored = sa.select(comments.c.id).where(comments.c.id == answer.headers["x-akismet-guid"])
        return connection.execute(stored).one_or_none() is not None


def _flood(house: House, version: str) -> httpx2.Response:
    ask, about = blog(house, version)
    _fill_the_address_s_limit(house, house.secret, about, house.site.origins[0])
    answer = ask()
    assert not _is_stored(house, answer)  # nobody will ever decide about it here
    return answer


def _over_the_call_limit(house: House, version: str) -> httpx2.Response:
    _, key = house.new_site("akismet", name=f"Limited {uuid.uuid4().hex}", limit="1/minute")
    ask, _ = blog(house, version, key)
    ask()
    answer = ask()
    assert answer.status_code == 429
    return answer


def _switched_off(house: House, version: str) -> httpx2.Response:
    _, key = house.new_site(name=f"Off {uuid.uuid4().hex}")
    return blog(house, version, key)[0]()


def _closed_page(house: House, version: str) -> httpx2.Response:
    ask, about = blog(house, version)
    ask()
    with house.store.write() as connection:
        of_page = sa.update(pages).where(pages.c.url == about["permalink"])
        assert connection.execute(of_page.values(state="closed")).rowcount == 1
    return ask(comment_content=f"Too late? {uuid.uuid4().hex}")


def _too_large(house: House, version: str) -> httpx2.Response:
    answer = blog(house, version)[0](comment_content="x" * 1_100_000)
    assert answer.status_code == 413
    return answer


CASES = {
    "approved": (_decided("approve"), PUBLISHED),
    "spam": (_decided("spam"), SPAM),
    "rejected": (_decided("reject"), SPAM),
    "not yet decided": (_with(), PENDING),
    "guaranteed spam": (_with(comment_author="akismet-guaranteed-spam"), SPAM),
    "guaranteed spam by address": (
        _with(comment_author_email="akismet-guaranteed-spam@example.com"),
        SPAM,
    ),
    "an administrator": (_with(user_role="administrator"), PUBLISHED),
    "a test, civil": (_with(is_test="1"), PUBLISHED),
    "a test, rude": (_with(is_test="1", comment_content=RUDE), PENDING),
    "over the submission limit": (_flood, PENDING),
    "over the call limit": (_over_the_call_limit, PENDING),
    "switched off": (_switched_off, PENDING),
    "wrong key": (_with(api_key="0123456789ab"), PENDING),
    "no key": (_with(api_key=""), PENDING),
    "closed page": (_closed_page, PENDING),
    "too large": (_too_large, PENDING),
}


@pytest.mark.parametrize("version", [BEFORE_55, "5.4", "5.5", FROM_55])
@pytest.mark.parametrize("case", CASES)
def test_where_a_comment_ends(house: House, case: str, version: str) -> None:
    ask, where = CASES[case]
    answer = ask(house, version)
    placed = check(version, answer.text, answer.headers)
    assert placed.where == where, (answer.text, dict(answer.headers))
    if where == PENDING:
        # It is either asked about again, or the plugin waits for our word: for longer than a month.
        assert placed.asks_again or (placed.publishes_after or 0) > MONTH


@pytest.mark.parametrize("case", CASES)
def test_every_answer_has_a_guid_whoever_asks(house: House, case: str) -> None:
    ask, _ = CASES[case]
    first, second = (ask(house, "").headers["x-akismet-guid"] for _ in range(2))
    assert first != second


def test_the_model_publishes_what_has_no_guid() -> None:
    """The model itself: what current plugins do with answers that they cannot match to a comment."""
    for body, headers in (
        ("true", {}),
        ("invalid", {}),
        ("false", {"x-akismet-recheck-after": "9"}),
    ):
        assert check(FROM_55, body, headers).where == PUBLISHED
        assert check(FROM_55, body, headers | {"x-akismet-guid": "g"}).where != PUBLISHED
    assert check(BEFORE_55, "false", {"x-akismet-recheck-after": "9"}).where == PUBLISHED
    assert check(BEFORE_55, "", {}).where == PENDING


@pytest.mark.parametrize("version", [BEFORE_55, FROM_55])
@pytest.mark.parametrize("reason", ["retry", "recheck_queue"])
def test_asked_again_it_waits_until_somebody_decides(
    house: House, version: str, reason: str
) -> None:
    """The cron job of every version publishes on 'false', whatever the headers say."""
    for outcome, where in (("approve", PUBLISHED), ("spam", SPAM)):
        ask, _ = blog(house, version)
        comment_id = ask().headers["x-akismet-guid"]
        again = ask(recheck_reason=reason)
        assert recheck(again.text).where == PENDING
        assert again.headers["x-akismet-guid"] == comment_id
        decide(house, comment_id, outcome)
        assert recheck(ask(recheck_reason=reason).text).where == where


@pytest.mark.parametrize("version", [BEFORE_55, FROM_55])
def test_what_came_above_the_limit_is_stored_when_it_is_asked_about_again(
    house: House, version: str
) -> None:
    site, key = house.new_site("akismet", name=f"Again {uuid.uuid4().hex}")
    first, about = blog(house, version, key)
    _fill_the_address_s_limit(house, key, about, site.origins[0])
    refused = first()
    placed = check(version, refused.text, refused.headers)
    assert (placed.where, placed.asks_again) == (PENDING, True)
    # Later the address may send again; another one stands for it here.
    later = first(recheck_reason="retry", user_ip="192.0.2.77")
    assert recheck(later.text).where == PENDING and _is_stored(house, later)


def test_a_client_that_is_no_wordpress_is_told_a_word(house: House) -> None:
    ask, _ = blog(house, "")
    answer = ask()
    assert (answer.text, answer.headers["x-akismet-recheck-after"]) == ("false", "120")
    assert ask(recheck_reason="recheck").text == "false"


def test_discarding_can_be_tried_out(house: House) -> None:
    ask, _ = blog(house, FROM_55)
    trap = {"comment_author": "akismet-guaranteed-spam", "is_test": "1"}
    answer = ask(**trap, test_discard="1")
    assert answer.headers["x-akismet-pro-tip"] == "discard"
    assert check(FROM_55, answer.text, answer.headers, discards=True).where == DELETED
    for fields in (
        trap,
        {"test_discard": "1"},
        {"test_discard": "1", "user_role": "administrator"},
    ):
        assert "x-akismet-pro-tip" not in ask(**fields).headers


@pytest.mark.parametrize(
    ("user_agent", "version"),
    [
        ("WordPress/6.1.9 | Akismet/5.0.2", (5, 0)),
        ("WordPress/7.1.4 | Akismet/5.10", (5, 10)),
        ("wordpress/6.8-RC1 | akismet/5.5rc1", (5, 5)),
        ("WordPress/6.8; https://herald.test | Akismet/6", (6, 0)),
        ("WordPress/6.8 | Akismet/trunk", (0, 0)),  # whatever it is, it must not publish
        ("WordPress/6.8 | Akismet/", (0, 0)),
        ("WordPress/6.8; https://herald.test", None),
        ("Drupal/11 | Akismet/5.5", None),
        ("Mozilla/5.0", None),
        ("", None),
    ],
)
def test_versions_of_the_plugin(user_agent: str, version: tuple[int, int] | None) -> None:
    assert plugin_version(user_agent) == version
