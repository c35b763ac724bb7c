"""What people decided before about the authors, networks and linked domains of a batch."""

from collections.abc import Sequence

from moderation.domain.reputation import ReputationScore, Subject, SubjectKind, reputation_score
from moderation.domain.score import Candidate
from moderation.domain.similarity import Sketch
from moderation.store import reputations
from moderation.store.reputations import domains_of
from moderation.store.sql.engine import Connection


def reputation_scores(
    connection: Connection, candidates: Sequence[tuple[Candidate, Sketch]], now: int
) -> dict[Subject, ReputationScore]:
    """The reputation of each subject of the batch that has one. now: ms."""
    subjects = {
        subject
        for candidate, sketch in candidates
        for subject in (
            author_of(candidate),
            network_of(candidate),
            *(
                Subject(SubjectKind.DOMAIN, candidate.site_id, name)
                for name in domains_of(sketch.domains)
            ),
        )
        if subject.name
    }
    weeks_by_subject = reputations.counts_of(connection, subjects)
    return {
        subject: reputation_score(subject.kind, weeks, now)
        for subject, weeks in weeks_by_subject.items()
    }


def author_of(candidate: Candidate) -> Subject:
    return Subject(SubjectKind.AUTHOR, candidate.site_id, candidate.traces.author_key)


def network_of(candidate: Candidate) -> Subject:
    return Subject(SubjectKind.NETWORK, candidate.site_id, candidate.traces.network_key)
