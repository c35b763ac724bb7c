"""What the store knows of a batch before it is judged, and what it keeps of the batch afterwards."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from moderation.domain.campaign import NEW_DOMAIN_MS, NO_RULING, Ruling
from moderation.domain.campaign_targets import bad_targets, is_news
from moderation.domain.clustering import Cluster, Clustering, cluster_batch
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.history import History, LinkedDomain
from moderation.domain.ids import Entropy, timed_id
from moderation.domain.reputation import NO_REPUTATION, ReputationScore, Subject, SubjectKind
from moderation.domain.score import Candidate
from moderation.domain.similarity import (
    WHOLE_COPY,
    IndexedComment,
    Member,
    Sketch,
    short_hash,
    similarity,
)
from moderation.judging.published_links import other_senders, published_links
from moderation.judging.reputation import author_of, network_of, reputation_scores
from moderation.scorers.spam.link_targets import quoted_targets
from moderation.store import campaign_clusters, campaign_traits, campaigns, linked_domains, sketches
from moderation.store.campaign_clusters import MemberJoin
from moderation.store.campaign_traits import DecidedTargets
from moderation.store.sql.engine import Connection


@dataclass(frozen=True, slots=True)
class JudgingContext:
    """A batch with what is known of it.

    comment_ids, batch, histories: by position. crowded: keys of sketches that lead to many comments
    already.
    """

    comment_ids: tuple[str, ...]
    batch: tuple[IndexedComment, ...]
    clustering: Clustering
    crowded: frozenset[int]
    histories: tuple[History, ...]


def load_context(
    connection: Connection, candidates: Sequence[tuple[Candidate, Sketch]], now: int
) -> JudgingContext:
    """What is known of comments that are about to be judged, each with its sketch. now: ms."""
    batch = [_indexed(candidate, sketch) for candidate, sketch in candidates]
    keys = {key for comment in batch for key in (*comment.sketch.keys, *comment.sketch.link_keys)}
    numbers_by_key = sketches.find(connection, keys, now)
    numbers = {number for numbers in numbers_by_key.values() for number in numbers}
    earlier = sketches.load(connection, numbers)
    batch = [_with_campaign(comment, earlier) for comment in batch]
    campaign_ids = {comment.campaign_id for comment in earlier.values()} - {""}
    rulings = campaign_clusters.rulings_of(connection, campaign_ids)
    stored = campaign_clusters.clusters_of(connection, campaign_ids, rulings)
    domains = {name for comment in batch for name in comment.sketch.domains}
    first_seen = linked_domains.first_seen(connection, domains)
    new_domains = frozenset(
        name for name in domains if now - first_seen.get(name, now) < NEW_DOMAIN_MS
    )
    clustering = cluster_batch(batch, numbers_by_key, earlier, stored, new_domains)
    formed = list(
        dict.fromkeys(
            cluster for cluster in clustering.clusters if cluster and cluster.is_campaign()
        )
    )
    decided = campaign_clusters.member_decisions(connection, formed)
    ill = [
        cluster
        for cluster, statuses in zip(formed, decided, strict=True)
        if any(status in (Status.SPAM, Status.REJECTED) for _, status in statuses)
    ]
    copied = _copied(batch, clustering, ill)
    reputations = reputation_scores(connection, candidates, now)
    background = _Background(
        now,
        rulings,
        dict(zip(formed, decided, strict=True)),
        dict(zip(ill, campaign_traits.decided_targets(connection, ill), strict=True)),
        campaign_traits.targets_by_site(connection, rulings.keys()),
        first_seen,
        reputations,
        published_links(connection, batch, numbers_by_key, earlier, reputations),
        copied,
        campaign_traits.statuses_of(
            connection, {other.number for copies in copied.values() for other in copies}
        ),
    )
    return JudgingContext(
        tuple(candidate.comment_id for candidate, _ in candidates),
        tuple(batch),
        clustering,
        frozenset(
            key for key, numbers in numbers_by_key.items() if len(numbers) >= sketches.CROWDED
        ),
        tuple(
            background.history(candidate, comment, clustering, position)
            for position, ((candidate, _), comment) in enumerate(
                zip(candidates, batch, strict=True)
            )
        ),
    )


@dataclass(frozen=True, slots=True)
class _Background:
    """What is known of all that a batch leads to.

    rulings: the outcome in force, by campaign and site. member_decisions: the sites with the status
    they gave to a single member, by cluster that people see as a campaign. targets: what its decided
    members link to; known_targets: what all members of a campaign link to, by campaign and site, of those that
    were ruled on. first_seen: of domains, ms. published: comments that the policy published, by what they link to.
    copied: what comments are whole copies of, oldest first, by number; statuses: how those stand.
    """

    now: int
    rulings: Mapping[str, Mapping[str, str]]
    member_decisions: Mapping[Cluster, Collection[tuple[str, str]]]
    targets: Mapping[Cluster, Sequence[DecidedTargets]]
    known_targets: Mapping[tuple[str, int], Collection[str]]
    first_seen: Mapping[str, int]
    reputations: Mapping[Subject, ReputationScore]
    published: Mapping[str, Sequence[Member]]
    copied: Mapping[int, Sequence[IndexedComment]]
    statuses: Mapping[int, Status]

    def history(
        self, candidate: Candidate, comment: IndexedComment, clustering: Clustering, position: int
    ) -> History:
        """What scorers may know of one comment of the batch."""
        cluster, near = clustering.clusters[position], clustering.near[position]
        campaign = cluster if cluster in self.member_decisions else None
        return History(
            now=self.now,
            campaign_id=campaign.campaign_id if campaign else "",
            campaign_stats=campaign.stats(position) if campaign else None,
            ruling=self._ruling(cluster, candidate, comment) if cluster else NO_RULING,
            repeats=len(near),
            own_repeats=sum(_same_author(comment.member, other.member) for other in near),
            domains=tuple(
                self._linked_domain(name, candidate.site_id, comment.member)
                for name in comment.sketch.domains
            ),
            author=self.reputations.get(author_of(candidate), NO_REPUTATION),
            network=self.reputations.get(network_of(candidate), NO_REPUTATION),
        )

    def _ruling(self, cluster: Cluster, candidate: Candidate, comment: IndexedComment) -> Ruling:
        """What people's decisions about a cluster mean for a comment of its site."""
        site_id = candidate.site_id
        by_site = self.rulings.get(cluster.campaign_id, {})
        statuses = self.member_decisions.get(cluster, ())
        # A member that was rejected was rejected for what it says; that says nothing of who copies it.
        called_spam = (site_id, Status.SPAM) in statuses
        approved = (site_id, Status.APPROVED) in statuses
        return Ruling(
            by_site.get(site_id, ""),
            any(
                outcome in (Outcome.SPAM, Outcome.REJECT)
                for site, outcome in by_site.items()
                if site != site_id
            ),
            called_spam and not approved and site_id not in by_site,
            self._bad_target(cluster, candidate, comment, by_site.get(site_id, "")),
            is_news(
                comment.sketch.domains,
                self.known_targets.get((cluster.campaign_id, comment.member.site), ()),
            ),
        )

    def _bad_target(
        self, cluster: Cluster, candidate: Candidate, comment: IndexedComment, ruling: str
    ) -> str:
        """Where a comment leads of that which only the spam of its campaign leads to; '' for nothing, for what it
        quotes, and where it is not as a whole a copy of spam that leads there: two that quote an article
        may name the same charity.
        """
        called_spam = {Status.SPAM}
        if ruling == Outcome.REJECT:  # then all members were rejected, for what they have in common
            called_spam.add(Status.REJECTED)
        here = [each for each in self.targets.get(cluster, ()) if each.site_id == candidate.site_id]
        bad = bad_targets(
            (target for each in here if each.status in called_spam for target in each.targets),
            (target for each in here if each.status is Status.APPROVED for target in each.targets),
        )
        shared = [target for target in comment.sketch.domains if target in bad]
        shared = [target for target in shared if self._copies_spam(comment, target)]
        quoted = quoted_targets(candidate) if shared else ()
        return next((target for target in shared if target not in quoted), "")

    def _copies_spam(self, comment: IndexedComment, target: str) -> bool:
        """Whether the first comment with its text and this target was removed: one that came before the spam is what
        the spam copies.
        """
        for other in self.copied.get(comment.number, ()):
            if target in other.member.domains and other.number in self.statuses:
                return self.statuses[other.number] in (Status.SPAM, Status.REJECTED)
        return False

    def _linked_domain(self, name: str, site_id: str, member: Member) -> LinkedDomain:
        """member: the comment that links to it."""
        subject = Subject(SubjectKind.DOMAIN, site_id, name)
        repute = self.reputations.get(subject, NO_REPUTATION)
        if repute.bad > 0:
            repute = repute.with_published(other_senders(self.published.get(name, ()), member))
        first_seen_at = min(self.first_seen.get(name, self.now), member.created_at)
        return LinkedDomain(name, first_seen_at, repute)


def _copied(
    batch: Sequence[IndexedComment], clustering: Clustering, ill: Collection[Cluster]
) -> dict[int, list[IndexedComment]]:
    """The earlier comments that those of ill clusters are whole copies of, oldest first, by number."""
    return {
        comment.number: sorted(
            (
                other
                for other in clustering.near[position]
                if not set(comment.sketch.domains).isdisjoint(other.member.domains)
                and similarity(comment, other, same_link=False).share >= WHOLE_COPY
            ),
            key=lambda other: other.number,
        )
        for position, comment in enumerate(batch)
        if comment.sketch.domains and clustering.clusters[position] in ill
    }


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


def _with_campaign(
    comment: IndexedComment, earlier: Mapping[int, IndexedComment]
) -> IndexedComment:
    """A comment that was judged before, after a scorer that failed, may have a campaign already."""
    before = earlier.get(comment.number)
    return comment._replace(campaign_id=before.campaign_id) if before else comment


def _same_author(member: Member, other: Member) -> bool:
    """Whether both came from the same address; another address counts as another author."""
    return bool(member.address) and member.address == other.address


def save_context(
    connection: Connection,
    context: JudgingContext,
    judged_ids: Collection[str],
    now: int,
    entropy: Entropy,
) -> None:
    """Keeps the sketches of those of the batch that were judged, and the campaigns they are part of.

    judged_ids: of comments. In the transaction that records what was decided.
    """
    positions = [position for position, id in enumerate(context.comment_ids) if id in judged_ids]
    sketches.add(
        connection,
        [(context.comment_ids[position], context.batch[position]) for position in positions],
        context.crowded,
    )
    first_seen: dict[str, int] = {}
    for position in positions:
        comment = context.batch[position]
        for name in comment.sketch.domains:
            created_at = comment.member.created_at
            first_seen[name] = min(first_seen.get(name, created_at), created_at)
    linked_domains.add(connection, first_seen)
    campaign_clusters.join(connection, _member_joins(context, set(positions), now, entropy), now)


def reopen_campaigns(
    connection: Connection, context: JudgingContext, held: Mapping[str, str], now: int
) -> None:
    """Offers those campaigns again that were ruled spam, of which something new is held now.

    held: the sites of comments that are held now, by id. Copies that bring nothing new wait with the ruling.
    """
    reopened = {
        (history.campaign_id, held[comment_id])
        for comment_id, history in zip(context.comment_ids, context.histories, strict=True)
        if comment_id in held
        and history.ruling.is_news
        and history.ruling.outcome in (Outcome.SPAM, Outcome.REJECT)
    }
    for campaign_id, site_id in sorted(reopened):
        campaigns.reopen(connection, campaign_id, site_id, now)


def _member_joins(
    context: JudgingContext, judged: set[int], now: int, entropy: Entropy
) -> list[MemberJoin]:
    """What changes about each cluster, in one order for all. judged: positions."""
    joins = []
    for cluster in dict.fromkeys(context.clustering.clusters):
        positions = sorted(judged.intersection(cluster.members)) if cluster else []
        if not cluster or not positions:
            continue
        joins.append(
            MemberJoin(
                cluster.campaign_id or timed_id("cmp", now, entropy(10)),
                cluster.stats(positions[-1]),
                cluster.is_campaign(),
                cluster.formed,
                (
                    *sorted(cluster.adopted),
                    *(context.batch[position].number for position in positions),
                ),
                tuple(sorted(cluster.absorbed)),
            )
        )
    return sorted(joins, key=lambda join: join.campaign_id)
