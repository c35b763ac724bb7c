"""What can go wrong, in words; the doors turn each into HTTP or a retry, once.

Messages name fields, limits and rules. They never carry what was submitted.
"""


class GatehouseError(Exception):
    """Base of every error a caller may be told about.

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
    """There is no such thing for this caller; the same answer as for somebody else's thing."""

    code = "not_found"


class Unauthenticated(GatehouseError):
    """Nobody, or nobody known."""

    code = "unauthenticated"


class Forbidden(GatehouseError):
    """Known, but not allowed to do this."""

    code = "forbidden"


class PageClosed(GatehouseError):
    """The page takes no more comments."""

    code = "page_closed"


class IdempotencyConflict(GatehouseError):
    """The Idempotency-Key was used before with another body."""

    code = "idempotency_key_reused"


class IdempotencyInFlight(GatehouseError):
    """The first request with this Idempotency-Key has not been answered yet."""

    code = "idempotency_key_in_flight"


class Conflict(GatehouseError):
    """Somebody else changed the thing meanwhile; read it again."""

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
