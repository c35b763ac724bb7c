"""The real clients of Perspective and OpenAI, unmodified, against a running service."""

import pytest

from service.compat.openai.routes import CATEGORIES
from tests.service.compat.node import run_node

RUDE = "You are a stupid idiot and everybody hates you."
KIND = "Thank you for this careful article about the harbour."


def test_google_api_python_client(house):
    from googleapiclient import discovery
    from googleapiclient.errors import HttpError

    client = discovery.build(
        "commentanalyzer",
        "v1alpha1",
        developerKey=house.keys["perspective"],
        discoveryServiceUrl=f"{house.url}/$discovery/rest?version=v1alpha1",
        static_discovery=False,
    )
    body = {"comment": {"text": RUDE}, "requestedAttributes": {"TOXICITY": {}, "SPAM": {}}}
    answer = client.comments().analyze(body=body | {"languages": ["en"]}).execute()
    assert answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8
    assert set(answer["attributeScores"]) == {"TOXICITY", "SPAM"}

    kept = client.comments().suggestscore(
        body={
            "comment": {"text": RUDE},
            "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0.2}}},
            "clientToken": "comment:google",
        }
    )
    assert kept.execute()["clientToken"] == "comment:google"

    with pytest.raises(HttpError) as refused:
        client.comments().analyze(body=body | {"languages": ["is"]}).execute()
    assert refused.value.status_code == 400
    assert refused.value.reason == "Attribute TOXICITY does not support request languages: is"
    assert "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE" in str(refused.value.error_details)
    client.close()


def test_python_openai(house):
    import openai

    key = house.keys["openai"]
    with openai.OpenAI(api_key=key, base_url=f"{house.url}/v1", max_retries=0) as client:
        [rude] = client.moderations.create(input=RUDE).results
        assert rude.flagged and rude.categories.harassment and not rude.categories.sexual
        assert rude.category_scores.harassment > 0.5
        assert rude.category_scores.self_harm_intent == 0.0
        assert rude.category_applied_input_types.harassment == ["text"]
        moderation = client.moderations.create(input=[RUDE, KIND], model="text-moderation-latest")
        assert [result.flagged for result in moderation.results] == [True, False]
        assert moderation.model == "text-moderation-latest"
        parts = client.moderations.create(
            model="omni-moderation-latest", input=[{"type": "text", "text": KIND}]
        )
        assert [result.flagged for result in parts.results] == [False]
        picture = {"type": "image_url", "image_url": {"url": "https://herald.test/x.png"}}
        with pytest.raises(openai.BadRequestError, match="Images are not looked at"):
            client.moderations.create(input=[picture])
    with openai.OpenAI(api_key="sk-nobody", base_url=f"{house.url}/v1", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as unknown:
            client.moderations.create(input=KIND)
        assert unknown.value.code == "invalid_api_key"
    _, secret = house.new_site("openai", limit="1/hour")
    with openai.OpenAI(api_key=secret, base_url=f"{house.url}/v1", max_retries=0) as client:
        client.moderations.create(input=KIND)
        with pytest.raises(openai.RateLimitError) as limited:
            client.moderations.create(input=KIND)
        assert int(limited.value.response.headers["retry-after"]) > 0


def test_npm_perspective_api_client(house):
    answers = run_node("perspective.mjs", house.url, house.keys["perspective"])
    assert answers["rude"]["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8
    assert set(answers["many"]["attributeScores"]) == {"TOXICITY", "INSULT", "SPAM"}
    assert answers["many"]["clientToken"] == "t"
    [span] = answers["many"]["attributeScores"]["TOXICITY"]["spanScores"]
    assert (span["begin"], span["end"]) == (0, len("Thank you 👍 for this article.") + 1)
    assert answers["refused"]["name"] == "ResponseError"
    assert answers["refused"]["message"] == "Unknown requested attribute: NICENESS"
    assert answers["unknown"] == {
        "message": "API key not valid. Please pass a valid API key.",
        "status": 400,
    }


def test_npm_openai(house):
    answers = run_node("openai.mjs", house.url, house.keys["openai"])
    assert answers["one"]["results"][0]["flagged"] is True
    assert set(answers["one"]["results"][0]["categories"]) == set(CATEGORIES)
    assert [result["flagged"] for result in answers["many"]["results"]] == [True, False]
    assert len(answers["parts"]["results"]) == 1
    assert answers["image"] == {"kind": "BadRequestError", "status": 400, "code": None}
    assert answers["unknown"] == {"kind": "AuthenticationError", "status": 401, "code": "invalid_api_key"}  # fmt: skip
