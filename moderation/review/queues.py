"""The moderators' queues, and the card that shows one comment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields

from moderation.domain.comment import Status
from moderation.domain.decision import Decision
from moderation.domain.errors import NotFound
from moderation.domain.order import NEWEST, OLDEST
from moderation.domain.proposal import Proposal, ProposalState
from moderation.domain.score import Findings, Signal
from moderation.store import (
    claims,
    comments,
    counts,
    decisions,
    held_ranks,
    legal_notices,
    proposals,
    queues,
    reach,
    replies,
    reports,
    second_opinions,
)
from moderation.store.claims import Claim
from moderation.store.comments import Revision
from moderation.store.queues import QueueEntry
from moderation.store.reports import OpenReports, Report
from moderation.store.second_opinions import StoredOpinion
from moderation.store.sql.engine import Connection, Store

# The queues in the order they are shown: what waits for a moderator comes first.
QUEUE_ORDER = (Status.HELD, Status.PENDING, Status.APPROVED, Status.REJECTED, Status.SPAM)
# All that a search looks through.
SEARCHED = (*QUEUE_ORDER, Status.WITHDRAWN)
# Queues of waiting comments are worked through oldest first; in the others people look things up.
_OLDEST_FIRST = {Status.HELD, Status.PENDING}


@dataclass(frozen=True, slots=True)
class CommentCard(QueueEntry):
    """Everything a moderator sees of a comment. decisions: first to last; the last one is in force, unless the
    text was changed since.

    earlier: the texts that it had before, first to last. open_reports: of readers, to be looked at. legal_notices: how many wait. replies: how many
    answer it, near or far, that are not removed. claim: None where nobody has claimed it. second_opinion: about this
    text, None for none. proposals: of trainees, first to last, whatever became of them.
    """

    findings: Findings
    decisions: tuple[Decision, ...]
    earlier: tuple[Revision, ...]
    open_reports: OpenReports
    legal_notices: int
    replies: int
    claim: Claim | None
    second_opinion: StoredOpinion | None
    proposals: tuple[Proposal, ...] = ()

    @property
    def proposal(self) -> Proposal | None:
        """The one that waits for another person, None where there is none."""
        return next(
            (proposal for proposal in self.proposals if proposal.state is ProposalState.OPEN), None
        )

    @property
    def scores(self) -> dict[str, float]:
        return {signal.name: signal.value for signal in self.findings.signals if signal.is_score}

    @property
    def signals(self) -> tuple[Signal, ...]:
        return self.findings.signals

    @property
    def decision(self) -> Decision | None:
        is_pending = self.status is Status.PENDING
        return self.decisions[-1] if self.decisions and not is_pending else None

    @property
    def edited_at(self) -> int | None:
        """When the text was changed last, ms; None where it is as it came."""
        return self.text_at if self.revision > 1 else None


def cards_of(connection: Connection, entries: Sequence[QueueEntry]) -> list[CommentCard]:
    """The cards of comments, in the same order."""
    ids = [entry.id for entry in entries]
    histories = decisions.histories(connection, ids)
    findings = decisions.newest_findings(connection, ids)
    reply_counts = replies.counts_below(connection, ids)
    claims_by_comment = claims.live(connection, ids)
    opinions = {
        (opinion.comment_id, opinion.revision): opinion
        for opinion in second_opinions.of_comments(connection, ids).values()
    }
    proposals_by_comment = proposals.of_comments(connection, ids)
    edited = [entry.id for entry in entries if entry.revision > 1]
    texts = comments.revisions_of(connection, edited) if edited else {}
    # Only what was published can have some.
    decided = [entry.id for entry in entries if entry.status is not Status.PENDING]
    open_notices = legal_notices.open_of(connection, decided)
    open_reports = reports.open_of(connection, [entry.id for entry in entries if entry.reports])
    return [
        CommentCard(
            **{field.name: getattr(entry, field.name) for field in fields(QueueEntry)},
            findings=findings.get(entry.id, Findings()),
            decisions=tuple(histories[entry.id]),
            open_reports=open_reports.get(entry.id, OpenReports()),
            legal_notices=open_notices.get(entry.id, 0),
            earlier=tuple(texts.get(entry.id, ())[:-1]),
            replies=reply_counts[entry.id],
            claim=claims_by_comment.get(entry.id),
            second_opinion=opinions.get((entry.id, entry.revision)),
            proposals=tuple(proposals_by_comment.get(entry.id, ())),
        )
        for entry in entries
    ]


def usual_order(status: Status) -> str:
    """The order of a queue where no other is asked for."""
    return OLDEST if status in _OLDEST_FIRST else NEWEST


def list_queue(
    store: Store,
    site_id: str,
    status: Status,
    after: str = "",
    limit: int = 25,
    reason: str = "",
    *,
    alone: bool = False,
    not_of_others: str = "",
    not_proposed: bool = False,
) -> list[CommentCard]:
    """Up to `limit` cards of a queue past the comment `after`, '' for the first ones.

    Held and pending comments come oldest first, the others newest first. reason: only comments with this
    reason code, '' for all. alone: without the members of campaigns that are decided as a whole.
    not_of_others: a moderator; without the comments that others have claimed. not_proposed: without those about which
    a proposal is open.
    """
    with store.read() as connection:
        entries = queues.by_status(
            connection,
            site_id,
            status,
            after=after,
            limit=limit,
            newest_first=usual_order(status) == NEWEST,
            reason=reason,
            alone=alone,
            not_of_others=not_of_others,
            not_proposed=not_proposed,
        )
        return cards_of(connection, entries)


def list_reports(
    store: Store, site_ids: Collection[str], comment_id: str, after: str = "", limit: int = 25
) -> list[Report]:
    """Up to `limit` reports of a comment past the report `after`, first to last, whatever became of them.

    Raises NotFound, also for a comment of another site.
    """
    with store.read() as connection:
        existing_comment(connection, site_ids, comment_id)
        return reports.of_comment(connection, comment_id, after, limit)


def count_in_parts(store: Store, site_ids: Collection[str], status: Status) -> int:
    """How many comments with this status there are in these parts of sites. Counted one by one."""
    with store.read() as connection:
        return counts.in_parts(connection, site_ids, status)


def reason_counts_in_parts(
    store: Store, site_ids: Collection[str], status: Status
) -> dict[str, int]:
    """How many of them have which reason code; the most frequent first."""
    with store.read() as connection:
        counts_by_code = counts.of_reasons_in_parts(connection, site_ids, status)
    return dict(sorted(counts_by_code.items(), key=lambda item: (-item[1], item[0])))


def held_counts(store: Store, site_ids: Collection[str]) -> dict[str, int]:
    """How many comments are held on each of these sites."""
    with store.read() as connection:
        counts_by_site = counts.of_sites(connection, site_ids)
    return {site_id: each[Status.HELD] for site_id, each in counts_by_site.items()}


def score_names(store: Store, site_ids: Collection[str]) -> list[str]:
    """The scores that held comments can be put in order by."""
    with store.read() as connection:
        return held_ranks.labels(connection, site_ids)


def reason_counts(store: Store, site_ids: Collection[str], status: Status) -> dict[str, int]:
    """How many comments of a queue have which reason code in effect; the most frequent first."""
    with store.read() as connection:
        counts_by_code = counts.of_reasons(connection, site_ids, status)
    return dict(sorted(counts_by_code.items(), key=lambda item: (-item[1], item[0])))


def get_card(store: Store, site_ids: Collection[str], comment_id: str) -> CommentCard:
    """One comment. Raises NotFound, also for a comment of another site."""
    with store.read() as connection:
        return cards_of(connection, [existing_comment(connection, site_ids, comment_id)])[0]


def existing_comment(
    connection: Connection, site_ids: Collection[str], comment_id: str
) -> QueueEntry:
    """The comment, whatever its status. Raises NotFound, also for one of another site."""
    entry = queues.by_id(connection, comment_id, site_ids)
    if entry is None:
        raise NotFound("There is no such comment.")
    return entry


def get_cards(
    store: Store, site_ids: Collection[str], comment_ids: Collection[str]
) -> list[CommentCard]:
    """Those of the comments that belong to one of the sites or parts of sites, oldest first."""
    with store.read() as connection:
        entries = queues.by_ids(connection, comment_ids)
        return cards_of(connection, reach.reached(connection, entries, site_ids))
