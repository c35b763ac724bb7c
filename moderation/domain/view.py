"""Views: a text as it was changed, and where in the original each of its characters came from."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# The piece text[start:end] becomes another string.
Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class View:
    """A text as scorers should see it.

    text: the normalised text. starts, ends: for each of its characters, the code points of the
    original that it stands for (start inclusive, end exclusive); same length as text.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The piece of the original that view.text[start:end] stands for. Empty pieces map to (0, 0)."""
        if start >= end:
            return 0, 0
        return self.starts[start], self.ends[end - 1]

    def edited(self, edits: Iterable[Edit]) -> "View":
        """The view with pieces of its text replaced. edits: (start, end, replacement), in order, apart."""
        laid = laid_out(self)
        new = rewritten(laid, edits)
        return self if new is laid else View(*new)


class Laid(NamedTuple):
    """A text on its way to a view."""

    text: str
    starts: "array[int]"  # Python 3.11 cannot read it bare
    ends: "array[int]"


# Pieces of these are copied in one go, as long as a comment may be.
_NUMBERS = array("i", range((1 << 16) + 1))


def laid_out(view: View) -> Laid:
    """The beginning of the way: what a view is made of, its offsets as arrays."""
    return Laid(view.text, _as_array(view.starts), _as_array(view.ends))


def _as_array(numbers: Sequence[int]) -> "array[int]":
    if isinstance(numbers, range) and numbers.stop <= len(_NUMBERS):
        return _NUMBERS[numbers.start : numbers.stop]
    return numbers if isinstance(numbers, array) else array("i", numbers)


def rewritten(laid: Laid, edits: Iterable[Edit]) -> Laid:
    """Applies edits, which come in order and do not overlap; the same object where there are none."""
    text, starts, ends = laid
    pieces: list[str] = []
    new_starts, new_ends = array("i"), array("i")
    at = 0
    for start, end, replacement in edits:
        size = len(replacement)
        pieces += text[at:start], replacement
        if size == end - start:  # letter by letter
            new_starts += starts[at:end]
            new_ends += ends[at:end]
        else:
            new_starts += starts[at:start]
            new_ends += ends[at:start]
            if size:
                new_starts += starts[start : start + 1] * size
                new_ends += ends[end - 1 : end] * size
        at = end
    if not at:
        return laid
    pieces.append(text[at:])
    new_starts += starts[at:]
    new_ends += ends[at:]
    return Laid("".join(pieces), new_starts, new_ends)
