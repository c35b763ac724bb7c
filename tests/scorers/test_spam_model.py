"""The spam score: what it says before anybody has taught it, and what it points at."""

import hashlib
import json
import shutil
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moderation.domain.errors import ScorerUnavailable
from moderation.domain.lesson import Lesson
from moderation.domain.score import Signal, Span
from moderation.scorers.build import build_scorers
from moderation.scorers.pipeline import ScorerPipeline
from moderation.scorers.spam.features import (
    FEATURE_COUNT,
    HEAD,
    TAIL,
    WEIGHT_COUNT,
    extract_features,
)
from moderation.scorers.spam.spam_model import (
    FOLDER,
    SpamModel,
    load_prior,
    log_odds,
    pack_weights,
    train,
    unpack_weights,
)
from tests.scorers.candidates import candidate

PIPELINE = ScorerPipeline(build_scorers("bundled"), timeout=20)


def spam(text: str, **more: str) -> Signal:
    signal = PIPELINE.measure([candidate(text, **more)])[0].get("spam")
    assert signal
    return signal


@pytest.mark.parametrize(
    "text",
    [
        "Great article, thanks!",
        "Source: https://www.example.org/report.pdf says otherwise.",
        "Both http://a.example.com and http://b.example.com deny it.",
        "I HAVE HAD ENOUGH OF THIS GOVERNMENT AND ITS LIES",
        "The opening hours are 10-18, ask at the town hall.",
    ],
)
def test_ordinary_comments_stay_under_the_line_at_which_they_are_held(text: str) -> None:
    assert spam(text).value < 0.7


def test_a_telephone_number_is_for_a_person_to_look_at_and_no_more() -> None:
    assert 0.2 <= spam("The opening hours are 10-18, phone 030 1234567.").value < 0.9


@pytest.mark.parametrize(
    "text",
    [
        "CHECK OUT MY CHANNEL http://a.example.com please subscribe!!!",
        "I make $500 a day working from home http://cash.example.com",
        "Cheap replica watches http://a.example.com http://b.example.com http://c.example.com",
        "Recover your lost bitcoin, write to hacker@example.com or WhatsApp +15551234567",
    ],
)
def test_crude_spam_is_over_ninety_percent(text: str) -> None:
    signal = spam(text)
    assert signal.value > 0.9
    assert signal.note
    assert signal.spans


def test_the_evidence_is_signs_and_words_of_the_text_as_it_was_written() -> None:
    text = "Ch\u200beap v1agra, see http://pills.example.com today"
    signal = spam(text)
    pieces = {text[span.start : span.end] for span in signal.spans}
    assert "http://pills.example.com" in pieces
    assert set(signal.note.split(",")) <= {"words", "links", "link_share", "sales_talk"}


def test_words_inside_a_sign_are_not_shown_twice() -> None:
    spans = spam("Subscribe to my channel http://pills.example.com").spans
    assert not any(a != b and a.start <= b.start and b.end <= a.end for a in spans for b in spans)


def test_signals_count_and_other_affairs_do_not() -> None:
    def score(*signals: Signal) -> float:
        return SpamModel().measure([replace(candidate("A comment."), signals=signals)])[0][0].value

    plain = score()
    assert score(Signal("links", 5.0, "spam", spans=(Span(0, 1),))) > plain
    for name in ("wordlist", "wordlist:house", "language", "language_unsupported"):
        assert score(Signal(name, 1.0, "other")) == plain
    assert score(Signal("toxicity", 0.99, "bundled", model="m")) == plain


@pytest.mark.parametrize(
    "name",
    ["reputation", "reputation_network", "ill_network", "ill_domain"],
)
def test_what_every_comment_has_and_what_counts_decisions_already_is_not_learned(name: str) -> None:
    text = "I went to the town hall about this."
    with_signal = replace(candidate(text), signals=(Signal(name, 0.9, "test", note="x"),))
    for features, features_with_signal in zip(
        extract_features([candidate(text)]), extract_features([with_signal]), strict=True
    ):
        assert features.indexes.tolist() == features_with_signal.indexes.tolist()


def test_a_little_shouting_is_nearly_nothing_and_much_of_it_is_something() -> None:
    sizes = []
    for share in (0.05, 0.9):
        with_signal = replace(
            candidate("Hello there."), signals=(Signal("shouting", share, "test"),)
        )
        [features] = extract_features([with_signal])
        sizes.append(float(features.values[-1]))
    assert sizes[0] < 0.01 < 0.5 < sizes[1]


def test_the_letters_of_a_link_are_no_words() -> None:
    [first, second] = extract_features(
        [candidate("Look here https://pills.example.com/a"), candidate("Look here www.bbc.co.uk")]
    )
    assert first.indexes.tolist() == second.indexes.tolist()


def test_one_word_does_not_speak_as_loud_as_a_sentence() -> None:
    [word, sentence] = extract_features(
        [
            candidate("This."),
            candidate("This is the third time that the council has changed its mind."),
        ]
    )
    loud = [float(np.linalg.norm(features.values)) for features in (word, sentence)]
    assert loud[0] < 0.7 * loud[1]


def test_what_stands_behind_a_long_text_is_seen() -> None:
    filler = "the council met again on the bridge and talked " * 200
    assert len(filler) > HEAD + TAIL
    assert spam(filler + "CHECK OUT MY CHANNEL http://a.example.com please subscribe").value > 0.5
    assert spam(filler).value < 0.1


def test_a_site_has_its_own_weights_and_old_ones_on_another_prior_do_not_count() -> None:
    prior = load_prior()
    delta = np.zeros(WEIGHT_COUNT, np.float32)
    for _ in range(3):
        train(
            prior, delta, [(extract_features([candidate("garden gnomes for all")])[0], True, 1.0)]
        )
    assert np.array_equal(unpack_weights(pack_weights(delta)), delta)
    lesson = Lesson("site_a", 3, prior.version, 3, 3, 0, delta=pack_weights(delta))

    def score(site_id: str, taught: Lesson) -> Signal:
        scorer = SpamModel(lambda ids: {taught.site_id: taught} if taught.site_id in ids else {})
        return scorer.measure([replace(candidate("garden gnomes for all"), site_id=site_id)])[0][0]

    assert score("site_a", lesson).value > 0.7 > 0.3 > score("site_b", lesson).value
    assert score("site_a", lesson).model == f"{prior.version}+3"
    other = replace(lesson, model="older-1")
    assert score("site_a", other).value == score("site_b", lesson).value


@pytest.mark.parametrize("damage", ["missing", "bytes", "shape", "json"])
def test_damaged_weights_are_never_a_score(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "spam"
    shutil.copytree(FOLDER, folder)
    about = json.loads((folder / "model.json").read_text())
    if damage == "missing":
        (folder / "weights.npz").unlink()
    elif damage == "bytes":
        (folder / "weights.npz").write_bytes(b"x")
    elif damage == "json":
        (folder / "model.json").write_text("{}")
    else:
        np.savez(folder / "weights.npz", weights=np.zeros(3, np.int8))
        about["sha256"] = hashlib.sha256((folder / "weights.npz").read_bytes()).hexdigest()
        (folder / "model.json").write_text(json.dumps(about))
    with pytest.raises(ScorerUnavailable):
        SpamModel(folder=folder).measure([candidate("text")])


def test_the_weights_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1_000_000


def test_lessons_learn_from_the_vector_and_older_ones_know_nothing_of_it() -> None:
    """Two texts without a word in common, seen alike by the toxicity model; what was learned before says nothing."""
    prior = load_prior()
    seen = (Signal("toxicity", 0.1, "bundled", "model-1", vector=bytes(range(64))),)
    decided, asked = candidate("gnomes", signals=seen), candidate("Wir", signals=seen)
    delta = unpack_weights(b"")
    before = log_odds(prior, prior.weights + delta, extract_features([asked])[0])
    train(prior, delta, [(extract_features([decided])[0], True, 1.0)] * 3)
    assert log_odds(prior, prior.weights + delta, extract_features([asked])[0]) > before + 0.5
    old = zlib.compress(np.ones(FEATURE_COUNT, "<f4").tobytes())
    weights = unpack_weights(old)
    assert len(weights) == WEIGHT_COUNT and weights[:FEATURE_COUNT].all()
    assert not weights[FEATURE_COUNT:].any()
