"""The signals of a site's own filters, which are compiled once a version."""

from collections import defaultdict
from collections.abc import Sequence

from cachetools import LRUCache

from moderation.domain.filter import FilterAction, FilterDraft, FilterSet
from moderation.domain.score import Candidate, CommentScorer, Signal
from moderation.scorers.site.filters import CompiledFilter, FilterMatch

_SETS_KEPT = 256  # sites whose compiled filters stay in memory


class FilterSignals(CommentScorer):
    """Signals `filter_hold`, `filter_spam`, `filter_reject`: how often the site's own filters matched, with
    the matches in the text as spans; note: the filters' names and versions.
    """

    name = "filters"

    def __init__(self) -> None:
        self._compiled_by_site: LRUCache[str, tuple[int, list[CompiledFilter]]] = LRUCache(
            _SETS_KEPT
        )

    def signals(self, candidate: Candidate) -> tuple[Signal, ...]:
        if not candidate.filters.version:
            return ()
        matches_by_action: dict[FilterAction, list[tuple[FilterDraft, list[FilterMatch]]]] = (
            defaultdict(list)
        )
        for compiled in self._compiled(candidate.filters):
            if compiled.draft.action is not FilterAction.TRUST and (
                places := compiled.places(candidate)
            ):
                matches_by_action[compiled.draft.action].append((compiled.draft, places))
        return tuple(self._signal(action, hits) for action, hits in matches_by_action.items())

    def _signal(
        self, action: FilterAction, hits: Sequence[tuple[FilterDraft, list[FilterMatch]]]
    ) -> Signal:
        matches_of_all = [match for _, matches in hits for match in matches]
        names = ", ".join(
            f"{draft.name} (version {getattr(draft, 'version', 0)})" for draft, _ in hits
        )
        spans = sorted({match.span for match in matches_of_all if match.span})
        return Signal(
            f"filter_{action.value}",
            float(len(matches_of_all)),
            self.name,
            spans=tuple(spans),
            note=names,
        )

    def _compiled(self, filters: FilterSet) -> list[CompiledFilter]:
        cached = self._compiled_by_site.get(filters.site_id)
        if cached is None or cached[0] != filters.version:
            cached = (
                filters.version,
                [CompiledFilter(filter_, filters.keys) for filter_ in filters.filters],
            )
            self._compiled_by_site[filters.site_id] = cached
        return cached[1]
