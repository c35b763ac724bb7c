"""Notices: what people are told in a chat or a mail. Numbers and links, never what a stranger wrote."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moderation.domain.event import DIGEST, EventType
from moderation.domain.message import EventRecord

LINK_LIMIT = 10  # comments named one by one; more of them are a number and the queue's link

# What a channel is told unless it names types: not every comment, that would be noise.
DEFAULT_TYPES = (EventType.DISABLED.value, DIGEST)
TYPES = (*(one.value for one in EventType), DIGEST)

# Ours, because a mail's subject has no room for more.
_SAID = {
    EventType.RECEIVED: "came in",
    EventType.APPROVED: "approved",
    EventType.HELD: "waiting for a moderator",
    EventType.REJECTED: "rejected",
    EventType.SPAM: "marked as spam",
    EventType.ERASED: "erased",
}
_BECAUSE = {
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


def event_notice(facts: Sequence[EventRecord], public_url: str) -> Notice:
    """The words for one or more events of a site. public_url: of this service, for the links."""
    parts = [
        *_comments(facts, public_url),
        *(
            _single(one.type, one.site_id, json.loads(one.data_json), public_url)
            for one in facts
            if not one.subject
        ),
    ]
    if len(parts) == 1:
        return parts[0]
    return Notice(
        "Gatehouse: " + "; ".join(one.title.removeprefix("Gatehouse: ") for one in parts)[:200],
        "\n\n".join(one.body for one in parts),
        any(one.urgent for one in parts),
    )


def _comments(facts: Sequence[EventRecord], public_url: str) -> list[Notice]:
    """One part for each type of event about comments."""
    by_type: dict[str, list[EventRecord]] = {}
    for one in facts:
        if one.subject:
            by_type.setdefault(one.type, []).append(one)
    return [
        Notice(_counted(len(its), type), _links(its, type, public_url))
        for type, its in by_type.items()
    ]


def _counted(count: int, type: str) -> str:
    noun = "comment" if count == 1 else "comments"
    return f"Gatehouse: {count} {noun} {_SAID[EventType(type)]}"


def _links(facts: Sequence[EventRecord], type: str, public_url: str) -> str:
    links = [f"{public_url}/console/comments/{one.subject}" for one in facts[:LINK_LIMIT]]
    if len(facts) > LINK_LIMIT:
        status = type.removeprefix("comment.").replace("received", "pending")
        queue = f"{public_url}/console/?site={facts[0].site_id}&queue={status}"
        links.append(f"and {len(facts) - LINK_LIMIT} more: {queue}")
    return "\n".join(links)


def _single(type: str, site_id: str, data: Mapping[str, object], public_url: str) -> Notice:
    if type == EventType.DISABLED:
        because = _BECAUSE.get(str(data.get("because", "")), "")
        where = f"{public_url}/console/endpoints/{data['endpoint_id']}"
        return Notice("Gatehouse: a webhook endpoint was disabled", f"{because}\n{where}", True)
    if type == DIGEST:
        return digest_notice(site_id, data, public_url)
    return Notice("Gatehouse: a test", "You asked for it; this channel works.")


def digest_notice(site_id: str, data: Mapping[str, object], public_url: str) -> Notice:
    """The words of a day's digest. data: see digest.Digest."""
    held = data["held"]
    lines = [
        f"Waiting for a moderator: {held}"
        + (f", the oldest for {data['oldest_hours']} h" if held else ""),
        f"In the last 24 hours {data['received']} came in; of them {data['approved']} are approved, "
        f"{data['rejected']} rejected, {data['spam']} spam.",
    ]
    if data.get("dead"):
        lines.append(f"Webhook deliveries given up: {data['dead']}: {public_url}/console/endpoints")
    lines.append(f"{public_url}/console/?site={site_id}")
    return Notice(f"{data['site']}: {held} waiting, {data['received']} came in", "\n".join(lines))
