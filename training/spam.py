"""Makes the prior of the spam score: python -m training.spam --data DIR [--out DIR] [--seed N] [--without SOURCE ...].

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
from moderation.scorers.spam.features import FEATURE_COUNT, Features, extract_features
from moderation.scorers.spam.spam_model import FOLDER, Prior, load_prior, log_odds, train
from training.calibration import calibrate
from training.replies import HAM, Reply, divided, messages, videos, with_links

ID, VERSION = "gatehouse-spam", "2"
# Of honest comments, so many have a link: about as under articles that people argue about (a guess).
LINKED = 0.05
STRENGTH = 3.0  # inverse regularisation; of 1, 3, 10 and 30 the best on data sets left out
# Of the comments that reach a site, so many are spam. A guess: what a site sees depends on the site.
PREVALENCE = 0.1
# What no data set can teach, for none has pages, times and authors: log-odds set by hand. The site's
# moderators correct them.
BY_HAND = {
    "campaign": 2.5, "campaign_spam": 5.0, "campaign_approved": -4.0, "campaign_elsewhere": 3.0,
    "repeated": 0.3, "repeated_own": 1.0, "new_domain": 1.0, "signs": 0.8,
}  # fmt: skip
MARKS = (0, 50, 200, 1_000)  # decisions
ROUNDS = 8  # orders in which the moderators may have met the comments


@dataclass(frozen=True, slots=True)
class Sample:
    """Replies with their traits, measured once."""

    replies: list[Reply]
    traits: list[Features]

    def only(self, *sources: str) -> "Sample":
        return self._where([one.source in sources for one in self.replies])

    def without(self, *sources: str) -> "Sample":
        return self._where([one.source not in sources for one in self.replies])

    def _where(self, chosen: Sequence[bool]) -> "Sample":
        kept = [at for at, yes in enumerate(chosen) if yes]
        return Sample([self.replies[at] for at in kept], [self.traits[at] for at in kept])

    @property
    def truth(self) -> np.ndarray:
        return np.array([one.is_spam for one in self.replies])


def measured(replies: Sequence[Reply]) -> Sample:
    """What the service would see of each reply: the signals, then the traits.

    Without notes: a prior must not learn by heart which domains stand in a data set.
    """
    scorers = [one for one in build_scorers("bundled") if one.name not in ("bundled", "learned")]
    found: list[Features] = []
    for at in range(0, len(replies), 500):
        batch = [
            Candidate(one.text, normalise(one.text), author_name=one.name)
            for one in replies[at : at + 500]
        ]
        for scorer in scorers:
            batch = [
                replace(one, known=(*one.known, *(replace(it, note="") for it in signals)))
                for one, signals in zip(batch, measure_all(scorer, batch), strict=True)
            ]
        found += extract_features(batch)
    return Sample(list(replies), found)


def fit(sample: Sample) -> Prior:
    """The weights that tell the sample's spam from the rest; not yet calibrated."""
    values = np.concatenate([one.values for one in sample.traits])
    places = np.concatenate([one.places for one in sample.traits])
    first = np.concatenate(([0], np.cumsum([len(one.places) for one in sample.traits])))
    matrix = csr_matrix((values, places, first), shape=(len(sample.traits), FEATURE_COUNT))
    model = LogisticRegression(C=STRENGTH, max_iter=500).fit(matrix, sample.truth)
    return Prior("", "", model.coef_[0].astype(np.float32), float(model.intercept_[0]))


def scores(prior: Prior, sample: Sample) -> np.ndarray:
    return np.array([log_odds(prior, prior.weights, one) for one in sample.traits])


def found_at(truth: np.ndarray, values: np.ndarray, false_alarms: float = 0.01) -> float:
    """The share of spam found by the threshold that so many of the others reach."""
    others = np.sort(values[~truth])
    threshold = others[int(np.ceil(len(others) * (1 - false_alarms))) - 1]
    return float((values[truth] > threshold).mean())


def main(command: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public datasets")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument(
        "--marks", type=int, nargs="+", default=MARKS, help="decisions after which to measure"
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
    train, strangers = corpus(arguments.data, arguments.seed, arguments.honest)
    if arguments.without:
        rest = train.without(*arguments.without)
        write(arguments.out, calibrated(rest))
        return
    print(f"{len(train.replies):,} texts to learn from, {train.truth.mean():.0%} of them spam")
    left_out(train)
    write(arguments.out, calibrated(train))
    false_alarms(load_prior(arguments.out), strangers)
    learning(train, arguments.seed, arguments.marks)
    print(f"{time.process_time() - begun:.0f} CPU seconds in all")


def corpus(folder: Path, seed: int, honest: int = HAM) -> tuple[Sample, Sample]:
    """What to learn from, and honest comments never learned from."""
    ham, strangers = divided(folder, seed, honest)
    chance = random.Random(seed)
    return (
        measured(with_links(videos(folder) + messages(folder) + ham, LINKED, chance)),
        measured(with_links(strangers, LINKED, chance)),
    )


VIDEOS = ("Psy", "KatyPerry", "LMFAO", "Eminem")


def left_out(train: Sample) -> None:
    """One video left out, then one data set: what the rest says of it."""
    print("\nleft out            AUC    found at 1 % false alarms")
    parts = [((video,), video) for video in VIDEOS]
    for sources, name in [*parts, (VIDEOS, "YouTube, all four"), (("SMS",), "SMS")]:
        asked = train.only(*sources)
        values = scores(fit(train.without(*sources)), asked)
        area = roc_auc_score(asked.truth, values)
        print(f"{name:18} {area:.3f}    {found_at(asked.truth, values):.3f}")


def calibrated(train: Sample) -> Prior:
    """What the sample teaches, as probabilities."""
    slope, offset = calibration(train)
    prior = fit(train)
    return replace(prior, weights=prior.weights * slope, offset=prior.offset * slope + offset)


def calibration(train: Sample) -> tuple[float, float]:
    """Platt's slope and offset, from what models say of sources that they have not seen.

    What a model says of its own data set is far too sure elsewhere.
    """
    values, truth = [], []
    here = {one.source for one in train.replies}
    parts = [*((video,) for video in VIDEOS), VIDEOS, ("SMS",), ("news",), ("talk",)]
    for sources in (one for one in parts if here.intersection(one)):
        if not train.without(*sources).truth.any():  # all the spam there is
            continue
        asked = train.only(*sources)
        values.append(scores(fit(train.without(*sources)), asked))
        truth.append(asked.truth)
    return calibrate(np.concatenate(values), np.concatenate(truth).astype(int), PREVALENCE)


def write(folder: Path, prior: Prior) -> None:
    """Eight bits a weight, with one scale, and the SHA-256 of the file."""
    folder.mkdir(parents=True, exist_ok=True)
    scale = float(np.abs(prior.weights).max()) / 127
    small = np.rint(prior.weights / scale).astype(np.int8)
    with (folder / "weights.npz").open("wb") as file:
        np.savez_compressed(file, weights=small)
    digest = hashlib.sha256((folder / "weights.npz").read_bytes()).hexdigest()
    about = {"id": ID, "version": VERSION, "sha256": digest, "scale": scale}
    text = json.dumps({**about, "offset": prior.offset, "signals": BY_HAND}, indent=2)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")
    size = (folder / "weights.npz").stat().st_size
    print(f"\nweights.npz: {size / 1000:.0f} kB, SHA-256 {digest}")


def false_alarms(prior: Prior, strangers: Sample) -> None:
    """Honest comments of places it has seen others of, and of forums it has not."""
    print("\nhonest comments, never learned from, at or over 0.5, 0.75 and 0.9")
    values = scores(prior, strangers)
    for source in ("news", "talk", "forum"):
        chosen = values[[one.source == source for one in strangers.replies]]
        shares = [f"{(chosen >= odds).mean():8.2%}" for odds in (0.0, np.log(3), np.log(9))]
        print(f"{source:8} {len(chosen):6,}", *shares)


def learning(train: Sample, seed: int, marks: Sequence[int] = MARKS) -> None:
    """What is found of a data set that the prior has not seen, after moderators decided on parts of it."""
    print("\nfound at 1 % false alarms after     " + "".join(f"{mark:>8,}" for mark in marks))
    for name, sources in (("YouTube", VIDEOS), ("SMS", ("SMS",))):
        prior, site = fit(train.without(*sources)), train.only(*sources)
        rounds = np.array(
            [_one_site(prior, site, seed + number, marks) for number in range(ROUNDS)]
        )
        for what, column in (("recall", rounds[:, :, 0]), ("AUC", rounds[:, :, 1])):
            means = "".join(f"{value:8.3f}" for value in column.mean(axis=0))
            print(f"{name:8} {what:7} ({ROUNDS} orders)        {means}")
        print(
            f"{name:8} worst order                {''.join(f'{v:8.3f}' for v in rounds[:, :, 0].min(axis=0))}"
        )


def _one_site(
    prior: Prior, site: Sample, seed: int, marks: Sequence[int]
) -> list[tuple[float, float]]:
    """(recall, AUC) at each of the marks, on the comments that nobody has decided on."""
    order = list(range(len(site.replies)))
    random.Random(seed).shuffle(order)
    decided, rest = order[: marks[-1]], order[marks[-1] :]
    truth = np.array([site.replies[at].is_spam for at in rest])
    delta = np.zeros(FEATURE_COUNT, np.float32)
    found, done = [], 0
    for mark in marks:
        train(
            prior,
            delta,
            [(site.traits[at], site.replies[at].is_spam, 1.0) for at in decided[done:mark]],
        )
        done = mark
        weights = prior.weights + delta
        values = np.array([log_odds(prior, weights, site.traits[at]) for at in rest])
        found.append((found_at(truth, values), float(roc_auc_score(truth, values))))
    return found


if __name__ == "__main__":
    main()
