"""Webhook delivery: endpoints, what an attempt means, when to try again (Standard Webhooks 1.0.0)."""

from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from moderation.domain.durations import HOUR_MS, MINUTE_MS, SECOND_MS

# The delay after the 1st, 2nd ... failed attempt, in ms: Standard Webhooks 1.0.0, "Deliverability
# and reliability". Ten attempts in all; a fault of Friday evening is repaired before the last of them.
RETRY_DELAYS = (
    5 * SECOND_MS,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    2 * HOUR_MS,
    5 * HOUR_MS,
    10 * HOUR_MS,
    14 * HOUR_MS,
    20 * HOUR_MS,
    24 * HOUR_MS,
)
JITTER = (
    0.2  # a delay grows by up to this share and never shrinks, to give receivers time to recover
)
OVERLOAD_STATUSES = frozenset(
    {429, 502, 504}
)  # the specification: the receiver is overloaded, slow down
SLOW_FACTOR = 2
RETRY_AFTER_LIMIT = RETRY_DELAYS[-1]  # a receiver cannot ask for more than our own longest delay
# An endpoint that accepted nothing for five days is disabled; Svix does so after the same time.
FAILING_LIMIT = 120 * HOUR_MS
# A circuit breaker: after so many failures in a row the endpoint is paused, longer each time, and then
# tried with one message. The first four retries of a message are further apart than this anyway.
PAUSE_AFTER_FAILURES = 5
PAUSE_MS, PAUSE_LIMIT_MS = 30 * SECOND_MS, 5 * MINUTE_MS
BATCH_LIMIT = 100  # events in one POST
# Errors on our side, before any request: the receiver is not to blame.
NOT_SENT_ERRORS = frozenset({"erased", "gone", "disabled", "secret", "internal", "nobody"})
# Errors that a retry cannot help. 'url': not allowed. 'erased': the text to send. 'gone': the endpoint
# or the event no longer exists. 'disabled': the endpoint. 'nobody': no moderator wants mails, or there is
# no mail server.
PERMANENT_ERRORS = frozenset({"url", "erased", "gone", "disabled", "nobody"})
# Between two notices to a channel: a flood becomes one message a minute, of many lines.
NOTICE_PAUSE = MINUTE_MS


# The URL of the channel that sends mails to the site's moderators.
MODERATORS = "mailto:moderators"


class Payload(StrEnum):
    """How much a message contains."""

    THIN = "thin"  # ids and the sequence: the receiver asks for the rest
    FULL = "full"
    TEXT = "text"  # full, and the comment's text


class Format(StrEnum):
    """How a message is encoded."""

    STANDARD = "standard"  # Standard Webhooks 1.0.0
    CLOUDEVENTS = "cloudevents"  # CloudEvents 1.0, structured mode, signed the same way
    NOTICE = "notice"  # text for people, in a chat or a mail
    AKISMET = "akismet"  # Akismet's own webhook, authorised by the key in it


class AttemptOutcome(StrEnum):
    """What one attempt means for its delivery."""

    DELIVERED = "delivered"
    RETRY = "retry"
    DISABLE = "disable"  # the receiver answered 410 Gone: the endpoint is disabled
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Who is notified. types: () for every type but event.ASKED_FOR. payload, format: never change, so that a repeated
    message has the same bytes. batch: events in one POST at most; 1 for a message each.
    failing_since: ms, None while it accepts what it is sent. resume_at: ms, paused until then.
    """

    id: str
    site_id: str
    url: str
    types: tuple[str, ...]
    payload: Payload = Payload.FULL
    format: Format = Format.STANDARD
    batch: int = 1
    state: str = "enabled"
    disabled_because: str = ""
    failing_since: int | None = None
    resume_at: int = 0
    created_at: int = 0


@dataclass(frozen=True, slots=True)
class Response:
    """The result of one POST. status: None where there was no answer. retry_after, duration: ms.

    error: '' or one word, e.g. 'timeout', 'refused', 'address', 'tls', 'reset', 'too_large'.
    """

    status: int | None = None
    error: str = ""
    duration: int = 0
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a delivery. started_at: ms."""

    number: int
    started_at: int
    response: Response = field(default_factory=Response)


def outcome_of(status: int | None, error: str) -> AttemptOutcome:
    """What an attempt means. Only 2xx is success: a redirect is a failure, and is never followed.

    Where there is a status it decides, whatever went wrong after it (such as an endless body).
    """
    if status is None:
        return AttemptOutcome.DEAD if error in PERMANENT_ERRORS else AttemptOutcome.RETRY
    if status == 410:
        return AttemptOutcome.DISABLE
    return AttemptOutcome.DELIVERED if 200 <= status < 300 else AttemptOutcome.RETRY


def next_delay(
    attempts: int, status: int | None, retry_after: int | None, chance: float, scale: float = 1.0
) -> int | None:
    """Milliseconds until the next attempt; None after the last one.

    attempts: made so far, 1 or more. retry_after: ms, as the receiver asked. chance: random, 0 <= chance < 1.
    scale: multiplies the schedule, not what the receiver asked for.
    """
    if attempts > len(RETRY_DELAYS):
        return None
    delay = RETRY_DELAYS[attempts - 1] * scale * (1 + JITTER * chance)
    if status in OVERLOAD_STATUSES:
        delay *= SLOW_FACTOR
    requested = min(max(retry_after or 0, 0), RETRY_AFTER_LIMIT)
    return max(round(delay), requested)


def pause_after_failures(failures: int, scale: float = 1.0) -> int:
    """Milliseconds to pause an endpoint after so many failures in a row; 0 for too few of them."""
    if failures < PAUSE_AFTER_FAILURES:
        return 0
    doubled: int = PAUSE_MS << min(failures - PAUSE_AFTER_FAILURES, 8)
    return round(min(doubled, PAUSE_LIMIT_MS) * scale)


def parse_retry_after(header: str, now: int) -> int | None:
    """`Retry-After` (RFC 9110 §10.2.3: seconds or a date) in ms from now; None for nonsense."""
    header = header.strip()
    if header.isascii() and header.isdigit() and len(header) <= 9:
        return int(header) * SECOND_MS
    try:
        when = parsedate_to_datetime(header)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0, round(when.timestamp() * 1000) - now)


def audited(endpoint: Endpoint) -> dict[str, Any]:
    """What the audit keeps of an endpoint: of its URL the host alone, because the rest may hold a password."""
    url = endpoint.url
    if endpoint.format is not Format.NOTICE:
        url = f"{urlsplit(url).scheme}://{urlsplit(url).hostname}"
    return {
        "url": url,
        "types": list(endpoint.types),
        "payload": endpoint.payload,
        "format": endpoint.format,
        "batch": endpoint.batch,
    }
