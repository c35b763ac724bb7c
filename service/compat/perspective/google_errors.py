"""Errors as Google's services word them: google.rpc.Status in JSON (cloud.google.com/apis/design/errors)."""

from collections.abc import Mapping
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse

from moderation.domain.errors import (
    Forbidden,
    GatehouseError,
    Invalid,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from service.compat.compat_api import CompatApiOff
from service.http.errors import BadRequest

_TYPE = "type.googleapis.com/"
_ANALYZER = _TYPE + "google.commentanalyzer.v1alpha1.Error"


class AnalyzerError(GatehouseError):
    """An error of the comment analyzer. kind: its errorType; more: members beside it."""

    code = "refused"

    def __init__(self, kind: str, message: str, more: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.details = [{"@type": _ANALYZER, "errorType": kind, **(more or {})}]


class NoKey(Unauthenticated):
    """No key was sent at all."""


def error_response(error: GatehouseError) -> Response:
    """The answer to an error, as google.rpc.Status."""
    headers: dict[str, str] = {}
    details: list[dict[str, Any]] = []
    status, name, message = 400, "INVALID_ARGUMENT", error.message
    match error:
        case AnalyzerError():
            details = error.details
        case Invalid():
            violation = {"description": error.message}
            if error.pointer:
                violation["field"] = error.pointer.strip("/").replace("/", ".")
            details = [{"@type": _TYPE + "google.rpc.BadRequest", "fieldViolations": [violation]}]
        case BadRequest():
            message = f"Invalid JSON payload received. {error.message}"
        case NoKey():
            status, name = 403, "PERMISSION_DENIED"
        case Unauthenticated():
            message = "API key not valid. Please pass a valid API key."
            details = [_error_info("API_KEY_INVALID")]
        case CompatApiOff():
            status, name = 403, "PERMISSION_DENIED"
            details = [_error_info("SERVICE_DISABLED")]
        case Forbidden():
            status, name = 403, "PERMISSION_DENIED"
            details = [_error_info("API_KEY_HTTP_REFERRER_BLOCKED")]
        case TooMany():
            status, name = 429, "RESOURCE_EXHAUSTED"
            details = [_retry_info(error.retry_after)]
            headers["Retry-After"] = str(error.retry_after)
        case Unavailable():
            status, name = 503, "UNAVAILABLE"
            details = [_retry_info(error.retry_after)]
            headers["Retry-After"] = str(error.retry_after)
        case _:
            status, name = 500, "INTERNAL"
    body: dict[str, Any] = {"code": status, "message": message, "status": name}
    if details:
        body["details"] = details
    return JSONResponse({"error": body}, status, {"Cache-Control": "private", **headers})


def _error_info(reason: str) -> dict[str, Any]:
    return {
        "@type": _TYPE + "google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": "commentanalyzer.googleapis.com"},
    }


def _retry_info(seconds: int) -> dict[str, Any]:
    return {"@type": _TYPE + "google.rpc.RetryInfo", "retryDelay": f"{seconds}s"}
