"""The newest lessons of the sites in a worker's memory, so that a batch does not read them each time."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress

from cachetools import LRUCache

from moderation.domain.errors import Unavailable
from moderation.domain.lesson import Lesson
from moderation.store import lessons
from moderation.store.sql.engine import Store


class LessonCache:
    """The newest lessons of the sites, looked for at most once in FRESH seconds (domain.Lessons).

    clock: seconds that only go forward. size: sites that are remembered. With the database away it
    goes on with what it has.
    """

    FRESH = 1.0
    SIZE = 1024  # sites; what one has taught is some ten kB, packed

    def __init__(
        self, store: Store, clock: Callable[[], float] = time.monotonic, size: int = SIZE
    ) -> None:
        self._store, self._clock = store, clock
        # By site: when it was looked for, and what there was.
        self._known: LRUCache[str, tuple[float, Lesson | None]] = LRUCache(size)

    def __call__(self, site_ids: Collection[str]) -> Mapping[str, Lesson]:
        now = self._clock()
        lessons_by_site = {
            site_id: self._known[site_id] for site_id in site_ids if site_id in self._known
        }
        stale = [
            site_id
            for site_id in site_ids
            if site_id not in lessons_by_site or now - lessons_by_site[site_id][0] >= self.FRESH
        ]
        if stale:
            with suppress(Unavailable):
                for site_id, lesson in self._look(stale, lessons_by_site).items():
                    lessons_by_site[site_id] = self._known[site_id] = (now, lesson)
        return {
            site_id: lesson
            for site_id, (_, lesson) in lessons_by_site.items()
            if lesson is not None
        }

    def _look(
        self, site_ids: Sequence[str], lessons_by_site: Mapping[str, tuple[float, Lesson | None]]
    ) -> dict[str, Lesson | None]:
        """The newest lesson of each site; None where nothing was learned yet. Raises Unavailable."""
        newest = {
            site_id: lessons_by_site[site_id][1] if site_id in lessons_by_site else None
            for site_id in site_ids
        }
        with self._store.read() as connection:
            for site_id, version in lessons.newest_versions(connection, site_ids).items():
                lesson = newest[site_id]
                if lesson is None or lesson.version != version:
                    newest[site_id] = lessons.load(connection, site_id, version) or lesson
        return newest
