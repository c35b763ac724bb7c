"""What all faces share: thin keys are not found by trying, overload is said, models load when needed."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from harness.servers import SECRET, wait_until
from moderation.environment import read_settings
from moderation.scorers.pipeline import ScorerPipeline
from moderation.store import compat_apis, sites
from moderation.store.sql.engine import Store
from service.app import create_app
from service.queues.synchronous_scoring import SynchronousScoring
from tests.factories import NOON, Scripted, key_of, newspaper

ANALYZE = "/v1alpha1/comments:analyze"
ASKED = {
    "comment": {"text": "A bad comment about harbours."},
    "requestedAttributes": {"TOXICITY": {}},
    "languages": ["en"],
}


class English(Scripted):
    languages = frozenset({"en"})


class Service:
    """An app of one test. on: the compatible APIs of Alice's newspaper."""

    def __init__(self, url: str, environment: dict[str, str], on: tuple[str, ...]) -> None:
        self.store = Store(url, SECRET)
        self.site = newspaper(self.store)
        with self.store.write() as connection:
            for api in on:
                compat_apis.switch_on(connection, self.site.id, api, "", NOON)
        self.secret = key_of(self.store, self.site)
        self.app = create_app(read_settings(environment))
        self.client = TestClient(self.app, client=("127.0.0.1", 50_000))

    def analyze(self, key: str = "", **more):
        return self.client.post(ANALYZE, params={"key": key or self.secret}, json=ASKED | more)

    def score_with(self, scorer: Scripted, deadline: float) -> SynchronousScoring:
        self.app.state.scoring.close()
        self.app.state.scoring = SynchronousScoring(lambda: ScorerPipeline([scorer], 30), deadline)
        return self.app.state.scoring


@pytest.fixture
def opened(_sqlite_template, broker_url, tmp_path):
    """Opens the service with these compatible APIs on and these settings."""
    started = []

    def open_service(*on: str, **changes: str) -> Service:
        shutil.copy(_sqlite_template, tmp_path / "gatehouse.db")
        url = f"sqlite+pysqlite:///{tmp_path / 'gatehouse.db'}"
        environment = {
            "GATEHOUSE_DATA": str(tmp_path),
            "GATEHOUSE_DATABASE_URL": url,
            "GATEHOUSE_REDIS_URL": broker_url,
            "GATEHOUSE_SECRET_KEY": SECRET.decode(),
            "GATEHOUSE_TRUSTED_PROXIES": "127.0.0.0/8",
        } | {f"GATEHOUSE_{name.upper()}": value for name, value in changes.items()}
        service = Service(url, environment, on)
        service.client.__enter__()
        started.append(service)
        return service

    yield open_service
    for service in started:
        service.client.__exit__(None, None, None)
        service.app.state.scoring.close()  # the test's own, if it set one
        service.store.close()


def test_models_are_loaded_by_the_first_call_that_needs_scores(opened):
    service = opened("perspective")
    assert "scoring" not in service.client.get("/readyz").json()["checks"]
    assert not service.app.state.scoring.started, "until then they would be memory for nothing"
    assert service.analyze().status_code == 200
    assert service.client.get("/readyz").json()["checks"]["scoring"] == {"ok": True}


def test_a_missing_scorer_is_no_low_score(opened):
    service = opened("perspective", "openai")
    service.score_with(English("missing"), 20)
    answer = service.analyze()
    assert answer.status_code == 503
    assert answer.json()["error"]["status"] == "UNAVAILABLE"
    assert int(answer.headers["retry-after"]) > 0
    bearer = {"authorization": f"Bearer {service.secret}"}
    other = service.client.post("/v1/moderations", json={"input": "x"}, headers=bearer)
    assert other.status_code == 503 and other.json()["error"]["type"] == "server_error"


def test_scorers_that_cannot_be_made_are_told_to_whoever_asks_and_to_the_operator(opened):
    def broken() -> ScorerPipeline:
        raise ImportError("no such library")

    service = opened("perspective")
    service.app.state.scoring.close()
    service.app.state.scoring = SynchronousScoring(broken, 20)
    assert service.analyze().status_code == 503
    readiness = service.client.get("/readyz").json()
    assert readiness["status"] == "degraded" and not readiness["checks"]["scoring"]["ok"]


class Stuck(English):
    """Hangs from the second batch on; the first is the warm-up."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Event()

    def measure(self, batch):
        if self.calls:
            self.entered.set()
            self.awake.wait(30)
        return super().measure(batch)


def test_more_than_can_be_scored_in_time_is_429_with_when_to_come_back(opened):
    service = opened("perspective")
    stuck = Stuck()
    scoring = service.score_with(stuck, 0.3)
    scoring.start()
    wait_until(lambda: scoring.warm, "the scorer is there")
    with ThreadPoolExecutor(4) as pool:
        answers = [one_.result() for one_ in [pool.submit(service.analyze) for _ in range(4)]]
    assert stuck.entered.is_set()
    assert {answer.status_code for answer in answers} == {429}
    for answer in answers:
        error = answer.json()["error"]
        assert error["status"] == "RESOURCE_EXHAUSTED"
        assert error["details"][0]["retryDelay"] == answer.headers["retry-after"] + "s"
    assert service.client.get("/healthz").status_code == 200, "the loop was never held up"
    stuck.awake.set()
    answer = wait_until(
        lambda: (answer := service.analyze()).status_code == 200 and answer, "it is served again"
    )
    assert answer.json()["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8


def test_a_thin_key_is_not_found_by_trying(opened):
    service = opened("akismet", limit_guess="5/minute")
    with service.store.write() as connection:
        key = sites.add_key(
            connection, service.site.id, compat_apis.AKISMET, NOON, lambda n: b"\x17" * n
        )

    def verify(key: str, address: str) -> str:
        sent = {"key": key, "blog": "https://herald.test"}
        headers = {"x-forwarded-for": address}
        return service.client.post("/1.1/verify-key", data=sent, headers=headers).text

    reader, guesser, newcomer = "198.51.100.1", "198.51.100.2", "198.51.100.3"
    assert verify(key, guesser) == "valid"
    for n in range(5):
        assert verify(f"{n:012x}", guesser) == verify(f"{n:012x}", newcomer) == "invalid"
    assert verify(key, newcomer) == "invalid", "who has guessed is not told when it is right"
    assert verify(key, guesser) == "valid", "who was right before has a neighbour that guesses"
    assert verify(key, reader) == "valid"


def test_long_keys_cannot_be_guessed_and_are_not_counted(opened):
    service = opened("perspective", limit_guess="2/minute")
    service.score_with(English(), 20)
    for n in range(5):
        assert service.analyze(key=f"ghf_{n:040x}").status_code == 400
    assert service.analyze().status_code == 200


def test_a_revoked_key_and_a_face_switched_off_are_shut_within_seconds(opened, monkeypatch):
    monkeypatch.setattr("service.access.keys.KEY_CACHE_SECONDS", 0.0)
    service = opened("perspective")
    service.score_with(English(), 20)
    with service.store.write() as connection:
        key = sites.add_key(connection, service.site.id, "perspective", NOON, lambda n: b"\x42" * n)
    assert service.analyze(key).status_code == 200
    with service.store.write() as connection:
        assert compat_apis.switch_off(connection, service.site.id, "perspective")
    assert service.analyze(key).status_code == 403
    with service.store.write() as connection:
        compat_apis.switch_on(connection, service.site.id, "perspective", "", NOON)
        [made] = [
            row for row in sites.keys_of(connection, service.site.id) if row.kind == "perspective"
        ]
        assert sites.revoke_key(connection, service.site.id, made.id, NOON)
    assert service.analyze(key).status_code == 400


def test_a_label_that_the_model_lacks_is_named(opened):
    service = opened("perspective")
    service.score_with(English(), 20)  # it knows toxicity alone
    answer = service.analyze(requestedAttributes={"TOXICITY": {}, "INSULT": {}})
    assert answer.status_code == 200
    assert answer.headers["x-gatehouse-unscored"] == "INSULT"
    assert answer.json()["attributeScores"]["INSULT"]["summaryScore"]["value"] == 0.0
