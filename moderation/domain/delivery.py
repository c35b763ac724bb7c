"""Telling a site: who listens, what an attempt means, when to try again (Standard Webhooks 1.0.0)."""

from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum

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
OVERLOAD_STATUSES = frozenset(
    {429, 502, 504}
)  # the specification: the receiver is overloaded, slow down
SLOW_FACTOR = 2
RETRY_AFTER_LIMIT = RETRY_DELAYS[-1]  # a receiver may not put us off longer than we would wait
# A receiver that took nothing for five days is gone; Svix disables after the same time.
FAILING_LIMIT = 120 * _HOUR
# A circuit breaker: after so many failures in a row the endpoint rests, longer each time, and is then
# tried with one message. The first four retries of a message lie further apart than this anyway.
PAUSE_AFTER_FAILURES = 5
REST, REST_LIMIT = 30 * _SECOND, 5 * _MINUTE
BATCH_LIMIT = 100  # events in one POST
# Errors of our own making, without any request: the receiver is not to blame.
NOT_SENT_ERRORS = frozenset({"erased", "gone", "disabled", "secret", "internal", "nobody"})
# Errors that no repetition can mend. 'url': may not be called at all. 'erased': the text it must
# carry is no more. 'gone': its endpoint or event is. 'disabled': its endpoint is. 'nobody': there is
# no moderator who wants mails, or no mail server.
PERMANENT_ERRORS = frozenset({"url", "erased", "gone", "disabled", "nobody"})
# A channel rests so long after each notice: in a chat a flood is one message a minute, of many lines.
NOTICE_PAUSE = _MINUTE


# The URL of the notice channel that is a mail to the site's moderators.
MODERATORS = "mailto:moderators"


class Payload(StrEnum):
    """How much a message says."""

    THIN = "thin"  # ids and the sequence: the receiver asks for the rest
    FULL = "full"
    TEXT = "text"  # full, and the comment's text


class Format(StrEnum):
    """How a message is written."""

    STANDARD = "standard"  # Standard Webhooks 1.0.0
    CLOUDEVENTS = "cloudevents"  # CloudEvents 1.0, structured mode, signed the same way
    NOTICE = "notice"  # words for people, in a chat or a mail
    AKISMET = "akismet"  # Akismet's own webhook, authorised by the key in it


class AttemptOutcome(StrEnum):
    """What one attempt means for its delivery."""

    DELIVERED = "delivered"
    RETRY = "retry"
    DISABLE = "disable"  # the receiver said it is gone: so is the endpoint
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to tell it. types: () for every type. payload, format: fixed for life, so that a repeated
    message has the same bytes. batch: events in one POST at most; 1 for a message each.
    failing_since: ms, None while it accepts what it is sent. resume_at: ms, it rests until then.
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


def outcome_of(status: int | None, error: str) -> AttemptOutcome:
    """What an attempt means. Only 2xx is success: a redirect is a failure, and is never followed.

    The status decides where there is one: what broke after it (a body without end) changes nothing.
    """
    if status is None:
        return AttemptOutcome.DEAD if error in PERMANENT_ERRORS else AttemptOutcome.RETRY
    if status == 410:
        return AttemptOutcome.DISABLE
    return AttemptOutcome.DELIVERED if 200 <= status < 300 else AttemptOutcome.RETRY


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
    if status in OVERLOAD_STATUSES:
        delay *= SLOW_FACTOR
    asked = min(max(retry_after or 0, 0), RETRY_AFTER_LIMIT)
    return max(round(delay), asked)


def pause_after_failures(failures: int, scale: float = 1.0) -> int:
    """Milliseconds that an endpoint rests after so many failures in a row; 0 where it does not."""
    if failures < PAUSE_AFTER_FAILURES:
        return 0
    doubled: int = REST << min(failures - PAUSE_AFTER_FAILURES, 8)
    return round(min(doubled, REST_LIMIT) * scale)


def parse_retry_after(header: str, now: int) -> int | None:
    """`Retry-After` (RFC 9110 §10.2.3: seconds or a date) in ms from now; None for nonsense."""
    header = header.strip()
    if header.isascii() and header.isdigit() and len(header) <= 9:
        return int(header) * _SECOND
    try:
        when = parsedate_to_datetime(header)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0, round(when.timestamp() * 1000) - now)
