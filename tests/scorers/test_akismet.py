"""Akismet as it answers, refuses, fails and hangs, over real HTTP: none of it fails a comment."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
import sqlalchemy as sa

from harness.gatehouse_process import GatehouseProcess
from moderation.domain.comment import AuthorRef, Context, Status
from moderation.domain.errors import Unavailable
from moderation.domain.policy import decide
from moderation.domain.score import Candidate, SenderTraces
from moderation.intake.submit import submit
from moderation.judging.judge import judge
from moderation.policies import load_policy
from moderation.review import queues
from moderation.scorers.pipeline import ScorerPipeline
from moderation.settings import Settings
from moderation.store import compat_apis, sites
from moderation.store.addresses import addresses_of
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import addresses
from moderation.upkeep import erase
from moderation.upkeep.retention import purge
from tests.factories import NOON, POLICY, Scripted, newspaper, reply
from tests.scorers.candidates import candidate
from tests.scorers.test_contract import ScorerContract
from workers.akismet import KEPT_SECONDS, Akismet
from workers.external_lookup import FAILURES_TO_PAUSE, PAUSE_SECONDS

IP = "198.51.100.7"


@dataclass
class Stub:
    """An Akismet with answers set by the test. asked: the fields of each question."""

    url: str = ""
    status: int = 200
    body: bytes = b"true"
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    hangs: bool = False
    now: float = 1_000.0

    def scorer(self, **more: Any) -> Akismet:
        arguments: dict[str, Any] = {
            "addresses": lambda ids: dict.fromkeys(ids, IP),
            "clock": lambda: self.now,
        }
        return Akismet("k3y", self.url, **(arguments | more))


@pytest.fixture
def stub() -> Iterator[Stub]:
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            fields = parse_qs(self.rfile.read(length).decode(), strict_parsing=True)
            stub.asked.append({name: value for name, (value,) in fields.items()})
            assert self.path == "/1.1/comment-check"
            if stub.hangs:
                stub.gate.wait(30)
            self.send_response(stub.status)
            for name, value in stub.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(stub.body)))
            self.end_headers()
            self.wfile.write(stub.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield stub
    stub.gate.set()
    server.shutdown()
    thread.join()
    server.server_close()


class TestContract(ScorerContract):
    of = (Akismet,)

    @pytest.fixture
    def scorer(self, stub: Stub) -> Akismet:
        return stub.scorer()


def comment(text: str = "Buy gnomes", **more: Any) -> Candidate:
    arguments: dict[str, Any] = {
        "comment_id": f"cmt_{abs(hash(text))}",
        "site_id": "site_1",
        "author_name": "Carol",
        "page_url": "https://herald.test/news/1?a=b",
        "created_at": NOON,
        "language": "en",
        "traces": SenderTraces(
            "private.test", "e" * 64, "a" * 64, "198.51.100.0/24", "Firefox/140", ""
        ),
    }
    return candidate(text, **(arguments | more))


def measured_notes(scorer: Akismet, *texts: str, **more: Any) -> list[dict[str, str]]:
    measured = scorer.measure([comment(text, **more) for text in texts or ("Buy gnomes",)])
    return [{signal.name: signal.note for signal in signals} for signals in measured]


def test_what_akismet_calls_spam_is_filed_as_spam(stub: Stub) -> None:
    scorer = stub.scorer()
    assert measured_notes(scorer) == [{"akismet": ""}]
    stub.headers = {"X-akismet-pro-tip": "discard"}
    assert measured_notes(scorer, "worse") == [{"akismet": "blatant"}]
    stub.body = b"false"
    assert measured_notes(scorer, "better") == [{}]
    findings = ScorerPipeline([scorer], 20).measure([comment()])[0]
    verdict = decide(load_policy("newsroom"), findings)
    assert "akismet" in {reason.code for reason in verdict.reasons}


def test_akismet_gets_the_documented_fields_and_no_more(stub: Stub) -> None:
    measured_notes(stub.scorer())
    assert stub.asked == [
        {
            "api_key": "k3y",
            "blog": "https://herald.test/",
            "user_ip": IP,
            "user_agent": "Firefox/140",
            "permalink": "https://herald.test/news/1?a=b",
            "comment_type": "comment",
            "comment_author": "Carol",
            "comment_content": "Buy gnomes",
            "comment_date_gmt": "2026-09-21T14:13:20Z",
            "blog_lang": "en",
            "blog_charset": "UTF-8",
        }
    ]


def test_it_is_asked_once_within_the_hour(stub: Stub) -> None:
    scorer = stub.scorer()
    for _ in range(3):
        assert measured_notes(scorer) == [{"akismet": ""}]
    assert len(stub.asked) == 1
    stub.now += KEPT_SECONDS + 1
    measured_notes(scorer)
    assert len(stub.asked) == 2


def test_akismet_is_not_asked_about_other_sites_nor_without_an_address(stub: Stub) -> None:
    scorer = stub.scorer(sites=["site_2"])
    assert measured_notes(scorer) == [{}]
    assert measured_notes(scorer, site_id="site_2") == [{"akismet": ""}]
    assert measured_notes(stub.scorer(addresses=lambda ids: {}), "another") == [{}]

    def away(ids: object) -> dict[str, str]:
        raise Unavailable("The database is away.")

    assert measured_notes(stub.scorer(addresses=away), "yet another") == [{}]
    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"true"),
        (200, b"invalid"),
        (200, b"<html>true</html>"),
        (200, b"\xff\x00"),
        (200, b""),
        (200, b"true" + b" " * 100_000),
        (302, b"true"),
        (429, b""),
    ],
)
def test_an_answer_that_is_none_is_as_if_nobody_had_been_asked(
    stub: Stub, status: int, body: bytes
) -> None:
    stub.status, stub.body = status, body
    stub.headers = {"Location": stub.url} if status == 302 else {}
    pipeline = ScorerPipeline([stub.scorer()], 20)
    [measured] = pipeline.measure([comment()])
    assert (measured.signals, measured.failed) == ((), ())


def test_a_failing_akismet_is_paused_and_tried_again(stub: Stub) -> None:
    scorer = stub.scorer()
    stub.status = 500
    for n in range(FAILURES_TO_PAUSE + 5):
        assert measured_notes(scorer, f"comment {n}") == [{}]
    assert len(stub.asked) == FAILURES_TO_PAUSE
    stub.now += PAUSE_SECONDS + 1
    stub.status = 200
    assert measured_notes(scorer) == [{"akismet": ""}]


def test_a_hanging_akismet_costs_a_moment_and_fails_nothing(stub: Stub) -> None:
    stub.hangs = True
    pipeline = ScorerPipeline([stub.scorer(seconds=0.02)], 20)
    for n in range(FAILURES_TO_PAUSE + 20):
        assert pipeline.measure([comment(f"comment {n}")])[0].failed == ()
    assert len(stub.asked) <= FAILURES_TO_PAUSE


def test_nobody_there_at_all(stub: Stub) -> None:
    scorer = Akismet("k3y", "http://127.0.0.1:9", lambda ids: dict.fromkeys(ids, IP))
    assert measured_notes(scorer) == [{}]


def test_the_compatible_api_of_gatehouse_answers_it(running: GatehouseProcess) -> None:
    with running.store.write() as connection:
        key = sites.add_key(connection, running.site.id, compat_apis.AKISMET, 0, os.urandom)
    url = f"http://127.0.0.1:{running.port}"
    page = f"{running.site.origins[0]}/news/1"
    scorer = Akismet(key, url, lambda ids: dict.fromkeys(ids, IP), seconds=20.0)
    submission = {"page_url": page, "author_name": "akismet-guaranteed-spam"}
    assert measured_notes(scorer, **submission) == [{"akismet": ""}]
    assert "akismet" not in measured_notes(scorer, "I met the old lamplighter.", page_url=page)[0]
    wrong = Akismet("wrong", url, lambda ids: dict.fromkeys(ids, IP), seconds=20.0)
    assert measured_notes(wrong, **submission) == [{}]


def store_one(store: Store, keeps: Callable[[str], bool]) -> str:
    site = newspaper(store)
    submitted = reply(site, context=Context(ip=IP), author=AuthorRef("Carol", "carol@private.test"))
    submit(store, [submitted], personal_days=30, entropy=os.urandom, keeps_address=keeps)
    return submitted.id


def kept(store: Store) -> int:
    with store.read() as connection:
        return len(connection.execute(sa.select(addresses)).all())


def run(store: Store, *scorers: Any, now: int = NOON + 1_000) -> None:
    judge(
        store,
        ScorerPipeline(scorers, 5.0),
        POLICY,
        lease="w",
        lease_ms=60_000,
        limit=50,
        now=lambda: now,
        entropy=os.urandom,
    )


def test_the_address_is_kept_until_the_comment_is_judged_and_no_longer(
    store: Store, stub: Stub
) -> None:
    id = store_one(store, lambda site_id: True)
    with store.read() as connection:
        assert IP not in str(connection.execute(sa.select(addresses)).all())
    asks = stub.scorer(addresses=partial(addresses_of, store))
    scripted = Scripted("missing")
    run(store, asks, scripted)
    assert kept(store) == 1  # it is judged once more
    scripted.mood = "well"
    run(store, asks, scripted, now=NOON + 60_000)
    assert kept(store) == 0
    assert [request["user_ip"] for request in stub.asked] == [IP]
    with store.read() as connection:
        site_id = connection.scalar(sa.text("SELECT site_id FROM comments"))
    card = queues.get_card(store, {site_id}, id)
    assert card.status is Status.APPROVED and "akismet" in {signal.name for signal in card.signals}


def test_the_address_is_kept_nowhere_else(store: Store) -> None:
    store_one(store, lambda site_id: False)
    assert kept(store) == 0


def test_an_address_that_nobody_asked_for_is_forgotten(store: Store) -> None:
    id = store_one(store, lambda site_id: True)
    purge(store, NOON + 3_600_000, 72)
    assert kept(store) == 1
    purge(store, NOON + 3_600_001, 72)
    assert kept(store) == 0
    other = store_one(store, lambda site_id: True)
    with store.read() as connection:
        site_ids = set(connection.scalars(sa.text("SELECT site_id FROM comments")))
    erase.erase(store, site_ids, other, now=NOON, entropy=os.urandom)
    assert kept(store) == 0 and id != other


def test_settings_say_whether_and_for_whom() -> None:
    assert not Settings().asks_akismet("site_1")
    assert Settings(akismet_key="k").asks_akismet("site_1")
    chosen = Settings(akismet_key="k", akismet_sites="site_1, site_2")
    assert chosen.asks_akismet("site_2") and not chosen.asks_akismet("site_3")
    assert "k3y" not in repr(Settings(akismet_key="k3y"))
