"""Events: what endpoints may be notified of, recorded when it happened."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from moderation.domain.comment import Status, Submission
from moderation.domain.decision import Decision, Reason
from moderation.domain.ids import derived_id


class EventType(StrEnum):
    """Types that endpoints subscribe to. Names are [a-zA-Z0-9_.]+, as the specification asks."""

    RECEIVED = "comment.received"
    APPROVED = "comment.approved"
    HELD = "comment.held"
    REJECTED = "comment.rejected"
    SPAM = "comment.spam"
    EDITED = "comment.edited"
    WITHDRAWN = "comment.withdrawn"
    ERASED = "comment.erased"
    STATEMENT = "statement.made"
    DISABLED = "endpoint.disabled"
    TEST = "webhook.test"


# Only for those who name it: not among all types, which an endpoint gets that names none.
ASKED_FOR = frozenset({EventType.STATEMENT})
# Not types of webhooks: they are sent to people only, as notices.
DIGEST = "queue.digest"
ALARM = "statistics.alarm"
MENTION = "note.mention"
FOR_PEOPLE = frozenset({DIGEST, ALARM, MENTION})


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, and never changes afterwards.

    id: also the `webhook-id`, so no '.' in it. comment_id: '' where it is about no comment.
    sequence: rises with every decision about the comment, and every change of it; 0 when it was received. data: JSON values,
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
class EventComment:
    """The comment that an event is about. page: url, title, title_verified, id. parent_id: '' where it answers none."""

    id: str
    site_id: str
    page: Mapping[str, object]
    parent_id: str


def event_id(subject: str, type: str, sequence: int | str) -> str:
    """Always the same id for the same event, so that a repetition cannot become a second one.

    subject: the id of the comment, endpoint or site that the event is about.
    """
    return derived_id("evt", subject, type, str(sequence))


def received_event(submission: Submission, page: Mapping[str, object]) -> Event:
    """The event of a comment that was received: sequence 0, before any decision. page: as in EventComment."""
    return _comment_event(
        EventType.RECEIVED,
        EventComment(submission.id, submission.site_id, page, submission.parent_id),
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


def decision_event(decision: Decision, comment: EventComment, previous: Status) -> Event:
    """The event of a decision. previous: the status before it."""
    return _comment_event(
        f"comment.{decision.status.value}",
        comment,
        decision.created_at,
        decision.sequence,
        decision.revision,
        {
            "status": decision.status.value,
            "previous_status": previous.value,
            # Without the id: which of its moderators decided is for the site alone to know.
            "actor": {"kind": decision.actor.kind.value},
            "policy_version": decision.actor.version,
            "reasons": [_reason(reason) for reason in decision.reasons],
            **({"sentence": decision.sentence} if decision.sentence else {}),
        },
    )


def change_event(
    type: EventType,
    by: str,
    comment: EventComment,
    previous: Status,
    status: Status,
    sequence: int,
    revision: int,
    now: int,
) -> Event:
    """The event of what happens to a comment without a decision: edited, withdrawn or erased, so that receivers
    change their copies. by: 'author' or 'moderator'.
    """
    return _comment_event(
        type,
        comment,
        now,
        sequence,
        revision,
        {
            "status": status.value,
            "previous_status": previous.value,
            "actor": {"kind": by},
            "policy_version": "",
            "reasons": [],
        },
    )


def statement_event(decided: Event, statement: Mapping[str, object]) -> Event:
    """The event of a statement of reasons. decided: the decision's event. statement: as the API gives it out."""
    names = ("comment_id", "site_id", "page", "parent_id", "sequence", "revision")
    return replace(
        decided,
        id=event_id(decided.comment_id, EventType.STATEMENT, decided.sequence),
        type=EventType.STATEMENT.value,
        data={name: decided.data[name] for name in names} | {"statement": statement},
    )


# Sent to the client of an Akismet check only; nobody subscribes to it.
AKISMET_VERDICT = "akismet.verdict"


def verdict_event(decided: Event, *, answer: str, post_id: str, parent_id: str) -> Event:
    """The event for the client of an Akismet check whose answer has changed. decided: the decision's event.

    answer: an AkismetAnswer. post_id, parent_id: the client's numbers, '' unknown.
    """
    data = {"guid": decided.comment_id, "result": answer}
    if post_id:
        data["comment_post_ID"] = post_id
    if parent_id:
        data["comment_parent"] = parent_id
    return replace(
        decided,
        id=event_id(decided.comment_id, AKISMET_VERDICT, decided.sequence),
        type=AKISMET_VERDICT,
        data=data,
    )


def disabled_event(endpoint_id: str, site_id: str, because: str, now: int) -> Event:
    """The event of an endpoint that was disabled, for the site's other endpoints."""
    return _endpoint_event(EventType.DISABLED, endpoint_id, site_id, now, {"because": because})


def test_event(endpoint_id: str, site_id: str, now: int) -> Event:
    """The event of a test message, which only wants an answer."""
    return _endpoint_event(EventType.TEST, endpoint_id, site_id, now, {})


def digest_event(site_id: str, day: str, details: Mapping[str, object], now: int) -> Event:
    """The day's summary, for notices only. day: '2026-11-25'; one digest per site and day."""
    data = {"site_id": site_id, "day": day, **details}
    return Event(event_id(site_id, DIGEST, day), site_id, DIGEST, "", 0, 0, data, now)


def alarm_event(site_id: str, day: int, kind: str, name: str, sentence: str, now: int) -> Event:
    """A rule or score that left its band, for notices only. day: since 1970. kind, name: as of domain.drift.Alarm."""
    data = {"site_id": site_id, "day": day, "kind": kind, "name": name, "sentence": sentence}
    id = event_id(site_id, ALARM, f"{day}.{kind}.{name}")
    return Event(id, site_id, ALARM, "", 0, 0, data, now)


def mention_event(note_id: str, moderator_id: str, site_id: str, path: str, now: int) -> Event:
    """Somebody was named in a note, for notices only. moderator_id: who is told; path: of the page where it stands."""
    data = {"site_id": site_id, "moderator_id": moderator_id, "path": path}
    id = event_id(note_id, MENTION, moderator_id)
    return Event(id, site_id, MENTION, "", 0, 0, data, now)


def _endpoint_event(
    type: str, endpoint_id: str, site_id: str, now: int, details: Mapping[str, object]
) -> Event:
    data = {"endpoint_id": endpoint_id, "site_id": site_id, **details}
    return Event(event_id(endpoint_id, type, now), site_id, str(type), "", 0, 0, data, now)


def _comment_event(
    type: str,
    comment: EventComment,
    created_at: int,
    sequence: int,
    revision: int,
    details: Mapping[str, object],
) -> Event:
    return Event(
        id=event_id(comment.id, type, sequence),
        site_id=comment.site_id,
        type=str(type),
        comment_id=comment.id,
        sequence=sequence,
        revision=revision,
        data={
            "comment_id": comment.id,
            "site_id": comment.site_id,
            "page": dict(comment.page),
            "parent_id": comment.parent_id or None,
            "sequence": sequence,
            "revision": revision,
            **details,
        },
        created_at=created_at,
    )


def _reason(reason: Reason) -> dict[str, object]:
    """A reason without its spans: they point into a text that most messages do not carry."""
    data: dict[str, object] = {"code": reason.code, "message": reason.message}
    if reason.label:
        data["label"] = reason.label
    if reason.value is not None:
        data["value"] = reason.value
    if reason.threshold is not None:
        data["threshold"] = reason.threshold
    return data


def event_json(data: Mapping[str, object]) -> str:
    """The data as it is stored and sent: minified JSON, keys in their order, ASCII only.

    ASCII, so that no receiver's idea of an encoding can change a byte under the signature.
    Raises ValueError for NaN and infinities, which JSON does not have.
    """
    return json.dumps(data, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def iso(time: int) -> str:
    """Milliseconds since 1970 UTC as RFC 3339, e.g. '2026-08-17T12:00:00.000Z'."""
    return f"{to_datetime(time).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def to_datetime(time: int) -> datetime:
    """Milliseconds since 1970 as an aware UTC datetime, exact where a float would round; see on_calendar()."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=on_calendar(time))


# The years 1 to 9999 in UTC, which is all that dates can say.
_FIRST_MS, _LAST_MS = -62_135_596_800_000, 253_402_300_799_999


def on_calendar(time: int) -> int:
    """The time, or where no date says it the nearest that one does: what somebody wrote in another zone, or a term after it. ms."""
    return min(max(time, _FIRST_MS), _LAST_MS)
