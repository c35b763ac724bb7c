"""Names that only staff should use: the site's own, and those of its moderators."""

from moderation.domain.filter import FilterAction, FilterField, FilterKind
from moderation.domain.names import looks_like
from moderation.domain.score import Candidate, CommentScorer, Signal

_NOTES = {"site": "this site", "staff": "somebody who looks after this site"}


class ProtectedNames(CommentScorer):
    """Signals `site_name`, `staff_name`: 1 where an author who is not known to be staff uses such a name, or one
    that looks like it. A filter of names that trusts makes exceptions.
    """

    name = "names"

    def signals(self, candidate: Candidate) -> tuple[Signal, ...]:
        used = candidate.names.used_by(candidate.author_name)
        by_key = candidate.traces.author_key in candidate.names.staff_keys
        is_staff = by_key or candidate.author_badge != ""
        if not used or is_staff or _is_trusted(candidate):
            return ()
        return (Signal(f"{used}_name", 1.0, self.name, note=_NOTES[used]),)


def _is_trusted(candidate: Candidate) -> bool:
    return any(
        entry.strip() == "*" or looks_like(candidate.author_name, entry.partition("#")[0].strip())
        for trusting in candidate.filters.filters
        if trusting.action is FilterAction.TRUST and trusting.kind is FilterKind.WORDS
        for entry in trusting.entries
        if FilterField.NAME in trusting.fields
    )
