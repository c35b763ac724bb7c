"""Comments that the policy published, by what they link to: they speak for a domain with a bad name."""

from collections.abc import Iterable, Mapping, Sequence

from moderation.domain.reputation import ReputationScore, Subject, SubjectKind
from moderation.domain.similarity import IndexedComment, Member, target_key
from moderation.store import campaign_traits
from moderation.store.sql.engine import Connection


def published_links(
    connection: Connection,
    batch: Sequence[IndexedComment],
    numbers_by_key: Mapping[int, Sequence[int]],
    earlier: Mapping[int, IndexedComment],
    reputations: Mapping[Subject, ReputationScore],
) -> dict[str, list[Member]]:
    """Published comments of the last 30 days that link to a domain of the batch, by domain.

    Only domains with something against them, and the first comments that the index has for each.
    numbers_by_key, earlier: what the index found for the batch.
    """
    bad = {
        subject.name
        for subject, score in reputations.items()
        if subject.kind is SubjectKind.DOMAIN and score.bad > 0
    }
    domains = bad.intersection(name for comment in batch for name in comment.sketch.domains)
    numbers_by_domain = {
        name: [number for number in numbers_by_key.get(target_key(name), ()) if number in earlier]
        for name in domains
    }
    published = campaign_traits.published_by_policy(
        connection, set().union(*numbers_by_domain.values())
    )
    return {
        name: [earlier[number].member for number in numbers if number in published]
        for name, numbers in numbers_by_domain.items()
    }


def other_senders(published: Iterable[Member], member: Member) -> int:
    """By how many people, other than this comment's, comments of its site were published: by their
    network, or by their name where it is unknown.
    """
    senders = {
        other.network or other.name
        for other in published
        if other.site == member.site
        and other.number != member.number
        and other.name != member.name
        and not (member.network and other.network == member.network)
    }
    return len(senders - {0})
