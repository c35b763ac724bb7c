"""What a filter would have matched among a site's recent comments; nothing is stored."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from moderation.domain.comment import Status
from moderation.domain.durations import DAY_MS
from moderation.domain.filter import FilterAction, FilterDraft, FilterKind, without_comment
from moderation.domain.ids import timed_id
from moderation.domain.score import Span
from moderation.scorers.site.filters import CompiledFilter, FilterMatch
from moderation.store import filters, sites
from moderation.store.candidates import candidate_of
from moderation.store.filters import PastComment, filter_set, stored_filter
from moderation.store.sql.engine import Store

PREVIEW_DAYS = 30
PREVIEW_LIMIT = 20_000  # comments; some seconds of one core
PREVIEW_SECONDS = 8.0
SHOWN_LIMIT = 20  # comments, words and collisions
_EXCERPT_MARGIN = 60  # characters of the text on either side of the match
_WORD_MARGIN = 40  # characters on either side of a match that are looked at for the whole word
_TERM_LIMIT = 80  # characters of a word that is counted


@dataclass(frozen=True, slots=True)
class PreviewMatch:
    """A comment that a filter would have matched. excerpt: its text around the first match; spans: the
    matches within the excerpt; where: the fields that matched. created_at: ms.
    """

    comment_id: str
    status: Status
    author_name: str
    excerpt: str
    spans: tuple[Span, ...]
    where: tuple[str, ...]
    created_at: int


@dataclass(frozen=True, slots=True)
class FilterPreview:
    """What a filter would have matched.

    examined: comments looked at, the newest of the last `days`. complete: whether those were all.
    by_status: matching comments by their present status. words: the words matched, with how often.
    collisions: the same for longer words of which only a part matched ("specialist" for "cialis").
    """

    days: int
    examined: int
    complete: bool
    matched: int
    by_status: dict[Status, int]
    words: list[tuple[str, int]]
    collisions: list[tuple[str, int]]
    matches: list[PreviewMatch]


def preview(
    store: Store,
    site_id: str,
    draft: FilterDraft,
    *,
    now: int,
    clock: Callable[[], float],
    days: int = PREVIEW_DAYS,
    limit: int = PREVIEW_LIMIT,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> FilterPreview:
    """What the filter would have matched among the site's comments of the last days.

    clock: seconds, monotonic; after PREVIEW_SECONDS it stops and the preview is incomplete, as it does once
    is_cancelled() is true. Raises Invalid as filters.add_filter().
    """
    enabled = stored_filter(replace(draft, enabled=True))
    compiled = CompiledFilter(enabled, filter_set(site_id, 1, [enabled], store.crypto).keys)
    first_id = timed_id("cmt", max(0, now - days * DAY_MS), bytes(10))
    until = clock() + PREVIEW_SECONDS
    tally = _Tally(_without_wildcards(draft))
    examined = 0
    complete = True
    with store.read() as connection:
        site = sites.get_site(connection, site_id)
        language = site.language if site else ""
        for comment in filters.past_comments(connection, site_id, first_id, limit):
            if clock() > until or is_cancelled():
                complete = False
                break
            examined += 1
            if places := compiled.places(candidate_of(comment, store.crypto, language=language)):
                tally.add(comment, places)
    return FilterPreview(
        days,
        examined,
        complete and examined < limit,
        tally.by_status.total(),
        dict(tally.by_status),
        tally.words.most_common(SHOWN_LIMIT),
        tally.collisions.most_common(SHOWN_LIMIT) if draft.action is not FilterAction.TRUST else [],
        tally.matches,
    )


@dataclass(slots=True)
class _Tally:
    """What has matched so far. literal: the filter's words without their wildcards."""

    literal: frozenset[str]
    by_status: Counter[Status] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    collisions: Counter[str] = field(default_factory=Counter)
    matches: list[PreviewMatch] = field(default_factory=list)

    def add(self, comment: PastComment, places: list[FilterMatch]) -> None:
        self.by_status[Status(comment.status)] += 1
        for place in places:
            if place.written:
                self.words[place.written.lower()[:_TERM_LIMIT]] += 1
            whole_word = _surrounding_word(comment.text, place.span) or _wildcard_match(
                place, self.literal
            )
            if whole_word:
                self.collisions[whole_word.lower()[:_TERM_LIMIT]] += 1
        if len(self.matches) < SHOWN_LIMIT:
            self.matches.append(_match(comment, places))


def _surrounding_word(text: str, span: Span | None) -> str:
    """The word of which the span is only a part; '' if it is a whole word, or not in the text."""
    if span is None:
        return ""
    start, end = span.start, span.end
    while (
        start > 0
        and span.start - start < _WORD_MARGIN
        and _is_word_letter(text[start - 1])
        and _is_word_letter(text[start])
    ):
        start -= 1
    while (
        end < len(text)
        and end - span.end < _WORD_MARGIN
        and _is_word_letter(text[end])
        and _is_word_letter(text[end - 1])
    ):
        end += 1
    return "" if (start, end) == (span.start, span.end) else text[start:end]


def _without_wildcards(draft: FilterDraft) -> frozenset[str]:
    """The words of a filter without their wildcards; empty if it has no wildcard."""
    entries = [without_comment(entry).lower() for entry in draft.entries]
    if draft.kind is not FilterKind.WORDS or not any("*" in entry for entry in entries):
        return frozenset()
    return frozenset(" ".join(entry.replace("*", "").split()) for entry in entries)


def _wildcard_match(place: FilterMatch, literal: frozenset[str]) -> str:
    """What matched through a wildcard; '' if the entry matched without it."""
    written = " ".join(place.written.lower().split())
    return written if literal and written and written not in literal else ""


def _is_word_letter(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _match(comment: PastComment, places: list[FilterMatch]) -> PreviewMatch:
    spans = [place.span for place in places if place.span]
    begin = max(0, spans[0].start - _EXCERPT_MARGIN) if spans else 0
    end = min(len(comment.text), (spans[0].end if spans else 0) + _EXCERPT_MARGIN)
    spans_in_excerpt = tuple(
        Span(span.start - begin, span.end - begin)
        for span in spans
        if begin <= span.start and span.end <= end
    )
    fields = tuple(dict.fromkeys(place.field for place in places))
    return PreviewMatch(
        comment.id,
        Status(comment.status),
        comment.author_name,
        comment.text[begin:end],
        spans_in_excerpt,
        fields,
        comment.created_at,
    )
