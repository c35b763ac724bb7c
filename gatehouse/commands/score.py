"""`gatehouse score`: texts on stdin, their scores on stdout, on every core, in order."""

import json
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from functools import cache, partial
from itertools import chain, islice
from multiprocessing import get_context
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.jsonl import Reader, Text
from moderation.scorers.models.model_names import BUNDLED, Models, cores
from moderation.startup import checked_settings, models_of

if TYPE_CHECKING:
    from moderation.scorers.pipeline import ScorerPipeline

# Texts a process takes at once: 32 ms or so of the bundled model, so that asking costs nothing.
BATCH = 256
# A scorer may load its model in this, and take as long for one batch of long texts. Seconds.
TIMEOUT = 600.0
# From here on the highest label is worth the words that raised it: explaining costs six times scoring.
EXPLAINED = 0.5


def score(
    model: Annotated[
        str, typer.Option(help="bundled or detoxify:<name or path>; the setting's without this.")
    ] = "",
) -> None:
    """Score texts from stdin.

    One JSON object a line, with "id" and "text"; on stdout one with the scores, in the same order.
    A line that cannot be read is told on stderr, and the exit status is then 1.
    """
    models = models_of(checked_settings())
    if model:  # asked for by name: nothing stands in for it
        models = replace(models, toxicity=model, fallback="")
    texts = Reader(sys.stdin.buffer)
    progress = _Progress()
    failed = 0
    for lines, failures in _each_batch(models, _batches(texts)):
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
    each = iter(texts)
    while batch := list(islice(each, BATCH)):
        yield batch


def _each_batch(models: Models, batches: Iterator[list[Text]]) -> Iterator[tuple[bytes, int]]:
    """The answers to each batch. A second process is worth its start from the second batch on."""
    first = list(islice(batches, 2))
    # torch uses every core by itself, and its models are large.
    torch = models.serving != BUNDLED and models.runs_on(models.serving) == "torch"
    processes = cores() if len(first) > 1 and not torch else 1
    if processes == 1:
        yield from map(partial(_answer, models), chain(first, batches))
        return
    models = replace(models, threads=1)
    with ProcessPoolExecutor(
        processes,
        mp_context=get_context("spawn"),
        initializer=_panel_of,
        initargs=(models,),
    ) as pool:
        ahead: deque[Future[tuple[bytes, int]]] = deque()
        for batch in chain(first, batches):
            ahead.append(pool.submit(_answer, models, batch))
            if len(ahead) > 2 * processes:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


@cache
def _panel_of(models: Models) -> "ScorerPipeline":
    """The scorers of this process, made once."""
    from moderation.scorers.build import build_scorers
    from moderation.scorers.pipeline import ScorerPipeline

    return ScorerPipeline(build_scorers(models), TIMEOUT)


def _answer(models: Models, batch: Sequence[Text]) -> tuple[bytes, int]:
    """The lines for a batch, and how many of them lack something."""
    from moderation.domain.normalise import normalise
    from moderation.domain.score import Candidate, Findings

    panel = _panel_of(models)
    candidates = [Candidate(one.text, normalise(one.text)) for one in batch]

    def line(given: Text, candidate: Candidate, found: Findings) -> str:
        language = found.get("language")
        spam = found.get("spam")
        scores = {one.name: one for one in found.signals if one.is_score and one.name != "spam"}
        spans = {(span.start, span.end) for one in found.signals for span in one.spans}
        top = max(scores.values(), key=lambda one: one.value, default=None)
        # The other models explain by trying each word: seconds a text, not for a whole file.
        if top and top.value >= EXPLAINED and top.scorer == "bundled":
            spans |= {
                (span.start, span.end) for span in panel.explain(candidate, top.scorer, top.name)
            }
        facts = {
            "id": given.id,
            "language": language.note if language else "",
            "scores": {name: round(one.value, 6) for name, one in scores.items()},
            "spam": round(spam.value, 6) if spam else None,
            "spans": sorted(spans),
            **({"failed": found.failed} if found.failed else {}),
        }
        return json.dumps(facts, ensure_ascii=False)

    found = panel.measure(candidates)
    lines = [line(*three) for three in zip(batch, candidates, found, strict=True)]
    return ("\n".join(lines) + "\n").encode(), sum(bool(one.failed) for one in found)


class _Progress:
    """A line on the terminal that says how far it is; nothing where nobody looks."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._shown = sys.stderr.isatty()
        self._clock, self._began, self._done = clock, clock(), 0

    def add(self, count: int) -> None:
        self._done += count
        if self._shown:
            rate = self._done / max(self._clock() - self._began, 1e-3)
            print(f"\r{self._done:,} texts, {rate:,.0f}/s ", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._shown:
            print(file=sys.stderr)
