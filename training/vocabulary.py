"""Cuts the base tokenizer to the pieces that comments use, and the base model to match."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

LENGTH = 128  # tokens: what the scorer's window holds
PIECES = 11_000  # of 30,522; the rest is names and other languages' words


def cut_vocabulary(base: Path, texts: Sequence[str], work: Path) -> Tokenizer:
    """The base tokenizer with the pieces that the texts use most; every single letter stays."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    counts: Counter[int] = Counter()
    for number in range(0, len(texts), 4096):
        for encoding in tokenizer.encode_batch(texts[number : number + 4096]):
            counts.update(encoding.ids)
    facts = json.loads(tokenizer.to_str())
    vocabulary: dict[str, int] = facts["model"]["vocab"]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = [
        word for word in vocabulary if len(word.removeprefix("##")) == 1 and ord(word[-1]) < 0x250
    ]
    common = sorted(vocabulary, key=lambda word: -counts[vocabulary[word]])
    kept = dict.fromkeys([*special, *letters])
    for word in common:
        if len(kept) >= PIECES:
            break
        kept.setdefault(word)
    covered = sum(counts[vocabulary[word]] for word in kept)
    print(
        f"{len(kept):,} pieces cover {covered / sum(counts.values()):.2%} of the tokens", flush=True
    )
    facts["model"]["vocab"] = {word: number for number, word in enumerate(kept)}
    for token in facts["added_tokens"]:
        token["id"] = special.index(token["content"])
    post = facts["post_processor"]
    for name, entry in post.get("special_tokens", {}).items():
        entry["ids"] = [special.index(name)]
    for name in ("sep", "cls"):
        if isinstance(post.get(name), list):
            post[name] = [post[name][0], special.index(post[name][0])]
    (work / "tokenizer.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    (work / "kept.json").write_text(json.dumps([vocabulary[word] for word in kept]))
    return read_tokenizer(work, LENGTH)


def read_tokenizer(folder: Path, length: int) -> Tokenizer:
    """A saved tokenizer, truncating to `length` tokens."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(length)
    return tokenizer


def narrow_model(body: BertModel, kept: Sequence[int]) -> BertModel:
    """A copy with only those rows of the word table and LENGTH positions; no dropout."""
    options = {
        "vocab_size": len(kept),
        "max_position_embeddings": LENGTH,
        "attention_probs_dropout_prob": 0.0,
        "hidden_dropout_prob": 0.0,
    }
    small = BertModel(BertConfig(**{**body.config.to_dict(), **options}), add_pooling_layer=False)
    state = body.state_dict()
    words, places = "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"
    state[words] = state[words][torch.tensor(list(kept))]
    state[places] = state[places][:LENGTH]
    small.load_state_dict(
        {key: value for key, value in state.items() if "position_ids" not in key}, strict=False
    )
    return small
