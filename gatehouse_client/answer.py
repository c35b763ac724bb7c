"""What an answer is, and how it is read. A field that a newer service adds is left out."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Any, Self, get_args, get_origin, get_type_hints

Json = Mapping[str, Any]
# Of a field: the members of the JSON object that lead to it, where its own name does not.
AT = "at"
ACTOR: Json = {AT: ("actor", "id")}


@dataclass(frozen=True, slots=True)
class Answer:
    """Read from JSON by the names and types of its fields."""

    @classmethod
    def read(cls, data: Json) -> Self:
        """The answer that a JSON object is. What an older service leaves out has its default."""
        values = {}
        for member in fields(cls):
            first, *inner = member.metadata.get(AT, (member.name,))
            found = data.get(first, MISSING)
            for name in inner:
                if found is None or found is MISSING:
                    break
                found = found.get(name, MISSING)
            if found is not MISSING:
                values[member.name] = _value(_types(cls)[member.name], found)
        return cls(**values)


_types: Callable[[Any], dict[str, Any]] = cache(get_type_hints)


def _value(kind: Any, data: Any) -> Any:
    parts = get_args(kind)
    if isinstance(kind, UnionType):  # of a type and None
        return None if data is None else _value(parts[0], data)
    if get_origin(kind) is tuple:
        return tuple(_value(parts[0], item) for item in data)
    if kind is datetime:
        return datetime.fromisoformat(data)
    return kind.read(data) if isinstance(kind, type) and issubclass(kind, Answer) else data
