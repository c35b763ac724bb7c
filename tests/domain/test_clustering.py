"""Clustering: similar comments share a cluster, and clusters that turn out to be one are merged."""

from moderation.domain.campaign import ClusterCounter
from moderation.domain.clustering import Cluster, cluster_batch
from moderation.domain.similarity import SIGNATURE_SLOTS, IndexedComment, Member, Sketch

FERRY, ELECTION = 1, 2


def comment(number: int, *texts: int, campaign_id: str = "") -> IndexedComment:
    """A comment that repeats some texts, an equal part of each, and shares a key with every other."""
    signature = bytes(texts[slot % len(texts)] for slot in range(SIGNATURE_SLOTS))
    sketch = Sketch(signature, 200, keys=(7,))
    return IndexedComment(sketch, Member(number, 1, number, 0, number, 0, (), number), campaign_id)


def stored(*comments: IndexedComment, fixed: bool = False) -> Cluster:
    counter = ClusterCounter()
    counter.add([comment.member for comment in comments])
    return Cluster(counter, comments[0].campaign_id, fixed=fixed)


def test_similar_comments_of_a_batch_share_a_cluster_and_others_have_none() -> None:
    batch = [comment(1, FERRY), comment(2, ELECTION), comment(3, FERRY)]
    clustering = cluster_batch(batch, {}, {}, {})
    first, second, third = clustering.clusters
    assert first is not None and first is third
    assert second is None
    assert first.counter.comments == {1, 3}
    assert set(first.members) == {0, 2}


def test_an_earlier_comment_without_a_campaign_is_adopted() -> None:
    earlier = comment(1, FERRY)
    clustering = cluster_batch([comment(2, FERRY)], {7: [1]}, {1: earlier}, {})
    (cluster,) = clustering.clusters
    assert cluster is not None and cluster.adopted == {1}
    assert clustering.near == ((earlier,),)


def test_a_comment_between_two_campaigns_merges_them_into_the_larger() -> None:
    ferry = [comment(number, FERRY, campaign_id="cmp_1") for number in (1, 2)]
    election = [comment(number, ELECTION, campaign_id="cmp_2") for number in (3, 4, 5, 9)]
    index = {earlier.number: earlier for earlier in (*ferry, *election)}
    campaigns = {"cmp_1": stored(*ferry), "cmp_2": stored(*election)}
    batch = [comment(6, FERRY), comment(7, FERRY, ELECTION), comment(8, FERRY)]
    clustering = cluster_batch(batch, {7: list(index)}, index, campaigns)
    assert set(clustering.clusters) == {campaigns["cmp_2"]}
    assert campaigns["cmp_2"].absorbed == {"cmp_1"}
    assert campaigns["cmp_2"].counter.comments == set(range(1, 10))


def test_campaigns_that_moderators_ruled_on_are_not_merged() -> None:
    ferry = comment(1, FERRY, campaign_id="cmp_1")
    election = comment(2, ELECTION, campaign_id="cmp_2")
    index = {1: ferry, 2: election}
    campaigns = {"cmp_1": stored(ferry, fixed=True), "cmp_2": stored(election, fixed=True)}
    cluster_batch([comment(3, FERRY, ELECTION)], {7: [1, 2]}, index, campaigns)
    assert not campaigns["cmp_1"].absorbed and not campaigns["cmp_2"].absorbed
