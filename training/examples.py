"""The examples to learn from: public texts, and for each epoch disguised and buried copies and written sentences."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from training.corpus import Example, jigsaw, other_datasets
from training.evasions import disguised
from training.sentences import sentences

DISGUISED, BURIED, WRITTEN = 0.16, 0.04, 36_000


def split(folder: Path, seed: int) -> tuple[list[Example], list[Example]]:
    """What to learn from, and every tenth comment of Jigsaw held out for the calibration."""
    wiki = jigsaw(folder)
    random.Random(seed).shuffle(wiki)
    held_out, train = wiki[: len(wiki) // 10], wiki[len(wiki) // 10 :]
    return [*train, *other_datasets(folder)], held_out


def with_origins(train: Sequence[Example]) -> list[Example]:
    """Each with its number as origin, which its copies keep. A site's own comments have none: they teach both
    heads, and no teacher changes their labels."""
    return [
        example if example.source == "own" else replace(example, origin=position)
        for position, example in enumerate(train)
    ]


def epoch_additions(
    train: Sequence[Example], toxic: frozenset[str], seed: int, count: int = WRITTEN
) -> list[Example]:
    """What one epoch adds: disguised copies, buried ones, `count` written sentences. seed: another each epoch."""
    random_ = random.Random(seed)
    written = list(sentences(seed, count))
    pool = [example for example in (*train, *written) if len(example.text) < 400]
    disguised_copies = [
        disguised(example, toxic, random_)
        for example in random_.sample(pool, int(len(pool) * DISGUISED))
    ]
    buried_count = int((len(train) + len(written) + len(disguised_copies)) * BURIED)
    return [*written, *disguised_copies, *buried_examples(pool, buried_count, random_)]


def buried_examples(pool: Sequence[Example], count: int, random_: random.Random) -> list[Example]:
    """A short toxic text among harmless ones; and, as often, harmless among harmless."""
    short = [example for example in pool if len(example.text) < 120]
    toxic = [example for example in short if example.labels[0] == 1 and len(example.text) > 15]
    clean = [example for example in short if example.labels[0] == 0 and example.labels[4] == 0]
    examples = []
    for _ in range(count):
        middle = random_.choice(toxic if random_.random() < 0.5 else clean)
        around = [example.text for example in random_.sample(clean, random_.randrange(2, 6))]
        around.insert(random_.randrange(len(around) + 1), middle.text)
        examples.append(replace(middle, text=" ".join(around), weight=0.7, source="buried"))
    return examples
