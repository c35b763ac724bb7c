"""The console's endpoints: where a site is told, how each is, what was sent there, and sending it again."""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from moderation import subscribe
from moderation.domain.delivery import BATCH_LIMIT, MODERATORS, Endpoint, Format, Payload
from moderation.domain.errors import Conflict, Forbidden, Invalid
from moderation.domain.event import DIGEST, EventType
from moderation.domain.notice import DEFAULT_TYPES
from moderation.doorbell import DELIVER
from moderation.store.moderators import Membership
from moderation.subscribe import Replay
from service.console import session
from service.console.desk import query, shown
from service.console.pages import URL, PageRoute, pages
from service.console.sending import EndpointView, delivery_views, endpoint_view
from service.console.session import Here, Visitor
from service.forms import read_form
from service.html import HEADERS

router = APIRouter(prefix="/endpoints", route_class=PageRoute)

HOME = f"{URL}/endpoints"
PAGE = 20  # deliveries
FORM_LIMIT = 16 * 1024  # bytes
HOUR = 3_600_000  # ms
KEEPERS = ("editor", "admin")  # a URL may hold a password, so others do not even look
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
STATES = {"": "All", "due": "Waiting", "delivered": "Delivered", "dead": "Given up"}
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
_DID = {
    "added": "It is added. Send a test to see that it arrives.",
    "changed": "It is changed, from the next message on.",
    "on": "It is on. What it missed meanwhile can be sent below.",
    "off": "It is off. What waited for it can be sent later.",
    "removed": "The endpoint is removed.",
    "tested": "A test is on its way; the list below shows what comes of it.",
    "resent": "It is sent again; the list below shows what comes of it.",
}
_NAMES = (
    *(f"t{at}" for at in range(len(TYPES))),
    *("csrf", "site", "kind", "url", "payload", "format", "batch", "enabled", "overlap"),
    *("what", "since", "until", "delivery"),
)
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")

Name = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")]


@dataclass(frozen=True, slots=True)
class Draft:
    """An endpoint as it stands in a form. types: ticked ones. batch: as it was typed."""

    kind: str
    url: str = ""
    types: frozenset[str] = frozenset()
    payload: str = Payload.FULL
    format: str = Format.STANDARD
    batch: str = "1"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Which field of which form breaks which rule. form: 'settings' or 'replay'."""

    field: str = ""
    message: str = ""
    form: str = "settings"


async def _posted(request: Request) -> tuple[Visitor, dict[str, str]]:
    """Who acts, and the form they sent, after every check."""
    session.check_origin(request)
    form = await read_form(request, _NAMES, FORM_LIMIT)
    here = session.visitor(request)
    session.check_token(here.token, form.get("csrf", ""))
    return here, form


Posted = Annotated[tuple[Visitor, dict[str, str]], Depends(_posted)]


def _keeper(at: Membership) -> Membership:
    if at.role not in KEEPERS:
        raise Forbidden("Editors and admins of a site look after its endpoints.")
    return at


def _found(request: Request, here: Visitor, endpoint_id: str) -> tuple[Membership, Endpoint]:
    """The endpoint and its site. Raises NotFound, alike for another site's, and Forbidden."""
    found = subscribe.get(request.app.state.store, here.signed.site_ids, endpoint_id)
    return _keeper(here.at(found.site_id)), found


@router.get("")
def list_page(request: Request, here: Here, site: Name = "", did: Name = "") -> Response:
    """Every endpoint and channel of a site."""
    if not here.signed.sites:
        return pages.page("nothing.html", here=here)
    at = _keeper(here.at(site))
    store = request.app.state.store
    known = subscribe.tallied(store, subscribe.list_endpoints(store, {at.site_id}))
    views = [endpoint_view(one, session.now()) for one in known]
    return pages.page(
        "endpoints.html",
        here=here,
        site=at,
        webhooks=[one for one in views if not one.is_channel],
        channels=[one for one in views if one.is_channel],
        notice=_DID.get(did, ""),
    )


@router.get("/new")
def new_page(request: Request, here: Here, site: Name = "", kind: Name = WEBHOOK) -> Response:
    if not here.signed.sites:
        return pages.page("nothing.html", here=here)
    at = _keeper(here.at(site))
    if kind == CHANNEL:
        return _blank(request, here, at, Draft(CHANNEL, types=frozenset(DEFAULT_TYPES)))
    return _blank(request, here, at, Draft(WEBHOOK))


@router.post("/new")
def add(request: Request, posted: Posted) -> Response:
    """Adds it; of a webhook the page that answers shows the secret, once."""
    here, form = posted
    at = _keeper(here.at(form.get("site", "")))
    state, draft = request.app.state, _draft(form)
    allow = state.settings.webhook_allow
    given = {"types": sorted(draft.types), "now": session.now(), "entropy": os.urandom}
    try:
        if draft.kind == CHANNEL:
            url = MODERATORS if draft.url == "moderators" else draft.url
            masked = state.channels.read(url)
            made = subscribe.add_notice(state.store, at.site_id, url, masked, allow=allow, **given)
            return _back(made, "added")
        made, secret = subscribe.add(
            state.store,
            at.site_id,
            draft.url,
            payload=Payload(draft.payload),
            format=Format(draft.format),
            batch=_number(draft.batch),
            allow=allow,
            **given,
        )
    except (Invalid, Conflict) as error:
        return _blank(request, here, at, draft, _flaw(error))
    return _page(request, here, made.id, secret=secret)


@router.get("/{endpoint_id}")
def endpoint_page(
    request: Request,
    here: Here,
    endpoint_id: str,
    state: Name = "",
    before: Name = "",
    did: Name = "",
    n: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """One endpoint and its deliveries. did: what was just done; n: to how many deliveries."""
    notice = f"{n:,} {'delivery is' if n == 1 else 'deliveries are'} sent again." if did == "replayed" else ""  # fmt: skip
    return _page(
        request, here, endpoint_id, state=state, before=before, notice=notice or _DID.get(did, "")
    )


@router.post("/{endpoint_id}")
def change(request: Request, posted: Posted, endpoint_id: str) -> Response:
    """Another URL, other types, another size of batches."""
    here, form = posted
    at, found = _found(request, here, endpoint_id)
    state, draft = request.app.state, _draft(form)
    # What the form does not offer stays as it was.
    types = draft.types | (set(found.types) - {str(one) for one in TYPES}) if draft.types else ()
    is_channel = found.format is Format.NOTICE
    try:
        subscribe.change(
            state.store,
            {at.site_id},
            endpoint_id,
            url=None if is_channel or draft.url == found.url else draft.url,
            types=sorted(types),
            batch=None if is_channel else _number(draft.batch),
            allow=state.settings.webhook_allow,
        )
    except Invalid as error:
        return _page(request, here, endpoint_id, draft=draft, flaw=_flaw(error))
    return _back(found, "changed")


@router.post("/{endpoint_id}/switch")
def switch(request: Request, posted: Posted, endpoint_id: str) -> Response:
    """On or off, as the button says."""
    here, form = posted
    at, found = _found(request, here, endpoint_id)
    store, on = request.app.state.store, form.get("enabled") == "on"
    if on:
        subscribe.enable(store, {at.site_id}, endpoint_id)
    else:
        subscribe.disable(store, {at.site_id}, endpoint_id, now=session.now(), entropy=os.urandom)
        request.app.state.ring(DELIVER)  # the site's other endpoints are told
    return _back(found, "on" if on else "off")


@router.post("/{endpoint_id}/test")
def test(request: Request, posted: Posted, endpoint_id: str) -> Response:
    here, _ = posted
    at, found = _found(request, here, endpoint_id)
    state = request.app.state
    subscribe.send_test(
        state.store, {at.site_id}, endpoint_id, now=session.now(), entropy=os.urandom
    )
    state.ring(DELIVER)
    return _back(found, "tested")


@router.post("/{endpoint_id}/secret")
def rotate(request: Request, posted: Posted, endpoint_id: str) -> Response:
    """A new secret; the page that answers shows it, once."""
    here, form = posted
    at, _ = _found(request, here, endpoint_id)
    if form.get("overlap") not in OVERLAPS:
        raise Invalid("The form does not say how long the old secret signs too.")
    overlap = int(form["overlap"])
    secret = subscribe.rotate(
        request.app.state.store,
        {at.site_id},
        endpoint_id,
        overlap=overlap * HOUR,
        now=session.now(),
        entropy=os.urandom,
    )
    return _page(request, here, endpoint_id, secret=secret, overlap=overlap)


@router.post("/{endpoint_id}/resend")
def resend(request: Request, posted: Posted, endpoint_id: str) -> Response:
    """One delivery, whatever became of it before."""
    here, form = posted
    at, found = _found(request, here, endpoint_id)
    state = request.app.state
    subscribe.resend(state.store, {at.site_id}, form.get("delivery", ""), now=session.now())
    state.ring(DELIVER)
    return _back(found, "resent")


@router.post("/{endpoint_id}/replay")
def replay(request: Request, posted: Posted, endpoint_id: str) -> Response:
    """What is dead, was accepted or was missed, of a range of time."""
    here, form = posted
    at, found = _found(request, here, endpoint_id)
    state = request.app.state
    if form.get("what") not in set(Replay):
        raise Invalid("The form does not say what to send again.")
    try:
        until = form.get("until", "")
        count = subscribe.replay(
            state.store,
            {at.site_id},
            endpoint_id,
            Replay(form["what"]),
            since=_moment(form.get("since", ""), "/since"),
            until=_moment(until, "/until") if until else None,
            now=session.now(),
            entropy=os.urandom,
        )
    except Invalid as error:
        flaw = Flaw(_flaw(error).field, error.message, "replay")
        return _page(request, here, endpoint_id, flaw=flaw, typed=form)
    state.ring(DELIVER)
    return _back(found, "replayed", n=str(count))


@router.get("/{endpoint_id}/remove")
def removal_page(request: Request, here: Here, endpoint_id: str) -> Response:
    """What would go with it, and the button: there is no way back."""
    at, found = _found(request, here, endpoint_id)
    [known] = subscribe.tallied(request.app.state.store, [found])
    one = endpoint_view(known, session.now())
    return pages.page("endpoint_removal.html", here=here, site=at, one=one)


@router.post("/{endpoint_id}/remove")
def remove(request: Request, posted: Posted, endpoint_id: str) -> Response:
    here, _ = posted
    at, _ = _found(request, here, endpoint_id)
    subscribe.remove(request.app.state.store, {at.site_id}, endpoint_id)
    return _to(f"{HOME}?{query(site=at.site_id, did='removed')}#notice")


def _draft(form: dict[str, str]) -> Draft:
    """What was typed. Raises Invalid for what no form of ours could send."""
    draft = Draft(
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


def _number(typed: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", typed):
        raise Invalid(f"A batch has 1 to {BATCH_LIMIT} events.", "/batch")
    return int(typed)


def _moment(typed: str, pointer: str) -> int:
    """A moment of UTC as browsers write one, in ms; 0 where none was typed. Raises Invalid."""
    if not typed:
        return 0
    try:
        if not _STAMP.fullmatch(typed):
            raise ValueError
        return round(datetime.fromisoformat(typed).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        raise Invalid("A moment is written 2026-11-25T08:00.", pointer) from None


def _flaw(error: Invalid | Conflict) -> Flaw:
    return Flaw(getattr(error, "pointer", "").strip("/"), error.message)


def _offered(kind: str) -> list[tuple[str, str, str]]:
    """The types a form offers: the field, the type, what it means. No webhook has a digest."""
    return [
        (f"t{at}", str(type), meaning)
        for at, (type, meaning) in enumerate(TYPES.items())
        if kind == CHANNEL or type != DIGEST
    ]


def _blank(
    request: Request, here: Visitor, at: Membership, draft: Draft, flaw: Flaw | None = None
) -> Response:
    """The form of a new one."""
    return pages.page(
        "endpoint_new.html",
        422 if flaw else 200,
        here=here,
        site=at,
        draft=draft,
        flaw=flaw or Flaw(),
        offered=_offered(draft.kind),
        payloads=PAYLOADS,
        formats=FORMATS,
        has_mail=bool(request.app.state.settings.mail_url.get_secret_value()),
    )


def _page(
    request: Request,
    here: Visitor,
    endpoint_id: str,
    *,
    state: str = "",
    before: str = "",
    notice: str = "",
    secret: str = "",
    overlap: int | None = None,
    draft: Draft | None = None,
    flaw: Flaw | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    """One endpoint. secret: just made; overlap: hours that the one before signs too, None for the first.
    draft, flaw: a form that could not be taken, typed: a replay's."""
    at, found = _found(request, here, endpoint_id)
    if state not in STATES:
        raise Invalid("There is no such list of deliveries.")
    store, now = request.app.state.store, session.now()
    [known] = subscribe.tallied(store, [found])
    sent = subscribe.list_deliveries(
        store, {at.site_id}, endpoint_id, before=before, state=state, limit=PAGE + 1
    )
    more, sent = len(sent) > PAGE, sent[:PAGE]
    following = query(state=state, before=sent[-1].id) if more else ""
    one: EndpointView = endpoint_view(known, now)
    address = f"{HOME}/{endpoint_id}"
    kind = CHANNEL if one.is_channel else WEBHOOK
    return pages.page(
        "endpoint.html",
        422 if flaw else 200,
        here=here,
        site=at,
        one=one,
        draft=draft or _standing(found, kind),
        flaw=flaw or Flaw(),
        typed={"what": "dead", "since": "", "until": ""} | (typed or {}),
        offered=_offered(kind),
        overlaps=OVERLAPS,
        replays=REPLAYS,
        payload=PAYLOADS[found.payload].lower(),
        notice=notice,
        secret=secret,
        overlap=overlap,
        deliveries=delivery_views(sent, now),
        lists=_lists(address, state, known.tally.due, known.tally.dead),
        state=state,
        refresh=f"{address}?{query(state=state, before=before)}",
        is_first=not before,
        first_url=f"{address}?{query(state=state)}#deliveries" if before else "",
        next_url=f"{address}?{following}#deliveries" if following else "",
    )


def _standing(found: Endpoint, kind: str) -> Draft:
    return Draft(kind, found.url, frozenset(found.types), batch=str(found.batch))


def _lists(address: str, current: str, due: int, dead: int) -> list[dict[str, Any]]:
    """The deliveries by state; those that may be very many are not counted."""
    counts = {"due": shown(due), "dead": shown(dead)}
    return [
        {
            "id": state or "all",
            "name": name,
            "count": counts.get(state, ""),
            "url": f"{address}?{query(state=state)}#deliveries",
            "is_current": state == current,
        }
        for state, name in STATES.items()
    ]


def _back(one: Endpoint, did: str, **facts: str) -> Response:
    return _to(f"{HOME}/{one.id}?{query(did=did, **facts)}#notice")


def _to(address: str) -> Response:
    return RedirectResponse(address, 303, headers=HEADERS)
