"""Trains the prior of the spam score: python -m training.spam --data DIR [--out DIR] [--seed N] [--without SOURCE ...].

Logistic regression over hashed words, characters and signals (moderation/scorers/spam/features.py). Prints
the figures of moderation/weights/spam/CARD.md: what it finds in data sets and videos that it has not
seen, and what it finds after a site's moderators have decided 50, 200 and 1,000 times.
"""

import argparse
import hashlib
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate, measure_all
from moderation.scorers.build import build_scorers
from moderation.scorers.spam.features import (
    FEATURE_COUNT,
    VECTOR_SIZE,
    WEIGHT_COUNT,
    Features,
    extract_features,
)
from moderation.scorers.spam.spam_model import FOLDER, Prior, load_prior, log_odds, train
from training.articles import articles
from training.calibration import calibrate
from training.replies import HAM, Reply, messages, split_honest, videos, with_links

ID, VERSION = "gatehouse-spam", "2"
# Of honest comments, so many have a link: about as under articles that people argue about (a guess).
LINKED = 0.05
STRENGTH = 3.0  # inverse regularisation; of 1, 3, 10 and 30 the best on data sets left out
# Of the comments that reach a site, so many are spam. A guess: what a site sees depends on the site.
PREVALENCE = 0.1
# Signals that no data set contains, as none has pages, times and authors: log-odds set by hand, which a
# site's moderators correct.
BY_HAND = {
    "campaign": 2.5, "campaign_spam": 5.0, "campaign_approved": -4.0, "campaign_elsewhere": 3.0,
    "repeated": 0.3, "repeated_own": 1.0, "new_domain": 1.0, "signs": 0.8,
}  # fmt: skip
DECISION_COUNTS = (0, 50, 200, 1_000)  # decisions
ROUNDS = 8  # orders in which the moderators may have met the comments


@dataclass(frozen=True, slots=True)
class Sample:
    """Replies with their features, measured once."""

    replies: list[Reply]
    features: list[Features]

    def only(self, *sources: str) -> "Sample":
        return self._where([reply.source in sources for reply in self.replies])

    def without(self, *sources: str) -> "Sample":
        return self._where([reply.source not in sources for reply in self.replies])

    def _where(self, chosen: Sequence[bool]) -> "Sample":
        positions = [position for position, is_chosen in enumerate(chosen) if is_chosen]
        return Sample(
            [self.replies[position] for position in positions],
            [self.features[position] for position in positions],
        )

    @property
    def truth(self) -> np.ndarray:
        return np.array([reply.is_spam for reply in self.replies])


def measure_sample(replies: Sequence[Reply], *, seen: bool = False) -> Sample:
    """What the service would measure of each reply: the signals, then the features.

    Without notes: a prior must not learn the domains of a data set by heart. seen: with the vectors of the toxicity model,
    of which sites learn and the prior does not.
    """
    left_out = ("learned",) if seen else ("bundled", "learned")
    scorers = [scorer for scorer in build_scorers("bundled") if scorer.name not in left_out]
    features: list[Features] = []
    for first in range(0, len(replies), 500):
        batch = [
            Candidate(reply.text, normalise(reply.text), author_name=reply.name)
            for reply in replies[first : first + 500]
        ]
        for scorer in scorers:
            batch = [
                replace(
                    candidate,
                    signals=(*candidate.signals, *(replace(signal, note="") for signal in signals)),
                )
                for candidate, signals in zip(batch, measure_all(scorer, batch), strict=True)
            ]
        features += extract_features(batch)
    return Sample(list(replies), features)


def fit(sample: Sample) -> Prior:
    """The weights that tell the sample's spam from the rest; not yet calibrated."""
    values = np.concatenate([text_features.values for text_features in sample.features])
    indexes = np.concatenate([text_features.indexes for text_features in sample.features])
    row_starts = np.concatenate(
        ([0], np.cumsum([len(text_features.indexes) for text_features in sample.features]))
    )
    matrix = csr_matrix((values, indexes, row_starts), shape=(len(sample.features), FEATURE_COUNT))
    model = LogisticRegression(C=STRENGTH, max_iter=500).fit(matrix, sample.truth)
    weights = np.append(model.coef_[0], np.zeros(VECTOR_SIZE)).astype(np.float32)
    return Prior("", "", weights, float(model.intercept_[0]))


def scores(prior: Prior, sample: Sample) -> np.ndarray:
    return np.array(
        [log_odds(prior, prior.weights, text_features) for text_features in sample.features]
    )


def recall_at(truth: np.ndarray, values: np.ndarray, false_alarm_rate: float = 0.01) -> float:
    """The share of spam over the threshold that this share of the others reaches."""
    ham_values = np.sort(values[~truth])
    threshold = ham_values[int(np.ceil(len(ham_values) * (1 - false_alarm_rate))) - 1]
    return float((values[truth] > threshold).mean())


def main(command: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public datasets")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument(
        "--marks",
        type=int,
        nargs="+",
        default=DECISION_COUNTS,
        help="decisions after which to measure",
    )
    parser.add_argument(
        "--without",
        nargs="*",
        default=[],
        help="sources not to learn from: a prior to play with (bench.simulation)",
    )
    parser.add_argument(
        "--honest", type=int, default=HAM, help="honest comments to learn from, of each place"
    )
    arguments = parser.parse_args(command)
    begun = time.process_time()
    train, unseen = corpus(arguments.data, arguments.seed, arguments.honest)
    if arguments.without:
        remaining = train.without(*arguments.without)
        write(arguments.out, fit_calibrated(remaining))
        return
    print(f"{len(train.replies):,} texts to learn from, {train.truth.mean():.0%} of them spam")
    print_left_out(train)
    write(arguments.out, fit_calibrated(train))
    print_false_alarms(load_prior(arguments.out), unseen)
    print_learning(train, load_prior(arguments.out), arguments.seed, arguments.marks)
    print(f"{time.process_time() - begun:.0f} CPU seconds in all")


def corpus(folder: Path, seed: int, honest: int = HAM) -> tuple[Sample, Sample]:
    """The sample to learn from, and honest comments that are not learned from."""
    honest_replies, unseen = split_honest(folder, seed, honest)
    chance = random.Random(seed)
    return (
        measure_sample(
            with_links(videos(folder) + messages(folder) + honest_replies, LINKED, chance)
        ),
        measure_sample(with_links(unseen, LINKED, chance)),
    )


VIDEOS = ("Psy", "KatyPerry", "LMFAO", "Eminem")


def print_left_out(train: Sample) -> None:
    """Prints how well the rest predicts one video that was left out, then one data set."""
    print("\nleft out            AUC    found at 1 % false alarms")
    parts = [((video,), video) for video in VIDEOS]
    for sources, name in [*parts, (VIDEOS, "YouTube, all four"), (("SMS",), "SMS")]:
        left_out = train.only(*sources)
        values = scores(fit(train.without(*sources)), left_out)
        area = roc_auc_score(left_out.truth, values)
        print(f"{name:18} {area:.3f}    {recall_at(left_out.truth, values):.3f}")


def fit_calibrated(train: Sample) -> Prior:
    """The prior that the sample teaches, calibrated."""
    slope, offset = calibration(train)
    prior = fit(train)
    return replace(prior, weights=prior.weights * slope, offset=prior.offset * slope + offset)


def calibration(train: Sample) -> tuple[float, float]:
    """Platt's slope and offset, from models' scores of sources that they have not seen.

    A model's scores of its own data set are far too sure for others.
    """
    values, truth = [], []
    present = {reply.source for reply in train.replies}
    parts = [*((video,) for video in VIDEOS), VIDEOS, ("SMS",), ("news",), ("talk",)]
    for sources in (part for part in parts if present.intersection(part)):
        if not train.without(*sources).truth.any():  # nothing else has spam
            continue
        left_out = train.only(*sources)
        values.append(scores(fit(train.without(*sources)), left_out))
        truth.append(left_out.truth)
    return calibrate(np.concatenate(values), np.concatenate(truth).astype(int), PREVALENCE)


def write(folder: Path, prior: Prior) -> None:
    """Writes eight bits a weight, with one scale, and the SHA-256 of the file."""
    folder.mkdir(parents=True, exist_ok=True)
    scale = float(np.abs(prior.weights).max()) / 127
    quantised = np.rint(prior.weights[:FEATURE_COUNT] / scale).astype(np.int8)
    with (folder / "weights.npz").open("wb") as file:
        np.savez_compressed(file, weights=quantised)
    digest = hashlib.sha256((folder / "weights.npz").read_bytes()).hexdigest()
    card = {"id": ID, "version": VERSION, "sha256": digest, "scale": scale}
    text = json.dumps({**card, "offset": prior.offset, "signals": BY_HAND}, indent=2)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")
    size = (folder / "weights.npz").stat().st_size
    print(f"\nweights.npz: {size / 1000:.0f} kB, SHA-256 {digest}")


def print_false_alarms(prior: Prior, unseen: Sample) -> None:
    """Prints false alarms: of sources that it has seen other comments of, and of a forum that it has not."""
    print("\nhonest comments, never learned from, at or over 0.5, 0.75 and 0.9")
    values = scores(prior, unseen)
    for source in ("news", "talk", "forum"):
        chosen = values[[reply.source == source for reply in unseen.replies]]
        shares = [f"{(chosen >= odds).mean():8.2%}" for odds in (0.0, np.log(3), np.log(9))]
        print(f"{source:8} {len(chosen):6,}", *shares)


def print_learning(
    train: Sample, served: Prior, seed: int, decision_counts: Sequence[int] = DECISION_COUNTS
) -> None:
    """Prints what is found of an unseen data set after moderators have decided on parts of it.

    The written comments under articles, of which the prior that is served has learned nothing, are few: with more decisions
    than leave a third of them nothing is printed.
    """
    print(
        "\nfound at 1 % false alarms after     "
        + "".join(f"{decision_count:>8,}" for decision_count in decision_counts)
    )
    for name, replies in (
        ("YouTube", train.only(*VIDEOS).replies),
        ("SMS", train.only("SMS").replies),
        ("articles", articles()),
    ):
        site = measure_sample(replies, seen=True)
        is_new = name == "articles"
        prior = served if is_new else fit(train.without(*{reply.source for reply in replies}))
        fewest = len(replies) // 3 if is_new else 0
        counts = [count for count in decision_counts if count <= len(replies) - fewest]
        rounds = np.array(
            [_learn_one_site(prior, site, seed + number, counts) for number in range(ROUNDS)]
        )
        for measure, column in (("recall", rounds[:, :, 0]), ("AUC", rounds[:, :, 1])):
            means = "".join(f"{value:8.3f}" for value in column.mean(axis=0))
            print(f"{name:8} {measure:7} ({ROUNDS} orders)        {means}")
        print(
            f"{name:8} worst order                {''.join(f'{value:8.3f}' for value in rounds[:, :, 0].min(axis=0))}"
        )


def _learn_one_site(
    prior: Prior, site: Sample, seed: int, decision_counts: Sequence[int]
) -> list[tuple[float, float]]:
    """(recall, AUC) after each of the counts, on the comments without a decision."""
    order = list(range(len(site.replies)))
    random.Random(seed).shuffle(order)
    decided, undecided = order[: decision_counts[-1]], order[decision_counts[-1] :]
    truth = np.array([site.replies[position].is_spam for position in undecided])
    delta = np.zeros(WEIGHT_COUNT, np.float32)
    measures, learned = [], 0
    for decision_count in decision_counts:
        train(
            prior,
            delta,
            [
                (site.features[position], site.replies[position].is_spam, 1.0)
                for position in decided[learned:decision_count]
            ],
        )
        learned = decision_count
        weights = prior.weights + delta
        values = np.array(
            [log_odds(prior, weights, site.features[position]) for position in undecided]
        )
        measures.append((recall_at(truth, values), float(roc_auc_score(truth, values))))
    return measures


if __name__ == "__main__":
    main()
