"""The bundled model: what it must tell apart, long texts, markup, evidence, and weights that are what they claim."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from moderation.domain.errors import ScorerUnavailable
from moderation.domain.score import UNREAD, Candidate, Span
from moderation.scorers.models.bundled import FOLDER, Bundled
from moderation.scorers.models.bundled_pieces import read_suspicious
from moderation.scorers.models.bundled_weights import read_weights
from moderation.scorers.models.linear import read_linear
from moderation.scorers.models.pieces import sentences
from tests.scorers.candidates import COSTLY, PROSE, candidate

LABELS = ["toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"]
INSULT = "You are a fucking idiot and everybody hates you."
NEWS = "The committee published its report on the railway on Monday. Most of the delays had been known. "


@pytest.fixture(scope="module")
def model() -> Bundled:
    return Bundled()


def scores(model: Bundled, text: str, **more: str) -> dict[str, float]:
    return {signal.name: signal.value for signal in model.measure([candidate(text, **more)])[0]}


def without(text: str, spans: tuple[Span, ...]) -> str:
    for span in sorted(spans, reverse=True):
        text = text[: span.start] + text[span.end :]
    return text


def test_six_scores_with_the_weights_and_the_runtime_they_come_from(model: Bundled) -> None:
    (signals,) = model.measure([candidate(INSULT)])
    facts = json.loads((FOLDER / "model.json").read_text())
    assert [signal.name for signal in signals] == LABELS
    assert {signal.model for signal in signals} == {f"{facts['id']}-{facts['version']}"}
    assert {len(signal.sha256) for signal in signals} == {64}
    assert all(signal.runtime.startswith("onnxruntime-") for signal in signals)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (INSULT, "toxicity"),
        (INSULT, "insult"),
        ("fuck off you piece of shit", "obscene"),
        ("I will find you and kill you", "threat"),
        ("all faggots are disgusting", "identity_attack"),
        ("All muslims should be deported, they are vermin", "identity_attack"),
        ("you f\u200buck1ng іdіоt", "insult"),
        ("y o u  f u c k i n g  i d i o t", "insult"),
        ("what a f**king b*tch", "toxicity"),
        ("you fcuking idoit", "insult"),
        ("you <b>fuck</b>ing <i>id</i>iot", "insult"),
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
        "My name is Shital and this is my brother Nishit.",
        "Great article, thanks!",
        NEWS,
        "",
    ],
)
def test_ordinary_comments_score_under_a_third(model: Bundled, text: str) -> None:
    assert max(scores(model, text).values()) < 1 / 3


def test_markup_links_and_quotations_of_the_parent_do_not_sway(model: Bundled) -> None:
    plain = scores(model, "I liked this article very much")
    dressed = scores(
        model,
        '<p>I <em>liked</em> <a href="https://fuck.example/you-idiot">this article</a> **very** much</p>',
    )
    assert dressed == pytest.approx(plain, abs=0.02)
    quoting = f"> {INSULT}\nPlease be polite."
    assert scores(model, quoting, parent_text=INSULT)["toxicity"] < 0.3
    assert scores(model, quoting)["toxicity"] > 0.5  # nobody wrote that but the author


@pytest.mark.parametrize("position", range(0, 5_000, 499))
def test_an_insult_is_found_anywhere_in_five_thousand_words(model: Bundled, position: int) -> None:
    words = (NEWS * 400).split()[:5_000]
    assert scores(model, " ".join([*words[:position], INSULT, *words[position:]]))["toxicity"] > 0.5


def test_length_alone_is_not_toxic(model: Bundled) -> None:
    assert scores(model, " ".join((NEWS * 400).split()[:5_000]))["toxicity"] < 0.3


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Thank you for the article, you stupid idiot, it was long.", "idiot"),
        ("Thank you for the article, you 1d\u200b10t, it was long.", "1d\u200b10t"),
        ("Thank you for the article, you <b>idi</b>ot, it was long.", "idi</b>ot"),
        (NEWS * 20 + "What an i d i o t writes this? " + NEWS * 20, "i d i o t"),
    ],
)
def test_the_words_behind_a_score_are_found_in_the_original(
    model: Bundled, text: str, word: str
) -> None:
    spans = model.explain(candidate(text), "insult")
    assert word in [text[span.start : span.end] for span in spans]
    assert all(text[span.start : span.end].strip() for span in spans)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize(
    "text",
    [
        "Listen, I will kill you, you fucking faggot, and nobody here will ever miss you.",
        "You are a disgusting liar, shut up, all immigrants are scum and should be shot",
        f"{NEWS * 10} you stupid bitch, I hope you die {NEWS * 10}",
    ],
)
def test_taking_the_strongest_word_away_lowers_the_score(
    model: Bundled, label: str, text: str
) -> None:
    before = scores(model, text)[label]
    spans = model.explain(candidate(text), label)
    if before >= 0.3:
        assert spans
    if spans:
        assert scores(model, without(text, spans[:1]))[label] < before


def test_a_label_it_does_not_have_has_no_evidence(model: Bundled) -> None:
    assert model.explain(candidate(INSULT), "spam") == ()


def test_a_score_does_not_depend_on_its_neighbours(model: Bundled) -> None:
    batch = [candidate(text) for text in (INSULT, "", NEWS * 30, "hi", INSULT)]
    together = model.measure(batch)
    assert together == [model.measure([item])[0] for item in batch]


def test_swearing_counts_for_toxicity_and_not_for_attacks_on_groups(
    model: Bundled, tmp_path: Path
) -> None:
    folder = tmp_path / "alone"
    shutil.copytree(FOLDER, folder)
    facts = json.loads((folder / "model.json").read_text())
    for label, part in facts["mix"].items():
        part["blend"], part["shift"] = {label: 1.0}, 0.0
    (folder / "model.json").write_text(json.dumps(facts))
    text = "What a fucking mess of an article."
    lent, alone = scores(model, text), scores(Bundled(folder), text)
    assert lent["toxicity"] != pytest.approx(alone["toxicity"], abs=1e-6)
    for label in ("threat", "identity_attack"):
        assert lent[label] == pytest.approx(alone[label], abs=1e-9)


def test_the_cascade_spares_the_transformer_where_the_linear_half_is_sure() -> None:
    """What it decides alone differs in the digits, not in what is held."""
    whole, spared = Bundled(), Bundled(cascade=0.1)
    assert scores(spared, INSULT) == scores(whole, INSULT)
    assert scores(spared, NEWS) != scores(whole, NEWS)
    assert max(scores(spared, NEWS).values()) < 0.1


def test_scores_and_evidence_are_the_same_on_several_threads(model: Bundled) -> None:
    batch = [candidate(text) for text in (INSULT, NEWS, "", NEWS * 200 + INSULT, INSULT)]
    busy = Bundled(threads=4)
    assert busy.measure(batch) == model.measure(batch)
    for item in batch:
        assert busy.explain(item, "toxicity") == model.explain(item, "toxicity")


def test_the_vector_comes_from_the_pass_that_scores_and_changes_no_score(
    model: Bundled, tmp_path: Path
) -> None:
    batch = [candidate(text) for text in (INSULT, NEWS, "", NEWS * 40)]
    measured = model.measure(batch)
    assert [len(signals[0].vector) for signals in measured] == [64] * 4
    assert all(not signal.vector for signals in measured for signal in signals[1:])
    assert measured[0][0].vector != measured[1][0].vector
    shutil.copytree(FOLDER, tmp_path / "plain")
    card = json.loads((FOLDER / "model.json").read_text())
    del card["vector"]
    (tmp_path / "plain" / "model.json").write_text(json.dumps(card))
    plain = Bundled(tmp_path / "plain").measure(batch)
    assert all(not signals[0].vector for signals in plain)
    assert [[signal.value for signal in signals] for signals in plain] == [
        [signal.value for signal in signals] for signals in measured
    ]


def test_damaged_or_foreign_weights_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "bundled"
    comment = Candidate("hello", candidate("hello").view)
    with pytest.raises(ScorerUnavailable):
        Bundled(folder).measure([comment])
    shutil.copytree(FOLDER, folder)
    for name in ("linear.npz", "model.onnx", "lexicon.txt", "tokenizer.json", "vector.npz"):
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)
        broken = Bundled(folder)
        with pytest.raises(ScorerUnavailable, match="SHA-256"):
            broken.measure([comment])
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)
        assert len(broken.measure([comment])[0]) == len(LABELS)  # asked again, once it is whole
    (folder / "model.json").write_text("[]")
    with pytest.raises(ScorerUnavailable, match="card"):
        Bundled(folder).measure([comment])


def test_the_linear_half_knows_which_words_it_minds() -> None:
    linear = read_linear((FOLDER / "linear.npz").read_bytes())
    mild, harsh = linear.logits(["you are a kind person", "you are a stupid idiot"])
    assert harsh[0] > mild[0] + 5
    assert harsh[4] > mild[4] + 5
    words = linear.contributions("you are a stupid idiot")
    strongest = max(words)
    assert "you are a stupid idiot"[strongest[1] : strongest[2]] in ("stupid", "idiot")
    assert linear.logits([]).shape == (0, 6)
    assert np.isfinite(linear.logits([""])).all()


def test_too_many_tokens_are_sampled_and_said_so_and_prose_is_read_whole(model: Bundled) -> None:
    middle = len(COSTLY["random words"]) // 2
    hidden = COSTLY["random words"][:middle] + f" {INSULT} " + COSTLY["random words"][middle:]
    assert UNREAD not in scores(model, PROSE)
    values = scores(model, hidden)
    assert 0.5 < values[UNREAD] < 1
    assert values["toxicity"] > 0.5  # the linear half has found the window


AROUND = "The committee has met twice since March and published all of its figures. " * 4


@pytest.mark.parametrize(
    ("attack", "label", "at_least"),
    [
        ("Shut up, you stupid bitch.", "toxicity", 0.5),
        ("you are a fucking idiot", "toxicity", 0.5),  # runs into the next sentence
        ("We should hang every journalist.", "threat", 0.3),
        ("I will find you and break your legs.", "threat", 0.3),
    ],
)
def test_an_attack_among_harmless_sentences_is_found_and_its_sentence_shown(
    model: Bundled, attack: str, label: str, at_least: float
) -> None:
    text = f"{AROUND}{attack} {AROUND}"
    assert scores(model, AROUND)[label] < 0.1
    assert scores(model, text)[label] >= at_least
    spans = model.explain(candidate(text), label)
    assert spans
    for span in spans:
        assert len(AROUND) <= span.start < span.end <= len(AROUND) + len(attack)


def test_the_worst_piece_is_read_first_and_no_other_where_it_is_plainly_toxic() -> None:
    weights = read_weights(FOLDER, 1)
    text = f"{AROUND}what the report says of it is that you are a fucking idiot and nothing of money. {AROUND}"
    [(every, logits_of_every)] = read_suspicious(weights, [text], math.inf)
    [(first, logits_of_first)] = read_suspicious(weights, [text], 2.0)
    assert len(every) > 2 and first == every[:1]  # its sentence, and a run of each length
    assert "fucking idiot" in text[slice(*first[0])]
    assert logits_of_first[0, 0] >= 2.0 and (logits_of_first == logits_of_every[:1]).all()
    [(pieces, logits)] = read_suspicious(weights, [AROUND], 2.0)
    assert pieces == [] and logits.shape == (0, len(LABELS))


def test_sentences_that_are_harsh_but_no_attack_are_not_held(model: Bundled) -> None:
    text = f"{AROUND}Ridiculous. You are wrong, and your numbers are nonsense. Ugly. {AROUND}"
    assert scores(model, text)["toxicity"] < 0.5


def test_a_text_is_cut_into_sentences_and_long_ones_into_parts() -> None:
    text = "Well! He said “no”. And\nthen " + "word " * 70 + "(end)..."
    places = sentences(text)
    assert [text[start:end] for start, end in places[:3]] == ["Well!", "He said “no”.", "And"]
    assert max(len(text[start:end].split()) for start, end in places) <= 30
    read = "".join(text[start:end] for start, end in places)
    assert read.count("word") == 70
    assert sentences(" ... !!") == []
