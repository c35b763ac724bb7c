"""Lists of others: what is on them, what is not, and files that are damaged, large or gone."""

import os

import pytest

from moderation.domain.policy import decide
from moderation.domain.score import SenderTraces
from moderation.doorbell import Doorbell
from moderation.policies import load_policy
from moderation.scorers.pipeline import ScorerPipeline
from moderation.scorers.site.blocklist_files import SECONDS_BETWEEN_READS, BlocklistFiles
from moderation.scorers.spam.heuristics import Heuristics
from moderation.settings import Settings
from moderation.store.sql.crypto import Crypto
from tests.scorers.candidates import HOSTILE, candidate
from tests.scorers.test_contract import ScorerContract
from workers.worker import WorkerContext

SEAL = Crypto(b"s" * 40)
FILE = """# fetched today
spam.example.com
198.51.100.7
2001:db8::7
203.0.113.0/24
10.0.0.0/30
Bad.Person@mail.com
throw-away.net
not a domain at all
999.1.1.1
"""


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def listed(tmp_path, clock):
    (tmp_path / "some.txt").write_text(FILE)
    made = BlocklistFiles(tmp_path, SEAL.address_key, SEAL.email_key, clock)
    made.load()
    return made


class TestContract(ScorerContract):
    of = (BlocklistFiles,)

    @pytest.fixture
    def scorer(self, listed):
        return listed


def signals_by_name(listed, text="Nice.", **more):
    return {signal.name: signal for signal in listed.measure([candidate(text, **more)])[0]}


@pytest.mark.parametrize(
    ("traces", "name"),
    [
        (SenderTraces(address_key=SEAL.address_key("198.51.100.7")), "listed_address"),
        (SenderTraces(address_key=SEAL.address_key("2001:db8::7")), "listed_address"),
        (SenderTraces(network="203.0.113.0/24"), "listed_network"),
        (SenderTraces(email_key=SEAL.email_key("bad.person@mail.com")), "listed_email"),
        (SenderTraces(email_domain="throw-away.net"), "listed_email"),
        (SenderTraces(email_domain="mx.throw-away.net"), "listed_email"),
    ],
)
def test_who_is_on_a_list_is_recognised(listed, traces, name):
    assert set(signals_by_name(listed, traces=traces)) == {name}


def test_links_to_what_is_listed_are_shown(listed):
    text = "See http://spam.example.com/x and http://example.com and www.spam.example.com"
    signal = signals_by_name(listed, text)["listed_domain"]
    assert [text[span.start : span.end] for span in signal.spans] == [
        "http://spam.example.com/x",
        "www.spam.example.com",
    ]
    assert (
        signals_by_name(listed, author_url="https://throw-away.net/me")["listed_domain"].value == 1
    )


def test_everybody_else_is_left_alone(listed):
    honest = SenderTraces(
        "mail.com", SEAL.email_key("good@mail.com"), SEAL.address_key("198.51.100.8")
    )
    assert signals_by_name(listed, "See http://example.com", traces=honest) == {}
    # Of an address only its /24 is kept: a narrower network must not condemn its neighbours.
    assert signals_by_name(listed, traces=SenderTraces(network="10.0.0.0/24")) == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Nice.", None),
        ("Nice: http://spam.example.com", "listed_link"),
        ("Nice: http://example.com", "listed_sender"),
    ],
)
def test_the_newsroom_holds_a_listed_sender_only_with_a_link(listed, text, code):
    traces = SenderTraces(address_key=SEAL.address_key("198.51.100.7"))
    comment = candidate(text, traces=traces)
    measured = ScorerPipeline([listed, Heuristics()], 20).measure([comment])[0]
    codes = {reason.code for reason in decide(load_policy("newsroom"), measured).reasons}
    assert codes & {"listed_link", "listed_sender"} == ({code, "listed_sender"} if code else set())


def test_a_file_that_changes_is_read_again_beside_the_judging(listed, tmp_path, clock):
    (tmp_path / "more.txt").write_text("late.example.net\n")
    text = "http://late.example.net"
    assert signals_by_name(listed, text) == {}
    clock.now += SECONDS_BETWEEN_READS + 1
    signals_by_name(listed, text)
    listed.wait_until_read(10)
    assert "listed_domain" in signals_by_name(listed, text)


def test_what_was_read_counts_while_a_file_cannot_be_read(listed, tmp_path, clock):
    (tmp_path / "gone.txt").symlink_to("/nowhere")
    clock.now += SECONDS_BETWEEN_READS + 1
    signals_by_name(listed)
    listed.wait_until_read(10)
    assert "listed_domain" in signals_by_name(listed, "http://spam.example.com")


def test_nothing_wrong_with_a_folder_fails_a_comment(tmp_path, clock):
    (tmp_path / "noise.txt").write_bytes(
        os.urandom(100_000) + b"\n@\n/\n:\n\x00\n1\n" + b"x" * 70_000
    )
    for folder in (tmp_path, tmp_path / "nowhere"):
        pipeline = ScorerPipeline(
            [BlocklistFiles(folder, SEAL.address_key, SEAL.email_key, clock)], 20
        )
        pipeline.load()
        assert pipeline.failing == ()
        for text in HOSTILE.values():
            assert pipeline.measure([candidate(text)])[0].failed == ()


def test_a_worker_asks_the_lists_only_where_a_setting_names_them(store, tmp_path):
    (tmp_path / "some.txt").write_text("198.51.100.7\n")
    seal = store.crypto
    comment = candidate("Nice.", traces=SenderTraces(address_key=seal.address_key("198.51.100.7")))
    for lists, expected in (("", False), (str(tmp_path), True)):
        settings = Settings(data=tmp_path, lists=lists)
        bench = WorkerContext(settings, "judge", store, Doorbell("redis://127.0.0.1:1"), "w")
        assert ("listed" in bench.pipeline.names) is expected
        if expected:
            bench.pipeline.load()
            assert bench.pipeline.measure([comment])[0].get("listed_address")
