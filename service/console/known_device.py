"""Recognises a browser that has logged in to an account before: its guesses are counted apart.

Somebody who guesses at an account from elsewhere can then not keep its people out.
"""

import os

from fastapi import Request, Response

from moderation.store.sql.crypto import Crypto
from service.access.identity import DAY
from service.console import session
from service.http.client_address import is_https

_COOKIE_DAYS = 180


def device_of(request: Request, email: str) -> str:
    """The number of this browser for this account, hex; '' where it never logged in to it."""
    crypto = request.app.state.store.crypto
    token: str = request.cookies.get(_cookie(request, crypto, email), "")
    number: str = crypto.device_of(email, token)
    return number


def remember_device(request: Request, response: Response, email: str) -> None:
    """Sets the signed cookie by which this browser is known again; one per account, for `_COOKIE_DAYS`."""
    crypto = request.app.state.store.crypto
    number = bytes.fromhex(device_of(request, email)) or os.urandom(16)
    response.set_cookie(
        _cookie(request, crypto, email),
        crypto.device_token(email, number),
        max_age=_COOKIE_DAYS * DAY,
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )


def _cookie(request: Request, crypto: Crypto, email: str) -> str:
    account = crypto.email_key(email)[:16]
    return session.cookie_name(
        request, f"gatehouse_device_{account}", f"__Host-gatehouse-device-{account}"
    )
