"""Trains the linear half of the bundled model: python -m training.linear --data DIR --work DIR [--seed N].

Hashed n-grams, each weighted by its naive Bayes log-count ratio, under one logistic regression per
label (Wang and Manning 2012, "Baselines and Bigrams"). Writes linear.npz into the work folder, where
training/prepare.py has left its lexicon; training/assemble.py joins both.
"""

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.metrics import roc_auc_score

from gatehouse.evaluation.sets import LABELS
from moderation.domain.markup import as_displayed
from moderation.domain.normalise import normalise
from moderation.scorers.models.linear import write_linear
from moderation.scorers.models.ngrams import INDEX_COUNT, encode_texts, find_grams, presence
from moderation.scorers.models.spelling import Spelling, read_lexicon
from training.corpus import UNKNOWN, Example, own_decisions
from training.evasions import disguised, toxic_words
from training.examples import split
from training.sentences import names, sentences

# Comments on Wikipedia and news. From tweets and invented cases a sum of words learns little that holds
# elsewhere; the transformer learns from those.
SOURCES = {"own", "jigsaw", "talk", "toxic_spans", "rest of toxic_spans", "written", "disguised"}
WRITTEN, DISGUISED = 9_000, 0.06
# The share of its weight that a group's name keeps: none, and a little for identity_attack.
NAME_SAYS = (0.0, 0.0, 0.0, 0.0, 0.0, 0.3)
STRENGTH = 4.0  # inverse regularisation; of 0.3, 1 and 4 the best on held-out rows
STEPS = 60  # of L-BFGS; the loss has flattened by then
TRAINED_LENGTH = 2_000  # characters: what follows is mostly repetition


def main(command: Sequence[str] | None = None) -> None:
    arguments = _arguments(command)
    begun = time.process_time()
    spelling = read_lexicon((arguments.work / "lexicon.txt").read_text(encoding="utf-8"))
    train, held_out = split(arguments.data, arguments.seed)
    train += own_decisions(arguments.own) if arguments.own else ()
    train = _with_additions(
        [example for example in train if example.source in SOURCES],
        arguments.seed,
        arguments.written,
    )
    print(f"{len(train):,} texts to learn from, {len(held_out):,} held out", flush=True)
    features, wanted, weights = _matrix(train, spelling)
    print(f"{features.nnz:,} n-grams, {time.process_time() - begun:.0f} CPU s so far", flush=True)
    held_features, held_wanted, _ = _matrix(held_out, spelling)
    table = np.zeros((INDEX_COUNT, len(LABELS)), np.float32)
    bias = np.zeros(len(LABELS))
    for column, label in enumerate(LABELS):
        known_rows = wanted[:, column] != UNKNOWN
        table[:, column], bias[column] = fit(
            features[known_rows],
            wanted[known_rows, column],
            weights[known_rows],
            NAME_SAYS[column],
            arguments.steps,
        )
        known_rows = held_wanted[:, column] != UNKNOWN
        logits = held_features[known_rows] @ table[:, column]
        area = roc_auc_score(held_wanted[known_rows, column], logits)
        print(
            f"{label:16} held-out AUC {area:.4f}, {time.process_time() - begun:.0f} CPU s",
            flush=True,
        )
    quantised, scale = quantise(table)
    content = write_linear(quantised, scale.tolist(), bias.tolist())
    (arguments.work / "linear.npz").write_bytes(content)
    print(f"linear.npz: {len(content):,} bytes, {time.process_time() - begun:.0f} CPU s in all")


def _arguments(command: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public datasets")
    parser.add_argument("--work", type=Path, required=True, help="folder of the lexicon")
    parser.add_argument(
        "--written", type=int, default=WRITTEN, help="written sentences to learn from"
    )
    parser.add_argument("--own", type=Path, help="what `gatehouse export` wrote, to learn from too")
    parser.add_argument("--steps", type=int, default=STEPS, help="of L-BFGS, at most")
    parser.add_argument("--seed", type=int, default=20)
    return parser.parse_args(command)


def _with_additions(train: list[Example], seed: int, count: int) -> list[Example]:
    """The examples with `count` written sentences and with disguised copies."""
    random_ = random.Random(seed)
    toxic = toxic_words(train)
    written = [
        Example(sentence.text, sentence.labels, 2.0, sentence.source)
        for sentence in sentences(seed, count)
    ]
    pool = [example for example in train if len(example.text) < 400]
    return [
        *train,
        *written,
        *(
            disguised(example, toxic, random_)
            for example in random_.sample(pool, int(len(pool) * DISGUISED))
        ),
    ]


def _matrix(
    examples: Sequence[Example], spelling: Spelling
) -> tuple[csr_matrix, np.ndarray, np.ndarray]:
    """N-grams by presence, each text of length one; labels; weights."""
    all_indexes, row_starts, norms = [], [np.zeros(1, np.int64)], []
    total = 0
    for first_row in range(0, len(examples), 500):
        texts = [
            spelling.repaired(as_displayed(normalise(example.text[:TRAINED_LENGTH]))).text
            for example in examples[first_row : first_row + 500]
        ]
        indexes, text_starts = presence(texts)
        all_indexes.append(indexes.astype(np.int32))
        row_starts.append(text_starts[1:] + total)
        total += len(indexes)
        counts = np.maximum(np.diff(text_starts), 1)
        norms.append(np.repeat(1 / np.sqrt(counts), np.diff(text_starts)).astype(np.float32))
    matrix = csr_matrix(
        (np.concatenate(norms), np.concatenate(all_indexes), np.concatenate(row_starts)),
        shape=(len(examples), INDEX_COUNT),
    )
    wanted = np.rint([example.labels for example in examples]).astype(np.int8)
    return matrix, wanted, np.array([example.weight for example in examples], np.float32)


def name_indexes() -> np.ndarray:
    """The indexes of the names of groups: of the word, and of the letters that only it has."""
    indexes: list[int] = []
    for name in names():
        name_grams = find_grams(encode_texts([name]))
        is_long = name_grams.ends - name_grams.starts >= min(4, len(name))
        indexes += name_grams.indexes[is_long].tolist()
    return np.unique(indexes)


def fit(
    features: csr_matrix, wanted: np.ndarray, weights: np.ndarray, name_says: float, steps: int
) -> tuple[np.ndarray, float]:
    """One label's weights and bias. A ratio of 0 keeps a weight at 0, a small one keeps it small."""
    positive = (wanted == 1).astype(np.float32)
    transposed = features.T.tocsr()
    present = transposed.copy()
    present.data[:] = 1
    positive_counts = np.asarray(present @ (positive * weights), np.float64) + 1
    negative_counts = np.asarray(present @ ((1 - positive) * weights), np.float64) + 1
    ratio = (
        np.log(positive_counts / positive_counts.sum())
        - np.log(negative_counts / negative_counts.sum())
    ).astype(np.float32)
    del present
    ratio[name_indexes()] *= name_says
    rate = float((positive * weights).sum() / weights.sum())

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        weight, bias = point[:-1].astype(np.float32), point[-1]
        logits = features @ (weight * ratio) + bias
        cost = np.logaddexp(0, logits) - positive * logits
        errors = ((1 / (1 + np.exp(-logits)) - positive) * weights).astype(np.float32)
        gradient = ratio * (transposed @ errors) * STRENGTH + weight
        value = STRENGTH * float((cost * weights).sum()) + float(weight @ weight) / 2
        return value, np.append(gradient, errors.sum() * STRENGTH).astype(np.float64)

    start = np.zeros(INDEX_COUNT + 1)
    start[-1] = np.log(rate / (1 - rate))
    solution = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps})
    return solution.x[:-1].astype(np.float32) * ratio, float(solution.x[-1])


def quantise(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eight bits per weight, one scale per label. The largest are not cut off: they are the insults
    (cutting one weight in 10,000 cost .002 of AUC, and recall)."""
    scale = np.abs(table).max(axis=0) / 127
    return np.clip(np.rint(table / scale), -127, 127).astype(np.int8), scale


if __name__ == "__main__":
    main()
