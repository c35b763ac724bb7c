"""What is wrong with a request, place by place: errors of pydantic and FastAPI as errors of the domain.

Fields and parameters are named, values never.
"""

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from moderation.domain.errors import Invalid

WHOLE = "The body"  # in place of a pointer to the whole
# A name from outside that may stand in an answer: like a field's, and neither an e-mail nor an IP address.
_NAME = re.compile(r"[^\W\d][^\s@:]{0,63}")

# What pydantic says of these names a class of ours.
_NO_OBJECT = frozenset({"model_type", "model_attributes_type", "dataclass_type"})


class BadParameter(Invalid):
    """A parameter or a header breaks a rule. place: 'parameter' or 'header'."""

    def __init__(self, name: str, rule: str, place: str = "parameter") -> None:
        super().__init__(f"{name}: {rule}")
        self.name = name
        self.place = place


def broken_rules(
    validation: Iterable[Mapping[str, Any]], names_at: Callable[[Sequence[Any]], Collection[str]]
) -> list[Invalid]:
    """The errors of a pydantic validation.

    names_at: the names of the fields that the object at a location may have, to suggest one of them.
    """
    broken = []
    for error in validation:
        location, rule = broken_rule(error)
        if error["type"] == "extra_forbidden" and location == tuple(error["loc"]):
            rule = unknown("field", str(location[-1]), names_at(location[:-1]))
        rule = rule.removeprefix("Value error, ")
        rule = rule[0].upper() + rule[1:] + ("" if rule.endswith((".", "?")) else ".")
        pointer = pointer_to(location)
        broken.append(Invalid(f"{pointer or WHOLE}: {rule}", pointer))
    return broken


def unknown(noun: str, name: str, names: Collection[str]) -> str:
    """That there is no field, parameter ... (noun) of this name, and which one may be meant."""
    meant = difflib.get_close_matches(name.lower(), names, 1, 0.7)
    return f"There is no such {noun}." + (f" Did you mean '{meant[0]}'?" if meant else "")


def is_presentable(name: str) -> bool:
    """Whether a name that came from outside may stand in an answer."""
    return _NAME.fullmatch(name) is not None and name.isprintable()


def broken_rule(error: Mapping[str, Any]) -> tuple[tuple[str | int, ...], str]:
    """The field and the rule it breaks, from one of pydantic's errors; never repeats a value."""
    location, message = tuple(error["loc"]), str(error["msg"])
    if error["type"] == "extra_forbidden":
        message = "There is a field that is not known here"
        return (location if is_presentable(str(location[-1])) else location[:-1]), message
    if error["type"] in _NO_OBJECT:
        message = "Must be an object"
    return location, message


def first_broken_rule(error: ValidationError) -> tuple[tuple[str | int, ...], str]:
    """The first error of a validation, as broken_rule() returns it."""
    return broken_rule(
        error.errors(include_url=False, include_input=False, include_context=False)[0]
    )


def pointer_to(location: Iterable[str | int]) -> str:
    """The JSON Pointer (RFC 6901) to a field; '' for the whole."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in location)


def broken_parameters(validation: Iterable[Mapping[str, Any]]) -> list[Invalid]:
    """The errors that FastAPI found in parameters and headers."""
    return [
        BadParameter(
            str(error["loc"][1]),  # behind it may stand which of several values
            f"{error['msg']}.",
            "header" if error["loc"][0] == "header" else "parameter",
        )
        for error in validation
    ]
