"""Reads a file that is one JSON value: it has to be in memory as a whole, and so is not too large."""

import json
from typing import Any, BinaryIO

from moderation.domain.errors import Invalid

LIMIT = 200 * 1024 * 1024  # bytes


def read_json(file: BinaryIO) -> Any:
    """The value. Raises Invalid where it is no JSON, or too large."""
    content = file.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise Invalid(f"The file is larger than {LIMIT // 1024**2} MB.")
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        raise Invalid(f"Line {error.lineno}: not JSON.") from None
    except (ValueError, RecursionError):
        raise Invalid("The file is not JSON in UTF-8.") from None


def objects(value: Any, name: str) -> list[dict[str, Any]]:
    """The objects in a list; [] where there is no such list. Raises Invalid, with the name, for other things in it."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Invalid(f"{name}: Must be a list of objects.")
    return value
