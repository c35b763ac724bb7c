"""The sentences that only measure are like none that something was learned from or written by."""

from itertools import chain

from gatehouse.evaluation.further_sentences import FURTHER_HARMLESS, FURTHER_HATE
from gatehouse.evaluation.own_sentences import HARMLESS, PLAIN_HATE
from training.plain import plain_sentences
from training.sentences import sentences

LENGTH = 4  # characters of a piece
MOST_ALIKE = 0.5  # of the pieces of two sentences together, so many are in both


def pieces(text: str) -> frozenset[str]:
    padded = f" {' '.join(text.lower().split())} "
    return frozenset(
        padded[start : start + LENGTH] for start in range(max(1, len(padded) - LENGTH + 1))
    )


def alike(measured: list[str], learned: list[str]) -> list[tuple[str, str]]:
    known = [(text, pieces(text)) for text in learned]
    return [
        (text, other)
        for text in measured
        for own in (pieces(text),)
        for other, theirs in known
        if len(own & theirs) > MOST_ALIKE * len(own | theirs)
    ]


def test_the_second_set_is_like_nothing_that_was_learned() -> None:
    measured = [*chain(*FURTHER_HATE.values(), *FURTHER_HARMLESS.values())]
    assert len(measured) == len(set(measured)) >= 240
    learned = {example.text for example in (*plain_sentences(31, 8_000), *sentences(77, 6_000))}
    own = set(chain(*PLAIN_HATE.values(), *HARMLESS.values()))
    assert alike(measured, sorted(learned | own)) == []


def test_sentences_are_alike_that_share_most_of_their_letters() -> None:
    assert alike(["We know where you live."], ["we know where you lived"])
    assert not alike(["We know where you live."], ["I know the way to your shop"])
