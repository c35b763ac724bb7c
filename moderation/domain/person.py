"""By what somebody's comments are found: an e-mail, a browser's token, the site's own id of a user, or one of the comments."""

from collections.abc import Mapping
from dataclasses import dataclass

from moderation.domain.errors import Invalid


@dataclass(frozen=True, slots=True)
class PersonRef:
    """One of the four; the others are ''. author_id: as the site's server sends it with comments. comment_id: of one that they
    wrote.
    """

    email: str = ""
    browser_token: str = ""
    author_id: str = ""
    comment_id: str = ""

    @property
    def kind(self) -> str:
        """email, browser_token, author_id or comment_id."""
        if self.email:
            return "email"
        if self.comment_id:
            return "comment_id"
        return "browser_token" if self.browser_token else "author_id"


def check_person(ref: PersonRef) -> PersonRef:
    """The reference. Raises Invalid where it names none or several."""
    if sum(map(bool, (ref.email, ref.browser_token, ref.author_id, ref.comment_id))) != 1:
        raise Invalid(
            "Name an e-mail, a browser's token, an author's id or a comment's id, and only one of them."
        )
    if ref.email and "@" not in ref.email:
        raise Invalid("/email: Is not an e-mail address.", "/email")
    return ref


@dataclass(frozen=True, slots=True)
class KeptText:
    """A revision of a comment."""

    revision: int
    text: str
    created_at: str


@dataclass(frozen=True, slots=True)
class KeptSignal:
    """What was measured of its newest revision. model, note: '' for none."""

    name: str
    value: float
    model: str
    note: str


@dataclass(frozen=True, slots=True)
class KeptReason:
    """Why it was decided so."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """What was decided about it. actor: policy, moderator or import; which moderator is not the person's data. sentence: to
    the person, '' for none.
    """

    sequence: int
    outcome: str
    actor: str
    reasons: tuple[KeptReason, ...]
    sentence: str
    created_at: str


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """What the site's endpoints were told. deliveries: to how many of them."""

    type: str
    deliveries: int
    created_at: str


@dataclass(frozen=True, slots=True)
class SuggestedScore:
    """A score that a client of a compatible API suggested for the same text."""

    attribute: str
    value: float
    created_at: str


@dataclass(frozen=True, slots=True)
class KeptNote:
    """What a moderator noted about the comment or its author."""

    text: str
    created_at: str


@dataclass(frozen=True, slots=True)
class KeptReport:
    """That a reader reported the comment. What readers wrote is not the writer's data."""

    reason: str
    created_at: str


@dataclass(frozen=True, slots=True)
class KeptAppeal:
    """An appeal of the writer. note: what was answered, '' for nothing."""

    text: str
    state: str
    note: str
    created_at: str


@dataclass(frozen=True, slots=True)
class KeptOpinion:
    """What a chat model said of the comment. revision: of the text that it is about."""

    revision: int
    model: str
    label: str
    probability: float
    reason: str
    created_at: str


@dataclass(frozen=True, slots=True)
class SentReport:
    """A report that the person sent."""

    comment_id: str
    reason: str
    note: str
    created_at: str


@dataclass(frozen=True, slots=True)
class SentNotice:
    """A notice of illegal content that the person sent. appeals: what they said against the decision about it."""

    comment_id: str
    name: str
    email: str
    why: str
    state: str
    created_at: str
    appeals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonComment:
    """All that is kept of one comment of a person; times are RFC 3339.

    email, address: decrypted, '' where not kept. network, user_agent, referrer: until `forgotten_at`, then ''.
    idempotency_keys: under which it was sent. akismet_check: whether a client asked about it. sketch: whether hashes of
    its pieces are kept, to find copies.
    """

    id: str
    site_id: str
    page_url: str
    page_title: str
    parent_id: str
    status: str
    created_at: str
    author_name: str
    author_url: str
    email: str
    address: str
    network: str
    user_agent: str
    referrer: str
    forgotten_at: str
    texts: tuple[KeptText, ...]
    signals: tuple[KeptSignal, ...]
    decisions: tuple[KeptDecision, ...]
    events: tuple[KeptEvent, ...]
    campaign_id: str
    sketch: bool
    akismet_check: bool
    idempotency_keys: tuple[str, ...]
    suggested_scores: tuple[SuggestedScore, ...]
    notes: tuple[KeptNote, ...]
    reports: tuple[KeptReport, ...]
    appeals: tuple[KeptAppeal, ...]
    corrections: tuple[str, ...]
    second_opinion: KeptOpinion | None


@dataclass(frozen=True, slots=True)
class PersonErased:
    """What was found of a person, by store, and how much of it was erased.

    rewritten: whether SQLite's file was rewritten, so that no deleted byte is left in it; None for PostgreSQL.
    """

    found: Mapping[str, int]
    erased: int
    complete: bool
    rewritten: bool | None
