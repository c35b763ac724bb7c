"""What all calls of Akismet's API share: the key, the wording of errors, headers."""

import re
from collections.abc import Mapping

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse

from moderation.domain.errors import Forbidden, GatehouseError, Invalid, NotFound, Unauthenticated
from service.http.html import retry_header, status_of

NO_STORE = {"Cache-Control": "no-store"}
_HOST_LABEL = re.compile(r"[0-9a-f]{12}")


def error_response(error: GatehouseError) -> Response:
    """An error as Akismet answers it: problems of the key or the request are 200 and 'invalid'.

    Clients compare bodies. WordPress holds a comment whose answer it does not know, and asks again.
    """
    status, _ = status_of(error)
    if isinstance(error, Unauthenticated | Forbidden | Invalid | NotFound) or status == 400:
        status = 200
    headers = {"X-akismet-debug-help": error.message, **retry_header(error), **NO_STORE}
    return PlainTextResponse("invalid", status, headers)


def key_of(fields: Mapping[str, str], request: Request, *names: str) -> str:
    """The key that a request carries: in the first of the fields `names`, else as the first label of its
    host; '' where it carries none.
    """
    label = request.headers.get("host", "").partition(".")[0].lower()
    key = next((fields[name] for name in names if fields.get(name)), "")
    return key.strip() or (label if _HOST_LABEL.fullmatch(label) else "")
