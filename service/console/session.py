"""Who is at the console, and whether a form was ours: cookies, the origin check, the form token."""

import hmac
import os
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from moderation.accounts import sign_in
from moderation.accounts.sign_in import SignedIn
from moderation.clock import now_ms
from moderation.domain.errors import Forbidden, NotFound, Unauthenticated
from moderation.store.moderators import Membership
from service.http.forms import read_form

FORM_LIMIT = 16 * 1024  # bytes; the console's forms carry ids and words
# The ticked ones of a page of comments: each field is there once.
MEMBERS = tuple(f"m{at}" for at in range(20))
_NAMES = (
    *MEMBERS,
    "site",
    "csrf",
    "outcome",
    "sequence",
    "back",
    "email",
    "password",
    "link",
    "next",
    *("version", "moderator"),
)

_FOREIGN = "This request did not come from a page of this console; nothing was changed."
_STALE = "This form was made for another session; nothing was changed. Load the page again."


@dataclass(frozen=True, slots=True)
class Visitor:
    """A moderator at the console. token: of the session. form_token: goes into every form."""

    signed: SignedIn
    token: str

    @property
    def form_token(self) -> str:
        return form_token(self.token)

    def at(self, site_id: str) -> Membership:
        """The site, or the moderator's first; another's site is like none at all. Raises NotFound."""
        for one in self.signed.sites:
            if site_id in ("", one.site_id):
                return one
        raise NotFound("There is no such site.")


def form_token(held: str) -> str:
    """What a form of ours carries: made from a cookie that other origins cannot read."""
    return hmac.new(held.encode(), b"gatehouse/form", "sha256").hexdigest()


def session_cookie(request: Request) -> str:
    return request.cookies.get(_name(request, "gatehouse_session", "__Host-gatehouse"), "")


def visit_cookie(request: Request) -> str:
    """Stands for a visitor who has not signed in yet, so that even log-in forms carry a token."""
    return request.cookies.get(_name(request, "gatehouse_visit", "__Host-gatehouse-visit"), "")


def start_session(request: Request, response: Response, token: str) -> None:
    """The cookie ends with the browser; the server's limits hold in any case."""
    _set(request, response, _name(request, "gatehouse_session", "__Host-gatehouse"), token)
    _end(request, response, _name(request, "gatehouse_visit", "__Host-gatehouse-visit"))


def end_session(request: Request, response: Response) -> None:
    _end(request, response, _name(request, "gatehouse_session", "__Host-gatehouse"))


def start_visit(request: Request, response: Response, held: str) -> None:
    _set(request, response, _name(request, "gatehouse_visit", "__Host-gatehouse-visit"), held)


def new_visit() -> str:
    return os.urandom(32).hex()


def _is_https(request: Request) -> bool:
    return bool(request.app.state.settings.public_url.startswith("https://"))


def _name(request: Request, plain: str, host: str) -> str:
    """With the prefix no neighbouring subdomain can set the cookie; browsers want https for it."""
    return host if _is_https(request) else plain


def _set(request: Request, response: Response, name: str, value: str) -> None:
    # Lax, not Strict: who follows a link in a mail or chat to the console would look signed out.
    # Nothing rests on it: every POST is checked for its origin and its token, and GET changes nothing.
    response.set_cookie(
        name, value, path="/", httponly=True, samesite="lax", secure=_is_https(request)
    )


def _end(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=_is_https(request))


def check_origin(request: Request) -> None:
    """Lets pass what a page of our own sent. Raises Forbidden.

    Browsers say so in Sec-Fetch-Site, which no page can write; over plain http to another machine
    they leave it out, then the Origin speaks. Who sends neither is no browser with a session.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site != "same-origin":
        raise Forbidden(_FOREIGN)
    if origin is not None and not (origin == "null" and site) and not _is_own(request, origin):
        raise Forbidden(_FOREIGN)
    if site is None and origin is None:
        referrer = request.headers.get("referer")
        if referrer is not None and not _is_own(request, referrer):
            raise Forbidden(_FOREIGN)


def _is_own(request: Request, url: str) -> bool:
    """Whether a URL is on the origin people reach us at, or on the host that was just asked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if f"{parts.scheme}://{parts.netloc}" == request.app.state.settings.public_url:
        return True
    return parts.scheme in ("http", "https") and parts.netloc == request.headers.get("host", "")


def check_token(held: str, given: str) -> None:
    """Raises Forbidden unless the form was made for the holder of this cookie."""
    if not held or not hmac.compare_digest(form_token(held).encode(), given.encode()):
        raise Forbidden(_STALE)


def visitor(request: Request) -> Visitor:
    """Who is signed in. Raises Unauthenticated, which shows the log-in page."""
    token = session_cookie(request)
    signed = sign_in.session_of(request.app.state.store, token, now_ms())
    if signed is None:
        raise Unauthenticated("Please log in.")
    return Visitor(signed, token)


async def posted(request: Request) -> dict[str, str]:
    """The fields of a form that one of our own pages sent."""
    check_origin(request)
    return await read_form(request, _NAMES, FORM_LIMIT)


def acting(
    request: Request, form: Annotated[dict[str, str], Depends(posted)]
) -> tuple[Visitor, dict[str, str]]:
    """Who acts, and the form they sent, after every check."""
    here = visitor(request)
    check_token(here.token, form.get("csrf", ""))
    return here, form


Here = Annotated[Visitor, Depends(visitor)]
Acting = Annotated[tuple[Visitor, dict[str, str]], Depends(acting)]
Form = Annotated[dict[str, str], Depends(posted)]
