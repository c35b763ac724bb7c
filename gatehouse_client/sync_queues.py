"""The client, sync: `make format` writes it from aio_queues.py."""

from collections.abc import Iterator, Sequence
from typing import Unpack

from gatehouse_client import queue_calls
from gatehouse_client.answers import Comment
from gatehouse_client.queue_answers import Bulk, BulkMember, BulkPreview, Queue
from gatehouse_client.queue_calls import Conditions, Search
from gatehouse_client.sync_calls import Calls


class Queues(Calls):
    """What Gatehouse has for queues and many comments at once."""

    def preview_bulk(self, **filter: Unpack[Search]) -> BulkPreview:
        """Counts the comments that meet all of these conditions, which are those of search()."""
        return self.send(queue_calls.preview_bulk(filter))

    def bulk(
        self,
        action: str,
        ids: Sequence[str] = (),
        *,
        preview: BulkPreview | None = None,
        reason: str = "",
        sentence: str = "",
        take_over: bool = False,
    ) -> Bulk:
        """One decision about up to 1,000 comments by their ids, or about all that preview_bulk() has found.

        action: approve, hold, reject or spam. ApiError 409, `drifted`, where its conditions find others now. Up to 100
        comments are decided at once; of more bulk_progress() tells how far it is.
        """
        return self.send(queue_calls.bulk(action, ids, preview, reason, sentence, take_over))

    def bulk_progress(self, bulk_id: str) -> Bulk:
        """How far a decision about many comments is."""
        return self.send(queue_calls.bulk_progress(bulk_id))

    def undo_bulk(self, bulk_id: str) -> Bulk:
        """Takes it back: each comment goes back to what it was, unless somebody has decided about it since (`kept`)."""
        return self.send(queue_calls.undo_bulk(bulk_id))

    def bulk_decisions(self, *, size: int = 100) -> Iterator[Bulk]:
        """The decisions about many comments, the newest first."""
        return self._pages(queue_calls.bulk_decisions(size))

    def bulk_comments(
        self, bulk_id: str, *, state: str = "", size: int = 100
    ) -> Iterator[BulkMember]:
        """What became of its comments. state: only those, as 'kept'; '' for all."""
        return self._pages(queue_calls.bulk_comments(bulk_id, state, size))

    def queues(self) -> list[Queue]:
        """The queues with their sizes."""
        return self.send(queue_calls.queues())

    def queue(
        self,
        name: str,
        *,
        size: int = 100,
        unclaimed: bool = False,
        **conditions: Unpack[Conditions],
    ) -> Iterator[Comment]:
        """The comments of a queue, fetched as they are asked for, `size` at a time (1 to 100).

        Held and pending come oldest first, the others newest first, unless another order of search() is asked for.
        name: one of queues(), 'proposed' or 'mine'. unclaimed: without what others have claimed. conditions: others of search(), and
        the status of what is reported, proposed or this key's own.
        """
        return self._pages(queue_calls.queue(name, conditions, size, unclaimed))

    def queue_reasons(self, name: str) -> dict[str, int]:
        """How many comments of a queue have which reason code in effect, the most frequent first."""
        return self.send(queue_calls.queue_reasons(name))

    def search(
        self, query: str = "", *, size: int = 100, **conditions: Unpack[Conditions]
    ) -> Iterator[Comment]:
        """The comments that meet all of these, fetched as they are asked for, `size` at a time (1 to 100).

        query: words, "words in a row", beginnings*; or a comment's id, an e-mail, IP address or network.
        author: one of the last three, 'id:' and the site's own id, or words of the name. domain: linked to.
        language: ISO 639. decided_by: policy, moderator or import. moderator: the id of who decided last. Times with
        a zone. age: under-24h or over-4h, in m, h or d. score: with the status held, the name of a score that is at least score_from and at most score_to, 0 to 1.
        queue: 'reported', 'proposed' or 'mine': only what stands in it. same_text, same_network: the id of a comment: it and those like it.
        order: newest or oldest; with the status held also urgency, or the name of a score; with a queue also 'listed'.
        """
        return self._pages(queue_calls.search(query, conditions, size))
