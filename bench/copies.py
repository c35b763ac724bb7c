"""How well copies with a random tail are recognised: SimHash beside the signatures of Gatehouse.

    python -m bench.copies [FILE OR FOLDER OF CSV ...]

Every text gets a tail of random words, 10 to 100 % of its length. Each method's line is drawn where one of
10,000 pairs of different texts would count as alike; what is printed is how many copies are found there, and how
many of them the index would have looked at. Without files the texts are made up.
"""

import hashlib
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.texts import WORDS, made_up, read_comments
from moderation.domain.normalise import normalise
from moderation.scorers.spam.text_sketch import comparable_text, sketches_of

TEXTS = 600
TAILS = (0.1, 0.3, 0.5, 1.0)
LINE = 1e-4  # of pairs of different texts
SHORTEST = 40  # letters: what is shorter is told apart by its link

Likeness = NDArray[np.float64]  # of every text of one list with every text of another, or pairwise


def simhash(pieces: Callable[[str], Sequence[str]]) -> Callable[[Sequence[str]], NDArray[np.int8]]:
    """64 signs a text (Charikar 2002; Manku, Jain and Das Sarma 2007)."""

    def bits(texts: Sequence[str]) -> NDArray[np.int8]:
        rows = []
        for text in texts:
            hashes = [
                np.frombuffer(hashlib.blake2b(piece.encode(), digest_size=8).digest(), np.uint8)
                for piece in pieces(text) or [""]
            ]
            signs = np.unpackbits(np.array(hashes), axis=1).astype(np.int32) * 2 - 1
            rows.append(np.sign(signs.sum(axis=0)))
        return np.array(rows, np.int8)

    return bits


def signature(texts: Sequence[str]) -> NDArray[np.int8]:
    """The 64 bytes that Gatehouse keeps."""
    return np.array([np.frombuffer(sketch.signature, np.int8) for sketch in sketches_of(texts)])


def _words(text: str) -> list[str]:
    return comparable_text(text).split()


def _letters(text: str) -> list[str]:
    text = comparable_text(text)
    return [text[start : start + 5] for start in range(len(text) - 4)]


METHODS = {
    "SimHash of words": simhash(_words),
    "SimHash of 5 letters": simhash(_letters),
    "kept: 64 smallest hashes": signature,
}


def main(paths: Sequence[Path]) -> None:
    chance = random.Random(1)
    texts = read_comments(paths, 4 * TEXTS) if paths else made_up(4 * TEXTS)
    views = [normalise(text).text for text in texts]
    # Each text once: copies in a data set are copies, not mistakes.
    views_by_text = {
        comparable_text(view): view
        for view in views
        if SHORTEST <= len(comparable_text(view)) <= 400
    }
    views = list(views_by_text.values())[:TEXTS]
    tails = {
        share: [
            f"{view} {_tail(chance, int(share * len(comparable_text(view))))}" for view in views
        ]
        for share in TAILS
    }
    above = np.triu_indices(len(views), 1)
    print(f"{len(views)} texts, {len(above[0]):,} pairs; a line at {LINE:.2%} of them\n")
    print(f"{'':26}{'line':>8}" + "".join(f"{f'tail {share:.0%}':>12}" for share in TAILS))
    for name, method in METHODS.items():
        signatures = method(views)
        alike = np.concatenate(
            [
                (signatures[index] == signatures[index + 1 :]).mean(axis=1)
                for index in range(len(signatures))
            ]
        )
        line = float(np.quantile(alike, 1 - LINE))
        shares = [
            float(((signatures == method(copies)).mean(axis=1) > line).mean())
            for copies in tails.values()
        ]
        print(f"{name:26}{line:>8.2f}" + "".join(f"{share:>12.1%}" for share in shares))
    keys = [set(sketch.keys) for sketch in sketches_of(views)]
    met = [
        np.mean(
            [
                bool(text_keys & set(sketch.keys))
                for text_keys, sketch in zip(keys, sketches_of(copies), strict=True)
            ]
        )
        for copies in tails.values()
    ]
    print(f"{'looked at (shared key)':34}" + "".join(f"{share:>12.1%}" for share in met))


def _tail(chance: random.Random, letters: int) -> str:
    words = WORDS.split()
    tail = ""
    while len(tail) < letters:
        tail += " " + chance.choice(words)
    return tail


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
