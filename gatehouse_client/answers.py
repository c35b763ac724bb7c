"""What Gatehouse answers about comments and to moderators, as dataclasses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from gatehouse_client.answer import ACTOR, AT, Answer, Json


@dataclass(frozen=True, slots=True)
class Receipt(Answer):
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


@dataclass(frozen=True, slots=True)
class Page(Answer):
    """One article. id: the site's own, None where it gave none. title_verified: whether the site's server
    gave the title; else it is what the first commenter sent.
    """

    url: str
    title: str | None
    id: str | None
    title_verified: bool = False


@dataclass(frozen=True, slots=True)
class Author(Answer):
    """Who wrote, as typed in. badge: staff | author, by the word of the site's server; None for neither."""

    name: str
    url: str | None
    badge: str | None = None


@dataclass(frozen=True, slots=True)
class Reason(Answer):
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


@dataclass(frozen=True, slots=True)
class Decision(Answer):
    """One entry of a comment's history; the latest rules. outcome: approve | hold | reject | spam.

    actor: policy | moderator | import. version: of the policy, None for people. takes_back: the
    sequence of the decision that it takes back, None for none. revision: of the text that it is about. sentence: a moderator's to the writer, None for none.
    replies: how many were decided along with it; only in the answer to decide() and undo_decision(). scope: the part of the site that the
    policy is for, None for the whole.
    """

    sequence: int
    outcome: str
    actor: str = field(metadata={AT: ("actor", "kind")})
    actor_id: str = field(metadata=ACTOR)
    version: str | None = field(metadata={AT: ("actor", "version")})
    reasons: tuple[Reason, ...]
    created_at: datetime
    takes_back: int | None = None
    revision: int = 1
    replies: int = field(default=0, compare=False)
    sentence: str | None = None
    scope: str | None = field(default=None, metadata={AT: ("actor", "scope")})


@dataclass(frozen=True, slots=True)
class Signal(Answer):
    """One measured fact. model, sha256: where it is a model's score, a probability 0..1."""

    name: str
    value: float
    scorer: str
    model: str | None
    sha256: str | None
    note: str | None
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Correction(Answer):
    """That a person called a score wrong. revision: of the text that it is about. score, model: what was measured then."""

    label: str
    revision: int
    actor_id: str = field(metadata=ACTOR)
    score: float
    model: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Claim(Answer):
    """Who is about to decide about a comment, and until when. actor_id: of a person, or of a key of the site. while_open: they
    have it open, or next.
    """

    actor_id: str = field(metadata=ACTOR)
    until: datetime
    while_open: bool = False


@dataclass(frozen=True, slots=True)
class OpenComments(Answer):
    """mine: ids of comments that are this key's for 15 seconds. others: who has which of the others. gone: ids of those that wait
    for nobody any more.
    """

    mine: tuple[str, ...]
    others: Mapping[str, Claim]
    gone: tuple[str, ...]

    @classmethod
    def read(cls, data: Json) -> Self:
        others = {other["id"]: Claim.read(other["claim"]) for other in data["others"]}
        return cls(tuple(data["mine"]), others, tuple(data["gone"]))


@dataclass(frozen=True, slots=True)
class Revision(Answer):
    """A text that a comment had before its writer changed it."""

    revision: int
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OpenReports(Answer):
    """What readers reported and no person has looked at. count: of readers. reasons: how many gave which."""

    count: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    first_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SecondOpinion(Answer):
    """What a chat model says of a held comment: fine, unsure or remove. reason: plain text by a model that has read the comment,
    so no more to be trusted than that.
    """

    model: str
    label: str
    probability: float
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Comment(Answer):
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


@dataclass(frozen=True, slots=True)
class Note(Answer):
    """What somebody noted for colleagues. actor_id: of a person, or of a key of the site."""

    id: str
    text: str
    actor_id: str = field(metadata=ACTOR)
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PersonErased(Answer):
    """What was found of a person, by kind, and how many comments were erased. complete: whether nothing is left. rewritten: of
    SQLite, whether its file holds no deleted byte any more.
    """

    found: Mapping[str, int]
    erased: int
    complete: bool
    rewritten: bool | None


@dataclass(frozen=True, slots=True)
class Expiring(Answer):
    """What a term would erase now. oldest_at: since when the first of the comments has that status, None for none."""

    status: str
    days: int
    comments: int
    oldest_at: datetime | None
