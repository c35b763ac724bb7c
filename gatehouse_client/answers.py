"""What Gatehouse answers, as dataclasses. A field that a newer service adds is left out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Json = Mapping[str, Any]
Made = TypeVar("Made", bound="DataclassInstance")


def known(cls: type[Made], data: Json, **read: Any) -> Made:
    """The dataclass, from those members of a JSON object that it knows. read: what was read already."""
    names = [each.name for each in fields(cls)]
    return cls(**{name: read[name] if name in read else data[name] for name in names})


def moment(text: str) -> datetime:
    """An aware datetime of RFC 3339 ('2026-11-25T12:00:00.000Z')."""
    return datetime.fromisoformat(text)


def moment_or_none(text: str | None) -> datetime | None:
    return moment(text) if text else None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a 202 promises: the comment is on disk. author_token: lets its writer ask after it; status_page does so in
    a browser, None from a Gatehouse that has no such page.
    browser_token: goes along with the next comment from the same browser; None for the site's own server.
    """

    id: str
    status: str
    status_url: str
    author_token: str
    created_at: datetime
    browser_token: str | None = None
    status_page: str | None = None

    @classmethod
    def read(cls, data: Json) -> "Receipt":
        later = {name: data.get(name) for name in ("browser_token", "status_page")}
        return known(cls, data, created_at=moment(data["created_at"]), **later)


@dataclass(frozen=True, slots=True)
class Page:
    """One article. id: the site's own, None where it gave none. title_verified: whether the site's server
    gave the title; else it is what the first commenter sent.
    """

    url: str
    title: str | None
    id: str | None
    title_verified: bool = False

    @classmethod
    def read(cls, data: Json) -> "Page":
        return cls(data["url"], data["title"], data["id"], data.get("title_verified", False))


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote, as typed in. badge: staff | author, by the word of the site's server; None for neither."""

    name: str
    url: str | None
    badge: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why. label, value, threshold: the signal that crossed a line, and the line. spans: [start, end)
    in code points of the text; spans_due: they are still sought, and there seconds later.
    """

    code: str
    message: str
    label: str = ""
    value: float | None = None
    threshold: float | None = None
    spans: tuple[tuple[int, int], ...] = ()
    spans_due: bool = False

    @classmethod
    def read(cls, data: Json) -> "Reason":
        return cls(
            data["code"],
            data["message"],
            data.get("label", ""),
            data.get("value"),
            data.get("threshold"),
            _spans(data.get("spans", ())),
            data.get("spans_due", False),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """One entry of a comment's history; the latest rules. outcome: approve | hold | reject | spam.

    actor: policy | moderator | import. version: of the policy, None for people. takes_back: the
    sequence of the decision that it takes back, None for none. revision: of the text that it is about. sentence: a moderator's to the writer, None for none.
    replies: how many were decided along with it; only in the answer to decide() and undo_decision(). scope: the part of the site that the
    policy is for, None for the whole.
    """

    sequence: int
    outcome: str
    actor: str
    actor_id: str
    version: str | None
    reasons: tuple[Reason, ...]
    created_at: datetime
    takes_back: int | None = None
    revision: int = 1
    replies: int = field(default=0, compare=False)
    sentence: str | None = None
    scope: str | None = None

    @classmethod
    def read(cls, data: Json) -> "Decision":
        actor = data["actor"]
        return cls(
            data["sequence"],
            data["outcome"],
            actor["kind"],
            actor["id"],
            actor["version"],
            tuple(Reason.read(reason) for reason in data["reasons"]),
            moment(data["created_at"]),
            data.get("takes_back"),
            data.get("revision", 1),
            data.get("replies", 0),
            data.get("sentence"),
            actor.get("scope"),
        )


@dataclass(frozen=True, slots=True)
class Signal:
    """One measured fact. model, sha256: where it is a model's score, a probability 0..1."""

    name: str
    value: float
    scorer: str
    model: str | None
    sha256: str | None
    note: str | None
    spans: tuple[tuple[int, int], ...]

    @classmethod
    def read(cls, data: Json) -> "Signal":
        return known(cls, data, spans=_spans(data["spans"]))


@dataclass(frozen=True, slots=True)
class Correction:
    """That a person called a score wrong. revision: of the text that it is about. score, model: what was measured then."""

    label: str
    revision: int
    actor_id: str
    score: float
    model: str | None
    created_at: datetime

    @classmethod
    def read(cls, data: Json) -> "Correction":
        actor_id, created_at = data["actor"]["id"], moment(data["created_at"])
        return known(cls, data, actor_id=actor_id, created_at=created_at)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who is about to decide about a comment, and until when. actor_id: of a person, or of a key of the site. while_open: they
    have it open, or next.
    """

    actor_id: str
    until: datetime
    while_open: bool = False

    @classmethod
    def read(cls, data: Json) -> "Claim":
        return cls(data["actor"]["id"], moment(data["until"]), data.get("while_open", False))


@dataclass(frozen=True, slots=True)
class OpenComments:
    """mine: ids of comments that are this key's for 15 seconds. others: who has which of the others. gone: ids of those that wait
    for nobody any more.
    """

    mine: tuple[str, ...]
    others: Mapping[str, Claim]
    gone: tuple[str, ...]

    @classmethod
    def read(cls, data: Json) -> "OpenComments":
        others = {each["id"]: Claim.read(each["claim"]) for each in data["others"]}
        return cls(tuple(data["mine"]), others, tuple(data["gone"]))


@dataclass(frozen=True, slots=True)
class Revision:
    """A text that a comment had before its writer changed it."""

    revision: int
    text: str
    created_at: datetime

    @classmethod
    def read(cls, data: Json) -> "Revision":
        return known(cls, data, created_at=moment(data["created_at"]))


@dataclass(frozen=True, slots=True)
class OpenReports:
    """What readers reported and no person has looked at. count: of readers. reasons: how many gave which."""

    count: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    first_at: datetime | None = None

    @classmethod
    def read(cls, data: Json) -> "OpenReports":
        return known(cls, data, first_at=moment_or_none(data["first_at"]))


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What a chat model says of a held comment: fine, unsure or remove. reason: plain text by a model that has read the comment,
    so no more to be trusted than that.
    """

    model: str
    label: str
    probability: float
    reason: str
    created_at: datetime

    @classmethod
    def read(cls, data: Json) -> "SecondOpinion":
        return known(cls, data, created_at=moment(data["created_at"]))


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as the site's secret key reads it: neither e-mail nor address.

    status: pending | approved | held | rejected | spam | withdrawn | erased. decision: None while pending. claim: None
    where nobody is about to decide. edited_at, earlier: when its writer changed it last, None for never, and what it was
    before.
    """

    id: str
    site_id: str
    page: Page
    parent_id: str | None
    author: Author
    text: str
    status: str
    created_at: datetime
    revision: int
    scores: Mapping[str, float]
    signals: tuple[Signal, ...]
    decision: Decision | None
    claim: Claim | None = None
    edited_at: datetime | None = None
    earlier: tuple[Revision, ...] = ()
    withdrawn_at: datetime | None = None
    reports: OpenReports = OpenReports()
    second_opinion: SecondOpinion | None = None

    @classmethod
    def read(cls, data: Json) -> "Comment":
        opinion = data.get("second_opinion")
        return known(
            cls,
            data,
            page=Page.read(data["page"]),
            author=known(Author, data["author"]),
            created_at=moment(data["created_at"]),
            signals=tuple(Signal.read(signal) for signal in data["signals"]),
            decision=Decision.read(data["decision"]) if data["decision"] else None,
            claim=Claim.read(data["claim"]) if data.get("claim") else None,
            edited_at=moment_or_none(data.get("edited_at")),
            earlier=tuple(Revision.read(text) for text in data.get("earlier", ())),
            withdrawn_at=moment_or_none(data.get("withdrawn_at")),
            reports=OpenReports.read(data["reports"]) if "reports" in data else OpenReports(),
            second_opinion=SecondOpinion.read(opinion) if opinion else None,
        )


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody noted for colleagues. actor_id: of a person, or of a key of the site."""

    id: str
    text: str
    actor_id: str
    created_at: datetime

    @classmethod
    def read(cls, data: Json) -> "Note":
        created_at = moment(data["created_at"])
        return known(cls, data, actor_id=data["actor"]["id"], created_at=created_at)


@dataclass(frozen=True, slots=True)
class PersonErased:
    """What was found of a person, by kind, and how many comments were erased. complete: whether nothing is left. rewritten: of
    SQLite, whether its file holds no deleted byte any more.
    """

    found: Mapping[str, int]
    erased: int
    complete: bool
    rewritten: bool | None

    @classmethod
    def read(cls, data: Json) -> "PersonErased":
        return known(cls, data)


@dataclass(frozen=True, slots=True)
class Expiring:
    """What a term would erase now. oldest_at: since when the first of the comments has that status, None for none."""

    status: str
    days: int
    comments: int
    oldest_at: datetime | None

    @classmethod
    def read(cls, data: Json) -> "Expiring":
        return known(cls, data, oldest_at=moment_or_none(data["oldest_at"]))


def _spans(pairs: Iterable[Any]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in pairs)
