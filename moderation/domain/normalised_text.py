"""A changed text that knows where in the original each of its characters came from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# (start, end, replacement): text[start:end] becomes the replacement.
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
        """The part of the original that text[start:end] stands for; (0, 0) for an empty part."""
        if start >= end:
            return 0, 0
        return self.starts[start], self.ends[end - 1]

    def edited(self, edits: Iterable[Edit]) -> "NormalisedText":
        """The text with parts of it replaced. edits: in order, none overlapping another."""
        editable = to_editable(self)
        edited = apply_edits(editable, edits)
        return self if edited is editable else NormalisedText(*edited)


class EditableText(NamedTuple):
    """A NormalisedText while it is made."""

    text: str
    starts: list[int]
    ends: list[int]


# As many offsets as a comment may have characters; slices of it are copied at once.
_NUMBERS = list(range((1 << 16) + 1))


def to_editable(normalised: NormalisedText) -> EditableText:
    """The same text, its offsets as lists."""
    return EditableText(normalised.text, _as_list(normalised.starts), _as_list(normalised.ends))


def _as_list(numbers: Sequence[int]) -> list[int]:
    if isinstance(numbers, range) and numbers.stop <= len(_NUMBERS):
        return _NUMBERS[numbers.start : numbers.stop]
    return numbers if isinstance(numbers, list) else list(numbers)


def apply_edits(editable: EditableText, edits: Iterable[Edit]) -> EditableText:
    """Applies edits, which come in order and do not overlap; the same object where there are none."""
    text, starts, ends = editable
    pieces: list[str] = []
    new_starts: list[int] = []
    new_ends: list[int] = []
    text_end = offsets_end = 0  # how far the text and the offsets are copied
    for start, end, replacement in edits:
        pieces += text[text_end:start], replacement
        text_end = end
        if len(replacement) != end - start:  # otherwise each character keeps its offsets
            new_starts += starts[offsets_end:start]
            new_ends += ends[offsets_end:start]
            for _ in replacement:
                new_starts.append(starts[start])
                new_ends.append(ends[end - 1])
            offsets_end = end
    if not text_end:
        return editable
    pieces.append(text[text_end:])
    new_starts += starts[offsets_end:]
    new_ends += ends[offsets_end:]
    return EditableText("".join(pieces), new_starts, new_ends)
