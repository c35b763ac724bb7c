"""The pure part: what a message says, its signature, when it is tried again."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from moderation.domain.comment import AuthorRef, Context, PageRef, Status, Submission
from moderation.domain.decision import Actor, ActorKind, Decision, Outcome, Reason
from moderation.domain.delivery import (
    JITTER,
    RETRY_AFTER_LIMIT,
    RETRY_DELAYS,
    AttemptOutcome,
    Format,
    Payload,
    next_delay,
    outcome_of,
    parse_retry_after,
)
from moderation.domain.event import (
    Event,
    EventComment,
    EventType,
    decision_event,
    event_id,
    event_json,
    received_event,
)
from moderation.domain.message import EventRecord, Message, payload_json, single_message
from moderation.domain.score import Span
from moderation.notify.send_attempt import signed

AT = 1_790_000_000_123
PAGE = {"url": "https://herald.test/1", "title": "News", "id": ""}
COMMENT = EventComment("cmt_1", "site_1", PAGE, "")
SUBMISSION = Submission(
    id="cmt_1",
    site_id="site_1",
    page=PageRef("https://herald.test/1", "News"),
    author=AuthorRef("Carol", "carol@private.test", "https://carol.test"),
    text="You are all fools.",
    created_at=AT,
    context=Context("203.0.113.9", "Firefox"),
)
DECISION = Decision(
    comment_id="cmt_1",
    sequence=1,
    revision=1,
    outcome=Outcome.HOLD,
    actor=Actor(ActorKind.POLICY, "newsroom", "abc123"),
    reasons=(Reason("toxic", "Toxicity 0.9.", "toxicity", 0.9, 0.8, (Span(0, 3),)),),
    created_at=AT,
)


def message_of(event: Event, format: Format = Format.STANDARD) -> Message:
    data = event_json(event.data)
    about = event.comment_id
    return single_message(
        EventRecord(event.id, event.site_id, event.type, about, event.created_at, data), format
    )


def test_the_published_vector() -> None:
    """Of the specification's reference libraries: their secret, id, time, body and signature."""
    published = Message("msg_p5jXN8AQM9LWM0D4loKWxJek", "", '{"test": 2432232314}')
    headers = signed(published, 1_614_265_330_000, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_message_of_a_decision() -> None:
    event = decision_event(DECISION, COMMENT, Status.PENDING)
    assert event.type == "comment.held"
    message = json.loads(message_of(event).body)
    assert list(message) == ["type", "timestamp", "data"]
    assert message["timestamp"] == "2026-09-21T14:13:20.123Z"
    assert message["data"] == {
        "comment_id": "cmt_1",
        "site_id": "site_1",
        "page": PAGE,
        "parent_id": None,
        "sequence": 1,
        "revision": 1,
        "status": "held",
        "previous_status": "pending",
        "actor": {"kind": "policy"},
        "policy_version": "abc123",
        "reasons": [
            {
                "code": "toxic",
                "message": "Toxicity 0.9.",
                "label": "toxicity",
                "value": 0.9,
                "threshold": 0.8,
            }
        ],
    }


def test_a_message_of_either_kind_has_the_same_keys() -> None:
    decided = decision_event(DECISION, COMMENT, Status.PENDING)
    assert list(received_event(SUBMISSION, PAGE).data) == list(decided.data)


def test_every_decision_has_a_type() -> None:
    for outcome in Outcome:
        event = decision_event(replace(DECISION, outcome=outcome), COMMENT, Status.HELD)
        assert event.type in set(EventType)


def test_no_e_mail_address_or_text_by_itself() -> None:
    sent = event_json(received_event(SUBMISSION, PAGE).data)
    for private in ("carol@", "203.0.113.9", "Firefox", "fools", "Carol"):
        assert private not in sent


@given(st.text())
def test_the_body_is_minified_ascii_with_the_text_intact(text: str) -> None:
    data = event_json({"comment_id": "cmt_1", "page": {"title": "Ünï"}, "value": 0.1})
    first, second = (
        single_message(
            EventRecord(
                "evt_1",
                "site_1",
                "comment.held",
                "cmt_1",
                AT,
                payload_json(data, Payload.TEXT, text),
            ),
            Format.STANDARD,
        ).body
        for _ in range(2)
    )
    assert first == second
    assert first.isascii()
    read = json.loads(first)
    assert read["data"]["text"] == text
    assert json.dumps(read, separators=(",", ":")) == first


def test_nan_is_refused_when_frozen_and_not_found_by_the_receiver() -> None:
    with pytest.raises(ValueError, match="JSON"):
        event_json({"value": float("nan")})


def test_event_ids_are_derived_and_carry_no_full_stop() -> None:
    ids = {event_id(c, t, s) for c in ("cmt_1", "cmt_2") for t in EventType for s in range(3)}
    assert len(ids) == 2 * len(EventType) * 3
    assert not any("." in event_id for event_id in ids)
    assert event_id("cmt_1", "comment.held", 1) == event_id("cmt_1", EventType.HELD, 1)


@pytest.mark.parametrize(
    ("status", "error", "fate"),
    [
        (200, "", AttemptOutcome.DELIVERED),
        (299, "", AttemptOutcome.DELIVERED),
        (200, "too_large", AttemptOutcome.DELIVERED),
        (301, "", AttemptOutcome.RETRY),
        (307, "", AttemptOutcome.RETRY),
        (400, "", AttemptOutcome.RETRY),
        (401, "", AttemptOutcome.RETRY),
        (404, "", AttemptOutcome.RETRY),
        (410, "", AttemptOutcome.DISABLE),
        (429, "", AttemptOutcome.RETRY),
        (500, "", AttemptOutcome.RETRY),
        (None, "timeout", AttemptOutcome.RETRY),
        (None, "address", AttemptOutcome.RETRY),
        (None, "secret", AttemptOutcome.RETRY),
        (None, "url", AttemptOutcome.DEAD),
        (None, "erased", AttemptOutcome.DEAD),
        (None, "disabled", AttemptOutcome.DEAD),
    ],
)
def test_what_an_attempt_means(status: int | None, error: str, fate: AttemptOutcome) -> None:
    assert outcome_of(status, error) is fate


@given(
    st.integers(1, len(RETRY_DELAYS)),
    st.sampled_from([None, 200, 404, 429, 500, 502, 503, 504]),
    st.none() | st.integers(-(10**6), 10**12),
    st.floats(0, 1, exclude_max=True),
    st.floats(0.001, 10),
)
def test_delays_keep_to_the_schedule(
    attempts: int, status: int | None, retry_after: int | None, chance: float, scale: float
) -> None:
    delay = next_delay(attempts, status, retry_after, chance, scale)
    assert delay is not None
    slow = 2 if status in (429, 502, 504) else 1
    base = RETRY_DELAYS[attempts - 1] * scale * slow
    retry_after = min(max(retry_after or 0, 0), RETRY_AFTER_LIMIT)
    assert delay >= retry_after
    assert delay >= base - 1  # never earlier than the schedule
    assert delay <= max(retry_after, base * (1 + JITTER) + 1)


@given(st.floats(0, 1, exclude_max=True))
def test_the_schedule_ends_after_ten_attempts_within_four_days(chance: float) -> None:
    delays = [next_delay(attempts, 500, None, chance) for attempts in range(1, 10)]
    assert next_delay(10, 500, None, chance) is None
    total = sum(delay or 0 for delay in delays)
    assert 75.5 * 3_600_000 < total < 96 * 3_600_000


@pytest.mark.parametrize(
    ("header", "delay"),
    [
        ("7", 7_000),
        (" 120 ", 120_000),
        ("0", 0),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("9" * 5000, None),
        ("Mon, 21 Sep 2026 14:13:30 GMT", 9_877),
        ("Mon, 21 Sep 2020 14:13:30 GMT", 0),
        ("Mon, 99 Sep 2026 14:13:30 GMT", None),
        ("Mon, 21 Sep 99999 14:13:30 GMT", None),
    ],
)
def test_retry_after(header: str, delay: int | None) -> None:
    assert parse_retry_after(header, AT) == delay


def test_the_library_would_sign_a_naive_time_as_if_it_were_utc() -> None:
    """The trap that signed() avoids: it hands over aware UTC datetimes only."""
    secret = "whsec_" + "QUJD" * 8
    time = 1_790_000_000_000
    headers = signed(Message("evt_1", "", "{}"), time, [secret])
    right = Webhook(secret).sign("evt_1", datetime.fromtimestamp(time / 1000, UTC), "{}")
    assert headers["webhook-signature"] == right
