"""What a site lets the writers and readers of comments do, and what it asks of them first."""

from dataclasses import dataclass

from moderation.domain.durations import MINUTE_MS
from moderation.domain.errors import Invalid

EDIT_MINUTES_LIMIT = 10_080  # a week
REPORTERS_LIMIT = 1_000
# Hashes that a browser tries at most: the most are some seconds on a phone, and fewer than the least stop nobody.
WORK_LEAST, WORK_MOST = 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class ReaderRules:
    """edit_minutes: so long after it came a comment may be changed by its writer, 0 never. hold_after_reports: as
    many readers' reports hold a comment that only the policy approved; 0 never. markdown: whether the marks that
    reading/markdown.py knows are shown as what they mean. forewarn: whether the embed asks before it posts if a comment may be
    held. proof_of_work: hashes that a browser tries at most before it posts, WORK_LEAST to WORK_MOST, 0 none. website: whether
    forms ask writers for their website, and readers are led to it.
    """

    edit_minutes: int = 15
    hold_after_reports: int = 0
    markdown: bool = False
    forewarn: bool = False
    proof_of_work: int = 0
    website: bool = False

    def editable_until(self, created_at: int) -> int | None:
        """Until when (ms) the writer may change a comment of this time (ms); None for never."""
        return created_at + self.edit_minutes * MINUTE_MS if self.edit_minutes else None


def check_rules(rules: ReaderRules) -> ReaderRules:
    """The rules. Raises Invalid for a number out of range."""
    if not 0 <= rules.edit_minutes <= EDIT_MINUTES_LIMIT:
        raise Invalid(f"Minutes are 0 (never) to {EDIT_MINUTES_LIMIT:,}.", "/edit_minutes")
    if not 0 <= rules.hold_after_reports <= REPORTERS_LIMIT:
        raise Invalid(f"Readers are 0 (never) to {REPORTERS_LIMIT:,}.", "/hold_after_reports")
    if rules.proof_of_work and not WORK_LEAST <= rules.proof_of_work <= WORK_MOST:
        raise Invalid(f"Hashes are 0 (none) or {WORK_LEAST:,} to {WORK_MOST:,}.", "/proof_of_work")
    return rules
