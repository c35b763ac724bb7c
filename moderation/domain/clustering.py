"""Grouping: which comments of a batch belong together, and to which campaign."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from moderation.domain.campaign import (
    CampaignStats,
    ClusterCounter,
    IndexedComment,
    Similarity,
    similarity,
)


@dataclass(slots=True, eq=False)
class Cluster:
    """Comments that belong together, as far as can be seen from here.

    campaign_id: '' where they are found to belong together only now. formed: people see it as a
    campaign. fixed: people have ruled on it or split it, so it is not merged away. found: the
    batch's own, by position, with the likeness that brought each in. adopted: numbers of earlier
    comments that were like no other until now. absorbed: campaigns that turn out to be this one.
    """

    gathering: ClusterCounter = field(default_factory=ClusterCounter)
    campaign_id: str = ""
    formed: bool = False
    fixed: bool = False
    found: dict[int, Similarity] = field(default_factory=dict)
    adopted: set[int] = field(default_factory=set)
    absorbed: set[str] = field(default_factory=set)

    def rank(self) -> tuple[bool, bool, bool, int]:
        """Which of two swallows the other: what people ruled on, have seen, what is stored, the larger."""
        size = len(self.gathering.comments) + self.gathering.beyond["comments"]
        return self.fixed, self.formed, bool(self.campaign_id), size

    def swallow(self, other: "Cluster") -> None:
        self.gathering.join(other.gathering)
        self.formed |= other.formed
        self.found |= other.found
        self.adopted |= other.adopted
        self.absorbed |= other.absorbed | ({other.campaign_id} if other.campaign_id else set())

    def crowd(self, position: int) -> CampaignStats:
        """As a comment of the batch sees it."""
        return self.gathering.crowd(self.found[position])

    def forms(self) -> bool:
        """Whether what was found now makes a campaign of it, if it is none yet."""
        return self.formed or any(self.crowd(one).is_campaign for one in self.found)


@dataclass(frozen=True, slots=True)
class Clustering:
    """What was found about a batch. lots: by position, None for what is like no other.

    near: by position, the earlier comments it is alike to, the most alike first.
    """

    lots: tuple[Cluster | None, ...]
    near: tuple[tuple[IndexedComment, ...], ...]


def cluster_batch(
    batch: Sequence[IndexedComment],
    found: Mapping[int, Sequence[int]],
    kept: Mapping[int, IndexedComment],
    stored: Mapping[str, Cluster],
    fresh: Collection[str] = (),
) -> Clustering:
    """Groups a batch with what is remembered and with itself.

    batch: in the order they came in. found: numbers by key. kept: the comments by number.
    stored: the lot of each campaign that `kept` names; they are changed. fresh: places that were
    first seen lately.
    """
    lots: list[Cluster | None] = [None] * len(batch)
    singles: dict[int, Cluster] = {}
    moved: dict[int, Cluster] = {}  # by id(): where a swallowed lot went
    positions: dict[int, list[int]] = {}  # in the batch itself, by key
    near: list[tuple[IndexedComment, ...]] = []

    def final(lot: Cluster) -> Cluster:
        while id(lot) in moved:
            lot = moved[id(lot)]
        return lot

    def lot_of(other: IndexedComment, at: int | None) -> Cluster:
        if at is not None and (own := lots[at]):
            return final(own)
        if at is None and other.campaign_id in stored:
            return final(stored[other.campaign_id])
        if at is None and other.number in singles:
            return final(singles[other.number])
        lot = Cluster()
        lot.gathering.add([other.member])
        if at is None:
            lot.adopted.add(other.number)
            singles[other.number] = lot
        else:
            lots[at] = lot
        return lot

    for at, one in enumerate(batch):
        alike = _best_match(at, one, batch, found, kept, positions, fresh)
        near.append(tuple(other for _, other, _ in alike))
        # Judged before, and counted already.
        main = final(stored[one.campaign_id]) if one.campaign_id in stored else None
        for like, other, before in alike:
            lot = lot_of(other, before)
            if before is not None:
                lot.found.setdefault(before, like)
            if main is None or main is lot:
                main = lot
            elif not (main.fixed and lot.fixed):  # people want those apart
                if lot.rank() > main.rank():
                    main, lot = lot, main
                main.swallow(lot)
                moved[id(lot)] = main
        if main is not None:
            main.gathering.add([one.member])
            main.found[at] = alike[0][0] if alike else Similarity(1.0, one.sketch.letters)
        lots[at] = main
    return Clustering(tuple(final(one) if one else None for one in lots), tuple(near))


# Of those in the same batch that share a key: more would compare a flood with itself, pair by pair.
_RECENT = 16


def _best_match(
    at: int,
    one: IndexedComment,
    batch: Sequence[IndexedComment],
    found: Mapping[int, Sequence[int]],
    kept: Mapping[int, IndexedComment],
    positions: dict[int, list[int]],
    fresh: Collection[str],
) -> list[tuple[Similarity, IndexedComment, int | None]]:
    """What came before and is alike, the most alike first; with its position, None outside the batch."""
    keys = dict.fromkeys((*one.sketch.keys, *one.sketch.link_keys))
    stored = set().union(*(found.get(key, ()) for key in keys)) - {one.number}
    lately = set().union(*(positions.get(key, ())[-_RECENT:] for key in keys))
    linked, linked_lately = set[int](), set[int]()
    for key in one.sketch.link_keys:
        linked.update(found.get(key, ()))
        linked_lately.update(positions.get(key, ())[-_RECENT:])
    for key in keys:
        positions.setdefault(key, []).append(at)
    alike: list[tuple[Similarity, IndexedComment, int | None]] = []
    for before in lately:
        other = batch[before]
        stored.discard(other.number)
        like = similarity(one, other, same_link=before in linked_lately, fresh=fresh)
        if like.is_near:
            alike.append((like, other, before))
    for number in stored.intersection(kept):
        other = kept[number]
        like = similarity(one, other, same_link=number in linked, fresh=fresh)
        if like.is_near:
            alike.append((like, other, None))
    alike.sort(key=lambda item: (-item[0].share, item[1].number))
    return alike
