"""Errors that callers are meant to see; the entry points turn each into HTTP or a retry, in one place.

Messages name fields, limits and rules. They never carry what was submitted.
"""


class GatehouseError(Exception):
    """Base of every error that a caller may see.

    code: stable, for programs. message: one sentence, for people.
    """

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(GatehouseError):
    """A value breaks a rule. pointer: JSON Pointer (RFC 6901) of the field, '' for the whole."""

    code = "invalid"

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.pointer = pointer


class NotFound(GatehouseError):
    """There is no such thing, or it is not this caller's; the answer is the same."""

    code = "not_found"


class Unauthenticated(GatehouseError):
    """The caller did not say who they are, or could not prove it."""

    code = "unauthenticated"


class Forbidden(GatehouseError):
    """The caller is known, but not allowed to do this."""

    code = "forbidden"


class PageClosed(GatehouseError):
    """The page accepts no more comments."""

    code = "page_closed"


class IdempotencyConflict(GatehouseError):
    """The Idempotency-Key was used before with another body."""

    code = "idempotency_key_reused"


class IdempotencyInFlight(GatehouseError):
    """The first request with this Idempotency-Key has not been answered yet."""

    code = "idempotency_key_in_flight"


class Conflict(GatehouseError):
    """Somebody else has changed it in the meantime; read it again."""

    code = "conflict"


class TooMany(GatehouseError):
    """A limit is used up. retry_after: whole seconds until it is worth trying again."""

    code = "rate_limited"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(GatehouseError):
    """Transient: the same request may succeed soon. Nothing was stored."""

    code = "unavailable"
    retry_after = 2


class ScorerUnavailable(GatehouseError):
    """A scorer could not measure: not loaded, failed, timed out or answered nonsense."""

    code = "scorer_unavailable"
