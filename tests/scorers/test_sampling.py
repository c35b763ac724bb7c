"""Which windows are read of a text with too many: few, always the first and last, and the worst."""

from itertools import pairwise

from moderation.scorers.models.sampling import (
    MOST_TOKENS,
    SAMPLE_TOKENS,
    sample,
    unread_share,
    unread_signals,
)


def test_what_is_not_too_much_is_read_whole() -> None:
    tokens = [128] * (MOST_TOKENS // 128)
    assert sample(tokens) == list(range(len(tokens)))
    assert unread_share(tokens, sample(tokens)) == 0
    assert unread_signals("model", 0.0) == ()


def test_a_sample_has_the_ends_the_worst_and_some_of_everything_between() -> None:
    tokens = [128] * 400
    suspicion = [float(position in range(201, 209)) for position in range(400)]
    chosen = sample(tokens, suspicion)
    assert chosen == sorted(set(chosen))
    assert sum(tokens[position] for position in chosen) == SAMPLE_TOKENS
    assert {0, 399, *range(201, 209)} <= set(chosen)
    spread = sample(tokens)
    gaps = [later - earlier for earlier, later in pairwise(spread)]
    assert max(gaps) <= 2 * 400 // len(spread)
    (signal,) = unread_signals("model", unread_share(tokens, chosen))
    assert (signal.name, signal.value, signal.is_score) == ("unread", 1 - 32 / 400, False)


def test_windows_longer_than_a_sample_are_still_bounded() -> None:
    assert sample([MOST_TOKENS] * 5) == [0, 4]
