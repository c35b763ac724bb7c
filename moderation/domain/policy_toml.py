"""Reads the TOML of a policy, whatever somebody has typed: what it may cost grows with its length alone."""

import tomllib
from typing import Any

import re2

from moderation.domain.errors import Invalid

# A policy's keys have three parts at most. tomllib's time grows with the square of their number.
_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_LONG_KEY = re2.compile(rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY}){{16}}")


def read_toml(source: str) -> dict[str, Any]:
    """Raises Invalid."""
    if _LONG_KEY.search(source):
        raise Invalid("The policy is not valid: a key in it has too many parts.")
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"The policy is not valid TOML: {error}") from None
    except (ValueError, RecursionError):  # a number of 5,000 digits, a list in a list in a list
        raise Invalid("The policy is not valid TOML: a value in it cannot be read.") from None
