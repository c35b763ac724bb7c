"""Threats and hate without ugly words are found; quoted, denied and reported ones are not."""

import pytest

from moderation.scorers.site.phrases import Phrases
from tests.scorers.candidates import candidate

PHRASES = Phrases()


def found(text: str) -> set[str]:
    (signals,) = PHRASES.measure([candidate(text)])
    return {signal.name for signal in signals}


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("kys", "threat_phrase"),
        ("unalive yourself", "threat_phrase"),
        ("Somebody ought to pay her a visit, I know where she lives.", "threat_phrase"),
        ("Do us all a favour and jump off a bridge.", "threat_phrase"),
        ("They shouldn't just take your rights, they should be gassing you", "threat_phrase"),
        ("I’ll snap that neck of yours.", "threat_phrase"),
        ("I hope he gets stabbed in prison.", "threat_phrase"),
        ("Please walk into the sea.", "threat_phrase"),
        ("Too bad he survived the crash.", "threat_phrase"),
        ("Leave him alone with the inmates for a night.", "threat_phrase"),
        ("The Nazis knew how to deal with Somalis.", "hate_phrase"),
        ("They breed like rats and now they want our houses too.", "hate_phrase"),
        ("killing women is cool", "hate_phrase"),
        ("Deport every last one of them and sink the boats.", "hate_phrase"),
        ("Another libturd", "slur_phrase"),
        ("He is a paedophile and everybody knows it.", "accusation_phrase"),
    ],
)
def test_what_needs_no_ugly_word_is_found(text: str, signal: str) -> None:
    assert signal in found(text)


@pytest.mark.parametrize(
    "text",
    [
        'Nobody should have to read "kill yourself" on their phone.',
        "He was jailed for threatening to kill the MP.",
        "The player was called a paedophile by fans.",
        "Nobody deserves to die like that.",
        "My back is killing me.",
        "Democrats and Republicans will vote for it.",
        "Our striker should be ashamed, he shot over the bar.",
        "Women should be in parliament.",
        "The rats breed in the cellar.",
        "Congrats to the whole team!",
        "I hope no one drowns.",
        "A knife for the kitchen, please.",
        "Stop living in the past.",
        "Typical socialist garbage, to add more to the payroll.",
        "By their laws he should have been executed.",
        "They had it coming, says the report about the bank.",
    ],
)
def test_quoted_denied_and_ordinary_ones_are_not(text: str) -> None:
    assert found(text) == set()


def test_the_evidence_is_the_phrase_as_written() -> None:
    text = "Well. We know where you live, councillor."
    (signals,) = PHRASES.measure([candidate(text)])
    (span,) = signals[0].spans
    assert text[span.start : span.end] == "know where you live"
    assert PHRASES.explain(candidate(text), "threat_phrase") == (span,)
