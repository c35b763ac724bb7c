"""Views: a text as it was changed, and where in the original each of its characters came from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# The piece text[start:end] becomes another string.
Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class NormalisedText:
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

    def edited(self, edits: Iterable[Edit]) -> "NormalisedText":
        """The view with pieces of its text replaced. edits: (start, end, replacement), in order, apart."""
        laid = to_editable(self)
        new = apply_edits(laid, edits)
        return self if new is laid else NormalisedText(*new)


class EditableText(NamedTuple):
    """A text on its way to a view."""

    text: str
    starts: list[int]
    ends: list[int]


# Pieces of these are copied in one go, as long as a comment may be.
_NUMBERS = list(range((1 << 16) + 1))


def to_editable(view: NormalisedText) -> EditableText:
    """The beginning of the way: what a view is made of, its offsets as lists."""
    return EditableText(view.text, _as_list(view.starts), _as_list(view.ends))


def _as_list(numbers: Sequence[int]) -> list[int]:
    if isinstance(numbers, range) and numbers.stop <= len(_NUMBERS):
        return _NUMBERS[numbers.start : numbers.stop]
    return numbers if isinstance(numbers, list) else list(numbers)


def apply_edits(laid: EditableText, edits: Iterable[Edit]) -> EditableText:
    """Applies edits, which come in order and do not overlap; the same object where there are none."""
    text, starts, ends = laid
    pieces: list[str] = []
    new_starts: list[int] = []
    new_ends: list[int] = []
    at = numbered = 0
    for start, end, replacement in edits:
        pieces += text[at:start], replacement
        at = end
        if len(replacement) != end - start:  # otherwise letter by letter
            new_starts += starts[numbered:start]
            new_ends += ends[numbered:start]
            for _ in replacement:
                new_starts.append(starts[start])
                new_ends.append(ends[end - 1])
            numbered = end
    if not at:
        return laid
    pieces.append(text[at:])
    new_starts += starts[numbered:]
    new_ends += ends[numbered:]
    return EditableText("".join(pieces), new_starts, new_ends)
