"""The forms of an endpoint: what they offer, and what was typed into them, read strictly."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from moderation.domain.delivery import BATCH_LIMIT, Endpoint, Format, Payload
from moderation.domain.errors import Invalid
from moderation.domain.event import ALARM, ASKED_FOR, DIGEST, FOR_PEOPLE, MENTION, EventType
from moderation.notify.deliveries import Replay
from service.console.language import N_
from service.console.session import Form

WEBHOOK, CHANNEL = "webhook", "channel"
TYPES = {
    EventType.RECEIVED: N_("A comment came in"),
    EventType.APPROVED: N_("A comment was approved"),
    EventType.HELD: N_("A comment waits for a moderator"),
    EventType.REJECTED: N_("A comment was rejected"),
    EventType.SPAM: N_("A comment was filed as spam"),
    EventType.EDITED: N_("A comment was changed by its writer"),
    EventType.WITHDRAWN: N_("A comment was withdrawn by its writer"),
    EventType.ERASED: N_("A comment was erased"),
    EventType.STATEMENT: N_("A statement of reasons was made"),
    EventType.DISABLED: N_("An endpoint was disabled"),
    DIGEST: N_("Once a day: the state of the queue"),
    ALARM: N_("A rule or a score behaves differently"),
    MENTION: N_("A note mentions a colleague"),
}
PAYLOADS = {
    Payload.FULL: N_("Everything but the comment's text"),
    Payload.THIN: N_("Only ids; your site asks for the rest"),
    Payload.TEXT: N_("Everything with the comment's text"),
}
CONTAINS = {
    Payload.FULL: N_("A message contains everything but the comment's text"),
    Payload.THIN: N_("A message contains only ids; your site asks for the rest"),
    Payload.TEXT: N_("A message contains everything with the comment's text"),
}
FORMATS = {Format.STANDARD: "Standard Webhooks", Format.CLOUDEVENTS: "CloudEvents"}
# Hours for which the old secret signs as well.
OVERLAPS = {
    "24": N_("Stays valid for a day, so that you can update the receiver"),
    "168": N_("Stays valid for a week"),
    "0": N_("Ends now, because it has leaked"),
}
REPLAYS = {
    Replay.DEAD: N_("Those that were given up"),
    Replay.MISSED: N_("Those never sent, because the endpoint was off or did not exist yet"),
    Replay.ALL: N_("Those given up or accepted, because the receiver lost its data"),
}
DRAFT_NAMES = (
    *(str(type) for type in TYPES),
    "kind",
    "url",
    "payload",
    "format",
    "batch",
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


@dataclass(frozen=True, slots=True)
class EndpointDraft:
    """An endpoint as it stands in a form. types: those selected. batch: as it was typed."""

    kind: str
    url: str = ""
    types: frozenset[str] = frozenset()
    payload: str = Payload.FULL
    format: str = Format.STANDARD
    batch: str = "1"


@dataclass(frozen=True, slots=True)
class ReplayDraft:
    """What to replay, as it stands in a form. since, until: as they were typed, in UTC."""

    what: str = Replay.DEAD
    since: str = ""
    until: str = ""


def read_draft(form: Form) -> EndpointDraft:
    """What was typed. Raises Invalid for what no form of ours could send."""
    draft = EndpointDraft(
        form.get("kind", WEBHOOK),
        form.get("url", "").strip(),
        frozenset(str(type) for type in TYPES if form.get(str(type))),
        form.get("payload", Payload.FULL),
        form.get("format", Format.STANDARD),
        form.get("batch", "1").strip(),
    )
    is_offered = (
        draft.kind in (WEBHOOK, CHANNEL),
        draft.payload in PAYLOADS,
        draft.format in FORMATS,
    )
    if not all(is_offered):
        raise Invalid("The form does not say what the endpoint is.")
    return draft


def read_replay(form: Form) -> ReplayDraft:
    """What was typed. Raises Invalid for what no form of ours could send."""
    if form.get("what") not in set(Replay):
        raise Invalid("The form does not say what to send again.")
    return ReplayDraft(form["what"], form.get("since", ""), form.get("until", ""))


def draft_of(endpoint: Endpoint) -> EndpointDraft:
    """An endpoint as its form shows it before anything is typed."""
    kind = CHANNEL if endpoint.format is Format.NOTICE else WEBHOOK
    return EndpointDraft(kind, endpoint.url, frozenset(endpoint.types), batch=str(endpoint.batch))


def changed_types(draft: EndpointDraft, endpoint: Endpoint) -> list[str]:
    """The types selected, [] for all; an endpoint keeps those that the form does not offer."""
    hidden = set(endpoint.types) - {str(type) for type in TYPES}
    return sorted(draft.types | hidden) if draft.types else []


def offered_types(kind: str) -> list[tuple[str, str]]:
    """The types a form offers, each the name of its field, and what it means. Webhooks have no digest, channels no statements."""
    return [
        (str(type), meaning)
        for type, meaning in TYPES.items()
        if type not in (ASKED_FOR if kind == CHANNEL else FOR_PEOPLE)
    ]


def parse_batch(typed: str) -> int:
    """Events in one request. Raises Invalid for what is not a number of up to three digits."""
    if not re.fullmatch(r"[0-9]{1,3}", typed):
        raise Invalid(f"A batch has 1 to {BATCH_LIMIT} events.", "/batch")
    return int(typed)


def parse_moment(typed: str, pointer: str) -> int | None:
    """A moment of UTC as browsers write it, in ms; None where none was typed. Raises Invalid."""
    if not typed:
        return None
    try:
        if not _MOMENT.fullmatch(typed):
            raise ValueError
        return round(datetime.fromisoformat(typed).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        raise Invalid("A moment is written 2026-11-25T08:00.", pointer) from None
