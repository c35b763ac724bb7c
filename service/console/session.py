"""Who is at the console, and whether a form was ours: cookies, the origin check, the form token."""

import hashlib
import hmac
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from moderation.accounts import sign_in
from moderation.accounts.sign_in import SignedIn
from moderation.clock import now_ms
from moderation.domain.decision import Outcome
from moderation.domain.errors import Forbidden, Invalid, NotFound, Unauthenticated
from moderation.domain.roles import Action
from moderation.review import mentions, queues
from moderation.store.memberships import Membership, PartMembership
from service.console import language
from service.console.language import N_
from service.http.client_address import is_https
from service.http.forms import read_form

_TOKEN_BYTES = 32
FORM_LIMIT = 16 * 1024  # bytes; most forms of the console carry ids and words

_FOREIGN = N_("This request did not come from a page of this console; nothing was changed.")
_STALE = N_("This form was made for another session; nothing was changed. Reload the page.")


@dataclass(frozen=True, slots=True)
class Visitor:
    """A moderator at the console. token: of the session. form_token: goes into every form. mask: of this answer.

    watched: sites on which they may not do what a form asks, which needs `needed`; those are not among theirs then.
    count_held: how many comments are held on each site of theirs, for the menu of sites. count_mentions: that they have not seen.
    """

    signed: SignedIn
    token: str
    mask: bytes = field(default_factory=lambda: os.urandom(_TOKEN_BYTES))
    watched: tuple[Membership | PartMembership, ...] = ()
    needed: Action = Action.DECIDE
    count_held: Callable[[], Mapping[str, int]] = dict
    count_mentions: Callable[[], int] = int

    @property
    def form_token(self) -> str:
        return masked(form_token(self.token), self.mask)

    @property
    def browser(self) -> str:
        """Tells this session from others of the same person; nothing is opened with it."""
        return hashlib.sha256(f"gatehouse/browser {self.token}".encode()).hexdigest()[:16]

    @property
    def with_parts(self) -> "Visitor":
        """The same with the parts of sites that they look after among their sites."""
        return replace(self, signed=self.signed.with_parts)

    def membership(self, site_id: str) -> Membership:
        """This site, or with '' the moderator's first one.

        Raises NotFound, alike for a site that does not exist, for one of somebody else, and for one of which they have sections alone.
        """
        for membership in self.signed.sites:
            if isinstance(membership, Membership) and site_id in ("", membership.site_id):
                return membership
        for membership in self.watched:
            if site_id in ("", membership.site_id, membership.of_site):
                membership.require(self.needed)
        raise NotFound("There is no such site.")

    def place(self, site_id: str) -> Membership | PartMembership:
        """The same, of a visitor with parts also a part of a site."""
        for place in self.signed.sites:
            if site_id in ("", place.site_id, place.of_site):
                return place
        return self.membership(site_id)

    def allowed(self, action: Action) -> "Visitor":
        """The same, of the sites where they may do this. Raises Forbidden where there are none, and they watch some."""
        sites = self.signed.sites
        mine = tuple(site for site in sites if site.may(action))
        if sites and not mine:
            sites[0].require(action)
        watched = tuple(site for site in sites if site not in mine)
        signed = replace(self.signed, sites=mine)
        return replace(self, signed=signed, watched=watched, needed=action)


def form_token(cookie: str) -> str:
    """What a form of ours carries: made from a cookie that other origins cannot read."""
    return hmac.new(cookie.encode(), b"gatehouse/form", "sha256").hexdigest()


def masked(token: str, mask: bytes) -> str:
    """A form token as it stands in a page: other letters in each answer, for pages are compressed, and the length of
    what stands beside a stranger's words would tell of it letter by letter (breachattack.com).
    """
    mixed = bytes(a ^ b for a, b in zip(bytes.fromhex(token), mask, strict=True))
    return (mask + mixed).hex()


def _unmasked(sent: str) -> str:
    """What masked() was made of; any other text as it is."""
    if not re.fullmatch(rf"[0-9a-f]{{{4 * _TOKEN_BYTES}}}", sent):
        return sent
    both = bytes.fromhex(sent)
    mask, mixed = both[:_TOKEN_BYTES], both[_TOKEN_BYTES:]
    return bytes(a ^ b for a, b in zip(mask, mixed, strict=True)).hex()


def session_cookie(request: Request) -> str:
    return request.cookies.get(cookie_name(request, "gatehouse_session", "__Host-gatehouse"), "")


def visit_cookie(request: Request) -> str:
    """Stands for a visitor who has not signed in yet, so that even log-in forms carry a token."""
    return request.cookies.get(
        cookie_name(request, "gatehouse_visit", "__Host-gatehouse-visit"), ""
    )


def start_session(request: Request, response: Response, token: str) -> None:
    """The cookie ends with the browser; the server's limits hold in any case."""
    _set(request, response, cookie_name(request, "gatehouse_session", "__Host-gatehouse"), token)
    _end(request, response, cookie_name(request, "gatehouse_visit", "__Host-gatehouse-visit"))


def end_session(request: Request, response: Response) -> None:
    _end(request, response, cookie_name(request, "gatehouse_session", "__Host-gatehouse"))


def start_visit(request: Request, response: Response, cookie: str) -> None:
    _set(
        request, response, cookie_name(request, "gatehouse_visit", "__Host-gatehouse-visit"), cookie
    )


# The page that was asked for, for a log-in link, which is opened from a mail and cannot say it. Seconds.
_WANTED, _WANTED_FOR = "gatehouse_next", 3600


def keep_wanted(request: Request, response: Response, url: str) -> None:
    response.set_cookie(
        _WANTED,
        url,
        max_age=_WANTED_FOR,
        path="/console/login",
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )


def kept_wanted(request: Request) -> str:
    """The page that was asked for before the log-in, '' for none. As the browser says: check it."""
    return request.cookies.get(_WANTED, "")


def forget_wanted(response: Response) -> None:
    response.delete_cookie(_WANTED, path="/console/login", httponly=True, samesite="lax")


def new_visit() -> str:
    return os.urandom(32).hex()


def cookie_name(request: Request, plain: str, host: str) -> str:
    """The name of a cookie. With the prefix no neighbouring subdomain can set the cookie; browsers want https for it."""
    return host if is_https(request) else plain


def _set(request: Request, response: Response, name: str, value: str) -> None:
    # Lax, not Strict: somebody who follows a link to the console from a mail or chat would appear
    # signed out. Lax is safe, because every POST is checked for its origin and its token, and GET
    # changes nothing.
    response.set_cookie(
        name, value, path="/", httponly=True, samesite="lax", secure=is_https(request)
    )


def _end(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=is_https(request))


def check_origin(request: Request) -> None:
    """Raises Forbidden for a request that no page of our own sent.

    Browsers say where a request comes from in Sec-Fetch-Site, which no page can write; over plain http
    to another machine they leave it out, and then the Origin decides. A client that sends neither is
    not a browser with a session.
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
    """Whether a URL is on our public origin, or on the host that this request was sent to."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if f"{parts.scheme}://{parts.netloc}" == request.app.state.settings.public_url:
        return True
    return parts.scheme in ("http", "https") and parts.netloc == request.headers.get("host", "")


def check_token(cookie: str, token: str) -> None:
    """Raises Forbidden unless the form was made for the holder of this cookie."""
    if not cookie or not hmac.compare_digest(
        form_token(cookie).encode(), _unmasked(token).encode()
    ):
        raise Forbidden(_STALE)


class FactorWanted(Forbidden):
    """Somebody must have a second factor, and has none yet. Shows the page that sets it up."""


def current_account(request: Request) -> Visitor:
    """Who is signed in, for pages about their account. Raises Unauthenticated, which shows the log-in page."""
    token = session_cookie(request)
    signed = sign_in.session_of(request.app.state.store, token, now_ms())
    if signed is None:
        raise Unauthenticated(N_("Please log in."))
    language.choose(signed.language)
    request.state.signed = (
        signed  # for what a page says of the visitor (service/console/navigation.py)
    )
    store = request.app.state.store
    return Visitor(
        signed,
        token,
        count_held=partial(queues.held_counts, store, signed.site_ids),
        count_mentions=partial(
            mentions.count_unseen, store, signed.moderator_id, signed.with_parts.site_ids
        ),
    )


def current_visitor(request: Request) -> Visitor:
    """Who is signed in. Raises Unauthenticated, and FactorWanted."""
    visitor = current_account(request)
    if must_have_factor(request, visitor.signed) and not visitor.signed.has_second_factor:
        raise FactorWanted("Set up a second factor first; nothing was changed.")
    return visitor


def must_have_factor(request: Request, signed: SignedIn) -> bool:
    """Whether a role of theirs, on any site, must log in with a second factor (settings.py)."""
    wanted = {role.strip() for role in request.app.state.settings.second_factor.split(",")}
    return any(membership.role.value in wanted for membership in signed.all_sites)


def part_visitor(visitor: Annotated[Visitor, Depends(current_visitor)]) -> Visitor:
    return visitor.with_parts


CurrentVisitor = Annotated[Visitor, Depends(current_visitor)]
# For pages that show whoever is limited to sections what lies in these; on all others they have no site.
PartVisitor = Annotated[Visitor, Depends(part_visitor)]
CurrentAccount = Annotated[Visitor, Depends(current_account)]
Form = dict[str, str]
SignedForm = tuple[Visitor, Form]


def posted_form(*names: str, limit: int = FORM_LIMIT) -> Callable[[Request], Awaitable[Form]]:
    """A dependency: these fields and the token of a form that one of our pages sent. limit: bytes."""

    async def read(request: Request) -> Form:
        check_origin(request)
        form = await read_form(request, ("csrf", *names), limit, strict=True)
        request.state.form = form  # for what answers an error (service/console/pages.py)
        return form

    return read


def signed_form(
    *names: str,
    limit: int = FORM_LIMIT,
    for_all: bool = False,
    account: bool = False,
    parts: bool = False,
    action: Action = Action.DECIDE,
) -> Callable[..., SignedForm]:
    """A dependency: who is signed in, and these fields of the form they sent, after every check.

    for_all: also for those who only look; else they have the sites alone on which they may do `action`. account: also for those
    who must set up a second factor first. parts: also for those who are limited to sections, where it is limited to these.
    """
    read = posted_form(*names, limit=limit)

    def check(request: Request, form: Annotated[Form, Depends(read)]) -> SignedForm:
        visitor = current_account(request) if account else current_visitor(request)
        check_token(visitor.token, form.get("csrf", ""))
        visitor = visitor.with_parts if parts else visitor
        return (visitor if for_all or account else visitor.allowed(action)), form

    return check


class SiteForm(NamedTuple):
    """Who sent a form, its fields, and the site that it is about."""

    visitor: Visitor
    form: Form
    membership: Membership


def site_form(
    *names: str, may: Action, action: Action = Action.DECIDE, limit: int = FORM_LIMIT
) -> Callable[[SignedForm], SiteForm]:
    """A dependency: signed_form() with the field `site` and these, from somebody who may do this on that site."""
    read = signed_form("site", *names, action=action, limit=limit)

    def check(posted: Annotated[SignedForm, Depends(read)]) -> SiteForm:
        visitor, form = posted
        membership = visitor.membership(form.get("site", ""))
        membership.require(may)
        return SiteForm(visitor, form, membership)

    return check


def read_outcome(form: Form) -> Outcome:
    """The decision that a button stands for. Raises Invalid where there is no such decision."""
    try:
        return Outcome(form.get("outcome", ""))
    except ValueError:
        raise Invalid("A decision is approve, hold, reject or spam.") from None


def read_number(form: Form, name: str, what: str) -> int:
    """The number in a field. what: it is, for the sentence. Raises Invalid where the form does not say it."""
    if not re.fullmatch(r"[0-9]{1,9}", number := form.get(name, "")):
        raise Invalid(f"The form does not say which {what}.")
    return int(number)


def expected_sequence(form: Form) -> int:
    """The decision that a form was made after. Raises Invalid where it does not say."""
    return read_number(form, "sequence", "decision it follows")
