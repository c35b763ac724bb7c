"""Who writes, as far as that is proved: by a token of ours in the browser, or by the site's own server.

A token is a random number with our signature; it says nothing of anybody, and is good on one site only.
A name or an e-mail that was typed in proves nothing.
"""

from dataclasses import dataclass

from fastapi import Request, Response

from moderation.store.sql.crypto import Crypto

DAY = 86_400  # s


@dataclass(frozen=True, slots=True)
class Browser:
    """The browser that a comment comes from. number: in its token, hex."""

    site_id: str
    number: str

    @property
    def identity(self) -> str:
        """As in domain/comment.AuthorRef."""
        return f"browser:{self.number}"

    def token(self, seal: Crypto) -> str:
        return seal.browser_token(self.site_id, bytes.fromhex(self.number))


def known_browser(seal: Crypto, site_id: str, token: str) -> Browser | None:
    """The browser that holds this token; None where it is not one of ours for this site."""
    number = seal.browser_of(site_id, token)
    return Browser(site_id, number) if number else None


def new_browser(seal: Crypto, site_id: str, comment_id: str) -> Browser:
    """A browser that has no token yet; a repetition of its first comment gives the same again."""
    return Browser(site_id, seal.browser_number(comment_id))


def held_token(request: Request, site_id: str) -> str:
    """The token in the browser's cookie."""
    return request.cookies.get(_cookie(request, site_id), "")


def keep_token(request: Request, response: Response, site_id: str, token: str) -> None:
    """Has the browser keep the token for `author_days`, out of reach of scripts.

    The form stands on the site's page, so over https the cookie must come along from another site
    (SameSite=None). Whoever reads it has checked where the form came from.
    """
    https = _is_https(request)
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
    return f"{'__Host-' if _is_https(request) else ''}gatehouse_author_{site_id}"


def _is_https(request: Request) -> bool:
    return bool(request.app.state.settings.public_url.startswith("https://"))
