"""Notices: events as messages for people, in a chat or a mail. Numbers and links, never submitted text."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moderation.domain.event import ALARM, ASKED_FOR, DIGEST, MENTION, EventType
from moderation.domain.message import EventRecord

LINK_LIMIT = 10  # comments that get a link each; more of them are a number and a link to the queue

# The types of a channel that names none: not every comment, that would be noise.
DEFAULT_TYPES = (EventType.DISABLED.value, MENTION, DIGEST, ALARM)
# A statement of reasons is for the writer, whom the site tells: EventType.STATEMENT is none of them.
TYPES = (*(type.value for type in EventType if type not in ASKED_FOR), DIGEST, ALARM, MENTION)

# What happened to comments, short enough for the subject of a mail.
_PHRASES = {
    EventType.RECEIVED: "came in",
    EventType.APPROVED: "approved",
    EventType.HELD: "waiting for a moderator",
    EventType.REJECTED: "rejected",
    EventType.SPAM: "marked as spam",
    EventType.EDITED: "changed by the writer",
    EventType.WITHDRAWN: "withdrawn by the writer",
    EventType.ERASED: "erased",
}
# Where the rest of them is, if not in the queue of that name.
_LISTS = {
    EventType.RECEIVED: "queue=pending",
    EventType.EDITED: "queue=pending",
    EventType.WITHDRAWN: "status=withdrawn",
}
_DISABLED_BECAUSE = {
    "gone": "It answered that it is gone (410).",
    "failing": "It accepted nothing for five days.",
    "by hand": "Somebody switched it off.",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A subject and a few lines of plain text. urgent: somebody should look now."""

    title: str
    body: str
    urgent: bool = False


def event_notice(events: Sequence[EventRecord], public_url: str) -> Notice:
    """The notice of one or more events of a site. public_url: of this service, for the links."""
    parts = [
        *_comment_notices(events, public_url),
        *(
            _site_notice(event.type, event.site_id, json.loads(event.data_json), public_url)
            for event in events
            if not event.subject
        ),
    ]
    if len(parts) == 1:
        return parts[0]
    return Notice(
        "Gatehouse: " + "; ".join(part.title.removeprefix("Gatehouse: ") for part in parts)[:200],
        "\n\n".join(part.body for part in parts),
        any(part.urgent for part in parts),
    )


def _comment_notices(events: Sequence[EventRecord], public_url: str) -> list[Notice]:
    """One notice for each type of event about comments."""
    by_type: dict[str, list[EventRecord]] = {}
    for event in events:
        if event.subject:
            by_type.setdefault(event.type, []).append(event)
    return [
        Notice(_title(len(same_type), type), _links(same_type, type, public_url))
        for type, same_type in by_type.items()
    ]


def _title(count: int, type: str) -> str:
    noun = "comment" if count == 1 else "comments"
    return f"Gatehouse: {count} {noun} {_PHRASES[EventType(type)]}"


def _links(events: Sequence[EventRecord], type: str, public_url: str) -> str:
    links = [f"{public_url}/console/comments/{event.subject}" for event in events[:LINK_LIMIT]]
    if len(events) > LINK_LIMIT:
        query = _LISTS.get(EventType(type)) or f"queue={type.removeprefix('comment.')}"
        queue = f"{public_url}/console/?site={events[0].site_id}&{query}"
        links.append(f"and {len(events) - LINK_LIMIT} more: {queue}")
    return "\n".join(links)


def _site_notice(type: str, site_id: str, data: Mapping[str, object], public_url: str) -> Notice:
    if type == EventType.DISABLED:
        because = _DISABLED_BECAUSE.get(str(data.get("because", "")), "")
        link = f"{public_url}/console/endpoints/{data['endpoint_id']}"
        return Notice("Gatehouse: a webhook endpoint was disabled", f"{because}\n{link}", True)
    if type == DIGEST:
        return digest_notice(site_id, data, public_url)
    if type == ALARM:
        link = f"{public_url}/console/statistics?site={site_id}"
        return Notice(
            "Gatehouse: a rule or score behaves differently", f"{data['sentence']}\n{link}"
        )
    if type == MENTION:
        return Notice("Gatehouse: a mention in a note", f"{public_url}{data['path']}")
    return Notice("Gatehouse: a test", "You asked for it; this channel works.")


def digest_notice(site_id: str, data: Mapping[str, object], public_url: str) -> Notice:
    """The notice of a day's digest. data: the fields of notify.digest.Digest."""
    waiting = data["held"]
    lines = [
        f"Waiting for a moderator: {waiting}"
        + (f", the oldest for {data['oldest_hours']} h" if waiting else ""),
        f"In the last 24 hours {data['received']} came in; of them {data['approved']} are approved, "
        f"{data['rejected']} rejected, {data['spam']} spam.",
    ]
    if data.get("dead"):
        lines.append(f"Webhook deliveries given up: {data['dead']}: {public_url}/console/endpoints")
    lines.append(f"{public_url}/console/?site={site_id}")
    return Notice(
        f"{data['site']}: {waiting} waiting, {data['received']} came in", "\n".join(lines)
    )
