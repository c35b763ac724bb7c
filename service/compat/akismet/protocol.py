"""What all calls of Akismet's API share: the key, the wording of errors, headers, WordPress's plugin."""

import os
import re
from collections.abc import Mapping

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse

from moderation.clock import now_ms
from moderation.domain.errors import Forbidden, GatehouseError, Invalid, NotFound, Unauthenticated
from moderation.domain.ids import timed_id
from service.http.html import retry_header, status_of

NO_STORE = {"Cache-Control": "no-store"}
GUID = "X-akismet-guid"
# The first version of WordPress's plugin that knows X-akismet-recheck-after and takes later answers.
# It heeds no answer to a check, not even 'true', that has no X-akismet-guid.
ASYNCHRONOUS = (5, 5)
_HOST_LABEL = re.compile(r"[0-9a-f]{12}")
_PLUGIN = re.compile(
    r"WordPress/[^|]{1,200}\| ?Akismet/(?:(\d{1,4})(?:\.(\d{1,4}))?)?", re.IGNORECASE
)


def error_response(error: GatehouseError) -> Response:
    """An error as Akismet answers it: problems of the key or the request are 200 and 'invalid'.

    Clients compare bodies.
    """
    status, _ = status_of(error)
    if isinstance(error, Unauthenticated | Forbidden | Invalid | NotFound) or status == 400:
        status = 200
    headers = {"X-akismet-debug-help": error.message, **retry_header(error), **NO_STORE}
    return PlainTextResponse("invalid", status, headers)


def check_error_response(error: GatehouseError) -> Response:
    """The same for a check. WordPress holds a comment whose answer is neither 'true' nor 'false', and asks
    again after twenty minutes; but from ASYNCHRONOUS on only where the answer has a guid.
    """
    response = error_response(error)
    response.headers[GUID] = unstored_guid()
    return response


def unstored_guid() -> str:
    """A guid for an answer about a comment that is not stored: it leads to none."""
    return timed_id("ask", now_ms(), os.urandom(10))


def plugin_version(agent: str) -> tuple[int, int] | None:
    """The version of WordPress's Akismet plugin by its User-Agent; None for other clients.

    (0, 0) where the version cannot be read: what is answered to the oldest holds a comment in all.
    """
    plugin = _PLUGIN.match(agent)
    return (int(plugin[1] or 0), int(plugin[2] or 0)) if plugin else None


def key_of(fields: Mapping[str, str], request: Request, *names: str) -> str:
    """The key that a request carries: in the first of the fields `names`, else as the first label of its
    host; '' where it carries none.
    """
    label = request.headers.get("host", "").partition(".")[0].lower()
    key = next((fields[name] for name in names if fields.get(name)), "")
    return key.strip() or (label if _HOST_LABEL.fullmatch(label) else "")
