"""The forms of an endpoint: what they offer, and what was typed into them, read strictly."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from moderation.domain.delivery import BATCH_LIMIT, Endpoint, Format, Payload
from moderation.domain.errors import GatehouseError, Invalid
from moderation.domain.event import DIGEST, EventType
from moderation.notify.deliveries import Replay

WEBHOOK, CHANNEL = "webhook", "channel"
TYPES = {
    EventType.RECEIVED: "A comment came in",
    EventType.APPROVED: "A comment was approved",
    EventType.HELD: "A comment waits for a moderator",
    EventType.REJECTED: "A comment was rejected",
    EventType.SPAM: "A comment was filed as spam",
    EventType.ERASED: "A comment was erased",
    EventType.DISABLED: "An endpoint was disabled",
    DIGEST: "Once a day: how the queue stands",
}
PAYLOADS = {
    Payload.FULL: "All but the text",
    Payload.THIN: "Ids alone; your site asks for the rest",
    Payload.TEXT: "The comment's text too",
}
FORMATS = {Format.STANDARD: "Standard Webhooks", Format.CLOUDEVENTS: "CloudEvents"}
OVERLAPS = {
    "24": "Both sign for a day, so that you can change it in the receiver",
    "168": "Both sign for a week",
    "0": "The old one has leaked: it signs no more",
}
REPLAYS = {
    Replay.DEAD: "What was given up",
    Replay.MISSED: "What was never sent: it was off, or not yet there",
    Replay.ALL: "What was given up or accepted: the receiver lost its data",
}
NAMES = (
    *(f"t{at}" for at in range(len(TYPES))),
    *("csrf", "site", "kind", "url", "payload", "format", "batch", "enabled", "overlap"),
    *("what", "since", "until", "delivery"),
)
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


@dataclass(frozen=True, slots=True)
class EndpointDraft:
    """An endpoint as it stands in a form. types: ticked ones. batch: as it was typed."""

    kind: str
    url: str = ""
    types: frozenset[str] = frozenset()
    payload: str = Payload.FULL
    format: str = Format.STANDARD
    batch: str = "1"


@dataclass(frozen=True, slots=True)
class FormError:
    """Which field of which form breaks which rule. form: 'settings' or 'replay'."""

    field: str = ""
    message: str = ""
    form: str = "settings"


def draft_of(form: dict[str, str]) -> EndpointDraft:
    """What was typed. Raises Invalid for what no form of ours could send."""
    draft = EndpointDraft(
        form.get("kind", WEBHOOK),
        form.get("url", "").strip(),
        frozenset(str(type) for at, type in enumerate(TYPES) if form.get(f"t{at}")),
        form.get("payload", Payload.FULL),
        form.get("format", Format.STANDARD),
        form.get("batch", "1").strip(),
    )
    known = draft.kind in (WEBHOOK, CHANNEL), draft.payload in PAYLOADS, draft.format in FORMATS
    if not all(known):
        raise Invalid("The form does not say what the endpoint is.")
    return draft


def types_of(draft: EndpointDraft, found: Endpoint) -> list[str]:
    """The types wanted from now on, [] where none is ticked; what the form does not offer stays."""
    hidden = set(found.types) - {str(one) for one in TYPES}
    return sorted(draft.types | hidden) if draft.types else []


def number(typed: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", typed):
        raise Invalid(f"A batch has 1 to {BATCH_LIMIT} events.", "/batch")
    return int(typed)


def moment(typed: str, pointer: str) -> int:
    """A moment of UTC as browsers write one, in ms; 0 where none was typed. Raises Invalid."""
    if not typed:
        return 0
    try:
        if not _STAMP.fullmatch(typed):
            raise ValueError
        return round(datetime.fromisoformat(typed).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        raise Invalid("A moment is written 2026-11-25T08:00.", pointer) from None


def draft_from(found: Endpoint, kind: str) -> EndpointDraft:
    """An endpoint as its form shows it before anything is typed."""
    return EndpointDraft(kind, found.url, frozenset(found.types), batch=str(found.batch))


def form_error(error: GatehouseError) -> FormError:
    return FormError(getattr(error, "pointer", "").strip("/"), error.message)


def offered_types(kind: str) -> list[tuple[str, str, str]]:
    """The types a form offers: the field, the type, what it means. No webhook has a digest."""
    return [
        (f"t{at}", str(type), meaning)
        for at, (type, meaning) in enumerate(TYPES.items())
        if kind == CHANNEL or type != DIGEST
    ]
