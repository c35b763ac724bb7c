"""The console's endpoints: where a site is told, how each is, what was sent there, and sending it again."""

import os
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from moderation.clock import now_ms
from moderation.domain.delivery import MODERATORS, Endpoint, Format, Payload
from moderation.domain.errors import Conflict, Forbidden, Invalid, Unavailable
from moderation.domain.notice import DEFAULT_TYPES
from moderation.domain.roles import Action
from moderation.doorbell import DELIVER
from moderation.notify import deliveries, endpoints
from moderation.notify.deliveries import Replay
from moderation.store.moderators import Membership
from service.console import session
from service.console.delivery_view import EndpointView, delivery_views, endpoint_view
from service.console.endpoint_form import (
    CHANNEL,
    FORMATS,
    NAMES,
    OVERLAPS,
    PAYLOADS,
    REPLAYS,
    WEBHOOK,
    EndpointDraft,
    FormError,
    draft_from,
    draft_of,
    form_error,
    moment,
    number,
    offered_types,
    types_of,
)
from service.console.navigation import display_count, query
from service.console.pages import URL, PageRoute, pages
from service.console.session import Here, Visitor
from service.http.forms import read_form
from service.http.html import HEADERS

router = APIRouter(prefix="/endpoints", route_class=PageRoute)

HOME = f"{URL}/endpoints"
STATES = {"": "All", "due": "Waiting", "delivered": "Delivered", "dead": "Given up"}
PAGE = 20  # deliveries
FORM_LIMIT = 16 * 1024  # bytes
HOUR = 3_600_000  # ms
_DID = {
    "added": "It is added. Send a test to see that it arrives.",
    "changed": "It is changed, from the next message on.",
    "on": "It is on. What it missed meanwhile can be sent below.",
    "off": "It is off. What waited for it can be sent later.",
    "removed": "The endpoint is removed.",
    "tested": "A test is on its way; the list below shows what comes of it.",
    "resent": "It is sent again; the list below shows what comes of it.",
}

Name = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")]


async def _posted(request: Request) -> tuple[Visitor, dict[str, str]]:
    """Who acts, and the form they sent, after every check."""
    session.check_origin(request)
    form = await read_form(request, NAMES, FORM_LIMIT)
    here = session.visitor(request)
    session.check_token(here.token, form.get("csrf", ""))
    return here, form


Posted = Annotated[tuple[Visitor, dict[str, str]], Depends(_posted)]


def _keeper(at: Membership) -> Membership:
    if not at.may(Action.MANAGE_ENDPOINTS):
        raise Forbidden("Editors and admins of a site look after its endpoints.")
    return at


def _found(request: Request, here: Visitor, endpoint_id: str) -> tuple[Membership, Endpoint]:
    """The endpoint and its site. Raises NotFound, alike for another site's, and Forbidden."""
    found = endpoints.get_endpoint(request.app.state.store, here.signed.site_ids, endpoint_id)
    return _keeper(here.at(found.site_id)), found


@router.get("")
def list_page(request: Request, here: Here, site: Name = "", did: Name = "") -> Response:
    """Every endpoint and channel of a site."""
    if not here.signed.sites:
        return pages.page("nothing.html", here=here)
    at = _keeper(here.at(site))
    store = request.app.state.store
    known = endpoints.with_status(store, endpoints.list_endpoints(store, {at.site_id}))
    views = [endpoint_view(one, now_ms()) for one in known]
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
        return _blank(request, here, at, EndpointDraft(CHANNEL, types=frozenset(DEFAULT_TYPES)))
    return _blank(request, here, at, EndpointDraft(WEBHOOK))


@router.post("/new")
def add(request: Request, posted: Posted) -> Response:
    """Adds it; of a webhook the page that answers shows the secret, once."""
    here, form = posted
    at = _keeper(here.at(form.get("site", "")))
    state, draft = request.app.state, draft_of(form)
    allow = state.settings.webhook_allow
    types, now = sorted(draft.types), now_ms()
    try:
        if draft.kind == CHANNEL:
            url = MODERATORS if draft.url == "moderators" else draft.url
            masked = state.channels.read(url)
            made = endpoints.add_channel(
                state.store,
                at.site_id,
                url,
                masked,
                types=types,
                allow=allow,
                now=now,
                entropy=os.urandom,
            )
            return _back(made, "added")
        made, secret = endpoints.add_webhook(
            state.store,
            at.site_id,
            draft.url,
            payload=Payload(draft.payload),
            format=Format(draft.format),
            batch=number(draft.batch),
            types=types,
            allow=allow,
            now=now,
            entropy=os.urandom,
        )
    except (Invalid, Conflict, Unavailable) as error:
        return _blank(request, here, at, draft, form_error(error))
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
    state, draft = request.app.state, draft_of(form)
    is_channel = found.format is Format.NOTICE
    try:
        endpoints.change_endpoint(
            state.store,
            {at.site_id},
            endpoint_id,
            url=None if is_channel or draft.url == found.url else draft.url,
            types=types_of(draft, found),
            batch=None if is_channel else number(draft.batch),
            allow=state.settings.webhook_allow,
        )
    except Invalid as error:
        return _page(request, here, endpoint_id, draft=draft, flaw=form_error(error))
    return _back(found, "changed")


@router.post("/{endpoint_id}/switch")
def switch(request: Request, posted: Posted, endpoint_id: str) -> Response:
    """On or off, as the button says."""
    here, form = posted
    at, found = _found(request, here, endpoint_id)
    store, on = request.app.state.store, form.get("enabled") == "on"
    if on:
        endpoints.enable_endpoint(store, {at.site_id}, endpoint_id)
    else:
        endpoints.disable_endpoint(
            store, {at.site_id}, endpoint_id, now=now_ms(), entropy=os.urandom
        )
        request.app.state.ring(DELIVER)  # the site's other endpoints are told
    return _back(found, "on" if on else "off")


@router.post("/{endpoint_id}/test")
def test(request: Request, posted: Posted, endpoint_id: str) -> Response:
    here, _ = posted
    at, found = _found(request, here, endpoint_id)
    state = request.app.state
    endpoints.send_test(state.store, {at.site_id}, endpoint_id, now=now_ms(), entropy=os.urandom)
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
    secret = endpoints.rotate_secret(
        request.app.state.store,
        {at.site_id},
        endpoint_id,
        overlap=overlap * HOUR,
        now=now_ms(),
        entropy=os.urandom,
    )
    return _page(request, here, endpoint_id, secret=secret, overlap=overlap)


@router.post("/{endpoint_id}/resend")
def resend(request: Request, posted: Posted, endpoint_id: str) -> Response:
    """One delivery, whatever became of it before."""
    here, form = posted
    at, found = _found(request, here, endpoint_id)
    state = request.app.state
    deliveries.resend_delivery(state.store, {at.site_id}, form.get("delivery", ""), now=now_ms())
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
        count = deliveries.replay_deliveries(
            state.store,
            {at.site_id},
            endpoint_id,
            Replay(form["what"]),
            since=moment(form.get("since", ""), "/since"),
            until=moment(until, "/until") if until else None,
            now=now_ms(),
            entropy=os.urandom,
        )
    except Invalid as error:
        flaw = FormError(form_error(error).field, error.message, "replay")
        return _page(request, here, endpoint_id, flaw=flaw, typed=form)
    state.ring(DELIVER)
    return _back(found, "replayed", n=str(count))


@router.get("/{endpoint_id}/remove")
def removal_page(request: Request, here: Here, endpoint_id: str) -> Response:
    """What would go with it, and the button: there is no way back."""
    at, found = _found(request, here, endpoint_id)
    [known] = endpoints.with_status(request.app.state.store, [found])
    one = endpoint_view(known, now_ms())
    return pages.page("endpoint_removal.html", here=here, site=at, one=one)


@router.post("/{endpoint_id}/remove")
def remove(request: Request, posted: Posted, endpoint_id: str) -> Response:
    here, _ = posted
    at, _ = _found(request, here, endpoint_id)
    endpoints.remove_endpoint(request.app.state.store, {at.site_id}, endpoint_id)
    return _to(f"{HOME}?{query(site=at.site_id, did='removed')}#notice")


def _blank(
    request: Request,
    here: Visitor,
    at: Membership,
    draft: EndpointDraft,
    flaw: FormError | None = None,
) -> Response:
    """The form of a new one."""
    return pages.page(
        "endpoint_new.html",
        422 if flaw else 200,
        here=here,
        site=at,
        draft=draft,
        flaw=flaw or FormError(),
        offered=offered_types(draft.kind),
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
    draft: EndpointDraft | None = None,
    flaw: FormError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    """One endpoint. secret: just made; overlap: hours that the one before signs too, None for the first.
    draft, flaw: a form that could not be taken, typed: a replay's."""
    at, found = _found(request, here, endpoint_id)
    if state not in STATES:
        raise Invalid("There is no such list of deliveries.")
    store, now = request.app.state.store, now_ms()
    [known] = endpoints.with_status(store, [found])
    sent = deliveries.list_deliveries(
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
        draft=draft or draft_from(found, kind),
        flaw=flaw or FormError(),
        typed={"what": "dead", "since": "", "until": ""} | (typed or {}),
        offered=offered_types(kind),
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


def _lists(address: str, current: str, due: int, dead: int) -> list[dict[str, Any]]:
    """The deliveries by state; those that may be very many are not counted."""
    counts = {"due": display_count(due), "dead": display_count(dead)}
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
