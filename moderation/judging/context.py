"""What is known of a batch before it is judged, in one read; and what is remembered of it after."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from moderation.domain.campaign import (
    NEW_DOMAIN_MS,
    NO_RULING,
    IndexedComment,
    Member,
    Ruling,
    Sketch,
    short_hash,
)
from moderation.domain.clustering import Clustering, cluster_batch
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.history import History, LinkedDomain
from moderation.domain.ids import timed_id
from moderation.domain.reputation import (
    NO_REPUTATION,
    ReputationScore,
    Subject,
    SubjectKind,
    reputation_score,
)
from moderation.domain.score import Candidate
from moderation.store import campaigns, linked_domains, reputations, sketches
from moderation.store.campaigns import MemberJoin
from moderation.store.reputations import domains_of
from moderation.store.sql.engine import Connection


@dataclass(frozen=True, slots=True)
class JudgingContext:
    """A batch with what is known of it. ids: of the comments; these and histories: by position."""

    ids: tuple[str, ...]
    batch: tuple[IndexedComment, ...]
    grouping: Clustering
    crowded: frozenset[int]
    histories: tuple[History, ...]


def load_context(
    connection: Connection, asked: Sequence[tuple[Candidate, Sketch]], now: int
) -> JudgingContext:
    """What is known of comments that are about to be judged. now: ms."""
    own = [_indexed(candidate, sketch) for candidate, sketch in asked]
    found = sketches.find(
        connection,
        {key for one in own for key in (*one.sketch.keys, *one.sketch.link_keys)},
        now,
    )
    kept = sketches.load(connection, {number for some in found.values() for number in some})
    # Judged before, after a scorer that failed: they may have a campaign already.
    own = [
        IndexedComment(one.sketch, one.member, kept[one.number].campaign_id)
        if one.number in kept
        else one
        for one in own
    ]
    campaign_ids = {one.campaign_id for one in kept.values()} - {""}
    ruled = campaigns.rulings_of(connection, campaign_ids)
    lots = campaigns.lots(connection, campaign_ids, ruled)
    first_seen = linked_domains.first_seen(
        connection, {name for one in own for name in one.sketch.domains}
    )
    fresh = frozenset(
        name
        for one in own
        for name in one.sketch.domains
        if now - first_seen.get(name, now) < NEW_DOMAIN_MS
    )
    grouping = cluster_batch(own, found, kept, lots, fresh)
    forming = list({id(lot): lot for lot in grouping.lots if lot and lot.forms()}.values())
    words = dict(zip(map(id, forming), campaigns.told(connection, forming), strict=True))
    known = reputation_scores(connection, asked, now)
    histories = []
    for at, ((candidate, _), one) in enumerate(zip(asked, own, strict=True)):
        lot, near, site_id = grouping.lots[at], grouping.near[at], candidate.site_id
        is_member = lot is not None and id(lot) in words
        histories.append(
            History(
                now=now,
                campaign_id=lot.campaign_id if lot and is_member else "",
                crowd=lot.crowd(at) if lot and is_member else None,
                ruling=_ruling(
                    ruled.get(lot.campaign_id, {}),
                    site_id,
                    words.get(id(lot), ()),
                )
                if lot
                else NO_RULING,
                repeats=len(near),
                own_repeats=sum(_same_author(one.member, other.member) for other in near),
                domains=tuple(
                    LinkedDomain(
                        name,
                        min(first_seen.get(name, now), one.member.created_at),
                        known.get(Subject(SubjectKind.DOMAIN, site_id, name), NO_REPUTATION),
                    )
                    for name in one.sketch.domains
                ),
                author=known.get(_author(candidate), NO_REPUTATION),
                network=known.get(_network(candidate), NO_REPUTATION),
            )
        )
    crowded = frozenset(key for key, some in found.items() if len(some) >= sketches.CROWDED)
    ids = tuple(candidate.comment_id for candidate, _ in asked)
    return JudgingContext(ids, tuple(own), grouping, crowded, tuple(histories))


def reputation_scores(
    connection: Connection, asked: Sequence[tuple[Candidate, Sketch]], now: int
) -> dict[Subject, ReputationScore]:
    """What people decided of the authors, the networks and the linked domains of a batch."""
    subjects = {
        subject
        for one, sketch in asked
        for subject in (
            _author(one),
            _network(one),
            *(
                Subject(SubjectKind.DOMAIN, one.site_id, name)
                for name in domains_of(sketch.domains)
            ),
        )
        if subject.name
    }
    found = reputations.known(connection, subjects)
    return {one: reputation_score(one.kind, weeks, now) for one, weeks in found.items()}


def _ruling(
    by_site: Mapping[str, str], site_id: str, words: Collection[tuple[str, str]] = ()
) -> Ruling:
    """What a site's comment meets. words: what people said of single members."""
    others = (outcome for site, outcome in by_site.items() if site != site_id)
    bad = (Outcome.SPAM, Outcome.REJECT)
    # A member that was rejected was so for what it says; that says nothing of who copies it.
    called_spam = (site_id, Status.SPAM) in words and (site_id, Status.APPROVED) not in words
    return Ruling(
        by_site.get(site_id, ""),
        any(outcome in bad for outcome in others),
        called_spam and site_id not in by_site,
    )


def _author(candidate: Candidate) -> Subject:
    return Subject(SubjectKind.AUTHOR, candidate.site_id, candidate.traces.author_key)


def _network(candidate: Candidate) -> Subject:
    return Subject(SubjectKind.NETWORK, candidate.site_id, candidate.traces.network_key)


def _indexed(candidate: Candidate, sketch: Sketch) -> IndexedComment:
    traces = candidate.traces
    return IndexedComment(
        sketch,
        Member(
            sketches.number_of(candidate.comment_id, candidate.created_at),
            short_hash(candidate.site_id),
            short_hash(candidate.page_id),
            short_hash(candidate.author_name.casefold()),
            short_hash(traces.address_key),
            short_hash(traces.network),
            sketch.domains,
            candidate.created_at,
        ),
    )


def _same_author(one: Member, other: Member) -> bool:
    """Whether both came from the same address; whoever has another one counts as another author."""
    return bool(one.address) and one.address == other.address


def save_context(
    connection: Connection,
    recalled: JudgingContext,
    judged: Collection[str],
    now: int,
    entropy: Callable[[int], bytes],
) -> None:
    """Keeps the sketches of those of the batch that were judged, and the campaigns they are part of.

    judged: their ids. In the transaction that records what was decided.
    """
    kept = [at for at, id in enumerate(recalled.ids) if id in judged]
    own = [recalled.batch[at] for at in kept]
    sketches.add(
        connection, [(recalled.ids[at], recalled.batch[at]) for at in kept], recalled.crowded
    )
    seen: dict[str, int] = {}
    for one in own:
        for name in one.sketch.domains:
            seen[name] = min(seen.get(name, one.member.created_at), one.member.created_at)
    linked_domains.add(connection, seen)
    campaigns.join(connection, _joined(recalled, set(kept), now, entropy), now)


def _joined(
    recalled: JudgingContext, kept: Collection[int], now: int, entropy: Callable[[int], bytes]
) -> list[MemberJoin]:
    """What becomes of the lots, in one order for all."""
    lots = {id(lot): lot for lot in recalled.grouping.lots if lot}
    joined = []
    for lot in lots.values():
        own = [recalled.batch[at] for at in sorted(lot.found) if at in kept]
        if not own:
            continue
        last = max(at for at in lot.found if at in kept)
        joined.append(
            MemberJoin(
                lot.campaign_id or timed_id("cmp", now, entropy(10)),
                lot.crowd(last),
                lot.forms(),
                lot.formed,
                (*sorted(lot.adopted), *(one.number for one in own)),
                tuple(sorted(lot.absorbed)),
            )
        )
    return sorted(joined, key=lambda one: one.campaign_id)
