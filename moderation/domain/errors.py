"""Errors that callers are meant to see; the entry points turn each into HTTP or a retry, in one place.

Messages name fields, limits and rules. They never carry what was submitted.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

Entry = TypeVar("Entry")
Value = TypeVar("Value")

ERRORS_LIMIT = 40  # told at once; a body of nonsense has thousands


class GatehouseError(Exception):
    """Base of every error that a caller may see.

    code: stable, for programs. message: one sentence, for people.
    """

    code = "error"
    members: Mapping[str, object] = {}  # more facts, for programs: members of the problem document

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(GatehouseError):
    """A value breaks a rule. pointer: JSON Pointer (RFC 6901) of the field, '' for the whole. others: what
    else is wrong with the same input.
    """

    code = "invalid"

    def __init__(self, message: str, pointer: str = "", others: Sequence["Invalid"] = ()) -> None:
        super().__init__(message)
        self.pointer = pointer
        self.others = tuple(others)


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


class NotEditable(GatehouseError):
    """The writer of a comment may not change it, or not any more."""

    code = "not_editable"


class NotAppealable(GatehouseError):
    """There is no decision that the writer of a comment may appeal against, or not yet, or not again."""

    code = "not_appealable"


class IdempotencyConflict(GatehouseError):
    """The Idempotency-Key was used before with another body."""

    code = "idempotency_key_reused"


class IdempotencyInFlight(GatehouseError):
    """The first request with this Idempotency-Key has not been answered yet."""

    code = "idempotency_key_in_flight"


class Conflict(GatehouseError):
    """Somebody else has changed it in the meantime; read it again."""

    code = "conflict"


class Claimed(Conflict):
    """Somebody else has claimed the comment, or has it open. moderator_id: who. until: RFC 3339."""

    code = "claimed"

    def __init__(self, moderator_id: str, until: str, while_open: bool) -> None:
        has = "has this comment open" if while_open else f"has claimed this comment until {until}"
        super().__init__(f"{moderator_id} {has}.")
        actor = {"kind": "moderator", "id": moderator_id}
        self.members = {"claim": {"actor": actor, "until": until, "while_open": while_open}}


class Drifted(Conflict):
    """What was looked at has changed before it was decided about. count: how many there are now."""

    code = "drifted"

    def __init__(self, count: int) -> None:
        super().__init__(
            f"The comments have changed since they were counted; now there are {count:,}."
        )
        self.members = {"count": count}


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


class StorageFull(Unavailable):
    """The database answers, and has no room left; only its operator can make some. Nothing was stored."""

    code = "storage_full"
    retry_after = 30

    def __init__(self) -> None:
        super().__init__(
            "The database has no room left on its disk; nothing is stored until there is."
        )


class ScorerUnavailable(GatehouseError):
    """A scorer could not measure: not loaded, failed, timed out or answered nonsense."""

    code = "scorer_unavailable"


def read_each(entries: Iterable[Entry], read: Callable[[Entry], Value]) -> list[Value]:
    """What `read` makes of each entry. Raises Invalid with everything that is wrong, up to ERRORS_LIMIT."""
    values: list[Value] = []
    errors: list[Invalid] = []
    for entry in entries:
        try:
            values.append(read(entry))
        except Invalid as error:
            errors.append(error)
            if len(errors) == ERRORS_LIMIT:
                break
    if errors:
        raise together(errors) from None
    return values


def together(errors: Sequence[Invalid]) -> Invalid:
    """One error that tells all of them, and what they tell. errors: at least one."""
    first, *others = [rule for error in errors for rule in (error, *error.others)]
    first.others = tuple(others)
    return first
