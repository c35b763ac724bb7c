"""Clustering: which comments of a batch belong together, and to which campaign."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from moderation.domain.campaign import CampaignStats, ClusterCounter
from moderation.domain.similarity import IndexedComment, Similarity, similarity


@dataclass(slots=True, eq=False)
class Cluster:
    """Comments that belong together, as far as this batch shows.

    campaign_id: '' where only this batch brings them together. formed: moderators already see it as
    a campaign. fixed: moderators have ruled on it or split it, so it is not merged into another one.
    members: those in the batch, by position, with the similarity that brought each in. adopted:
    numbers of earlier comments that belonged to nothing until now. absorbed: campaigns that turned
    out to be this one.
    """

    counter: ClusterCounter = field(default_factory=ClusterCounter)
    campaign_id: str = ""
    formed: bool = False
    fixed: bool = False
    members: dict[int, Similarity] = field(default_factory=dict)
    adopted: set[int] = field(default_factory=set)
    absorbed: set[str] = field(default_factory=set)

    def rank(self) -> tuple[bool, bool, bool, int]:
        """Of two clusters the higher one absorbs the other: ruled on, formed, stored, larger."""
        size = len(self.counter.comments) + self.counter.earlier["comments"]
        return self.fixed, self.formed, bool(self.campaign_id), size

    def absorb(self, other: "Cluster") -> None:
        """Takes over all that the other has."""
        self.counter.merge(other.counter)
        self.formed |= other.formed
        self.members |= other.members
        self.adopted |= other.adopted
        self.absorbed |= other.absorbed | ({other.campaign_id} if other.campaign_id else set())

    def stats(self, position: int) -> CampaignStats:
        """The counts, as they concern the comment at this position of the batch."""
        return self.counter.stats(self.members[position])

    def is_campaign(self) -> bool:
        """Whether it is a campaign, already or because of this batch."""
        return self.formed or any(self.stats(position).is_campaign for position in self.members)


@dataclass(frozen=True, slots=True)
class Clustering:
    """The clusters of a batch. clusters: by position, None for a comment that is similar to no other.

    near: by position, the earlier comments that it is similar to, the most similar first.
    """

    clusters: tuple[Cluster | None, ...]
    near: tuple[tuple[IndexedComment, ...], ...]


class _Match(NamedTuple):
    """An earlier comment that is similar. position: in the batch, None for one of the index."""

    similarity: Similarity
    comment: IndexedComment
    position: int | None


def cluster_batch(
    batch: Sequence[IndexedComment],
    numbers_by_key: Mapping[int, Sequence[int]],
    indexed: Mapping[int, IndexedComment],
    stored: Mapping[str, Cluster],
    fresh: Collection[str] = (),
) -> Clustering:
    """Clusters a batch with the comments of the index and with itself.

    batch: in the order they came in. numbers_by_key: numbers of comments in the index, by key. indexed: these
    comments, by number. stored: the cluster of each campaign that `indexed` names; they are changed.
    fresh: domains that were first seen lately.
    """
    clusters = _Clusters(stored)
    positions: dict[int, list[int]] = {}  # in the batch, by key
    near: list[tuple[IndexedComment, ...]] = []
    for position, comment in enumerate(batch):
        matches = _matches(position, batch, numbers_by_key, indexed, positions, fresh)
        near.append(tuple(match.comment for match in matches))
        # A comment that was judged before may have a campaign, in which it is counted.
        cluster = clusters.by_campaign.get(comment.campaign_id)
        for match in matches:
            matched = clusters.of_match(match)
            if cluster is None or cluster is matched:
                cluster = matched
            elif not (cluster.fixed and matched.fixed):  # moderators want those two apart
                cluster = clusters.merge(cluster, matched)
        if cluster is not None:
            cluster.counter.add([comment.member])
            cluster.members[position] = (
                matches[0].similarity if matches else Similarity(1.0, comment.sketch.letters)
            )
            clusters.by_position[position] = cluster
    return Clustering(tuple(map(clusters.by_position.get, range(len(batch)))), tuple(near))


class _Clusters:
    """Which cluster each comment and campaign is in. by_number: of the index, those without a campaign."""

    def __init__(self, stored: Mapping[str, Cluster]) -> None:
        self.by_campaign = dict(stored)
        self.by_position: dict[int, Cluster] = {}
        self.by_number: dict[int, Cluster] = {}

    def of_match(self, match: _Match) -> Cluster:
        """The cluster that a match is in; a new one where it was in none."""
        comment, position = match.comment, match.position
        if position is None:
            cluster = self.by_campaign.get(comment.campaign_id) or self.by_number.get(
                comment.number
            )
        else:
            cluster = self.by_position.get(position)
        if cluster is None:
            cluster = Cluster()
            cluster.counter.add([comment.member])
            if position is None:
                cluster.adopted.add(comment.number)
                self.by_number[comment.number] = cluster
            else:
                self.by_position[position] = cluster
        if position is not None:
            cluster.members.setdefault(position, match.similarity)
        return cluster

    def merge(self, first: Cluster, second: Cluster) -> Cluster:
        """The cluster of higher rank, the first of equals, after it has absorbed the other."""
        kept, absorbed = (second, first) if second.rank() > first.rank() else (first, second)
        kept.absorb(absorbed)
        self.by_position.update(dict.fromkeys(absorbed.members, kept))
        self.by_number.update(dict.fromkeys(absorbed.adopted, kept))
        campaign_ids = {absorbed.campaign_id, *absorbed.absorbed} - {""}
        self.by_campaign.update(dict.fromkeys(campaign_ids, kept))
        return kept


# Of those in the same batch that share a key: more would compare a flood with itself, pair by pair.
_RECENT = 16


def _matches(
    position: int,
    batch: Sequence[IndexedComment],
    numbers_by_key: Mapping[int, Sequence[int]],
    indexed: Mapping[int, IndexedComment],
    positions: dict[int, list[int]],
    fresh: Collection[str],
) -> list[_Match]:
    """The earlier comments that are similar to the one at this position, the most similar first.

    positions: of the batch so far, by key; this one is added.
    """
    comment = batch[position]
    link_keys = comment.sketch.link_keys
    keys = dict.fromkeys((*comment.sketch.keys, *link_keys))
    stored = set().union(*(numbers_by_key.get(key, ()) for key in keys)) - {comment.number}
    stored_linked = set().union(*(numbers_by_key.get(key, ()) for key in link_keys))
    recent = set().union(*(positions.get(key, ())[-_RECENT:] for key in keys))
    recent_linked = set().union(*(positions.get(key, ())[-_RECENT:] for key in link_keys))
    for key in keys:
        positions.setdefault(key, []).append(position)
    matches: list[_Match] = []
    for earlier in recent:
        earlier_comment = batch[earlier]
        stored.discard(earlier_comment.number)
        similar = similarity(
            comment, earlier_comment, same_link=earlier in recent_linked, fresh=fresh
        )
        if similar.is_near:
            matches.append(_Match(similar, earlier_comment, earlier))
    for number in stored.intersection(indexed):
        earlier_comment = indexed[number]
        similar = similarity(
            comment, earlier_comment, same_link=number in stored_linked, fresh=fresh
        )
        if similar.is_near:
            matches.append(_Match(similar, earlier_comment, None))
    matches.sort(key=lambda match: (-match.similarity.share, match.comment.number))
    return matches
