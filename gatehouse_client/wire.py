"""What both clients share of HTTP: the request of a call, reading its answer, when to try again."""

from typing import Any, TypeVar

import httpx

from gatehouse_client.call import Call
from gatehouse_client.errors import ApiError, FieldError, Unreachable

T = TypeVar("T")

ATTEMPTS = 3
# Seconds before the second and third attempt: a service that restarts is back within the two.
PAUSES = (0.2, 1.0)
# A longer Retry-After is raised as an error instead of being waited for. Seconds.
PATIENCE = 5.0
TIMEOUT = 10.0  # seconds


def request_of(
    call: Call[Any], http: httpx.Client | httpx.AsyncClient, url: str, key: str
) -> httpx.Request:
    """The HTTP request of a call. key: the site's."""
    token = key if call.token is None else call.token
    headers = dict(call.headers)
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return http.build_request(
        call.method,
        url.rstrip("/") + call.path,
        json=call.body,
        params=dict(call.query) or None,
        headers=headers,
    )


def pause_before(attempt: int, call: Call[Any], failure: ApiError | Unreachable) -> float | None:
    """Seconds until attempt number `attempt` (2, 3, ...); None where there is to be none."""
    if not call.repeatable or attempt > ATTEMPTS:
        return None
    if isinstance(failure, Unreachable):
        return PAUSES[attempt - 2]
    if failure.status not in (429, 503) and failure.code != "idempotency_key_in_flight":
        return None
    wanted = failure.retry_after or PAUSES[attempt - 2]
    return wanted if wanted <= PATIENCE else None


def read_answer(call: Call[T], response: httpx.Response) -> T:
    """What the call asked for. Raises ApiError with what the service says, or Unreachable."""
    if not response.is_success:
        raise _refusal(response)
    try:
        return call.read(response.json() if response.content else None)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unreachable("What answered was not Gatehouse.") from None


def _refusal(response: httpx.Response) -> ApiError | Unreachable:
    try:
        problem = response.json()
        code, detail = str(problem["code"]), str(problem["detail"])
        fields = [
            FieldError(
                error.get("pointer", ""),
                error["detail"],
                error.get("parameter", ""),
                error.get("header", ""),
            )
            for error in problem.get("errors", ())
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        if response.status_code in (502, 503, 504):  # a proxy, while the service is away
            return Unreachable(f"No service behind the address ({response.status_code}).")
        code, detail, fields = "http", f"HTTP {response.status_code}.", []
    return ApiError(response.status_code, code, detail, fields, _seconds(response))


def _seconds(response: httpx.Response) -> float | None:
    header = response.headers.get("retry-after", "")
    return float(header) if header.isascii() and header.isdecimal() else None
