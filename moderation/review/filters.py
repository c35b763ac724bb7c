"""A site's own filters: kept, changed, taken away, and tried on the last weeks before they are kept."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from moderation.domain.comment import Status
from moderation.domain.errors import Conflict, NotFound
from moderation.domain.filter import (
    FILTER_LIMIT,
    Filter,
    FilterAction,
    FilterDraft,
    FilterKind,
    without_comment,
)
from moderation.domain.ids import timed_id
from moderation.domain.score import Span
from moderation.scorers.site.filters import CompiledFilter, FilterMatch
from moderation.store import filters, sites
from moderation.store.candidates import candidate_of
from moderation.store.filters import PastComment, filter_set, stored
from moderation.store.sql.engine import Store

Entropy = Callable[[int], bytes]

DAY = 86_400_000  # ms
PREVIEW_DAYS = 30
PREVIEW_LIMIT = 20_000  # comments; some seconds of one core
PREVIEW_SECONDS = 8.0
SHOWN_LIMIT = 20  # comments, words and collisions
_EXCERPT_MARGIN = 60  # characters of the text on either side of what matched


def list_filters(store: Store, site_ids: Collection[str]) -> list[Filter]:
    """Every filter of these sites, oldest first."""
    with store.read() as connection:
        return filters.of_sites(connection, site_ids)


def get_filter(store: Store, site_ids: Collection[str], filter_id: str) -> Filter:
    """One filter. Raises NotFound, alike for what is not there and for what is another site's."""
    with store.read() as connection:
        return _existing(filters.get(connection, filter_id, site_ids))


def add_filter(
    store: Store, site_id: str, draft: FilterDraft, by: str, *, now: int, entropy: Entropy
) -> Filter:
    """Keeps a filter; comments that are judged from now on meet it.

    by: who, as in Filter.changed_by. Raises Invalid with the entry that cannot be one, Conflict
    where the site has FILTER_LIMIT already.
    """
    CompiledFilter(draft, {})
    made = stored(
        draft,
        id=timed_id("flt", now, entropy(10)),
        site_id=site_id,
        version=1,
        changed_by=by,
        created_at=now,
        changed_at=now,
    )
    with store.write() as connection:
        if not filters.lock_site(connection, site_id):
            raise NotFound("There is no such site.")
        if len(filters.of_sites(connection, [site_id])) >= FILTER_LIMIT:
            raise Conflict(f"A site has at most {FILTER_LIMIT} filters.")
        filters.add(connection, made)
    return made


def change_filter(
    store: Store,
    site_ids: Collection[str],
    filter_id: str,
    draft: FilterDraft,
    by: str,
    expected: int | None = None,
    *,
    now: int,
) -> Filter:
    """The filter as the draft says, one version on.

    expected: the version that was looked at; None changes whatever stands. Raises NotFound, Invalid,
    or Conflict where somebody changed it meanwhile.
    """
    CompiledFilter(draft, {})
    with store.write() as connection:
        old = _unchanged(_existing(filters.get(connection, filter_id, site_ids)), expected)
        made = stored(
            draft,
            id=old.id,
            site_id=old.site_id,
            version=old.version + 1,
            changed_by=by,
            created_at=old.created_at,
            changed_at=now,
        )
        filters.change(connection, made)
    return made


def switch_filter(
    store: Store, site_ids: Collection[str], filter_id: str, enabled: bool, by: str, *, now: int
) -> Filter:
    """The filter on or off, else as it is. Raises NotFound."""
    with store.write() as connection:
        old = _existing(filters.get(connection, filter_id, site_ids))
        made = replace(old, enabled=enabled, version=old.version + 1, changed_by=by, changed_at=now)
        filters.change(connection, made)
    return made


def remove_filter(
    store: Store, site_ids: Collection[str], filter_id: str, expected: int | None = None
) -> Filter:
    """Takes a filter away; returns it, for whoever wants it back. Raises NotFound or Conflict."""
    with store.write() as connection:
        old = _unchanged(_existing(filters.get(connection, filter_id, site_ids)), expected)
        filters.remove(connection, old)
    return old


def _existing(found: Filter | None) -> Filter:
    if found is None:
        raise NotFound("There is no such filter.")
    return found


def _unchanged(found: Filter, expected: int | None) -> Filter:
    if expected is not None and expected != found.version:
        raise Conflict("Somebody has changed this filter meanwhile.")
    return found


@dataclass(frozen=True, slots=True)
class PreviewMatch:
    """A comment that a filter would have matched. excerpt: its text around the first place, with
    spans within the excerpt; where: the fields.
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
    by_status: what became of those that match. words: what was matched, with how often. collisions:
    longer words that matched for a part of them ("specialist" for "cialis"), the same way.
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
) -> FilterPreview:
    """What the filter would have matched among the site's comments of the last days; keeps nothing.

    clock: seconds, monotonic; after TRIAL_SECONDS it stops and says so. Raises Invalid as `add`.
    """
    made = stored(replace(draft, enabled=True))
    compiled = CompiledFilter(made, filter_set(site_id, 1, [made], store.seal).keys)
    literal = _literal(draft)
    first = timed_id("cmt", max(0, now - days * DAY), bytes(10))
    until = clock() + PREVIEW_SECONDS
    examined = matched = 0
    complete = True
    by_status: Counter[Status] = Counter()
    words: Counter[str] = Counter()
    collisions: Counter[str] = Counter()
    matches: list[PreviewMatch] = []
    with store.read() as connection:
        site = sites.get_site(connection, site_id)
        language = site.language if site else ""
        for one in filters.past_comments(connection, site_id, first, limit):
            if clock() > until:
                complete = False
                break
            examined += 1
            if not (places := compiled.places(candidate_of(one, store.seal, language=language))):
                continue
            matched += 1
            by_status[Status(one.status)] += 1
            for place in places:
                if place.written:
                    words[place.written.lower()[:80]] += 1
                if whole := _surrounding_word(one.text, place.span) or _wildcard_match(
                    place, literal
                ):
                    collisions[whole.lower()[:80]] += 1
            if len(matches) < SHOWN_LIMIT:
                matches.append(_match(one, places))
    return FilterPreview(
        days,
        examined,
        complete and examined < limit,
        matched,
        dict(by_status),
        words.most_common(SHOWN_LIMIT),
        collisions.most_common(SHOWN_LIMIT) if draft.action is not FilterAction.TRUST else [],
        matches,
    )


def _surrounding_word(text: str, span: Span | None) -> str:
    """The whole word of which a place is only a part; '' where it is whole, or not in the text."""
    if span is None:
        return ""
    start, end = span.start, span.end
    while (
        start > 0
        and span.start - start < 40
        and _is_word_letter(text[start - 1])
        and _is_word_letter(text[start])
    ):
        start -= 1
    while (
        end < len(text)
        and end - span.end < 40
        and _is_word_letter(text[end])
        and _is_word_letter(text[end - 1])
    ):
        end += 1
    return "" if (start, end) == (span.start, span.end) else text[start:end]


def _literal(draft: FilterDraft) -> frozenset[str]:
    """What the words of a filter are without their wildcards; empty where it has none."""
    entries = [without_comment(one).lower() for one in draft.entries]
    if draft.kind is not FilterKind.WORDS or not any("*" in one for one in entries):
        return frozenset()
    return frozenset(" ".join(one.replace("*", "").split()) for one in entries)


def _wildcard_match(place: FilterMatch, literal: frozenset[str]) -> str:
    """What a wildcard made of an entry; '' where it made nothing of it."""
    written = " ".join(place.written.lower().split())
    return written if literal and written and written not in literal else ""


def _is_word_letter(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _match(one: PastComment, places: list[FilterMatch]) -> PreviewMatch:
    spans = [place.span for place in places if place.span]
    begin = max(0, spans[0].start - _EXCERPT_MARGIN) if spans else 0
    end = min(len(one.text), (spans[0].end if spans else 0) + _EXCERPT_MARGIN)
    inside = tuple(
        Span(span.start - begin, span.end - begin)
        for span in spans
        if begin <= span.start and span.end <= end
    )
    fields = tuple(dict.fromkeys(place.field for place in places))
    return PreviewMatch(
        one.id,
        Status(one.status),
        one.author_name,
        one.text[begin:end],
        inside,
        fields,
        one.created_at,
    )
