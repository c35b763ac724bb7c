"""Which windows of a text a model reads: all of them up to a bound on its work, above it a sample.

The work is counted in tokens that pass through the network, not in characters: 65 kB of random letters make
three times as many as prose.
"""

from collections.abc import Sequence

from moderation.domain.score import UNREAD, Signal

# Tokens of all windows, overlaps and special tokens included. 65 kB of English prose have 20,000 to 24,000.
MOST_TOKENS = 28_000
SAMPLE_TOKENS = 4_096  # of the windows that are read of a text with more


def sample(tokens: Sequence[int], suspicion: Sequence[float] = ()) -> list[int]:
    """The positions of the windows to read, in order: first, last, the most suspicious, others evenly spread.

    tokens: of each window. suspicion: of each window, the higher the worse; () where nothing cheap tells.
    """
    if not needs_sample(tokens):
        return list(range(len(tokens)))
    limit = max(2, SAMPLE_TOKENS // max(tokens))
    chosen = {0, len(tokens) - 1}
    for position in sorted(range(len(suspicion)), key=lambda place: (-suspicion[place], place)):
        if len(chosen) >= max(2, limit // 2):
            break
        chosen.add(position)
    others = [position for position in range(len(tokens)) if position not in chosen]
    wanted = min(limit - len(chosen), len(others))
    chosen.update(
        others[(2 * number + 1) * len(others) // (2 * wanted)] for number in range(wanted)
    )
    return sorted(chosen)


def needs_sample(tokens: Sequence[int]) -> bool:
    """Whether the windows with so many tokens are more than a model reads of one text."""
    return len(tokens) > 2 and sum(tokens) > MOST_TOKENS


def unread_share(tokens: Sequence[int], positions: Sequence[int]) -> float:
    """The share of a text, 0..1, that is in none of the windows at these positions."""
    return 1 - sum(tokens[position] for position in positions) / max(sum(tokens), 1)


def unread_signals(scorer: str, share: float) -> tuple[Signal, ...]:
    """The signal `unread` of a text that a scorer has not read whole; none where it has."""
    return (Signal(UNREAD, share, scorer),) if share else ()
