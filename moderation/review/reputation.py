"""Reputations of authors, domains and networks: looked up, explained, reset."""

from collections.abc import Collection
from dataclasses import dataclass

from moderation.domain.audit import Change
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Conflict, NotFound
from moderation.domain.ids import Entropy
from moderation.domain.reputation import (
    KEPT_DAYS,
    ReputationScore,
    Subject,
    SubjectKind,
    reputation_score,
)
from moderation.review.filings import undo_domain_filings
from moderation.review.queues import existing_comment
from moderation.store import audit, reputations
from moderation.store.reputations import Reset, Vote
from moderation.store.sql.engine import Connection, Store

SHOWN_DECISIONS = 20  # the newest of those behind a reputation


@dataclass(frozen=True, slots=True)
class Reputation:
    """A reputation and what it rests on.

    votes: the last SHOWN_DECISIONS decisions, newest first; those up to `counts_after` (ms) do not count.
    resets: first to last.
    """

    subject: Subject
    repute: ReputationScore
    votes: tuple[Vote, ...]
    resets: tuple[Reset, ...]

    @property
    def counts_after(self) -> int:
        return self.resets[-1].counts_after if self.resets else 0

    @property
    def sequence(self) -> int:
        """Of the last reset, 0 for none."""
        return self.resets[-1].sequence if self.resets else 0

    @property
    def can_undo(self) -> bool:
        """Whether the last reset is in force."""
        return bool(self.resets) and self.resets[-1].counts_after == self.resets[-1].created_at


def of_comment(
    store: Store, site_ids: Collection[str], comment_id: str, now: int
) -> list[tuple[Subject, ReputationScore]]:
    """The reputations of a comment's author, network and linked domains.

    Those of which nothing is known are included. Raises NotFound for a comment of another site.
    """
    with store.read() as connection:
        existing_comment(connection, site_ids, comment_id)
        subjects = sorted(reputations.subjects_of(connection, [comment_id])[comment_id].subjects)
        weeks = reputations.counts_of(connection, subjects)
    return [
        (subject, reputation_score(subject.kind, weeks.get(subject, ()), now))
        for subject in subjects
    ]


def get_reputation(store: Store, subject: Subject, now: int) -> Reputation:
    """One reputation with its history. Raises NotFound if nothing was ever decided about it."""
    with store.read() as connection:
        return _reputation(connection, subject, now)


def list_by_kind(
    store: Store, site_id: str, kind: SubjectKind, now: int, after: str = "", limit: int = 25
) -> list[tuple[Subject, ReputationScore]]:
    """The reputations of one kind on a site, by name, past the name `after`."""
    with store.read() as connection:
        weeks_by_subject = reputations.list_by_kind(connection, site_id, kind, after, limit)
    return [
        (subject, reputation_score(subject.kind, weeks, now))
        for subject, weeks in weeks_by_subject.items()
    ]


def reset(
    store: Store,
    moderator_id: str,
    subject: Subject,
    expected_sequence: int | None = None,
    *,
    undo: bool = False,
    now: int,
    entropy: Entropy,
) -> Reputation:
    """Starts a reputation afresh: decisions made until now no longer count. undo: takes the last reset back.

    What the policy filed for a domain's bad name is held again.

    expected_sequence: of the last reset the moderator saw; None resets in any case. Raises NotFound if
    nothing was ever decided about it, Conflict if somebody else has reset it meanwhile, or if there is no
    reset in force to take back.
    """
    with store.write() as connection:
        reputations.lock(connection, subject)
        reputation = _reputation(connection, subject, now)
        if expected_sequence is not None and expected_sequence != reputation.sequence:
            raise Conflict("Somebody has reset this reputation meanwhile.")
        counts_after = now
        if undo:
            if not reputation.can_undo:
                raise Conflict("There is no reset to take back.")
            earlier = reputation.resets[:-1]
            counts_after = earlier[-1].counts_after if earlier else 0
        entry = Reset(reputation.sequence + 1, counts_after, moderator_id, now)
        reputations.reset(connection, subject, entry)
        if subject.kind is SubjectKind.DOMAIN:
            undo_domain_filings(connection, subject, now - KEPT_DAYS * DAY_MS, now, entropy)
        # Authors and networks are known by keyed hashes, which the audit does not keep.
        name = subject.name if subject.kind is SubjectKind.DOMAIN else ""
        about = f"{subject.kind} {name}".rstrip()
        did = Change.REPUTATION_RESET_UNDONE if undo else Change.REPUTATION_RESET
        audit.record(connection, moderator_id, did, subject.site_id, about)
        return _reputation(connection, subject, now)


def _reputation(connection: Connection, subject: Subject, now: int) -> Reputation:
    votes = reputations.newest(connection, subject, SHOWN_DECISIONS)
    resets = reputations.resets_of(connection, subject)
    if not votes and not resets:
        raise NotFound("Nothing has been decided about this yet.")
    weeks = reputations.counts_of(connection, [subject]).get(subject, [])
    return Reputation(
        subject, reputation_score(subject.kind, weeks, now), tuple(votes), tuple(resets)
    )
