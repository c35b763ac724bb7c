"""The audit: what was changed that is no decision about a comment, by whom, from what to what."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from moderation.domain.errors import Invalid

COMMAND = "command"  # whoever may run `gatehouse`
SERVICE = "service"  # Gatehouse itself


class Change(StrEnum):
    """What was done. The first word says to what, so that all of one kind can be asked for."""

    AGREEMENT_SETTLED = "agreement.settled"  # who is right where two persons differ
    BULK_STARTED = "bulk.started"
    BULK_UNDONE = "bulk.undone"
    CAMPAIGN_SPLIT = "campaign.split"
    CAMPAIGN_EXCLUDED = "campaign.excluded"
    COMMENT_CORRECTION_REMOVED = "comment.correction_removed"  # that a score was wrong
    COMMENT_ERASED = "comment.erased"
    COMMENT_EXPIRED = "comment.expired"  # several, whose term was over
    COMMENT_PICKED = "comment.picked"  # an editors' pick
    COMMENT_UNPICKED = "comment.unpicked"
    ENDPOINT_ADDED = "endpoint.added"
    ENDPOINT_CHANGED = "endpoint.changed"
    ENDPOINT_DISABLED = "endpoint.disabled"
    ENDPOINT_ENABLED = "endpoint.enabled"
    ENDPOINT_REMOVED = "endpoint.removed"
    ENDPOINT_SECRET_CHANGED = "endpoint.secret_changed"
    FACE_OFF = "face.off"
    FACE_ON = "face.on"
    FACE_SECRET_ADDED = "face.secret_added"
    FILTER_ADDED = "filter.added"
    FILTER_CHANGED = "filter.changed"
    FILTER_REMOVED = "filter.removed"
    IMPORT_ENDED = "import.ended"
    IMPORT_STARTED = "import.started"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    LESSON_UNDONE = "lesson.undone"
    MODERATOR_INVITED = "moderator.invited"
    MODERATOR_INVITATION_CHANGED = "moderator.invitation_changed"
    MODERATOR_INVITATION_WITHDRAWN = "moderator.invitation_withdrawn"
    MODERATOR_CODE_USED = "moderator.recovery_code_used"
    MODERATOR_CODES_MADE = "moderator.recovery_codes_made"
    MODERATOR_FACTOR_OFF = "moderator.second_factor_off"
    MODERATOR_FACTOR_ON = "moderator.second_factor_on"
    MODERATOR_LANGUAGE_SET = "moderator.language_set"
    MODERATOR_LINK_MADE = "moderator.link_made"
    MODERATOR_MAILS_SET = "moderator.mails_set"
    MODERATOR_OWNER_SET = "moderator.owner_set"  # whether they may make sites
    MODERATOR_PASSWORD_SET = "moderator.password_set"
    MODERATOR_PROVIDER_LINKED = (
        "moderator.provider_linked"  # somebody at the provider is this account
    )
    MODERATOR_PROVIDER_UNLINKED = "moderator.provider_unlinked"
    MODERATOR_REMOVED = "moderator.removed"
    MODERATOR_SESSIONS_ENDED = "moderator.sessions_ended"
    PAGE_CLOSED = "page.closed"
    PAGE_CHANGED = "page.changed"
    PAGE_MOVED = "page.moved"
    PAGE_TITLED = "page.titled"
    PERSON_ERASED = "person.erased"
    PERSON_EXPORTED = "person.exported"  # all that is kept of somebody was handed out
    POLICY_CANDIDATE_ENDED = "policy.candidate_ended"
    POLICY_CANDIDATE_STARTED = "policy.candidate_started"
    POLICY_SET = "policy.set"
    MODERATOR_TESTED = "moderator.tested"  # golden items were put before somebody
    REPUTATION_RESET = "reputation.reset"
    REPUTATION_RESET_UNDONE = "reputation.reset_undone"
    ROLE_GRANTED = "role.granted"
    SECOND_OPINION_OFF = "second_opinion.off"
    SECOND_OPINION_ON = "second_opinion.on"
    SECOND_OPINION_PERMITTED = "second_opinion.permitted"  # to approve
    SECOND_OPINION_PERMISSION_ENDED = "second_opinion.permission_ended"
    SECOND_OPINION_ASKED = "second_opinion.asked"  # about comments that people decided on
    SITE_CHANGED = "site.changed"  # its name or its language
    SITE_CLOSED = "site.closed"
    SITE_CREATED = "site.created"
    SITE_PAGES_CHANGED = "site.pages_changed"  # the states of all its pages
    SITE_REVIEWS_CHANGED = "site.reviews_changed"  # the share of decisions that get a second look
    SITE_SAMPLE_CHANGED = "site.sample_changed"  # the size of the weekly sample
    SITE_REASONS_CHANGED = "site.reasons_changed"
    SITE_READERS_CHANGED = "site.readers_changed"
    SITE_RETENTION_CHANGED = "site.retention_changed"  # how long comments are kept
    SITE_REOPENED = "site.reopened"
    SITE_RULES_CHANGED = "site.rules_changed"  # origins, and how pages are told apart
    VIEW_REMOVED = "view.removed"  # one that everybody on the site sees
    VIEW_SHARED = "view.shared"


ENTRIES_SHOWN = 20  # of a list that was changed; of more, the number alone


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change. by: the id of a moderator or a key, COMMAND or SERVICE. site_id: '' of no single site.

    about: what was changed, as its id, a URL or a word. before, after: only what differs between them; empty
    where there is nothing to compare. at: ms.
    """

    number: int
    site_id: str
    by: str
    change: str
    about: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    at: int


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries. since, until: ms, from then on and before then. change: one, or the first word of several."""

    since: int = 0
    until: int | None = None
    by: str = ""
    change: str = ""
    about: str = ""


def list_difference(before: Collection[str], after: Collection[str]) -> dict[str, Any]:
    """What was added to a list and what was taken out, or how many where that are more than ENTRIES_SHOWN."""
    old, new = set(before), set(after)
    found = {"added": sorted(new - old), "removed": sorted(old - new)}
    return {
        name: entries if len(entries) <= ENTRIES_SHOWN else len(entries)
        for name, entries in found.items()
        if entries
    }


def check_change(text: str) -> str:
    """A change, or the first word of several. Raises Invalid for what is neither."""
    if text and not any(change == text or change.startswith(f"{text}.") for change in Change):
        raise Invalid("There is no such change: see docs/audit.md.", "/action")
    return text
