"""Normalised text that remembers where each character came from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """A text as scorers should see it.

    text: the normalised text. starts, ends: for each of its characters, the code points of the
    original that it stands for (start inclusive, end exclusive); same length as text.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The piece of the original that view.text[start:end] stands for. Empty pieces map to (0, 0)."""
        if start >= end:
            return 0, 0
        return self.starts[start], self.ends[end - 1]


def normalise(text: str) -> View:
    """The view of a text; never raises, whatever the text."""
    positions = range(len(text))
    return View(text, tuple(positions), tuple(position + 1 for position in positions))
