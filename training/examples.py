"""What is learned from: the public texts; each epoch, copies disguised and buried, and written sentences."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from training.corpus import Example, jigsaw, others
from training.evasions import disguised
from training.sentences import sentences

DISGUISED, BURIED, WRITTEN = 0.16, 0.04, 36_000


def split(folder: Path, seed: int) -> tuple[list[Example], list[Example]]:
    """What to learn from, and every tenth comment of Jigsaw held out for the calibration."""
    wiki = jigsaw(folder)
    random.Random(seed).shuffle(wiki)
    held, train = wiki[: len(wiki) // 10], wiki[len(wiki) // 10 :]
    return [*train, *others(folder)], held


def numbered(train: Sequence[Example]) -> list[Example]:
    """Each with its place, which its copies keep. One's own comments have none: they teach both heads, and
    nobody knows better than one's moderators."""
    return [one if one.source == "own" else replace(one, origin=at) for at, one in enumerate(train)]


def drawn(
    train: Sequence[Example], toxic: frozenset[str], seed: int, count: int = WRITTEN
) -> list[Example]:
    """What one epoch adds: disguised copies, buried ones, so many written sentences. seed: another each epoch."""
    random_ = random.Random(seed)
    written = list(sentences(seed, count))
    pool = [one for one in (*train, *written) if len(one.text) < 400]
    masked = [
        disguised(one, toxic, random_) for one in random_.sample(pool, int(len(pool) * DISGUISED))
    ]
    hidden = int((len(train) + len(written) + len(masked)) * BURIED)
    return [*written, *masked, *buried(pool, hidden, random_)]


def buried(pool: Sequence[Example], count: int, random_: random.Random) -> list[Example]:
    """A short toxic text among harmless ones; and, as often, harmless among harmless."""
    short = [one for one in pool if len(one.text) < 120]
    toxic = [one for one in short if one.labels[0] == 1 and len(one.text) > 15]
    clean = [one for one in short if one.labels[0] == 0 and one.labels[4] == 0]
    found = []
    for _ in range(count):
        middle = random_.choice(toxic if random_.random() < 0.5 else clean)
        around = [one.text for one in random_.sample(clean, random_.randrange(2, 6))]
        around.insert(random_.randrange(len(around) + 1), middle.text)
        found.append(replace(middle, text=" ".join(around), weight=0.7, source="buried"))
    return found
