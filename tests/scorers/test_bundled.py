"""The bundled model: what it must tell apart, windows, reasons, and weights that are what they claim."""

import itertools
import json
import time
from pathlib import Path

import pytest

from moderation.domain.errors import ScorerUnavailable
from moderation.domain.score import Candidate, Span
from moderation.scorers.bundled import FOLDER, OVERLAP, WINDOW, Bundled, windows
from tests.scorers.candidates import candidate

LABELS = ["toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"]
INSULT = "You are a fucking idiot and everybody hates you."
NEWS = "The committee published its report on the railway on Monday. Most of the delays had been known. "


@pytest.fixture(scope="module")
def model() -> Bundled:
    return Bundled()


def scores(model: Bundled, text: str) -> dict[str, float]:
    return {signal.name: signal.value for signal in model.measure([candidate(text)])[0]}


def without(text: str, spans: tuple[Span, ...]) -> str:
    for span in sorted(spans, reverse=True):
        text = text[: span.start] + text[span.end :]
    return text


def test_six_scores_with_the_weights_they_come_from(model: Bundled) -> None:
    (found,) = model.measure([candidate(INSULT)])
    facts = json.loads((FOLDER / "model.json").read_text())
    assert [signal.name for signal in found] == LABELS
    assert {signal.model for signal in found} == {f"{facts['id']}-{facts['version']}"}
    assert {signal.sha256 for signal in found} == {facts["sha256"]}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (INSULT, "toxicity"),
        (INSULT, "insult"),
        ("fuck off you piece of shit", "obscene"),
        ("I will find you and kill you", "threat"),
        ("all faggots are disgusting", "identity_attack"),
        ("you f\u200buck1ng іdіоt", "insult"),
        ("y o u  f u c k i n g  i d i o t", "insult"),
        ("what a f**king b*tch", "toxicity"),
    ],
)
def test_what_is_plainly_so_scores_over_one_half(model: Bundled, text: str, label: str) -> None:
    assert scores(model, text)[label] > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "The minister is a liar and should resign",
        "I am a gay man",
        "I am a Muslim woman and I liked this article.",
        "Great article, thanks!",
        NEWS,
        "",
    ],
)
def test_ordinary_comments_score_under_a_third(model: Bundled, text: str) -> None:
    assert max(scores(model, text).values()) < 1 / 3


@pytest.mark.parametrize("at", [0, 1, 137, 2_500, 4_999])
def test_an_insult_is_found_anywhere_in_five_thousand_words(model: Bundled, at: int) -> None:
    words = (NEWS * 400).split()[:5_000]
    assert scores(model, " ".join(words))["toxicity"] < 0.3
    assert scores(model, " ".join([*words[:at], INSULT, *words[at:]]))["toxicity"] > 0.8


@pytest.mark.parametrize(
    "text", ["", "a", "a" * 5_000, NEWS * 60, "ab " * 3_000, "." * 999, " " * 700]
)
def test_windows_cover_the_text_and_overlap(text: str) -> None:
    parts = windows(text)
    assert parts[0][0] == 0
    assert parts[-1][1] == len(text)
    assert all(end - start <= WINDOW for start, end in parts)
    for (_, end), (start, _) in itertools.pairwise(parts):
        assert end - OVERLAP <= start < end


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Thank you for the article, you stupid idiot, it was long.", "idiot"),
        ("Thank you for the article, you 1d\u200b10t, it was long.", "1d\u200b10t"),
        (NEWS * 20 + "What an i d i o t writes this? " + NEWS * 20, "i d i o t"),
    ],
)
def test_the_words_behind_a_score_are_found_in_the_original(
    model: Bundled, text: str, word: str
) -> None:
    spans = model.explain(candidate(text), "insult")
    assert text[spans[0].start : spans[0].end] == word
    assert all(text[span.start : span.end].strip() for span in spans)


@pytest.mark.parametrize("label", LABELS)
def test_taking_the_strongest_words_away_lowers_the_score(model: Bundled, label: str) -> None:
    text = "Listen, I will kill you, you fucking faggot, and nobody here will ever miss you."
    spans = model.explain(candidate(text), label)
    before = scores(model, text)[label]
    assert scores(model, without(text, spans[:1]))[label] < before
    assert scores(model, without(text, spans))[label] < before / 2


def test_damaged_or_foreign_weights_are_refused(tmp_path: Path) -> None:
    facts = (FOLDER / "model.json").read_bytes()
    content = bytearray((FOLDER / "weights.npz").read_bytes())
    one = Candidate("hello", candidate("hello").view)
    with pytest.raises(ScorerUnavailable, match="cannot be read"):
        Bundled(tmp_path).measure([one])
    (tmp_path / "model.json").write_bytes(facts)
    content[len(content) // 2] ^= 1
    (tmp_path / "weights.npz").write_bytes(content)
    broken = Bundled(tmp_path)
    with pytest.raises(ScorerUnavailable, match="SHA-256"):
        broken.measure([one])
    content[len(content) // 2] ^= 1
    (tmp_path / "weights.npz").write_bytes(content)
    assert len(broken.measure([one])[0]) == len(LABELS)  # asked again, once it is whole
    (tmp_path / "model.json").write_text("[]")
    with pytest.raises(ScorerUnavailable, match="cannot be read"):
        Bundled(tmp_path).measure([one])


def test_batches_are_fast(model: Bundled) -> None:
    """Aim: 2,000 comments of 300 characters per CPU second. Here a quarter of that, for slow machines."""
    batch = [candidate(f"{number} " + NEWS * 3) for number in range(64)]
    model.measure(batch)
    begun = time.process_time()
    for _ in range(5):
        model.measure(batch)
    assert 5 * len(batch) / (time.process_time() - begun) > 500
