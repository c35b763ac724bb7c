"""Coral's external moderation phase: signatures, verdicts, nonsense; requests as Coral makes them."""

import hashlib
import hmac
import json

import pytest

from moderation.domain.decision import Outcome, Reason
from moderation.domain.policy import PolicyVerdict
from moderation.review.site_policy import set_policy
from moderation.store import compat_apis
from service.compat.coral.routes import is_signed, phase_response

OLD, NEW = "an-old-signing-secret-of-coral", "a-new-signing-secret-of-coral"
RUDE = "<div>You are a <b>stupid</b> idiot&nbsp;and everybody hates you.</div>"
KIND = "<div>Thank you for this careful article about the harbour.</div>"


def comment(body=RUDE, **changes):
    return {
        "action": "NEW",
        "comment": {"body": body, "parentID": None},
        "author": {"id": "u1", "role": "COMMENTER"},
        "story": {"id": "s1", "url": "https://herald.test/a"},
        "site": {"id": "site1"},
        "tenantID": "t1",
        "tenantDomain": "coral.herald.test",
    } | changes


def signature(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.fixture(scope="session")
def url(house):
    with house.store.write() as connection:
        for secret in (OLD, NEW):
            compat_apis.add_signing_secret(
                connection, house.store.crypto, house.site.id, "coral", secret
            )
    return f"/integrations/coral/{house.site.id}"


@pytest.fixture
def send(house, url):
    def send(content, *secrets, to=url, header=None):
        # Coral sends its JSON indented, and signs the bytes.
        body = content if isinstance(content, bytes) else json.dumps(content, indent=2).encode()
        signed = ",".join(signature(body, secret) for secret in secrets or (NEW,))
        headers = {"x-coral-signature": signed if header is None else header}
        return house.post(to, content=body, headers=headers)

    return send


def test_what_may_pass_has_no_answer(send):
    answer = send(comment(KIND))
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("action", ["NEW", "EDIT"])
def test_what_is_toxic_is_withheld_and_flagged(send, action):
    answer = send(comment(action=action))
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "SYSTEM_WITHHELD",
        "actions": [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}],
    }


def test_a_language_nobody_knows_waits_without_a_flag(send):
    german = "Der Minister soll endlich zurücktreten, so geht es nicht weiter."
    assert send(comment(german)).json() == {"status": "PREMOD"}


@pytest.mark.parametrize("secrets", [(NEW,), (OLD,), (OLD, NEW), ("unknown to us, as of yet", NEW)])
def test_while_a_secret_is_rotated_either_signs(send, secrets):
    assert send(comment(), *secrets).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["", "sha256=", "sha256=" + "0" * 64, "nonsense", "sha1=abc", "é", ",".join(["sha256=0"] * 99)],
)
def test_without_a_signature_nothing_is_read(send, header):
    answer = send(b"{not even json", header=header.encode())
    assert answer.status_code == 401
    assert send(comment(), "somebody else's secret").status_code == 401


def test_a_signature_is_of_these_bytes(send):
    header = signature(json.dumps(comment(), indent=2).encode(), NEW)
    assert send(comment(KIND), header=header).status_code == 401


def test_a_site_without_the_face_or_no_site_at_all_is_not_found(send, house):
    other, _ = house.new_site("openai")
    for site in (other.id, "site_nobody", "x" * 3_000):
        assert send(comment(), to=f"/integrations/coral/{site}").status_code == 404


def test_the_secret_of_one_site_opens_no_other(send, house):
    other, _ = house.new_site("coral", name="Carol's Courier")
    with house.store.write() as connection:
        compat_apis.add_signing_secret(
            connection, house.store.crypto, other.id, "coral", "carols own signing secret"
        )
    there = f"/integrations/coral/{other.id}"
    assert send(comment(), to=there).status_code == 401
    assert send(comment(), "carols own signing secret", to=there).status_code == 200
    assert send(comment(), "carols own signing secret").status_code == 401


@pytest.mark.parametrize("role", ["STAFF", "MODERATOR", "ADMIN"])
def test_corals_own_people_are_not_judged(send, role):
    assert send(comment(author={"id": "u", "role": role})).status_code == 204


@pytest.mark.parametrize("role", [None, 1, [], ["ADMIN"], {}, {"ADMIN": 1}])
def test_a_role_that_is_no_word_is_nobodys(send, role):
    assert send(comment(author={"id": "u", "role": role})).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b'"x"', b"{", b"\xff", b'{"comment": 1}', b'{"comment": {"body": 1}}', b"{}",
        b'{"comment": {"body": ["a"]}}', b"[" * 5_000, b'{"a":NaN}',
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_not_repeated(send, body):
    answer = send(body)
    assert 400 <= answer.status_code < 500
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "text", ["", "   ", "<p></p>", "\ud83d", "\u202eabc", "<" * 30_000, "&" * 30_000, "\x00"]
)
def test_odd_texts_have_an_answer(send, text):
    assert send(comment(text)).status_code in (200, 204)


def test_an_empty_or_missing_body_is_nothing_to_judge(send):
    assert send(comment(comment={"body": None})).status_code == 204
    assert send(comment(comment={})).status_code == 204


def test_what_is_too_long_to_be_measured_waits(send):
    assert send(comment("a" * 70_000)).json() == {"status": "PREMOD"}
    assert send(comment("a" * 700_000)).json() == {"status": "PREMOD"}


def test_past_the_limit_comments_wait_for_coral_would_publish_them(send, house):
    busy, _ = house.new_site("coral", name="Dave's Daily", limit="1/hour")
    with house.store.write() as connection:
        compat_apis.add_signing_secret(
            connection, house.store.crypto, busy.id, "coral", "daves own signing secret"
        )
    there = f"/integrations/coral/{busy.id}"
    assert send(comment(KIND), "daves own signing secret", to=there).status_code == 204
    assert send(comment(KIND), "daves own signing secret", to=there).json() == {"status": "PREMOD"}


def test_what_plain_text_shows_in_angle_brackets_is_read(send):
    answer = send(comment("<you are a stupid fucking idiot>"))
    assert answer.json()["status"] == "SYSTEM_WITHHELD"


def test_the_policy_of_the_storys_section_decides(send, house):
    toml = 'name = "strict"\n[[rules]]\ncode = "toxic"\nsignal = "toxicity"\nat_least = 0.0001\noutcome = "hold"\nmessage = "x"\n'
    set_policy(house.store, house.site.id, toml, "command", scope="section:/crime", now=1)
    for story, is_held in (
        ({"id": "s1", "url": "https://herald.test/crime/1"}, True),
        ({"id": "s1", "url": "https://herald.test/crimes"}, False),
        ({"id": "s1", "url": "no address"}, False),
        ({"id": "s1", "url": 7}, False),
        (["s1"], False),
        (None, False),
    ):
        assert (send(comment(KIND, story=story)).status_code == 200) == is_held, story


def test_nothing_is_kept(send, house):
    def rows():
        with house.store.read() as connection:
            return connection.exec_driver_sql("select count(*) from comments").scalar()

    before = rows()
    send(comment("You are a stupid idiot, and this is kept nowhere"))
    assert rows() == before


def test_what_is_rejected_says_why_in_corals_words():
    threat = Reason("threat", "May be a threat: 0.9 reaches 0.3.", label="threat", value=0.9)
    assert phase_response(PolicyVerdict(Outcome.REJECT, (threat,))) == {
        "status": "REJECTED",
        "actions": [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}],
        "moderationAction": {
            "status": "REJECTED",
            "rejectionReason": {
                "code": "HARASSMENT_BULLYING",
                "detailedExplanation": "May be a threat: 0.9 reaches 0.3.",
            },
        },
    }
    links = Reason("links", "5 links.", label="links", value=5)
    assert phase_response(PolicyVerdict(Outcome.SPAM, (links,)))["actions"] == [
        {"actionType": "FLAG", "reason": "COMMENT_DETECTED_SPAM"}
    ]
    reason = Reason("scorer_unavailable", "Could not be measured yet: bundled.", label="bundled")
    assert phase_response(PolicyVerdict(Outcome.HOLD, (reason,))) == {"status": "PREMOD"}


def test_no_secret_means_no_signature():
    assert not is_signed(b"x", signature(b"x", ""), [])
