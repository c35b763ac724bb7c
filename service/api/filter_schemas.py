"""What the API takes in and gives out about filters."""

from typing import Annotated

from pydantic import AwareDatetime, Field
from typing_extensions import TypedDict

from moderation.domain.comment import Status
from moderation.domain.filter import (
    ENTRY_LIMIT,
    NAME_LIMIT,
    Filter,
    FilterAction,
    FilterDraft,
    FilterField,
    FilterKind,
)
from moderation.review.filter_preview import FilterPreview
from service.api import answers
from service.api.fields import FilterEntry, Line, StrictModel, epoch_ms
from service.api.serializers import iso


class FilterIn(StrictModel):
    """A site's own list. kind: words (whole, * for the rest of a word), patterns (RE2), domains, emails,
    networks, authors (keyed hashes). action: hold, spam, reject; trust for domains whose links do not count. fields: where
    words, patterns and domains are looked for; domains of the text in the website, too. exceptions: words; what stands in one does not count.
    until: then it is switched off; null for never.
    """

    name: Annotated[str, Line(NAME_LIMIT, 1), Field(examples=["Gambling"])]
    kind: Annotated[FilterKind, Field(strict=False, examples=["words"])]
    action: Annotated[FilterAction, Field(strict=False, examples=["hold"])]
    entries: Annotated[list[FilterEntry], Field(max_length=ENTRY_LIMIT)]
    exceptions: Annotated[list[FilterEntry], Field(max_length=ENTRY_LIMIT)] = Field([])
    languages: Annotated[list[Annotated[str, Line(20)]], Field(max_length=50)] = Field([])
    fields: Annotated[list[Annotated[FilterField, Field(strict=False)]], Field(max_length=3)] = (
        Field([FilterField.TEXT])
    )
    enabled: bool = True
    until: Annotated[AwareDatetime | None, Field(strict=False)] = None


Entries = Annotated[list[str], Field(examples=[["casino*"]])]


class FilterOut(TypedDict):
    """A filter. changed_by: a moderator's or a key's id, 'command' for the command line."""

    id: answers.FilterId
    name: answers.Title
    kind: FilterKind
    action: FilterAction
    entries: Entries
    exceptions: Entries
    languages: Annotated[list[str], Field(examples=[["en"]])]
    fields: list[FilterField]
    enabled: bool
    until: answers.Moment | None
    version: answers.Count
    changed_by: answers.ModeratorId
    created_at: answers.Moment
    changed_at: answers.Moment


class FilterList(TypedDict):
    """The filters of a site."""

    items: list[FilterOut]


class WordCount(TypedDict):
    """A word and how often it was found."""

    word: answers.Name
    count: answers.Count


class TrialMatch(TypedDict):
    """A comment that the filter would have matched. fields: where."""

    comment_id: answers.CommentId
    status: Status
    author_name: answers.PersonName
    excerpt: answers.Text
    spans: answers.Spans
    fields: Annotated[list[str], Field(examples=[["text"]])]
    created_at: answers.Moment


class FilterTrialOut(TypedDict):
    """What a filter would have matched. examined: comments looked at; complete: whether those were all of these days.
    collisions: longer words of which only a part matched.
    """

    days: answers.Count
    examined: answers.Count
    complete: bool
    matched: answers.Count
    by_status: answers.CountsByStatus
    words: list[WordCount]
    collisions: list[WordCount]
    matches: list[TrialMatch]


def draft_of(body: FilterIn) -> FilterDraft:
    return FilterDraft(
        name=body.name,
        kind=body.kind,
        action=body.action,
        entries=tuple(body.entries),
        exceptions=tuple(body.exceptions),
        languages=tuple(body.languages),
        fields=tuple(dict.fromkeys(body.fields)),
        enabled=body.enabled,
        until=epoch_ms(body.until),
    )


def filter_out(filter: Filter) -> FilterOut:
    return {
        "id": filter.id,
        "name": filter.name,
        "kind": filter.kind,
        "action": filter.action,
        "entries": list(filter.entries),
        "exceptions": list(filter.exceptions),
        "languages": list(filter.languages),
        "fields": list(filter.fields),
        "enabled": filter.enabled,
        "until": iso(filter.until) if filter.until is not None else None,
        "version": filter.version,
        "changed_by": filter.changed_by,
        "created_at": iso(filter.created_at),
        "changed_at": iso(filter.changed_at),
    }


def trial_out(preview: FilterPreview) -> FilterTrialOut:
    return {
        "days": preview.days,
        "examined": preview.examined,
        "complete": preview.complete,
        "matched": preview.matched,
        "by_status": dict(preview.by_status),
        "words": [{"word": word, "count": count} for word, count in preview.words],
        "collisions": [{"word": word, "count": count} for word, count in preview.collisions],
        "matches": [
            {
                "comment_id": match.comment_id,
                "status": match.status,
                "author_name": match.author_name,
                "excerpt": match.excerpt,
                "spans": [(span.start, span.end) for span in match.spans],
                "fields": list(match.where),
                "created_at": iso(match.created_at),
            }
            for match in preview.matches
        ],
    }
