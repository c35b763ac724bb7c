"""A model's folder made by hand: real ONNX, real tokenizer, and scores that can be told in one's head."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

# Logits of a text are those of its highest token: harmless unless one of these is in it.
WEIGHTS = {"idiot": (4.0, 2.0), "kill": (2.0, -4.0)}
LABELS = ("toxicity", "insult")
HARMLESS = -4.0
_WORDS = "the minister is a liar and should resign great article thanks council bridge you"


def make_folder(folder: Path, *, window: int = 510, overlap: int = 64, **facts: Any) -> Path:
    """A folder with model.onnx, tokenizer.json and model.json; `facts` go into the last."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = "abcdefghijklmnopqrstuvwxyz.,!?"
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    words = [*specials, *WEIGHTS, *_WORDS.split(), *letters, *("##" + letter for letter in letters)]
    vocabulary = {word: number for number, word in enumerate(dict.fromkeys(words))}
    (folder / "tokenizer.json").write_text(_tokenizer(vocabulary).to_str())
    onnx.save(_model(vocabulary, WEIGHTS), folder / "model.onnx")
    card = {
        "id": "by-hand", "version": "1", "labels": LABELS, "languages": ["en"],
        "window": window, "overlap": overlap, "precision": "fp32", **facts,
    }  # fmt: skip
    card["files"] = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("model.onnx", "tokenizer.json")
    }
    (folder / "model.json").write_text(json.dumps(card))
    return folder


def _tokenizer(vocabulary: dict[str, int]) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")],
    )
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    tokenizer.enable_truncation(8)  # as they come from a hub: to be taken off
    tokenizer.enable_padding(length=8)
    return tokenizer


def _model(vocabulary: dict[str, int], weights: Mapping[str, tuple[float, ...]]) -> onnx.ModelProto:
    table = np.full((len(vocabulary), len(LABELS)), HARMLESS, np.float32)
    for word, row in weights.items():
        table[vocabulary[word]] = row
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
            helper.make_node("ReduceMax", ["rows", "axes"], ["logits"], keepdims=0),
        ],
        "highest token",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["one", "tokens"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["one", len(LABELS)])],
        [
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(np.array([1], np.int64), "axes"),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
