"""Scoring: comments per CPU second of one thread, beside Detoxify called one text at a time.

    python -m bench.scoring [--rounds 3] [--texts 60] [--data FILE_OR_FOLDER ...]

Each round has every contender score the same texts, one after the other, so that other load on the machine
hits all of them. Detoxify needs the extra; its `original` architecture (BERT-base) has random weights
where `gatehouse model add detoxify:original` has not been run, which changes no time. "converted" is the
same network as int8 ONNX, by the converter. Second table: the networks alone with all cores of this machine,
comments a second of wall time and CPU milliseconds each, by what the cores are given to. Also printed: files, import
and load, memory of the bundled model.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.detoxify_server import make_checkpoint
from bench.table import table
from harness.load import median
from harness.texts import made_up, read_comments
from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate
from moderation.scorers.models.bundled import FOLDER, Bundled
from moderation.scorers.models.linear import read_linear
from moderation.scorers.models.model_names import available_cores
from moderation.scorers.models.onnx_classifier import OnnxClassifier

Score = Callable[[str], object]
_ALONE = """
import time
from pathlib import Path
begun = time.process_time()
from moderation.domain.score import Candidate
from moderation.domain.normalise import normalise
from moderation.scorers.models.bundled import Bundled
model = Bundled()
model.measure([Candidate("hello", normalise("hello"))])
spent = time.process_time() - begun
pages = int(Path("/proc/self/statm").read_text().split()[1])
print(f"{spent:.2f} {pages * 4096 / 1e6:.0f}")
"""


def measure(folder: Path, texts: Sequence[str], rounds: int) -> str:
    """The first table. folder: an empty one."""
    contenders = _contenders(folder)
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for name, score in contenders.items():
        score(texts[0])  # warm
        print(f"{name} is ready", file=sys.stderr)
    for number in range(rounds):
        for name, score in contenders.items():
            begun = time.process_time()
            for text in texts:
                score(f"{text} {number}")  # different in each round, so that no cache helps
            rates[name].append(len(texts) / (time.process_time() - begun))
    base = next(iter(rates.values()))
    rows = []
    for name, contender_rates in rates.items():
        ratio = median(
            [rate / base_rate for rate, base_rate in zip(contender_rates, base, strict=True)]
        )
        rows.append((name, f"{median(contender_rates):,.1f}", f"x{ratio:.1f}"))
    return table(("contender", "comments per CPU second", "x the first"), rows)


def _contenders(folder: Path) -> dict[str, Score]:
    contenders: dict[str, Score] = {}
    try:
        import torch
        from detoxify import Detoxify

        torch.set_num_threads(1)
        checkpoint = make_checkpoint(folder / "random")
        library = Detoxify(
            checkpoint=str(checkpoint), huggingface_config_path=str(checkpoint.parent)
        )
        library.model.eval()
        contenders["Detoxify original (random weights), one at a time"] = library.predict
        converted = _converted(checkpoint, folder / "converted")
        contenders["the same, converted to int8"] = lambda text: converted.logits([text])
    except ImportError:
        print("Detoxify is not installed: make env EXTRAS=detoxify", file=sys.stderr)
    bundled, spared = Bundled(), Bundled(cascade=0.1)
    linear = read_linear((FOLDER / "linear.npz").read_bytes())
    contenders["bundled"] = lambda text: bundled.measure([_candidate(text)])
    contenders["bundled, cascade 0.1"] = lambda text: spared.measure([_candidate(text)])
    contenders["its linear half"] = lambda text: linear.logits([normalise(text).text])
    return contenders


def _converted(checkpoint: Path, folder: Path) -> OnnxClassifier:
    """The checkpoint as `gatehouse model add` converts it."""
    from moderation.scorers.models.checkpoint import open_checkpoint
    from moderation.scorers.models.convert import convert

    folder.mkdir()
    convert(
        open_checkpoint(checkpoint),
        folder,
        name="original",
        languages=frozenset({"en"}),
        precision="int8",
        say=lambda line: None,
    )
    return OnnxClassifier(folder, remember=1)  # the bench's texts come again and again


def all_cores(folder: Path, texts: Sequence[str], rounds: int) -> str:
    """The second table. folder: as measure() left it."""
    cores = available_cores()
    ways = {"one thread": (1, 1), "one pass on all": (cores, 1)}
    networks: dict[tuple[str, str], OnnxClassifier] = {}
    for name, model_folder, way in (
        ("bundled", FOLDER, (1, cores)),
        ("Detoxify original, int8", folder / "converted", (cores, min(2, cores))),
    ):
        if (model_folder / "model.json").is_file():
            for use, (threads, at_once) in (ways | {"as served": way}).items():
                networks[name, use] = OnnxClassifier(
                    model_folder, threads=threads, at_once=at_once, remember=0
                )
    runs: dict[tuple[str, str], list[tuple[float, float]]] = {
        name_and_use: [] for name_and_use in networks
    }
    for _ in range(rounds):
        for name_and_use, network in networks.items():
            begun, spent = time.perf_counter(), time.process_time()
            network.logits(texts)
            spent = time.process_time() - spent
            runs[name_and_use].append((time.perf_counter() - begun, spent))
    rows = [
        (
            name,
            use,
            f"{len(texts) / median([wall for wall, _ in measurements]):.0f}",
            f"{median([spent for _, spent in measurements]) / len(texts) * 1000:.1f}",
        )
        for (name, use), measurements in runs.items()
    ]
    return table(("network", f"{cores} cores", "comments/s", "CPU ms each"), rows)


def _candidate(text: str) -> Candidate:
    return Candidate(text, normalise(text))


def alone() -> str:
    """Of the bundled model in a process of its own: megabytes of files, CPU seconds until it has scored, memory."""
    size = sum(file.stat().st_size for file in FOLDER.iterdir()) / 1e6
    result = subprocess.run(
        [sys.executable, "-c", _ALONE], capture_output=True, text=True, check=True
    )
    spent, resident = result.stdout.split()
    return f"bundled: {size:.1f} MB of files, {spent} CPU s to import, load and score once, {resident} MB resident"


def show(texts: Sequence[str], rounds: int) -> None:
    """Prints all of it."""
    with tempfile.TemporaryDirectory() as folder:
        print(measure(Path(folder), texts, rounds), end="\n\n", flush=True)
        print(all_cores(Path(folder), texts, rounds), end="\n\n", flush=True)
    print(alone())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--texts", type=int, default=60)
    parser.add_argument(
        "--data", type=Path, nargs="*", help="public data sets to read comments from"
    )
    arguments = parser.parse_args()
    texts = (
        read_comments(arguments.data, arguments.texts)
        if arguments.data
        else made_up(arguments.texts)
    )
    words = sum(len(text.split()) for text in texts) / len(texts)
    print(f"{len(texts)} texts of {words:.0f} words on average, {arguments.rounds} rounds")
    show(texts, arguments.rounds)


if __name__ == "__main__":
    main()
