"""DNS lists that answer, refuse, fail and hang: none of it fails a comment or makes it wait for long."""

import threading

import pytest

from moderation.domain.policy import decide
from moderation.policies import load_policy
from moderation.scorers.pipeline import ScorerPipeline
from moderation.settings import Settings
from tests.scorers.candidates import HOSTILE, candidate
from tests.scorers.test_contract import ScorerContract
from workers.dns_lists import KEPT_SECONDS, DnsLists
from workers.external_lookup import FAILURES_TO_PAUSE, PAUSE_SECONDS

ZONE = "list.test"
BAD = "Nice: http://www.spam-shop.com/x"


class Zone:
    """A list: its answers by name, and what it was asked."""

    def __init__(self):
        self.answers = {"spam-shop.com.list.test.": ["127.0.0.2"]}
        self.asked = []
        self.error = None
        self.now = 1_000.0

    def __call__(self, name):
        self.asked.append(name)
        if self.error:
            raise self.error
        return self.answers.get(name, [])

    def scorer(self, **more):
        return DnsLists([ZONE], self, lambda: self.now, **more)


@pytest.fixture
def zone():
    return Zone()


class TestContract(ScorerContract):
    of = (DnsLists,)

    @pytest.fixture
    def scorer(self, zone):
        return zone.scorer()


def notes_by_name(scorer, text=BAD, **more):
    [signals] = scorer.measure([candidate(text, **more)])
    return {signal.name: signal.note for signal in signals}


def test_a_listed_domain_is_found_shown_and_held(zone):
    scorer = zone.scorer()
    assert notes_by_name(scorer) == {"dns_listed": "spam-shop.com"}
    assert notes_by_name(scorer, "Nice: http://honest-shop.com") == {}
    [span] = scorer.explain(candidate(BAD), "dns_listed")
    assert BAD[span.start : span.end] == "http://www.spam-shop.com/x"
    measured = ScorerPipeline([scorer], 20).measure([candidate(BAD)])[0]
    codes = {reason.code for reason in decide(load_policy("newsroom"), measured).reasons}
    assert "listed_link" in codes


def test_only_linked_domains_are_told_and_each_once_an_hour(zone):
    scorer = zone.scorer()
    for _ in range(3):
        notes_by_name(
            scorer, BAD + " secret words", author_name="Carol", page_url="https://herald.com/1"
        )
    notes_by_name(scorer, "See https://www.herald.com/2", page_url="https://herald.com/1")
    assert zone.asked == ["spam-shop.com.list.test."]
    zone.now += KEPT_SECONDS + 1
    notes_by_name(scorer)
    assert len(zone.asked) == 2


@pytest.mark.parametrize("answer", ["127.0.0.1", "127.255.255.254", "127.0.1.255", "93.184.216.34"])
def test_a_refusal_and_an_invented_address_list_nobody(zone, answer):
    zone.answers["spam-shop.com.list.test."] = [answer]
    assert notes_by_name(zone.scorer()) == {}


def test_a_list_that_fails_is_left_alone_and_tried_again(zone):
    scorer = zone.scorer()
    zone.error = OSError("down")
    for n in range(FAILURES_TO_PAUSE + 5):
        assert notes_by_name(scorer, f"http://shop{n}.com") == {}
    assert len(zone.asked) == FAILURES_TO_PAUSE
    zone.now += PAUSE_SECONDS + 1
    zone.error = None
    assert notes_by_name(scorer) == {"dns_listed": "spam-shop.com"}


def test_a_list_that_hangs_costs_a_moment_and_fails_nothing(zone):
    gate, queries = threading.Event(), []

    def hangs(name):
        queries.append(name)
        gate.wait(30)
        return ["127.0.0.2"]

    scorer = DnsLists([ZONE], hangs, lambda: zone.now, seconds=0.01)
    pipeline = ScorerPipeline([scorer], 20)
    for n in range(FAILURES_TO_PAUSE + 20):
        assert pipeline.measure([candidate(f"http://shop{n}.com")])[0].failed == ()
    assert len(queries) <= FAILURES_TO_PAUSE  # then it was left alone
    gate.set()


def test_hostile_text_fails_nothing(zone):
    pipeline = ScorerPipeline([zone.scorer()], 20)
    for text in HOSTILE.values():
        assert pipeline.measure([candidate(text)])[0].failed == ()


def test_a_setting_names_the_lists():
    assert Settings().dns_zones == ()
    assert Settings(dns_lists=" A.test., b.test,,a.test").dns_zones == ("a.test", "b.test")
