"""Tiny Detoxify checkpoints of the real architectures, as a user has them: hidden 32, two layers, random."""

import string
from pathlib import Path
from typing import Any

import torch
import transformers

torch.set_num_threads(1)  # of so little work two threads make more

CLASSES = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")
DEBIASED = ("toxicity", "severe_toxicity", "obscene", "identity_attack", "insult", "threat")
DEBIASED += ("sexual_explicit",)
_WORDS = "you are an idiot the minister is a liar and should resign i will find kill council bridge"
_LETTERS = string.ascii_letters + string.digits + ".,!?'-()"

# Architecture: the base name in transformers, the classes, the outputs (9 of 16 are not published).
ARCHITECTURES = {
    "bert": ("Bert", CLASSES, 6),
    "albert": ("Albert", CLASSES, 6),
    "roberta": ("Roberta", DEBIASED, 16),
    "xlm-roberta": ("XLMRoberta", DEBIASED, 16),
}


def make_checkpoint(
    folder: Path, architecture: str, *, positions: int = 512, spread: float = 0.2, seed: int = 7
) -> Path:
    """Config, tokenizer and `<architecture>.ckpt` in a folder; the tokenizer knows no limit.

    positions: tokens of the longest text, special ones counted. spread: of the random weights, the
    more the less int8 can follow."""
    base, classes, outputs = ARCHITECTURES[architecture]
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer(base)
    tokenizer.save_pretrained(folder)
    offset = 2 if "Roberta" in base else 0
    torch.manual_seed(seed)
    sizes: dict[str, Any] = {
        "vocab_size": len(tokenizer), "hidden_size": 32, "num_hidden_layers": 2,
        "num_attention_heads": 2, "intermediate_size": 64, "num_labels": outputs,
        "max_position_embeddings": positions + offset, "initializer_range": spread,
        "pad_token_id": tokenizer.pad_token_id,
    }  # fmt: skip
    if base == "Albert":
        sizes["embedding_size"] = 16
    config = getattr(transformers, f"{base}Config")(**sizes)
    config.save_pretrained(folder)
    model = getattr(transformers, f"{base}ForSequenceClassification")(config)
    path = folder / f"{architecture}.ckpt"
    save_checkpoint(
        path, model.state_dict(), classes, num_classes=outputs, model_type=f"{architecture}-base",
        model_name=f"{base}ForSequenceClassification", tokenizer_name=f"{base}Tokenizer",
    )  # fmt: skip
    return path


def save_checkpoint(path: Path, state: Any, classes: Any, **arch: Any) -> None:
    """In the format of Detoxify's releases."""
    config = {"arch": {"args": arch}, "dataset": {"args": {"classes": list(classes)}}}
    torch.save({"config": config, "state_dict": state}, path)


def _tokenizer(base: str) -> Any:
    made = getattr(transformers, f"{base}Tokenizer")
    if base == "Bert":
        specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        pieces = [*specials, *_WORDS.split(), *_LETTERS, *("##" + letter for letter in _LETTERS)]
        return made(vocab={piece: number for number, piece in enumerate(dict.fromkeys(pieces))})
    if base == "Roberta":
        from tokenizers.pre_tokenizers import ByteLevel

        specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        pieces = [*specials, *sorted(ByteLevel.alphabet())]
        return made(vocab={piece: number for number, piece in enumerate(pieces)}, merges=[])
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    if base == "Albert":
        specials = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]
    scored = dict.fromkeys(specials, 0.0) | {"\u2581": -4.0}
    scored |= {"\u2581" + word: -2.0 for word in _WORDS.split()} | dict.fromkeys(_LETTERS, -6.0)
    return made(vocab=list(scored.items()))
