"""What can go wrong with a call: refused with a problem document (RFC 9457), or no answer at all."""

from collections.abc import Sequence
from dataclasses import dataclass


class ClientError(Exception):
    """Base of both."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What breaks a rule: a field (pointer: JSON Pointer, RFC 6901, into what was sent), a parameter or a header; the
    others of the three are ''.
    """

    pointer: str
    detail: str
    parameter: str = ""
    header: str = ""


class ApiError(ClientError):
    """Gatehouse refused.

    status: HTTP. code: stable, for programs ('invalid', 'page_closed', 'rate_limited', ...).
    detail: one sentence, for people. fields: those that break a rule. retry_after: seconds, or None.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        fields: Sequence[FieldError] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.fields = tuple(fields)
        self.retry_after = retry_after


class Unreachable(ClientError):
    """Nobody answered in time, or what answered was not Gatehouse."""
