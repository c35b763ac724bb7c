"""Group commit: the submissions that arrive while a transaction commits go into the next one.

Handlers append a submission and wait for its answer. One thread writes. There is no timer: an idle
service writes at once, a busy one writes more rows a commit. docs/decisions/0003 has the figures.
"""

import asyncio
import logging
import os
import queue
import threading
from collections.abc import Callable

from moderation.domain.comment import Receipt, Submission
from moderation.domain.errors import GatehouseError, IdempotencyInFlight, Unavailable
from moderation.intake.submit import submit
from moderation.store.sql.engine import Store

log = logging.getLogger("gatehouse.intake")

BATCH = 200  # rows a transaction: past this the commit's share of the cost is small
WAITING_LIMIT = 4_000  # submissions; about a second of work, then callers are refused

_Waiting = tuple[Submission, "asyncio.Future[Receipt]", asyncio.AbstractEventLoop]


class Intake:
    """Writes submissions into the database, in batches.

    ring: called after each commit that stored something new. keeps_address: as in submit().
    """

    def __init__(
        self,
        store: Store,
        ring: Callable[[], None],
        personal_days: int,
        keeps_address: Callable[[str], bool] = lambda site_id: False,
    ) -> None:
        self._store = store
        self._ring = ring
        self._personal_days = personal_days
        self._keeps_address = keeps_address
        # None asks the writer to stop.
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._open = True
        self._in_flight: dict[tuple[str, str], asyncio.Future[Receipt]] = {}
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._thread.start()

    async def submit(self, submission: Submission, *, join: bool = False) -> Receipt:
        """The receipt, once the submission is on disk.

        join: a repetition that arrives while the first is being written waits for its receipt (forms
        are clicked twice); otherwise it raises IdempotencyInFlight.
        Raises what submit() raises, and Unavailable when nothing was stored.
        """
        key = (submission.site_id, submission.idempotency_key)
        if submission.idempotency_key and (first := self._in_flight.get(key)):
            if join:
                return await asyncio.shield(first)
            raise IdempotencyInFlight("The first request with this key is still being answered.")
        if not self._open:
            raise Unavailable("The service is stopping.")
        if self._waiting.qsize() >= WAITING_LIMIT:
            raise Unavailable("More comments are arriving than can be stored; try again shortly.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Receipt] = loop.create_future()
        if submission.idempotency_key:
            self._in_flight[key] = future
            future.add_done_callback(lambda _: self._in_flight.pop(key, None))
        self._waiting.put((submission, future, loop))
        # If a client hangs up, the requests that joined still get the receipt.
        return await asyncio.shield(future)

    @property
    def in_flight(self) -> int:
        """How many submissions with an Idempotency-Key wait for their receipts."""
        return len(self._in_flight)

    def close(self) -> None:
        """Writes what is waiting, then stops. Nothing may be submitted afterwards."""
        self._open = False
        self._waiting.put(None)
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch = [first]
            while len(batch) < BATCH:
                try:
                    another = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if another is None:
                    self._waiting.put(None)  # for the next round: this batch is written first
                    break
                batch.append(another)
            self._write(batch)

    def _write(self, batch: list[_Waiting]) -> None:
        answers = self._answers([submission for submission, _, _ in batch])
        if any(isinstance(answer, Receipt) and not answer.replayed for answer in answers):
            self._ring()
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Receipt], object]]] = {}
        for (_, future, loop), answer in zip(batch, answers, strict=True):
            by_loop.setdefault(loop, []).append((future, answer))
        for loop, results in by_loop.items():
            try:
                loop.call_soon_threadsafe(_set_results, results)
            except RuntimeError:  # the loop is closed: its clients are gone, the rows are stored
                log.warning(
                    "nobody waits for these receipts any more", extra={"count": len(results)}
                )

    def _answers(self, submissions: list[Submission]) -> list[Receipt | GatehouseError]:
        try:
            return submit(
                self._store,
                submissions,
                personal_days=self._personal_days,
                entropy=os.urandom,
                keeps_address=self._keeps_address,
            )
        except Unavailable as error:
            return [error] * len(submissions)
        except Exception as error:
            if len(submissions) == 1 and isinstance(error, GatehouseError):
                return [error]
            if len(submissions) == 1:
                log.error("a submission could not be stored", exc_info=error)
                return [Unavailable("The comment could not be stored.")]
            # One of the batch cannot be stored: written singly, the others can.
            return [self._answers([submission])[0] for submission in submissions]


def _set_results(results: "list[tuple[asyncio.Future[Receipt], object]]") -> None:
    for future, answer in results:
        if future.done():
            continue
        if isinstance(answer, Receipt):
            future.set_result(answer)
        else:
            assert isinstance(answer, BaseException)
            future.set_exception(answer)
