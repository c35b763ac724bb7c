"""OpenAI's moderation endpoint: categories, kinds of input, errors; the client is in test_clients.py."""

import json

import pytest

from service.compat.openai.routes import CATEGORIES

RUDE = "You are a stupid idiot and everybody hates you."
KIND = "Thank you for this careful article about the harbour."
MODELLESS = {
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual/minors",
    "violence/graphic",
}


@pytest.fixture
def ask(house):
    def ask(body, key="", headers=None):
        key = key or house.keys["openai"]
        sent = body if isinstance(body, bytes) else json.dumps(body)
        all_headers = {"authorization": f"Bearer {key}"} | (headers or {})
        return house.post("/v1/moderations", content=sent, headers=all_headers)

    return ask


def results(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def error(answer, status=400):
    assert answer.status_code == status, answer.text
    [only] = answer.json().values()
    assert set(only) == {"message", "type", "param", "code"}
    return only


def test_all_thirteen_categories_are_there_and_those_without_a_model_are_honest_zeros(ask):
    answer = ask({"input": RUDE})
    assert answer.json()["id"].startswith("modr-")
    assert answer.json()["model"] == "omni-moderation-latest"
    [rude] = results(answer)
    assert rude["flagged"] is True and rude["categories"]["harassment"] is True
    assert rude["category_scores"]["harassment"] > 0.5
    for part in ("categories", "category_scores", "category_applied_input_types"):
        assert set(rude[part]) == set(CATEGORIES) and len(CATEGORIES) == 13
    for name in MODELLESS:
        assert rude["categories"][name] is False
        assert rude["category_scores"][name] == 0.0
        assert rude["category_applied_input_types"][name] == []
    assert rude["category_applied_input_types"]["harassment"] == ["text"]
    [kind] = results(ask({"input": KIND}))
    assert kind["flagged"] is False and not any(kind["categories"].values())


def test_threats_need_both_of_their_parts(ask):
    [threat] = results(ask({"input": "I will find you and kill you, you idiot."}))
    scores = threat["category_scores"]
    assert threat["categories"]["violence"] is True
    assert threat["categories"]["harassment/threatening"] is True
    assert scores["harassment/threatening"] <= min(scores["harassment"], scores["violence"])


def test_one_result_a_string_and_one_for_all_parts(ask):
    flags = results(ask({"input": [KIND, RUDE, "", KIND]}))
    assert [result["flagged"] for result in flags] == [False, True, False, False]
    assert not any(flags[2]["category_scores"].values())
    parts = [{"type": "text", "text": KIND}, {"type": "text", "text": RUDE}]
    [together] = results(ask({"input": parts, "model": "omni-moderation-2024-09-26"}))
    assert together["flagged"] is True
    assert len(results(ask({"input": [f"Comment {n}." for n in range(200)]}))) == 200


def test_an_image_is_not_called_harmless(ask):
    picture = {"type": "image_url", "image_url": {"url": "https://herald.test/x.png"}}
    for parts in ([picture], [{"type": "text", "text": KIND}, picture]):
        refused = error(ask({"input": parts}))
        assert "Images are not looked at" in refused["message"]
        assert refused["param"] == f"input.{len(parts) - 1}"


@pytest.mark.parametrize("model", ["text-moderation-latest", "text-moderation-stable", "mine:1"])
def test_any_model_s_name_will_do(ask, model):
    assert ask({"input": KIND, "model": model}).json()["model"] == model


def test_keys(house, ask):
    body = {"input": KIND}
    assert ask(body, key=house.secret).status_code == 200
    unknown = error(ask(body, key="sk-nobody"), 401)
    assert unknown["code"] == "invalid_api_key" and unknown["type"] == "invalid_request_error"
    assert error(house.post("/v1/moderations", json=body), 401)
    assert error(ask(body, key=house.keys["perspective"]), 401)
    assert error(ask(body, key=house.publishable), 403)
    assert error(ask(body, headers={"origin": "https://evil.test"}), 403)
    _, other = house.new_site("perspective")
    assert error(ask(body, key=other), 403)["code"] == "face_off"


def test_past_the_limit_comes_429_with_retry_after(house, ask):
    _, secret = house.new_site("openai", limit="1/hour")
    answers = [ask({"input": KIND}, key=secret) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert error(answers[1], 429)["code"] == "rate_limit_exceeded"
    assert int(answers[1].headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 50_000,
        b'{"input": "\xff"}',
        {},
        {"input": None},
        {"input": []},
        {"input": 7},
        {"input": [1]},
        {"input": ["a", 1]},
        {"input": [["a"]]},
        {"input": [{"type": "text"}]},
        {"input": [{"type": "audio", "audio": "x"}]},
        {"input": {"type": "text", "text": "a"}},
        {"input": ["a"] * 1_001},
        {"input": "a" * 70_000},
        {"input": "a", "model": 7},
        {"input": "a", "model": "carol@private.test, 12 Harbour Road"},
    ],
)
def test_nonsense_is_refused_in_openai_s_shape(ask, body):
    refused = ask(body)
    assert error(refused)["type"] == "invalid_request_error"
    assert "carol" not in refused.text


@pytest.mark.parametrize("text", ["\ud83d cut", "\x00", "\u202eidiot", "مرحبا", "x" * 65_000, " "])
def test_hostile_texts_get_an_answer(ask, text):
    assert len(results(ask({"input": text}))) == 1
