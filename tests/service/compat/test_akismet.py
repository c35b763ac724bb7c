"""Akismet's API as its clients need it: exact bodies and headers, on a Gatehouse that runs and judges."""

import os
import time
import uuid

import httpx2
import pytest
import sqlalchemy as sa

from moderation.clock import now_ms
from moderation.domain.akismet_check import is_blatant
from moderation.domain.comment import PageRef, PageState, Status
from moderation.domain.decision import Reason
from moderation.reading import comment_status
from moderation.review import page_states, queues
from moderation.review.site_policy import set_policy
from moderation.store import compat_apis, decisions, sites
from moderation.store.sql.schema import checks, comments, personal, revisions
from moderation.upkeep.erase import erase
from service.compat.akismet.request import read_request
from service.compat.akismet.routes import RECHECK, RECHECK_TOLD, THANKS
from tests.factories import NOON, key_of, newspaper

# Told often, these are copies, and copies are looked at: whoever counts on an approval says his own.
HAM = "Thank you for this careful article about the harbour."
RUDE = "You are a stupid idiot and everybody hates you."
SPAM = (
    "BUY CHEAP VIAGRA ONLINE!!! casino bonus http://pills.example/a http://pills.example/b "
    "http://pills.example/c http://casino.example/d click here, make money fast, work from home $$$ "
    "WhatsApp +1 555 123 4567"
)


class Site:
    """A site that speaks Akismet, and its client: of what runs, or another one."""

    def __init__(self, running, other: sites.Site | None = None) -> None:
        self.store = running.store
        self.id = (other or running.site).id
        self.url = f"http://127.0.0.1:{running.port}"
        self.secret = running.key if other is None else key_of(running.store, other)
        self.key = key_of(running.store, other or running.site, sites.AKISMET)
        self.client = httpx2.Client(base_url=self.url, timeout=30)

    def post(self, call: str, headers: dict[str, str] | None = None, **fields: str):
        all_fields = {"api_key": self.key, "blog": "https://herald.test", **fields}
        data = {name: value for name, value in all_fields.items() if value is not None}
        return self.client.post(f"/1.1/{call}", data=data, headers=headers)

    def check(self, text: str, headers: dict[str, str] | None = None, **fields: str):
        """Asks about a comment of the test's own."""
        about = {
            "user_ip": "192.0.2.7",
            "user_agent": "Firefox",
            "permalink": f"https://herald.test/{uuid.uuid4().hex}",
            "comment_type": "comment",
            "comment_author": "Carol",
            "comment_author_email": "carol@private.test",
            "comment_content": text,
        } | fields
        return self.post("comment-check", headers, **about), about

    def row(self, comment_id: str):
        with self.store.read() as connection:
            return connection.execute(
                sa.select(comments, revisions.c.text)
                .join(revisions, revisions.c.comment_id == comments.c.id)
                .where(comments.c.id == comment_id)
            ).one()

    def count(self) -> int:
        with self.store.read() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(comments)).scalar_one()


@pytest.fixture(scope="session")
def site(running):
    made = Site(running)
    yield made
    made.client.close()


def decided(answer) -> str:
    """The answer as a client reads it: its exact body."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.content.decode()


# --- keys -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "host"),
    [
        ({"key": "KEY", "api_key": None}, ""),
        ({"key": None, "api_key": "KEY"}, ""),
        ({"key": "KEY", "api_key": "0123456789ab"}, ""),  # WordPress tries a new one
        ({"key": None, "api_key": None}, "KEY.rest.akismet.com"),
        ({"key": None, "api_key": None, "blog": None}, "KEY.gatehouse.test:8000"),
    ],
)
def test_a_key_is_found_wherever_clients_put_it(site, fields, host) -> None:
    filled = {name: value and value.replace("KEY", site.key) for name, value in fields.items()}
    headers = {"Host": host.replace("KEY", site.key)} if host else None
    answer = site.post("verify-key", headers, **filled)
    assert decided(answer) == "valid"
    assert not [name for name in answer.headers if name.lower().startswith("x-akismet")]


@pytest.mark.parametrize("call", ["verify-key", "comment-check", "submit-spam", "submit-ham"])
@pytest.mark.parametrize(
    "key", ["", "0123456789ab", "ghs_wrong", "x" * 5000, "ключ", "' OR 1=1 --"]
)
def test_a_wrong_key_is_invalid_and_says_why_in_a_header(site, call, key) -> None:
    answer = site.post(call, api_key=key, comment_content=HAM)
    assert decided(answer) == "invalid"
    assert "X-akismet-debug-help".lower() in answer.headers


def test_a_site_that_did_not_switch_it_on(site) -> None:
    other = newspaper(site.store, "Bob's Blog", "https://bob.test")
    answer = site.post("verify-key", api_key=key_of(site.store, other, sites.AKISMET))
    assert decided(answer) == "invalid"
    assert "switched on" in answer.headers["x-akismet-debug-help"]
    with site.store.write() as connection:
        compat_apis.switch_on(connection, other.id, compat_apis.AKISMET, "1/hour", NOON)
    key = key_of(site.store, other, sites.AKISMET)
    assert decided(site.post("verify-key", api_key=key)) == "valid"
    limited = site.post("verify-key", api_key=key)
    assert limited.status_code == 429 and int(limited.headers["retry-after"]) > 0


def test_keys_are_twelve_hex_digits(site) -> None:
    assert len(site.key) == 12 and set(site.key) <= set("0123456789abcdef")


# --- checks -----------------------------------------------------------------------------------------


def test_a_check_is_judged_by_the_whole_pipeline(site) -> None:
    text = "The ferry to the islands used to leave at seven, and nobody minded the early start."
    answer, about = site.check(text)
    assert decided(answer) == "false"
    assert "x-akismet-recheck-after" not in answer.headers
    assert not {"x-akismet-error", "x-akismet-alert-code", "x-akismet-debug-help"} & set(
        answer.headers
    )
    row = site.row(answer.headers["x-akismet-guid"])
    assert (row.site_id, row.author_name, row.text) == (site.id, "Carol", text)
    assert (row.status, row.decided_by) == ("approved", "policy")
    card = queues.get_card(site.store, {site.id}, row.id)
    assert card.page_url == about["permalink"]
    with site.store.read() as connection:
        kept = connection.execute(sa.select(personal).where(personal.c.comment_id == row.id)).one()
    assert kept.network == "192.0.2.0/24" and b"carol@private.test" not in kept.email_sealed


def test_what_a_person_must_see_is_false_and_to_be_waited_for(site) -> None:
    answer, _ = site.check(RUDE)
    assert decided(answer) == "false"
    assert answer.headers["x-akismet-recheck-after"] == str(RECHECK)
    assert site.row(answer.headers["x-akismet-guid"]).status == "held"
    answer, _ = site.check(RUDE, callback="https://herald.test/wp-json/akismet/v1/webhook")
    assert answer.headers["x-akismet-recheck-after"] == str(RECHECK_TOLD)


def test_wordpress_does_not_approve_by_itself_what_is_held(site) -> None:
    """Its plugin does so after twice the time it is told, whether it named a callback or not."""
    answer, _ = site.check(
        f"{RUDE} Once more.", headers={"User-Agent": "WordPress/6.9 | Akismet/5.7"}
    )
    assert answer.headers["x-akismet-recheck-after"] == str(RECHECK_TOLD)


def test_spam_is_true_and_the_blatant_may_be_dropped(site) -> None:
    answer, _ = site.check(SPAM)
    assert decided(answer) == "true"
    assert answer.headers["x-akismet-pro-tip"] == "discard"
    assert site.row(answer.headers["x-akismet-guid"]).status == "spam"


@pytest.mark.parametrize(
    ("reason", "blatant"),
    [
        (Reason("spam", "", "spam", 0.98, 0.9), True),
        (Reason("spam", "", "spam", 0.9799, 0.9), False),
        (Reason("toxic", "", "toxicity", 0.999, 0.5), False),
        (Reason("form_trap", "", "form_trap", 1, 1), False),
        (Reason("blatant", "Known spam with a link."), True),
    ],
)
def test_what_may_be_dropped_unseen(reason: Reason, blatant: bool) -> None:
    assert is_blatant([Reason("links", "", "links", 3, 3), reason]) is blatant
    assert is_blatant([]) is False


def test_asked_again_it_is_the_same_comment(site) -> None:
    """WordPress asks before it stores the comment, and again from its database: without tags."""
    first, about = site.check(f"{RUDE} <script>x</script>")
    again = site.post(
        "comment-check",
        **about | {"recheck_reason": "recheck_queue", "comment_content": f"{RUDE}\n x"},
    )
    assert again.headers["x-akismet-guid"] == first.headers["x-akismet-guid"]
    decide(site, first.headers["x-akismet-guid"], "approve")
    later = site.post("comment-check", **about)
    assert decided(later) == "false" and "x-akismet-recheck-after" not in later.headers


def decide(site, comment_id: str, outcome: str) -> None:
    answer = site.client.post(
        f"/api/v1/comments/{comment_id}/decisions",
        json={"outcome": outcome},
        headers={"Authorization": f"Bearer {site.secret}"},
    )
    assert answer.status_code == 201


TRUE = {"comment_author": "viagra-test-123"}


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        (TRUE, "true"),
        ({"comment_author": "akismet-guaranteed-spam"}, "true"),
        ({"comment_author_email": "akismet-guaranteed-spam@example.com"}, "true"),
        ({"user_role": "administrator"}, "false"),
        ({"user_role": "editor, administrator"} | TRUE, "false"),  # which wins
    ],
)
def test_the_test_values_of_the_documentation(site, fields, verdict) -> None:
    before = site.count()
    answer, about = site.check(HAM, **fields)
    assert decided(answer) == verdict
    assert decided(site.post("submit-ham", **about)) == THANKS
    assert site.count() == before


@pytest.mark.parametrize("flag", ["1", "true", "True"])
def test_a_test_is_judged_and_forgotten(site, flag) -> None:
    before = site.count()
    answer, _ = site.check(HAM, is_test=flag)
    assert decided(answer) == "false" and not answer.headers["x-akismet-guid"].startswith("cmt_")
    assert "x-akismet-recheck-after" not in answer.headers
    answer, about = site.check(SPAM, is_test=flag)
    assert decided(answer) == "true"
    assert decided(site.post("submit-spam", **about)) == THANKS
    assert site.count() == before


def test_a_test_meets_the_policy_of_its_page(site) -> None:
    url = f"https://herald.test/{uuid.uuid4().hex}"
    toml = """
        name = "all-spam"
        rules = [{ code = "all", signal = "toxicity", at_least = 0.0, outcome = "spam", message = "All." }]
    """
    set_policy(site.store, site.id, toml, "command", scope=f"page:{url}", now=now_ms())
    assert decided(site.check(HAM, is_test="1", permalink=url)[0]) == "true"
    assert decided(site.check(HAM, is_test="1", permalink=f"{url}/other")[0]) == "false"


@pytest.mark.parametrize("flag", ["", "0", "False", "false"])
def test_what_python_calls_false_is_no_test(site, flag) -> None:
    answer, _ = site.check(HAM, is_test=flag)
    assert "x-akismet-guid" in answer.headers


def test_a_form_in_another_charset(site) -> None:
    about = {"blog_charset": "windows-1251", "api_key": site.key}
    text = "Спасибо за статью о гавани"
    body = "&".join(f"{name}={value}" for name, value in about.items()).encode()
    body += b"&comment_content=" + b"".join(b"%%%02X" % byte for byte in text.encode("cp1251"))
    answer = site.client.post(
        "/1.1/comment-check",
        content=body,
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=windows-1251"},
    )
    assert site.row(answer.headers["x-akismet-guid"]).text == text


def test_what_breaks_a_rule_is_cut_and_never_refused(site) -> None:
    answer, _ = site.check(
        "x\x00" * 70_000,
        comment_author="n\n" * 300,
        comment_author_email="no address",
        comment_author_url="javascript:alert(1)",
        permalink="javascript:alert(1)",
        blog="",
        user_ip="nowhere",
        comment_post_ID="'",
    )
    assert decided(answer) in ("true", "false")
    row = site.row(answer.headers["x-akismet-guid"])
    assert len(row.text.encode()) <= 65_525 and "\x00" not in row.text
    assert len(row.author_name) <= 245 and "\n" not in row.author_name
    assert row.author_url == ""
    nobody, _ = site.check("", comment_author="", comment_author_email="")
    row = site.row(nobody.headers["x-akismet-guid"])
    assert (row.author_name, row.text) == ("Anonymous", "Anonymous")


@pytest.mark.parametrize("written", ["::ffff:203.0.113.7", "203.0.113.7:51234", " 203.0.113.7"])
def test_the_readers_address_is_understood_however_it_is_written(written: str) -> None:
    comment = read_request({"user_ip": written}, "https://herald.test/")
    assert comment.context.ip == "203.0.113.7"


def test_words_that_were_erased_can_be_checked_again(site) -> None:
    page = {"permalink": f"https://herald.test/{uuid.uuid4().hex}"}
    first, again = (site.check(HAM, **page)[0].headers["x-akismet-guid"] for _ in range(2))
    assert again == first
    erase(site.store, {site.id}, first, now=NOON, entropy=os.urandom)
    later = site.check(HAM, **page)[0].headers["x-akismet-guid"]
    assert later != first and site.row(later).text == HAM


def test_a_filled_honeypot_is_spam(site) -> None:
    text = f"The quay at dusk was quieter than on other days, they say ({uuid.uuid4().hex[:4]})."
    honeypot = {"honeypot_field_name": "nectar"}
    empty, _ = site.check(text, **honeypot, nectar="")
    assert decided(empty) == "false"
    filled, _ = site.check(text, **honeypot, nectar="yum")
    assert decided(filled) == "true"
    comment_id = filled.headers["x-akismet-guid"]
    with site.store.read() as connection:
        decision = decisions.latest(connection, [comment_id])[comment_id]
    assert "form_trap" in {reason.code for reason in decision.reasons}


def test_without_workers_it_answers_in_time(house) -> None:
    """No one judges here: the site holds the comment and asks again."""
    about = {"api_key": house.keys["akismet"], "comment_content": HAM}
    began = time.monotonic()
    answer = house.post("/1.1/comment-check", data=about)
    took = time.monotonic() - began
    assert decided(answer) == "false" and took >= house.app.state.settings.akismet_wait
    assert answer.headers["x-akismet-recheck-after"] == str(RECHECK)
    assert (
        comment_status.get_status(house.store, answer.headers["x-akismet-guid"]).status
        is Status.PENDING
    )


# --- corrections ------------------------------------------------------------------------------------


def test_missed_spam_is_the_site_s_last_word(site) -> None:
    checked, about = site.check("My grandmother baked bread like this every Saturday morning.")
    comment_id = checked.headers["x-akismet-guid"]
    answer = site.post("submit-spam", **about)
    assert decided(answer) == THANKS
    row = site.row(comment_id)
    assert (row.status, row.decided_by, row.sequence) == ("spam", "moderator", 2)
    assert decided(site.post("submit-spam", **about)) == THANKS
    assert site.row(comment_id).sequence == 2  # once said is enough
    assert (
        decided(site.post("submit-ham", **about | {"guid": comment_id, "comment_content": ""}))
        == THANKS
    )
    assert site.row(comment_id).status == "approved"


def test_a_comment_never_asked_about_is_kept_and_learned_from(site) -> None:
    about = {
        "user_ip": "192.0.2.9",
        "comment_author": "Eve",
        "comment_content": f"Something new, {uuid.uuid4().hex}",
    }
    before = site.count()
    assert decided(site.post("submit-spam", **about)) == THANKS
    assert site.count() == before + 1
    cards = queues.list_queue(site.store, site.id, Status.SPAM, limit=50)
    [card] = [queued for queued in cards if queued.text == about["comment_content"]]
    assert card.decision and card.decision.actor.kind.value == "moderator"


def test_a_correction_about_a_page_that_is_closed_here_is_thanked_for(site) -> None:
    """WordPress knows nothing of the states of our pages, and its moderators cannot mend a refusal."""
    url = f"https://herald.test/{uuid.uuid4().hex}"
    closed = page_states.PageChange(PageState.CLOSED)
    page_states.set_page(site.store, site.id, PageRef(url), closed, NOON, os.urandom)
    about = {"permalink": url, "comment_content": f"Never asked about. {uuid.uuid4().hex}"}
    for call in ("submit-spam", "submit-ham"):
        assert decided(site.post(call, **about)) == THANKS
    checked, _ = site.check("Too late?", permalink=url)
    assert (checked.text, "x-akismet-guid" in checked.headers) == ("false", True)
    assert "x-akismet-recheck-after" in checked.headers


def test_corrections_come_as_json_too(site) -> None:
    """Coral sends JSON, and the key in the host's name alone."""
    answer = site.client.post(
        "/1.1/submit-ham",
        json={"user_ip": "", "comment_content": uuid.uuid4().hex, "is_test": None},
        headers={"Host": f"{site.key}.rest.akismet.com"},
    )
    assert decided(answer) == THANKS


# --- what was asked so far --------------------------------------------------------------------------


@pytest.fixture
def site_with_checks(site) -> tuple[Site, str]:
    """A site of its own with three questions, one of which was answered wrongly."""
    from moderation.domain.akismet_check import AkismetAnswer, AkismetCheck
    from moderation.store import akismet_checks as rows

    other = newspaper(site.store, "Counted", "https://counted.test")
    now = time.time_ns() // 1_000_000
    with site.store.write() as connection:
        compat_apis.switch_on(connection, other.id, compat_apis.AKISMET, "", NOON)
        for number, (blog, answer) in enumerate(
            [
                ("a.test", AkismetAnswer.SPAM),
                ("a.test", AkismetAnswer.HAM),
                ("b.test", AkismetAnswer.WAIT),
            ]
        ):
            check = AkismetCheck(f"{other.id}-{number}", other.id, "f", blog=blog, created_at=now)
            rows.put(connection, check, answer)
        rows.correct(connection, f"{other.id}-0", AkismetAnswer.HAM)
        rows.correct(connection, f"{other.id}-1", AkismetAnswer.HAM)
    return site, key_of(site.store, other, sites.AKISMET)


def test_usage(site_with_checks) -> None:
    site, key = site_with_checks
    answer = site.client.get("/1.2/usage-limit", params={"api_key": key})
    assert answer.json() == {"limit": "none", "usage": 3, "percentage": "0.00", "throttled": False}
    assert decided(site.client.get("/1.2/usage-limit", params={"api_key": "0" * 12})) == "invalid"


def test_key_sites(site_with_checks) -> None:
    site, key = site_with_checks
    month = time.strftime("%Y-%m", time.gmtime())
    answer = site.client.get("/1.2/key-sites", params={"api_key": key, "month": month}).json()
    assert answer == {
        month: [
            {
                "site": "a.test",
                "api_calls": "2",
                "spam": "1",
                "ham": "1",
                "missed_spam": "0",
                "false_positives": "1",
                "is_revoked": False,
            },
            {
                "site": "b.test",
                "api_calls": "1",
                "spam": "0",
                "ham": "1",
                "missed_spam": "0",
                "false_positives": "0",
                "is_revoked": False,
            },
        ],
        "limit": 500,
        "offset": 0,
        "total": 2,
    }
    params = {"api_key": key, "format": "csv", "filter": "b.", "limit": "1"}
    lines = site.client.get("/1.2/key-sites", params=params).text.splitlines()
    assert lines == [
        f"Active sites for {key[:3]}... during {month} (limit:1, offset: 0, total: 1)",
        "Site,Total API Calls,Spam,Ham,Missed Spam,False Positives,Is Revoked",
        "b.test,1,0,1,0,0,false",
    ]
    past = {"api_key": key, "month": "2020-12", "order": "spam", "offset": "1"}
    assert site.client.get("/1.2/key-sites", params=past).json()["2020-12"] == []
    odd = site.client.get("/1.2/key-sites", params={"api_key": key, "month": "soon"})
    assert decided(odd) == "invalid"


def test_what_wordpress_asks_when_its_form_is_filled_in(site_with_checks) -> None:
    site, key = site_with_checks
    assert site.post("get-subscription", api_key=key).json()["status"] == "active"
    stats = site.post("get-stats", api_key=key, **{"from": "all"}).json()
    assert (stats["spam"], stats["ham"], stats["false_positives"]) == (1, 2, 1)
    assert decided(site.post("deactivate", key=key)) == "deactivated"


# --- hostile input ----------------------------------------------------------------------------------

NAMES = (
    "user_ip",
    "user_agent",
    "referrer",
    "permalink",
    "blog",
    "blog_charset",
    "is_test",
    "comment_author",
    "comment_author_email",
    "comment_author_url",
    "comment_content",
    "comment_post_ID",
    "comment_parent",
    "callback",
    "guid",
    "user_role",
    "comment_type",
    "honeypot_field_name",
    "recheck_reason",
    "comment_context[0]",
)
VALUES = (
    "\x00",
    "a\r\nX-Evil: 1",
    "🦊" * 3000,
    "://",
    "http://[",
    "http://x:99999/",
    "%00",
    "{}",
    "\u202e",
    "9" * 400,
    "zip",
    "idna",
    "utf-16",
)


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_hostile_fields_are_no_accident(site, value) -> None:
    for call in ("comment-check", "submit-spam", "verify-key"):
        fields = dict.fromkeys(NAMES, value) | {"comment_author_email": "eve@private.test"}
        answer = site.post(call, **fields)
        assert answer.status_code == 200 and "eve@private.test" not in answer.text
        assert "X-Evil" not in answer.headers


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"[]", 200),
        ("application/json", b"{" * 5000, 200),
        ("application/json", b'{"comment_content": {"a": 1}, "blog": NaN}', 200),
        ("application/json", b'{"comment_content": "\\ud800"}', 200),
        ("multipart/form-data; boundary=x", b"--x", 415),
        ("application/x-www-form-urlencoded", b"a=1&" * 2_000, 200),
        ("application/x-www-form-urlencoded", b"comment_content=" + b"x" * 1_100_000, 413),
        ("", b"\xff\xfe=\x00", 200),
    ],
)
def test_hostile_bodies_are_no_accident(site, kind, body, status) -> None:
    headers = {"Host": f"{site.key}.rest.akismet.com", "Content-Type": kind}
    answer = site.client.post("/1.1/comment-check", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.text in ("true", "false", "invalid")
    assert os.linesep not in answer.text


def test_another_site_s_comment_is_nobody_s_business(site_with_checks, site) -> None:
    """A guid of one site means nothing at another."""
    checked, _ = site.check("Does anybody know when the library opens again after the flood?")
    _, key = site_with_checks
    assert (
        decided(site.post("submit-spam", api_key=key, guid=checked.headers["x-akismet-guid"]))
        == THANKS
    )
    assert site.row(checked.headers["x-akismet-guid"]).status == "approved"
    mistake = sa.select(checks.c.mistake).where(
        checks.c.comment_id == checked.headers["x-akismet-guid"]
    )
    with site.store.read() as connection:
        assert connection.execute(mistake).scalar_one() == ""
