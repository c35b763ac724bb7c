"""A policy tried on what was measured of past comments: the same one changes nothing, another what one counts by hand."""

import os
from itertools import pairwise

import sqlalchemy as sa

from moderation.domain.backtest import Share
from moderation.domain.comment import PageRef, PageState, Status
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.policy import parse_policy
from moderation.domain.score import Findings, Signal
from moderation.judging.judge import judge
from moderation.review import decisions, page_states
from moderation.review.named_groups import Spread
from moderation.review.page_states import PageChange
from moderation.review.policy_backtest import backtest
from moderation.store.decisions import add_findings
from moderation.store.sql.schema import findings, revisions, sites
from moderation.upkeep.erase import erase
from tests.factories import NOON, hand_in, newspaper, panel, reply

SOURCE = """
name = "{name}"
needs = ["toxicity"]
[[rules]]
code = "toxic"
signal = "toxicity"
at_least = {toxic}
outcome = "{outcome}"
message = "Toxicity {{value}}."
[[rules]]
code = "links"
signal = "links"
at_least = 2
outcome = "hold"
message = "Links."
"""
LATER = NOON + 10 * DAY_MS


def policy(toxic=0.8, outcome="hold", name="test"):
    return parse_policy(SOURCE.format(name=name, toxic=toxic, outcome=outcome))


IN_FORCE = policy()


class Measuring:
    """A scorer that finds in a text what it says: 'toxicity=0.5 links=2 language=0.9:de'."""

    name = "measuring"

    def measure(self, batch):
        return [tuple(map(self._signal, candidate.text.split())) for candidate in batch]

    def explain(self, candidate, label):
        return ()

    def _signal(self, word):
        name, _, value = word.partition("=")
        value, _, note = value.partition(":")
        return Signal(name, float(value), self.name, note=note)


def judged(store, site, *texts, now=NOON + 1_000, by=IN_FORCE, **changes):
    ids = hand_in(store, *(reply(site, text, **changes) for text in texts))
    judge(
        store,
        panel(Measuring()),
        by,
        lease="w",
        lease_ms=60_000,
        limit=50,
        now=lambda: now,
        entropy=os.urandom,
    )
    return ids


def decide(store, site, comment_id, outcome):
    decisions.decide(
        store, "mod_1", {site.id}, comment_id, outcome, now=NOON + 5_000, entropy=os.urandom
    )


def tried(store, candidate, site_ids=(), since=NOON - DAY_MS, default=IN_FORCE, **options):
    return backtest(store, candidate, default, site_ids, since, now=LATER, **options)


def counts(found):
    return {(each.before.value, each.after.value): each.count for each in found.changes}


def test_the_same_policy_changes_nothing_and_decides_as_was_recorded(store):
    site = newspaper(store)
    ids = judged(store, site, "toxicity=0.1", "toxicity=0.8", "toxicity=0.5 links=3", "links=1")
    decide(store, site, ids[1], Outcome.APPROVE)
    found = tried(store, policy())
    assert (found.examined, found.changed, found.changes) == (4, 0, ())
    assert (found.not_as_recorded, found.complete, found.decided) == (0, True, 1)
    assert found.agreement[0] == found.agreement[1]
    assert found.workload[0] == found.workload[1]


def test_another_threshold_changes_what_one_counts_by_hand(store):
    site = newspaper(store)
    texts = [f"toxicity=0.{tenths}" for tenths in range(10)] + ["toxicity=0.1 links=2"]
    ids = judged(store, site, *texts)
    found = tried(store, policy(toxic=0.5))
    assert counts(found) == {("approve", "hold"): 3}  # .5, .6 and .7
    [change] = found.changes
    assert change.rules == {"toxic": 3}
    assert [sample.comment_id for sample in change.samples] == [ids[7], ids[6], ids[5]]
    assert {sample.status for sample in change.samples} == {Status.APPROVED}
    assert {sample.text for sample in change.samples} == {""}
    milder = tried(store, policy(toxic=0.85), show_text=True)
    assert counts(milder) == {("hold", "approve"): 1}
    [sample] = milder.changes[0].samples
    assert (sample.rules, sample.text) == (("toxic",), "toxicity=0.8")
    filing = tried(store, policy(outcome="spam"))
    assert counts(filing) == {("hold", "spam"): 2}
    # Eleven comments on one day, looked at over eleven days.
    assert filing.workload[0].held_busiest_day == 3
    assert round(filing.workload[0].held_a_day * 11) == 3
    assert round(filing.workload[1].filed_a_day * 11) == 2


def test_it_is_compared_with_what_moderators_decided(store):
    site = newspaper(store)
    texts = ["toxicity=0.1", "toxicity=0.6", "toxicity=0.7", "toxicity=0.9", "toxicity=0.95"]
    fine, bad, unheard, worse, liked = judged(store, site, *texts)
    for id, outcome in (
        (fine, Outcome.APPROVE),
        (bad, Outcome.REJECT),
        (worse, Outcome.SPAM),
        (liked, Outcome.APPROVE),
    ):
        decide(store, site, id, outcome)
    decide(store, site, unheard, Outcome.REJECT)
    decisions.undo(store, "mod_1", {site.id}, unheard, now=NOON + 6_000, entropy=os.urandom)
    found = tried(store, policy(toxic=0.5, outcome="reject"))
    before, after = found.agreement
    assert found.decided == 4
    assert (before.precision, before.recall) == (Share(1, 2), Share(1, 2))
    assert (before.filed_precision, before.filed_recall) == (Share(0, 0), Share(0, 2))
    assert (after.precision, after.recall) == (Share(2, 3), Share(2, 2))
    assert (after.filed_precision, after.filed_recall) == (Share(2, 3), Share(2, 2))
    low, high = after.recall.interval
    assert (round(low, 3), round(high, 3)) == (0.342, 1.0)
    assert before.filed_precision.share is None and before.filed_precision.interval is None


def test_what_held_a_comment_anyway_holds_it_still(store):
    site = newspaper(store)
    page = PageRef("https://herald.test/closed", "Closed")
    change = PageChange(PageState.PREMODERATED)
    page_states.set_page(store, site.id, page, change, NOON, os.urandom)
    judged(store, site, "toxicity=0.1", page=page)
    [held] = judged(store, site, "toxicity=0.9")
    judged(store, site, "toxicity=0.1", parent_id=held)
    found = tried(store, policy(toxic=0.99))
    assert counts(found) == {("hold", "approve"): 1}
    assert found.not_as_recorded == 0


def test_it_tells_who_is_affected(store):
    site = newspaper(store)
    judged(
        store,
        site,
        "toxicity=0.6 language=0.9:de",
        "toxicity=0.6 reputation=0.4 language=0.9:en",
        "toxicity=0.9 language=0.9:en",
    )
    found = tried(store, policy(toxic=0.5))
    affected = {
        (each.kind, each.name): (
            each.comments,
            each.changed,
            each.stopped_before,
            each.stopped_after,
        )
        for each in found.affected
    }
    assert affected == {
        ("author", "known"): (1, 1, 0, 1),
        ("author", "new"): (2, 1, 1, 2),
        ("language", "de"): (1, 1, 0, 1),
        ("language", "en"): (2, 1, 1, 2),
    }


def named(found):
    return {
        group.name: (group.changed.hits, group.others.hits, group.stopped, group.passed)
        for group in found.named.groups
        if group.changed.hits or group.others.hits
    }


def test_it_tells_which_groups_of_people_the_texts_name(store):
    """By hand: of ten comments four are held or let through anew, and six stay; what each names stands in it."""
    site = newspaper(store)
    judged(
        store,
        site,
        "toxicity=0.6 Muslims=0",  # held by the one that is tried
        "toxicity=0.7 women=0 Muslims=0",
        "toxicity=0.5 weather=0",
        "toxicity=0.1 links=2 gay=0",  # let through by it
        "toxicity=0.1 women=0",  # approved by both
        "toxicity=0.2 weather=0",
        "toxicity=0.1 football=0",
        "toxicity=0.1 refugees=0",
        "toxicity=0.9 Jews=0",  # held by both
        "toxicity=0.9 weather=0",
    )
    without_links = parse_policy(
        SOURCE.format(name="x", toxic=0.5, outcome="hold").replace("at_least = 2", "at_least = 3")
    )
    found = tried(store, without_links)
    assert (found.changed, found.named.changed, found.named.others) == (4, 4, 6)
    assert named(found) == {
        "any": (3, 3, 2, 1),
        "religion": (2, 1, 2, 0),
        "origin": (0, 1, 0, 0),
        "gender": (1, 1, 1, 0),
        "orientation": (1, 0, 0, 1),
    }
    by_name = {group.name: group for group in found.named.groups}
    assert by_name["religion"].changed == Share(2, 4) and by_name["religion"].others == Share(1, 6)
    assert by_name["age"].changed == Share(0, 4)
    held_to_spam = tried(store, policy(outcome="spam"))  # kept from readers by both
    assert named(held_to_spam)["religion"] == (1, 2, 0, 0)


def test_only_texts_that_are_still_there_are_read_and_of_a_changed_one_the_newest(store):
    site = newspaper(store)
    ids = judged(store, site, "toxicity=0.6 Muslims=0", "toxicity=0.6 women=0", "toxicity=0.1")
    with store.write() as connection:
        connection.execute(
            sa.update(revisions).where(revisions.c.comment_id == ids[0]).values(text="")
        )
        connection.execute(
            sa.insert(revisions).values(comment_id=ids[1], number=2, text="gay", created_at=NOON)
        )  # not judged yet: the comment is still at its first
    found = tried(store, policy(toxic=0.5))
    assert (found.changed, found.named.changed, found.named.others) == (2, 1, 1)
    assert named(found) == {"any": (1, 0, 1, 0), "gender": (1, 0, 1, 0)}
    none_read = tried(store, policy(toxic=0.5), is_cancelled=lambda: True)
    assert (none_read.named.changed, none_read.named.others, named(none_read)) == (0, 0, {})


def test_of_many_comments_as_many_as_may_be_read_are_spread_over_all():
    for count in (0, 7, 8, 9, 1_000, 1_023):
        spread = Spread(8)
        for number in range(count):
            spread.add(str(number), number % 2)
        kept = [int(id) for id in spread.kept]
        assert len(kept) == count if count <= 8 else 4 <= len(kept) <= 8
        steps = {later - earlier for earlier, later in pairwise(kept)}
        assert kept[:1] in ([], [0]) and len(steps) <= 1
        assert all(spread.kept[str(number)] == number % 2 for number in kept)
        if count > 8:
            assert kept[-1] > 0.85 * count


def test_each_site_has_its_own_policy_in_force(store):
    alice, bob = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    with store.write() as connection:
        source = SOURCE.format(name="bobs", toxic=0.5, outcome="reject")
        connection.execute(sa.update(sites).where(sites.c.id == bob.id).values(policy=source))
    judged(store, alice, "toxicity=0.6")
    judged(store, bob, "toxicity=0.6", page=PageRef("https://bob.test/1", "One"))
    assert counts(tried(store, policy(toxic=0.9))) == {("reject", "approve"): 1}
    assert tried(store, policy(toxic=0.9), {alice.id}).changed == 0
    of_bob = tried(store, policy(toxic=0.9), {bob.id})
    assert [each.name for each in of_bob.in_force] == ["bobs"]
    assert (of_bob.examined, of_bob.changed) == (1, 1)


def test_it_looks_at_nothing_else(store):
    site = newspaper(store)
    judged(store, site, "toxicity=0.6", at=NOON - 2 * DAY_MS, now=NOON - DAY_MS)
    erased, _ = judged(store, site, "toxicity=0.6", "toxicity=0.6")
    hand_in(store, reply(site, "toxicity=0.6"))  # not judged yet
    erase(store, {site.id}, erased, now=NOON, entropy=os.urandom)
    assert tried(store, policy(toxic=0.5)).examined == 1
    assert tried(store, policy(toxic=0.5), since=0).examined == 2
    cut = tried(store, policy(toxic=0.5), since=0, limit=1)
    assert (cut.examined, cut.complete) == (1, False)
    left = tried(store, policy(toxic=0.5), is_cancelled=lambda: True)
    assert (left.examined, left.complete) == (0, False)


def test_of_several_attempts_the_last_counts_and_a_failed_scorer_holds(store):
    site = newspaper(store)
    [id] = judged(store, site, "toxicity=0.6")
    with store.write() as connection:
        connection.execute(
            sa.insert(findings).values(
                comment_id=id,
                revision=1,
                attempt=2,
                signals_json='[{"name": "toxicity", "value": 0.9, "scorer": "s"}]',
                failed_json="[]",
                created_at=NOON,
            )
        )
    assert counts(tried(store, policy(toxic=0.95))) == {("hold", "approve"): 1}
    assert tried(store, policy()).not_as_recorded == 1  # the first attempt approved it
    with store.write() as connection:
        connection.execute(
            sa.update(findings).where(findings.c.attempt == 2).values(failed_json='["s"]')
        )
    assert tried(store, policy(toxic=0.95)).changed == 0


def test_a_note_cannot_pass_for_a_signal(store):
    site = newspaper(store)
    note = '{"name":_"toxicity",_"value":_0.99}'.replace("_", " ")
    [id] = hand_in(store, reply(site, "toxicity=0.1"))
    signals = (Signal("toxicity", 0.1, "s"), Signal("links", 1.0, "s", note=note))
    with store.write() as connection:
        add_findings(connection, [(id, 1, 1, Findings(signals))], NOON)
    decide(store, site, id, Outcome.APPROVE)
    assert tried(store, policy()).examined == 1
    assert tried(store, policy(toxic=0.5)).changed == 0
    assert tried(store, policy(toxic=0.1)).changed == 1
