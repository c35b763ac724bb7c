"""`gatehouse score`: reads texts from stdin and prints their scores in the same order, using every core."""

import json
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.jsonl import Reader, Text
from gatehouse.commands.output import Progress
from gatehouse.database import checked_settings

if TYPE_CHECKING:
    from concurrent.futures import Future

    from moderation.domain.score import Candidate, Findings
    from moderation.scorers.models.model_names import Models
    from moderation.scorers.pipeline import ScorerPipeline

# Texts a process takes at once: some 32 ms of the bundled model, so that passing them on costs little.
BATCH = 256
# Enough for a scorer to load its model, and for one batch of long texts. Seconds.
TIMEOUT = 600.0
# The words that raised the highest score are printed from here on: explaining costs six times scoring.
EXPLAINED = 0.5


def score(
    model: Annotated[
        str, typer.Option(help="bundled or detoxify:<name or path>; the setting's without this.")
    ] = "",
) -> None:
    """Score texts from stdin, a JSON object a line.

    Each line is a JSON object with "id" and "text"; stdout gets one with the scores, in the same order.
    A line that cannot be read is reported on stderr, and the exit status is then 1.
    """
    from moderation.startup import models_of

    models = models_of(checked_settings())
    if model:  # named by the operator: no fallback replaces it
        models = replace(models, toxicity=model, fallback="")
    texts = Reader(sys.stdin.buffer)
    progress = Progress()
    failed = 0
    for lines, failures in _scored_batches(models, _batches(texts)):
        sys.stdout.buffer.write(lines)
        failed += failures
        progress.add(lines.count(b"\n"))
    sys.stdout.buffer.flush()
    progress.end()
    if failed:
        print(f'{failed} texts were not scored by every scorer: see "failed".', file=sys.stderr)
    if texts.bad or failed:
        raise typer.Exit(1)


def _batches(texts: Iterable[Text]) -> Iterator[list[Text]]:
    remaining = iter(texts)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _scored_batches(models: "Models", batches: Iterator[list[Text]]) -> Iterator[tuple[bytes, int]]:
    """What _score_batch returns of each. A second process is worth its start from two batches on."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from moderation.scorers.models.model_names import BUNDLED, available_cores

    first = list(islice(batches, 2))
    # torch uses every core by itself, and its models are large.
    uses_torch = models.serving != BUNDLED and models.runs_on(models.serving) == "torch"
    processes = available_cores() if len(first) > 1 and not uses_torch else 1
    if processes == 1:
        yield from map(partial(_score_batch, models), chain(first, batches))
        return
    models = replace(models, threads=1)
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_pipeline_of, initargs=(models,)
    ) as pool:
        ahead: deque[Future[tuple[bytes, int]]] = deque()
        for batch in chain(first, batches):
            ahead.append(pool.submit(_score_batch, models, batch))
            if len(ahead) > 2 * processes:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


@cache
def _pipeline_of(models: "Models") -> "ScorerPipeline":
    """The scorers of this process, built once."""
    from moderation.scorers.build import build_scorers
    from moderation.scorers.pipeline import ScorerPipeline

    return ScorerPipeline(build_scorers(models), TIMEOUT)


def _score_batch(models: "Models", batch: Sequence[Text]) -> tuple[bytes, int]:
    """The lines for a batch, and how many of them lack something."""
    from moderation.domain.normalise import normalise
    from moderation.domain.score import Candidate

    pipeline = _pipeline_of(models)
    candidates = [Candidate(text.text, normalise(text.text)) for text in batch]
    findings = pipeline.measure(candidates)
    lines = [
        json.dumps(_fields(pipeline, *measured), ensure_ascii=False)
        for measured in zip(batch, candidates, findings, strict=True)
    ]
    return ("\n".join(lines) + "\n").encode(), sum(bool(finding.failed) for finding in findings)


def _fields(
    pipeline: "ScorerPipeline", text: Text, candidate: "Candidate", findings: "Findings"
) -> dict[str, object]:
    language = findings.get("language")
    spam = findings.get("spam")
    scores = {
        signal.name: signal
        for signal in findings.signals
        if signal.is_score and signal.name != "spam"
    }
    spans = {(span.start, span.end) for signal in findings.signals for span in signal.spans}
    highest = max(scores.values(), key=lambda signal: signal.value, default=None)
    # The other models explain by trying each word: seconds a text, not for a whole file.
    if highest and highest.value >= EXPLAINED and highest.scorer == "bundled":
        explained = pipeline.explain(candidate, highest.scorer, highest.name)
        spans |= {(span.start, span.end) for span in explained}
    return {
        "id": text.id,
        "language": language.note if language else "",
        "scores": {name: round(signal.value, 6) for name, signal in scores.items()},
        "spam": round(spam.value, 6) if spam else None,
        "spans": sorted(spans),
        **({"failed": findings.failed} if findings.failed else {}),
    }
