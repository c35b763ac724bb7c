"""Reputation: counts moderators' decisions, once for a campaign; undone exactly, deleted in time."""

import os
import random
import threading
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.domain.comment import AuthorRef, Context, Status
from moderation.domain.decision import ActorKind, Outcome
from moderation.domain.durations import DAY_MS, WEEK_MS
from moderation.domain.errors import Conflict, NotFound
from moderation.domain.filter import FilterAction, FilterDraft, FilterKind
from moderation.domain.reputation import (
    HALF_LIFE_DAYS,
    KEPT_DAYS,
    Opinion,
    ReputationScore,
    Subject,
    SubjectKind,
    WeekCounts,
    lower_bound,
    reputation_score,
)
from moderation.domain.score import Signal
from moderation.judging.judge import judge
from moderation.policies import load_policy
from moderation.review import campaign_decisions, campaigns, decisions, filters, queues, reputation
from moderation.scorers.pipeline import ScorerPipeline
from moderation.scorers.spam.heuristic import word_set
from moderation.scorers.spam.heuristics import Heuristics
from moderation.scorers.spam.history import HistorySignals
from moderation.scorers.spam.reputation import ReputationSignals
from moderation.store import reputations
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import reputations as counts
from moderation.store.sql.schema import votes
from moderation.upkeep import erase
from moderation.upkeep.retention import purge
from tests.factories import NOON, Scripted, hand_in, newspaper, reply

APPROVE, SPAM, REJECT, HOLD = Outcome.APPROVE, Outcome.SPAM, Outcome.REJECT, Outcome.HOLD
CAROL = AuthorRef("Carol", identity="browser:1")
HOME = Context(ip="198.51.100.7")
NEWSROOM = load_policy("newsroom")
WORDS = sorted(
    word_set("""
    bridge council ferry harbour library market mayor meadow museum orchard parade river school station
    street theatre tower train tree valley village walls water weather winter window yellow autumn bakery
    bench bicycle candle carpet castle cellar chapel cherry cinema clock cloud coast coffee copper corner
    """)
)


class Calm:
    """Whatever else the newsroom's policy needs."""

    name = "calm"

    def measure(self, batch: Any) -> list[tuple[Signal, ...]]:
        return [self._signals("SALE" in candidate.text) for candidate in batch]

    def _signals(self, is_sale: bool) -> tuple[Signal, ...]:
        # Not quite harmless: links are looked at.
        score = 0.8 if is_sale else 0.3
        values = {"language": 0.0, "spam": score, "spam_untaught": score}
        return tuple(Signal(label, value, self.name, "m") for label, value in values.items())

    def explain(self, candidate: Any, label: str) -> tuple[()]:
        return ()


def run(store: Store, at: int = NOON + 1_000) -> None:
    scorers = (HistorySignals(), ReputationSignals(), Heuristics(), Scripted(), Calm())
    judge(
        store,
        ScorerPipeline(scorers, 5.0),
        NEWSROOM,
        lease="w",
        lease_ms=60_000,
        limit=500,
        now=lambda: at,
        entropy=os.urandom,
    )


def harmless_text(number: int) -> str:
    """A text like no other."""
    return " ".join(random.Random(number).sample(WORDS, 12))


def submit_and_judge(
    store: Store, site: Site, *texts: str, at: int = NOON, **changes: Any
) -> list[str]:
    """Comments of Carol's come in from home and are judged."""
    fields = {"author": CAROL, "context": HOME, **changes}
    ids = hand_in(store, *(reply(site, text, at=at, **fields) for text in texts))
    run(store, at + 1_000)
    return ids


def record_decision(
    store: Store, site: Site, id: str, outcome: Outcome, at: int = NOON + 2_000
) -> None:
    decisions.decide(store, "mod_a", {site.id}, id, outcome, now=at, entropy=os.urandom)


def take_back(store: Store, site: Site, id: str, at: int = NOON + 3_000) -> None:
    decisions.undo(store, "mod_a", {site.id}, id, now=at, entropy=os.urandom)


def author(store: Store, site: Site, identity: str = CAROL.identity) -> Subject:
    return Subject(SubjectKind.AUTHOR, site.id, store.crypto.author_key(site.id, identity))


def network(store: Store, site: Site) -> Subject:
    return Subject(
        SubjectKind.NETWORK, site.id, store.crypto.network_key(site.id, "198.51.100.0/24")
    )


def counts_for(store: Store, subject: Subject, now: int = NOON) -> tuple[int, int, int]:
    with store.read() as connection:
        score = reputation_score(
            subject.kind, reputations.counts_of(connection, [subject]).get(subject, ()), now
        )
    return score.approved, score.spam, score.rejected


def signals(store: Store, site: Site, id: str) -> dict[str, Signal]:
    return {signal.name: signal for signal in queues.get_card(store, {site.id}, id).signals}


def rows(store: Store) -> tuple[list[Any], ...]:
    with store.read() as connection:
        both = (connection.execute(sa.select(table)).all() for table in (votes, counts))
        return tuple(sorted(map(tuple, row_set)) for row_set in both)


def recount(store: Store) -> Counter[Any]:
    """What the counts should be, from the votes alone."""
    with store.read() as connection:
        first: dict[Any, int] = {}
        for row in connection.execute(sa.select(votes)):
            key = (row.subject, row.kin, row.said)
            first[key] = min(first.get(key, row.created_at), row.created_at)
    return Counter(
        (subject, time // WEEK_MS, opinion) for (subject, _, opinion), time in first.items()
    )


def counted(store: Store) -> Counter[Any]:
    with store.read() as connection:
        return Counter(
            {
                (row.subject, row.week, opinion.value): getattr(row, opinion.value)
                for row in connection.execute(sa.select(counts))
                for opinion in Opinion
                if getattr(row, opinion.value)
            }
        )


def test_moderators_decisions_count_and_machines_do_not(store: Store) -> None:
    site = newspaper(store)
    ids = submit_and_judge(store, site, *(harmless_text(n) for n in range(6)))
    assert {queues.get_card(store, {site.id}, id).status for id in ids} == {Status.APPROVED}
    assert counts_for(store, author(store, site)) == (0, 0, 0)
    for id in ids[:4]:
        record_decision(store, site, id, APPROVE)
    record_decision(store, site, ids[4], SPAM)
    record_decision(store, site, ids[5], REJECT)
    for subject in (author(store, site), network(store, site)):
        assert counts_for(store, subject) == (4, 1, 1)
    assert counts_for(store, author(store, newspaper(store, "Bob's", "https://blog.test"))) == (
        0,
        0,
        0,
    )


def test_the_signals_explain_themselves(store: Store) -> None:
    site = newspaper(store)
    for id in submit_and_judge(store, site, *(harmless_text(n) for n in range(4))):
        record_decision(store, site, id, APPROVE)
    [spam] = submit_and_judge(
        store, site, f"{harmless_text(5)} http://shop.example/x", author=AuthorRef("S")
    )
    record_decision(store, site, spam, SPAM)
    [id] = submit_and_judge(
        store, site, f"{harmless_text(9)} http://shop.example/y", at=NOON + 10_000
    )
    found_signals = signals(store, site, id)
    assert found_signals["reputation"].note == "4 approved, 0 spam by your moderators"
    assert found_signals["reputation"].value == pytest.approx(0.05 ** (1 / 5), abs=0.01)
    assert "ill_author" not in found_signals
    assert found_signals["reputation_network"].note == "4 approved, 1 spam by your moderators"
    assert 0 < found_signals["ill_network"].value < found_signals["reputation_network"].value
    assert found_signals["reputation_domain"].value == 0
    assert found_signals["ill_domain"].value == pytest.approx(0.05**0.5, abs=0.01)
    assert found_signals["ill_domain"].note == "shop.example: 0 approved, 1 spam by your moderators"


def test_a_trusted_author_escapes_the_soft_holds_and_no_others(store: Store) -> None:
    site = newspaper(store)
    links = "https://a.example/1 https://b.example/2 https://c.example/3"
    [held] = submit_and_judge(store, site, f"{harmless_text(20)} {links}")
    assert queues.get_card(store, {site.id}, held).status is Status.HELD
    for id in submit_and_judge(store, site, *(harmless_text(n) for n in range(3))):
        record_decision(store, site, id, APPROVE)
    [third] = submit_and_judge(store, site, f"{harmless_text(23)} {links}", at=NOON + 60_000)
    assert queues.get_card(store, {site.id}, third).status is Status.HELD  # three are not yet trust
    [fourth] = submit_and_judge(store, site, harmless_text(5))
    record_decision(store, site, fourth, APPROVE)
    linked, bad = submit_and_judge(
        store, site, f"{harmless_text(21)} {links}", f"{harmless_text(22)} bad", at=NOON + DAY_MS
    )
    assert queues.get_card(store, {site.id}, linked).status is Status.APPROVED
    insult = queues.get_card(store, {site.id}, bad)
    assert insult.status is Status.HELD
    assert insult.decision and [reason.code for reason in insult.decision.reasons] == ["toxic"]


def test_a_trusted_persons_name_and_email_gain_nothing(store: Store) -> None:
    site = newspaper(store)
    carol = AuthorRef("Carol", "carol@example.org", identity="browser:1")
    for id in submit_and_judge(store, site, *(harmless_text(n) for n in range(6)), author=carol):
        record_decision(store, site, id, APPROVE)
    mallory = AuthorRef("Carol", "carol@example.org")
    text = f"{harmless_text(30)} https://a.example/1 https://b.example/2 https://c.example/3"
    [id] = submit_and_judge(store, site, text, author=mallory, context=Context(), at=NOON + 9_000)
    assert "reputation" not in signals(store, site, id)
    assert queues.get_card(store, {site.id}, id).status is Status.HELD
    record_decision(store, site, id, SPAM)
    assert counts_for(store, author(store, site)) == (6, 0, 0)  # nor can he spoil it


def test_a_domain_of_bad_reputation_is_held_and_filed_only_with_text_that_looks_like_spam(
    store: Store,
) -> None:
    site = newspaper(store)
    statuses = []
    for number in range(6):
        [id] = submit_and_judge(
            store,
            site,
            f"{harmless_text(number)} http://shop.example/{number}",
            author=AuthorRef(f"N{number}"),
            context=Context(ip=f"203.0.{number}.1"),
        )
        statuses.append(queues.get_card(store, {site.id}, id).status)
        record_decision(store, site, id, SPAM)
    approved, held, spam = Status.APPROVED, Status.HELD, Status.SPAM
    assert statuses == [approved, approved, held, held, held, held]
    [filed] = submit_and_judge(store, site, f"{harmless_text(39)} SALE http://shop.example/39")
    card = queues.get_card(store, {site.id}, filed)
    assert card.status is spam
    assert card.decision and "ill_domain_spam" in [reason.code for reason in card.decision.reasons]
    [id] = submit_and_judge(store, site, f"{harmless_text(40)} http://other.example/")
    assert queues.get_card(store, {site.id}, id).status is approved


def test_a_domain_that_a_filter_trusts_has_no_bad_reputation(store: Store) -> None:
    site = newspaper(store)
    for number in range(3):
        [id] = submit_and_judge(
            store, site, f"{harmless_text(number)} http://partner-news.com/{number}"
        )
        record_decision(store, site, id, SPAM)
    draft = FilterDraft("ours", FilterKind.DOMAINS, FilterAction.TRUST, ("partner-news.com",))
    filters.add_filter(store, site.id, draft, "command", now=NOON, entropy=os.urandom)
    [id] = submit_and_judge(
        store, site, f"{harmless_text(30)} http://partner-news.com/", author=AuthorRef("X")
    )
    assert "ill_domain" not in signals(store, site, id)
    assert queues.get_card(store, {site.id}, id).status is Status.APPROVED


def test_a_decision_taken_back_leaves_everything_as_it_was(store: Store) -> None:
    site = newspaper(store)
    comment_id, other = submit_and_judge(store, site, harmless_text(1), harmless_text(2))
    record_decision(store, site, other, APPROVE)
    before = rows(store)
    record_decision(store, site, comment_id, SPAM)
    assert counts_for(store, author(store, site)) == (1, 1, 0)
    take_back(store, site, comment_id)  # to the machine's approval, which is nobody's word
    assert queues.get_card(store, {site.id}, comment_id).status is Status.APPROVED
    assert rows(store) == before
    take_back(store, site, comment_id)  # and forth again
    assert counts_for(store, author(store, site)) == (1, 1, 0)
    record_decision(store, site, comment_id, HOLD)
    assert rows(store) == before


def test_an_undo_back_to_a_persons_decision_counts_that_decision(store: Store) -> None:
    site = newspaper(store)
    [comment_id] = submit_and_judge(store, site, harmless_text(1))
    record_decision(store, site, comment_id, APPROVE, NOON + 2_000)
    before = rows(store)
    record_decision(store, site, comment_id, SPAM, NOON + 9 * WEEK_MS)
    take_back(store, site, comment_id, NOON + 10 * WEEK_MS)
    assert rows(store) == before


def test_a_campaign_counts_once_and_back(store: Store) -> None:
    site = newspaper(store)
    text = (
        "Wonderful garden gnomes of every size for sale, look at http://gnomes.example/shop today"
    )
    ids = [
        submit_and_judge(
            store,
            site,
            f"{text} {number}",
            author=AuthorRef(f"Writer {number}", identity=f"browser:{number % 2}"),
            context=Context(ip=f"198.51.100.{number}"),
            at=NOON + number,
        )[0]
        for number in range(12)
    ]
    [campaign] = campaigns.list_campaigns(store, site.id, NOON)
    assert campaign.comments == 12
    gnomes = Subject(SubjectKind.DOMAIN, site.id, "gnomes.example")
    before = rows(store)
    by = (store, "mod_a", site.id, campaign.id)
    campaign_decisions.decide(*by, SPAM, now=NOON + 10_000, entropy=os.urandom)
    subjects = (gnomes, network(store, site), author(store, site, "browser:0"))
    assert [counts_for(store, subject) for subject in subjects] == [(0, 1, 0)] * 3
    record_decision(
        store, site, ids[3], APPROVE, NOON + 20_000
    )  # singly: it is not like the others
    assert counts_for(store, gnomes) == (1, 1, 0)
    take_back(store, site, ids[3], NOON + 30_000)
    campaign_decisions.undo(*by, now=NOON + 40_000, entropy=os.urandom)
    assert rows(store) == before
    campaign_decisions.decide(*by, SPAM, now=NOON + 50_000, entropy=os.urandom)
    assert counts_for(store, gnomes) == (0, 1, 0)


def test_old_decisions_count_less(store: Store) -> None:
    weeks = [WeekCounts(NOON // WEEK_MS, approved=8, spam=2)]
    then, later = (
        reputation_score(SubjectKind.AUTHOR, weeks, NOON),
        reputation_score(SubjectKind.AUTHOR, weeks, NOON + HALF_LIFE_DAYS * DAY_MS),
    )
    assert (later.approved, later.spam) == (8, 2)
    assert later.good == pytest.approx(then.good / 2)
    assert later.trust < then.trust and later.distrust < then.distrust


def test_a_rejection_counts_against_its_author_alone() -> None:
    weeks = [WeekCounts(0, rejected=5)]
    assert reputation_score(SubjectKind.AUTHOR, weeks, 0).distrust > 0.5
    for kind in (SubjectKind.DOMAIN, SubjectKind.NETWORK):
        assert reputation_score(kind, weeks, 0).distrust == 0
        assert reputation_score(kind, weeks, 0).rejected == 5


def test_a_reset_forgets_what_was_and_can_be_taken_back(store: Store) -> None:
    site = newspaper(store)
    ids = submit_and_judge(store, site, *(harmless_text(n) for n in range(3)))
    record_decision(store, site, ids[0], APPROVE, NOON + 5_000)
    record_decision(store, site, ids[1], SPAM, NOON + 6_000)
    who = author(store, site)
    assert (
        reputation.reset(store, "mod_b", who, 0, now=NOON + 7_000, entropy=os.urandom).repute
        == ReputationScore()
    )
    record_decision(store, site, ids[2], APPROVE, NOON + 8_000)
    assert counts_for(store, who) == (1, 0, 0)
    assert counts_for(store, network(store, site)) == (2, 1, 0)
    with pytest.raises(Conflict):
        reputation.reset(store, "mod_b", who, 0, now=NOON + 9_000, entropy=os.urandom)
    whole = reputation.reset(
        store, "mod_b", who, 1, undo=True, now=NOON + 9_000, entropy=os.urandom
    )
    assert (whole.repute.approved, whole.repute.spam) == (2, 1)
    assert [(entry.sequence, entry.counts_after) for entry in whole.resets] == [
        (1, NOON + 7_000),
        (2, 0),
    ]
    assert [vote.comment_id for vote in whole.votes] == [ids[2], ids[1], ids[0]]
    with pytest.raises(Conflict):
        reputation.reset(store, "mod_b", who, undo=True, now=NOON + 9_000, entropy=os.urandom)
    with pytest.raises(NotFound):
        reputation.reset(store, "mod_b", who._replace(name="f" * 64), now=NOON, entropy=os.urandom)


def test_erasing_forgets_the_person_and_not_the_domain(store: Store) -> None:
    site = newspaper(store)
    [id] = submit_and_judge(store, site, f"{harmless_text(1)} http://shop.example/")
    record_decision(store, site, id, SPAM)
    erase.erase(store, {site.id}, id, now=NOON + 5_000, entropy=os.urandom)
    assert (
        counts_for(store, author(store, site))
        == counts_for(store, network(store, site))
        == (0, 0, 0)
    )
    assert counts_for(store, Subject(SubjectKind.DOMAIN, site.id, "shop.example")) == (0, 1, 0)
    assert not any(
        store.crypto.author_key(site.id, CAROL.identity) in str(row) for row in rows(store)
    )


def test_time_forgets_networks_first_and_then_everybody(store: Store) -> None:
    site = newspaper(store)
    [id] = submit_and_judge(store, site, f"{harmless_text(1)} http://shop.example/")
    record_decision(store, site, id, SPAM, NOON)
    for days, left in ((30, 3), (31, 2), (KEPT_DAYS, 2), (KEPT_DAYS + 1, 0)):
        purge(store, NOON + days * DAY_MS, 72, personal_days=30)
        assert [len(table_rows) for table_rows in rows(store)] == [left, left]
    assert counted(store) == recount(store) == Counter()


def test_what_is_known_of_a_comment_only_from_its_vote_is_taken_back_too(store: Store) -> None:
    """After 30 days neither its address nor its links are known any more."""
    site = newspaper(store)
    [id] = submit_and_judge(store, site, f"{harmless_text(1)} http://shop.example/")
    record_decision(store, site, id, SPAM, NOON)
    purge(store, NOON + 40 * DAY_MS, 72, personal_days=60)
    record_decision(store, site, id, APPROVE, NOON + 40 * DAY_MS)
    shop = Subject(SubjectKind.DOMAIN, site.id, "shop.example")
    assert counts_for(store, shop) == counts_for(store, author(store, site)) == (1, 0, 0)


def test_two_moderators_at_once_count_a_campaign_once(store: Store) -> None:
    site = newspaper(store)
    text = (
        "Wonderful garden gnomes of every size for sale, look at http://gnomes.example/shop today"
    )
    ids = []
    for number in range(8):
        ids += submit_and_judge(store, site, f"{text} {number}", at=NOON + number)
    threads = [threading.Thread(target=record_decision, args=(store, site, id, SPAM)) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts_for(store, Subject(SubjectKind.DOMAIN, site.id, "gnomes.example")) == (0, 1, 0)
    assert counted(store) == recount(store)


_ACTS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["approve", "spam", "reject", "hold", "undo"])),
    max_size=7,
)


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=_ACTS)
def test_after_any_decisions_and_undos_the_counts_match_the_votes(
    store: Store, acts: list[tuple[int, str]]
) -> None:
    site = newspaper(store)
    gnomes = "Wonderful garden gnomes of every size for sale at http://gnomes.example/shop today"
    texts = [f"{gnomes} {n}" for n in range(3)] + [
        f"{harmless_text(n)} http://a.example/" for n in range(3)
    ]
    ids = submit_and_judge(store, site, *texts)
    now = NOON
    for which, action in acts:
        now += DAY_MS
        last = queues.get_card(store, {site.id}, ids[which]).decision
        if action == "undo" and last and last.actor.kind is ActorKind.POLICY:
            with pytest.raises(Conflict):
                take_back(store, site, ids[which], now)
        elif action == "undo":
            take_back(store, site, ids[which], now)
        else:
            record_decision(store, site, ids[which], Outcome(action), now)
        assert counted(store) == recount(store)
    for id in ids:  # all the way back: what each said last, and its undoing, leave no trace
        before = rows(store)
        record_decision(store, site, id, SPAM, now + DAY_MS)
        take_back(store, site, id, now + 2 * DAY_MS)
        assert rows(store) == before


@settings(max_examples=200, deadline=None)
@given(larger=st.floats(0, 1e4), few=st.floats(0, 1e4), more=st.floats(0, 100))
def test_the_bound_is_a_share_that_grows_with_what_speaks_for_it(
    larger: float, few: float, more: float
) -> None:
    bound = lower_bound(larger, few)
    assert 0 <= bound <= (1 + larger) / (2 + larger + few)  # never above the mean
    assert lower_bound(larger + more, few) >= bound - 1e-5
    assert lower_bound(larger, few + more) <= bound + 1e-5
