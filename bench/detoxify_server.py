"""The server to compare with: plain FastAPI that calls Detoxify in the request.

It is the real library with BERT-base, as `original` has it, but with random weights, which take the same
time. Its vocabulary is the words of the bench, so that each is one token; real comments have more tokens
a word and take longer.
"""

import os
from pathlib import Path

from harness.texts import WORDS

CHECKPOINT = "BENCH_CHECKPOINT"
_LABELS = ["toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"]


def make_checkpoint(folder: Path) -> Path:
    """A checkpoint in Detoxify's format, with the tokenizer in the same folder."""
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
    config_fields = {"arch": {"args": arch}, "dataset": {"args": {"classes": _LABELS}}}
    torch.save({"config": config_fields, "state_dict": model.state_dict()}, path)
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
    def score(comment: Comment) -> dict[str, float]:
        return {name: float(value) for name, value in model.predict(comment.text).items()}
