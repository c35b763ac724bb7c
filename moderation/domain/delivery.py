"""Telling a site: events, who listens, what a message says, when to try again (Standard Webhooks 1.0.0)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from moderation.domain.comment import Status, Submission
from moderation.domain.decision import Decision, Reason
from moderation.domain.ids import derived_id


class EventType(StrEnum):
    """What may be told. Names are [a-zA-Z0-9_.]+, as the specification asks."""

    RECEIVED = "comment.received"
    APPROVED = "comment.approved"
    HELD = "comment.held"
    REJECTED = "comment.rejected"
    SPAM = "comment.spam"
    ERASED = "comment.erased"
    DISABLED = "endpoint.disabled"
    TEST = "webhook.test"


# The delay after the 1st, 2nd ... failed attempt, in ms: Standard Webhooks 1.0.0, "Deliverability
# and reliability". Ten attempts in all; a fault on a Friday evening is past before the last of them.
_SECOND, _MINUTE, _HOUR = 1_000, 60_000, 3_600_000
RETRY_DELAYS = (
    5 * _SECOND,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
JITTER = 0.2  # a delay grows by up to this share, and never shrinks: receivers recover unhurried
SLOWED = frozenset({429, 502, 504})  # the specification: the receiver is overloaded, slow down
SLOW_FACTOR = 2
RETRY_AFTER_LIMIT = RETRY_DELAYS[-1]  # a receiver may not put us off longer than we would wait
# A receiver that took nothing for five days is gone; Svix disables after the same time.
FAILING_LIMIT = 120 * _HOUR
# Errors of our own making, without any request: the receiver is not to blame.
UNTRIED = frozenset({"erased", "gone", "disabled", "secret", "internal"})
# Errors that no repetition can mend. 'url': may not be called at all. 'erased': the text it must
# carry is no more. 'gone': its endpoint or event is. 'disabled': its endpoint is.
PERMANENT = frozenset({"url", "erased", "gone", "disabled"})


class Fate(StrEnum):
    """What one attempt means for its delivery."""

    DELIVERED = "delivered"
    RETRY = "retry"
    DISABLE = "disable"  # the receiver said it is gone: so is the endpoint
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Event:
    """A fact to tell, frozen when it happened.

    id: also the `webhook-id`, so no '.' in it. comment_id: '' where it is about no comment.
    sequence: rises with every decision about the comment; 0 when it came in. data: JSON values,
    never the text, an e-mail or an address. created_at: milliseconds since 1970 UTC.
    """

    id: str
    site_id: str
    type: str
    comment_id: str
    sequence: int
    revision: int
    data: Mapping[str, object]
    created_at: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to tell it. types: () for every type. with_text: fixed for life, so that a repeated
    message has the same bytes. failing_since: ms, None while it accepts what it is sent.
    """

    id: str
    site_id: str
    url: str
    types: tuple[str, ...]
    with_text: bool
    state: str = "enabled"
    disabled_because: str = ""
    failing_since: int | None = None
    created_at: int = 0


@dataclass(frozen=True, slots=True)
class Response:
    """What came of one POST. status: None when there was no answer. retry_after, duration: ms.

    error: '' or one word, e.g. 'timeout', 'refused', 'address', 'tls', 'reset', 'too_large'.
    """

    status: int | None = None
    error: str = ""
    duration: int = 0
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery, as it is kept and shown. started_at, duration: ms."""

    number: int
    started_at: int
    response: Response = field(default_factory=Response)


def event_id(about: str, type: str, sequence: int) -> str:
    """The same id for the same fact, always: a repetition cannot become a second event.

    about: the id of the comment or endpoint the event tells of.
    """
    return derived_id("evt", about, type, str(sequence))


def received_event(submission: Submission) -> Event:
    """The event of a comment that came in: sequence 0, before any decision."""
    page = submission.page
    return _comment_event(
        EventType.RECEIVED,
        submission.id,
        submission.site_id,
        {"url": page.url, "title": page.title, "id": page.id},
        submission.parent_id,
        submission.created_at,
        0,
        1,
        {
            "status": Status.PENDING.value,
            "previous_status": None,
            "actor": None,
            "policy_version": "",
            "reasons": [],
        },
    )


def decision_event(
    decision: Decision, site_id: str, page: Mapping[str, str], parent_id: str, previous: Status
) -> Event:
    """The event of a decision. page: url, title, id. previous: the status before it."""
    return _comment_event(
        f"comment.{decision.status.value}",
        decision.comment_id,
        site_id,
        page,
        parent_id,
        decision.created_at,
        decision.sequence,
        decision.revision,
        {
            "status": decision.status.value,
            "previous_status": previous.value,
            # Not the id: which of its moderators decided is the site's own business, not the web's.
            "actor": {"kind": decision.actor.kind.value},
            "policy_version": decision.actor.version,
            "reasons": [_reason(one) for one in decision.reasons],
        },
    )


def disabled_event(endpoint_id: str, site_id: str, because: str, now: int) -> Event:
    """Tells the site's other endpoints that one is no longer told anything."""
    return _endpoint_event(EventType.DISABLED, endpoint_id, site_id, now, {"because": because})


def test_event(endpoint_id: str, site_id: str, now: int) -> Event:
    """A message that asks nothing but an answer."""
    return _endpoint_event(EventType.TEST, endpoint_id, site_id, now, {})


def _endpoint_event(
    type: str, endpoint_id: str, site_id: str, now: int, facts: Mapping[str, object]
) -> Event:
    data = {"endpoint_id": endpoint_id, "site_id": site_id, **facts}
    return Event(event_id(endpoint_id, type, now), site_id, str(type), "", 0, 0, data, now)


def _comment_event(
    type: str,
    comment_id: str,
    site_id: str,
    page: Mapping[str, str],
    parent_id: str,
    created_at: int,
    sequence: int,
    revision: int,
    facts: Mapping[str, object],
) -> Event:
    return Event(
        id=event_id(comment_id, type, sequence),
        site_id=site_id,
        type=str(type),
        comment_id=comment_id,
        sequence=sequence,
        revision=revision,
        data={
            "comment_id": comment_id,
            "site_id": site_id,
            "page": dict(page),
            "parent_id": parent_id or None,
            "sequence": sequence,
            "revision": revision,
            **facts,
        },
        created_at=created_at,
    )


def _reason(reason: Reason) -> dict[str, object]:
    """Without the spans: they point into a text that most messages do not carry."""
    data: dict[str, object] = {"code": reason.code, "message": reason.message}
    if reason.label:
        data["label"] = reason.label
    if reason.value is not None:
        data["value"] = reason.value
    if reason.threshold is not None:
        data["threshold"] = reason.threshold
    return data


def frozen(data: Mapping[str, object]) -> str:
    """The data as it is stored and sent: minified JSON, keys in their order, ASCII only.

    ASCII, so that no receiver's idea of an encoding can change a byte under the signature.
    Raises ValueError for NaN and infinities, which JSON does not have.
    """
    return json.dumps(data, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def body(type: str, created_at: int, data_json: str, text: str | None = None) -> str:
    """The message: type, timestamp (of the fact, not of the attempt), data; same input, same bytes.

    data_json: from frozen(). text: merged into the data where the endpoint asked for it.
    """
    if text is not None:
        data_json = frozen({**json.loads(data_json), "text": text})
    return f'{{"type":{json.dumps(type)},"timestamp":"{iso(created_at)}","data":{data_json}}}'


def iso(at: int) -> str:
    """Milliseconds since 1970 UTC as RFC 3339, e.g. '2026-08-17T12:00:00.000Z'."""
    return moment(at).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


def moment(at: int) -> datetime:
    """Milliseconds since 1970 as an aware UTC datetime, exact where a float would round."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)


def outcome_of(status: int | None, error: str) -> Fate:
    """What an attempt means. Only 2xx is success: a redirect is a failure, and is never followed.

    The status decides where there is one: what broke after it (a body without end) changes nothing.
    """
    if status is None:
        return Fate.DEAD if error in PERMANENT else Fate.RETRY
    if status == 410:
        return Fate.DISABLE
    return Fate.DELIVERED if 200 <= status < 300 else Fate.RETRY


def next_delay(
    attempts: int,
    status: int | None,
    retry_after: int | None,
    chance: float,
    scale: float = 1.0,
) -> int | None:
    """Milliseconds until the next attempt; None when the schedule is over.

    attempts: made so far, 1 or more. retry_after: ms, as the receiver asked. chance: 0 <= it < 1.
    scale: multiplies the schedule, not what the receiver asked for.
    """
    if attempts > len(RETRY_DELAYS):
        return None
    delay = RETRY_DELAYS[attempts - 1] * scale * (1 + JITTER * chance)
    if status in SLOWED:
        delay *= SLOW_FACTOR
    asked = min(max(retry_after or 0, 0), RETRY_AFTER_LIMIT)
    return max(round(delay), asked)


def parse_retry_after(header: str, now: int) -> int | None:
    """`Retry-After` (RFC 9110 §10.2.3: seconds or a date) in ms from now; None for nonsense."""
    header = header.strip()
    if header.isascii() and header.isdigit() and len(header) <= 9:
        return int(header) * _SECOND
    try:
        when = parsedate_to_datetime(header)
    except (ValueError, IndexError, TypeError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0, round(when.timestamp() * 1000) - now)
