"""The identity of a browser, by a token that we gave it.

A token is a random number with our signature; it says nothing about anybody, and is valid on one site
only. A typed name or e-mail address proves nothing.
"""

from dataclasses import dataclass

from fastapi import Request, Response

from moderation.store.sql.crypto import Crypto
from service.http.client_address import is_https

DAY = 86_400  # s


@dataclass(frozen=True, slots=True)
class Browser:
    """The browser that a comment comes from. number: of its token, hex."""

    site_id: str
    number: str

    @property
    def identity(self) -> str:
        """As in domain/comment.AuthorRef."""
        return f"browser:{self.number}"

    def token(self, crypto: Crypto) -> str:
        return crypto.browser_token(self.site_id, bytes.fromhex(self.number))


def known_browser(crypto: Crypto, site_id: str, token: str) -> Browser | None:
    """The browser with this token; None where the token is not ours or not for this site."""
    number = crypto.browser_of(site_id, token)
    return Browser(site_id, number) if number else None


def new_browser(crypto: Crypto, site_id: str, comment_id: str) -> Browser:
    """A browser without a token; the repetition of its first comment gives the same one again."""
    return Browser(site_id, crypto.browser_number(comment_id))


def cookie_token(request: Request, site_id: str) -> str:
    """The token in the browser's cookie."""
    return request.cookies.get(_cookie(request, site_id), "")


def set_cookie(request: Request, response: Response, site_id: str, token: str) -> None:
    """Sets the cookie with the token for `author_days`, out of reach of scripts.

    The form is on the site's page, so over https the cookie must also be sent from another site
    (SameSite=None). The origin of the form is checked before the cookie is read.
    """
    https = is_https(request)
    response.set_cookie(
        _cookie(request, site_id),
        token,
        max_age=request.app.state.settings.author_days * DAY,
        path="/",
        httponly=True,
        secure=https,
        samesite="none" if https else "lax",
    )


def _cookie(request: Request, site_id: str) -> str:
    return f"{'__Host-' if is_https(request) else ''}gatehouse_author_{site_id}"
