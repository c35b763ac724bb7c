"""The usual way, for comparison: a plain FastAPI server that calls Detoxify in the request.

The real library and BERT-base as `original` has it, but with random weights: the weights themselves are
not needed to measure time. Its vocabulary is the bench's words, so that each of them is one token; real
comments have more tokens a word, and take longer.
"""

import os
from pathlib import Path

from harness.texts import WORDS

CHECKPOINT = "BENCH_CHECKPOINT"
_LABELS = ["toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"]


def make_checkpoint(folder: Path) -> Path:
    """A checkpoint as Detoxify's own, with its tokenizer beside it."""
    import torch
    import transformers

    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", *sorted(set(WORDS.split()))]
    (folder / "vocab.txt").write_text("\n".join(words))
    transformers.BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(1)
    config = transformers.BertConfig(num_labels=len(_LABELS))  # its defaults are BERT-base
    config.save_pretrained(folder)
    model = transformers.BertForSequenceClassification(config)
    path = folder / "random.ckpt"
    arch = {
        "model_type": str(folder),
        "model_name": "BertForSequenceClassification",
        "tokenizer_name": "BertTokenizer",
        "num_classes": len(_LABELS),
    }
    facts = {"arch": {"args": arch}, "dataset": {"args": {"classes": _LABELS}}}
    torch.save({"config": facts, "state_dict": model.state_dict()}, path)
    return path


if folder := os.environ.get(CHECKPOINT):
    from detoxify import Detoxify
    from fastapi import FastAPI
    from pydantic import BaseModel

    class Comment(BaseModel):
        text: str

    app = FastAPI()
    model = Detoxify(checkpoint=f"{folder}/random.ckpt", huggingface_config_path=folder)

    @app.post("/score")
    def score(given: Comment) -> dict[str, float]:
        return {name: float(value) for name, value in model.predict(given.text).items()}
