"""Endpoints and deliveries as people read them: how one is, what came of each attempt; no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.domain.delivery import MODERATORS, Attempt, Format
from moderation.notify.endpoints import EndpointStatus
from moderation.store.deliveries import Delivery
from service.console.presenters import age, iso, utc_time

WATCHED_MS = 60_000  # ms; what is younger and waits is watched
_BECAUSE = {
    "gone": "It answered that it is gone (410).",
    "failing": "It accepted nothing for five days.",
    "by hand": "Somebody switched it off.",
}
# The words of docs/webhooks.md and docs/notices.md, as sentences.
ERROR_SENTENCES = {
    "timeout": "no answer in time",
    "refused": "connection refused",
    "unreachable": "cannot be reached",
    "dns": "there is no such name",
    "tls": "no valid certificate",
    "reset": "connection lost",
    "protocol": "the answer was no HTTP",
    "address": "the name leads to an inner address",
    "url": "this URL may not be called",
    "disabled": "the endpoint was off",
    "gone": "the endpoint was removed",
    "erased": "its text is no more",
    "secret": "the secret cannot be opened: was Gatehouse's own changed?",
    "internal": "an error here; it was logged",
    "too_large": "the answer was cut",
    "rejected": "the service said no",
    "apprise": "Apprise is not installed where the courier runs",
    "nobody": "no moderator wants mails, or there is no mail server",
}


@dataclass(frozen=True, slots=True)
class EndpointView:
    """name: its URL, masked for a channel. state: well | failing | rests | off; sentence: the same in
    words. waiting, dead: deliveries.
    """

    id: str
    name: str
    is_channel: bool
    is_akismet: bool
    enabled: bool
    state: str
    sentence: str
    options: str
    batch: int
    waiting: int
    dead: int


def endpoint_view(known: EndpointStatus, now: int) -> EndpointView:
    """now: ms."""
    one = known.endpoint
    state, sentence = "well", "Nothing has failed of late."
    if one.state != "enabled":
        state, sentence = "off", _BECAUSE.get(one.disabled_because, "It is off.")
    elif one.failing_since is not None:
        since = age(now - one.failing_since)
        state, sentence = "failing", f"Accepts nothing; the first failure was {since}."
        if one.resume_at > now:
            seconds = max(1, (one.resume_at - now) // 1000)
            wait = f"{seconds} s" if seconds < 90 else f"{seconds // 60} min"
            state, sentence = "rests", f"{sentence} It rests, and is tried again in {wait}."
    return EndpointView(
        id=one.id,
        name="A mail to each of the site's moderators" if one.url == MODERATORS else one.url,
        is_channel=one.format is Format.NOTICE,
        is_akismet=one.format is Format.AKISMET,
        enabled=one.state == "enabled",
        state=state,
        sentence=sentence,
        options=_options(known),
        batch=one.batch,
        waiting=known.tally.due,
        dead=known.tally.dead,
    )


def _options(known: EndpointStatus) -> str:
    one = known.endpoint
    types = "Tells of " + (", ".join(one.types) if one.types else "everything")
    if one.format is Format.NOTICE:
        return types
    if one.format is Format.AKISMET:
        return "Later answers for a client of the Akismet face"
    batches = f", up to {one.batch} in a POST" if one.batch > 1 else ""
    written = ", as CloudEvents" if one.format is Format.CLOUDEVENTS else ""
    return f"{types}; {one.payload.value} payload{written}{batches}"


@dataclass(frozen=True, slots=True)
class AttemptView:
    number: int
    said: str
    time: str
    iso: str


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """state: due | delivered | dead. last: what came of it so far. is_fresh: worth watching."""

    id: str
    type: str
    comment_id: str
    state: str
    last: str
    attempts: tuple[AttemptView, ...]
    time: str
    iso: str
    age: str
    is_fresh: bool


def delivery_views(found: Sequence[Delivery], now: int) -> list[DeliveryView]:
    return [_delivery(one, now) for one in found]


def _delivery(one: Delivery, now: int) -> DeliveryView:
    last = one.attempts[-1] if one.attempts else None
    said = _said(last) if last else ""
    if one.state == "due":
        wait = one.due_at - now
        until = f"next try in {_span(wait)}" if wait > 0 else "due now"
        said = f"{said}; {until}" if said else f"Not tried yet, {until}"
    return DeliveryView(
        id=one.id,
        type=one.type,
        comment_id=one.comment_id,
        state=one.state,
        last=said[:1].upper() + said[1:],
        attempts=tuple(
            AttemptView(each.number, _said(each), utc_time(each.started_at), iso(each.started_at))
            for each in one.attempts
        ),
        time=utc_time(one.created_at),
        iso=iso(one.created_at),
        age=age(now - one.created_at),
        is_fresh=one.state == "due" and one.due_at - now < WATCHED_MS,
    )


def _said(attempt: Attempt) -> str:
    """'500 after 120 ms', 'no answer in time, after 20,000 ms'."""
    answer = attempt.response
    parts = [str(answer.status)] if answer.status is not None else []
    if answer.error:
        parts.append(ERROR_SENTENCES.get(answer.error, answer.error))
    took = f" after {answer.duration:,} ms" if answer.duration else ""
    return ", ".join(parts) + took


def _span(ms: int) -> str:
    seconds = max(1, ms // 1000)
    if seconds < 90:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h"
