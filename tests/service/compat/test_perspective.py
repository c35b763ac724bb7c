"""Perspective's wire format, oddities and errors; the client libraries are in test_clients.py."""

import json
import re

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.compat.suggested_scores import each_suggestion
from moderation.doorbell import redis_client
from moderation.store.sql.schema import metadata, suggestions
from service.compat.perspective.requested_scores import _log_unscored

ANALYZE, SUGGEST = "/v1alpha1/comments:analyze", "/v1alpha1/comments:suggestscore"
RUDE = "You are a stupid idiot and everybody hates you."
KIND = "Thank you for this careful article about the harbour."
ERROR = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
SIX = ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT")


@pytest.fixture
def ask(house):
    def ask(
        text=RUDE, attributes=("TOXICITY",), *, kind="PLAIN_TEXT", key="", headers=None, **more
    ):
        body = {
            "comment": {"text": text, "type": kind},
            "requestedAttributes": {name: {} for name in attributes},
            "languages": ["en"],
        } | more
        body = {name: value for name, value in body.items() if value is not None}
        key = key or house.keys["perspective"]
        return house.post(ANALYZE, params={"key": key}, json=body, headers=headers)

    return ask


def value(answer, attribute="TOXICITY"):
    return answer.json()["attributeScores"][attribute]["summaryScore"]["value"]


def error(answer, status=400):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    [only] = answer.json().values()
    assert only["code"] == status
    return only


def kind_of(answer):
    [detail] = error(answer)["details"]
    assert detail["@type"] == ERROR
    return detail["errorType"]


def test_an_answer_has_the_shape_that_clients_read(ask):
    answer = ask(clientToken="t-1", sessionId="s", communityId="c", doNotStore=True)
    assert answer.status_code == 200
    score = value(answer)
    assert answer.json() == {
        "attributeScores": {
            "TOXICITY": {
                "spanScores": [
                    {
                        "begin": 0,
                        "end": len(RUDE),
                        "score": {"value": score, "type": "PROBABILITY"},
                    }
                ],
                "summaryScore": {"value": score, "type": "PROBABILITY"},
            }
        },
        "languages": ["en"],
        "detectedLanguages": ["en"],
        "clientToken": "t-1",
    }
    assert "clientToken" not in ask().json()


def test_coral_s_default_parts_the_rude_from_the_kind(ask):
    assert value(ask(RUDE)) > 0.8 > value(ask(KIND))


SEVEN = (*SIX, "SEXUALLY_EXPLICIT")
BRIDGING = (
    "AFFINITY_EXPERIMENTAL",
    "COMPASSION_EXPERIMENTAL",
    "CURIOSITY_EXPERIMENTAL",
    "NUANCE_EXPERIMENTAL",
    "PERSONAL_STORY_EXPERIMENTAL",
    "REASONING_EXPERIMENTAL",
    "RESPECT_EXPERIMENTAL",
)


def test_every_attribute_that_has_a_model_is_served(ask):
    served = {"OBSCENE", "SPAM", "LIKELY_TO_REJECT"} | set(SIX)
    served |= {f"{name}_EXPERIMENTAL" for name in SIX}
    answer = ask(attributes=sorted(served))
    assert set(answer.json()["attributeScores"]) == served
    assert not [name for name in answer.headers if name.startswith("x-gatehouse")]
    assert value(answer, "LIKELY_TO_REJECT") >= max(value(answer, name) for name in SIX)


def test_google_s_seven_are_answered_and_what_has_no_score_is_named(ask, caplog):
    """The bundled model has no label for the seventh."""
    _log_unscored.cache_clear()
    answers = [ask(attributes=SEVEN, spanAnnotations=True) for _ in range(2)]
    for answer in answers:
        assert set(answer.json()["attributeScores"]) == set(SEVEN)
        assert value(answer, "SEXUALLY_EXPLICIT") == 0.0 < value(answer, "TOXICITY")
        assert answer.headers["x-gatehouse-unscored"] == "SEXUALLY_EXPLICIT"
        assert "x-gatehouse-unsupported" not in answer.headers
    told = [record for record in caplog.records if hasattr(record, "attribute")]
    assert [record.attribute for record in told] == ["SEXUALLY_EXPLICIT"]  # once in a process
    alone = ask(attributes=["SEXUALLY_EXPLICIT_EXPERIMENTAL"])
    assert alone.headers["x-gatehouse-unscored"] == "SEXUALLY_EXPLICIT_EXPERIMENTAL"
    dropped = ask(requestedAttributes={"SEXUALLY_EXPLICIT": {"scoreThreshold": 0.1}})
    assert "attributeScores" not in dropped.json()
    assert dropped.headers["x-gatehouse-unscored"] == "SEXUALLY_EXPLICIT"


def test_unknown_attributes_are_left_out_and_named(ask):
    carol = "carol@private.test"
    answer = ask(attributes=[*BRIDGING, "TOXICITY", carol, "INSULT"])
    assert set(answer.json()["attributeScores"]) == {"TOXICITY", "INSULT"}
    assert answer.headers["x-gatehouse-unsupported"] == ", ".join([*BRIDGING, "*"])
    assert carol not in str(answer.headers), "only what may be a name is repeated"
    # A score type that nobody has is no reason either, on an attribute that is left out.
    wanted = {"FLIRTATION": {"scoreType": "PERCENTILE"}, "TOXICITY": {}}
    assert ask(requestedAttributes=wanted).status_code == 200
    many = ask(attributes=["TOXICITY", *(f"X{number}" for number in range(60))])
    assert len(many.headers["x-gatehouse-unsupported"].split(", ")) == 40


@pytest.mark.parametrize("name", ["FLIRTATION", *BRIDGING])
def test_where_only_unknown_attributes_are_asked_for_it_is_google_s_error(ask, name):
    answer = ask(attributes=[name])
    assert kind_of(answer) == "INVALID_REQUEST"
    assert error(answer)["message"] == f"Unknown requested attribute: {name}"
    assert "carol@private.test" not in ask(attributes=["carol@private.test"]).text


@pytest.fixture
def strict(house):
    """Within the test, the service has GATEHOUSE_PERSPECTIVE_STRICT."""
    state, usual = house.app.state, house.app.state.settings
    state.settings = usual.model_copy(update={"perspective_strict": True})
    yield
    state.settings = usual


@pytest.mark.usefixtures("strict")
def test_strictly_one_attribute_refuses_the_call(ask):
    answer = ask(attributes=SEVEN)
    assert kind_of(answer) == "INVALID_REQUEST"
    assert error(answer)["message"] == (
        "Unknown requested attribute: SEXUALLY_EXPLICIT (the model in use has no such label)"
    )
    answer = ask(attributes=["TOXICITY", "FLIRTATION"])
    assert error(answer)["message"] == "Unknown requested attribute: FLIRTATION"
    assert ask(attributes=SIX).status_code == 200


def test_a_threshold_drops_an_attribute_and_the_last_takes_the_scores_along(ask):
    wanted = {"TOXICITY": {"scoreThreshold": 0.99999}, "INSULT": {"scoreThreshold": 0.0}}
    assert list(ask(KIND, requestedAttributes=wanted).json()["attributeScores"]) == ["INSULT"]
    alone = ask(KIND, requestedAttributes={"TOXICITY": {"scoreThreshold": 0.99999}}).json()
    assert "attributeScores" not in alone and alone["languages"] == ["en"]


def test_sentences_are_counted_in_utf_16(ask):
    text = "Good 👍🏽 morning! \n  You are a stupid idiot. Thanks."
    answer = ask(text, spanAnnotations=True).json()["attributeScores"]["TOXICITY"]
    units = text.encode("utf-16-le")
    pieces = [
        units[2 * span["begin"] : 2 * span["end"]].decode("utf-16-le")
        for span in answer["spanScores"]
    ]
    assert pieces == ["Good 👍🏽 morning!", "You are a stupid idiot.", "Thanks."]
    values = [span["score"]["value"] for span in answer["spanScores"]]
    assert max(values) == values[1] > 0.8 > values[0]
    [whole] = ask(text).json()["attributeScores"]["TOXICITY"]["spanScores"]
    assert (whole["begin"], whole["end"]) == (0, len(units) // 2)


def test_html_is_scored_as_it_is_read_and_placed_as_it_was_sent(ask):
    text = "<p>Good&nbsp;morning.</p><p>You are a st<b>up</b>id <!-- x -->idi&#111;t.</p>"
    answer = ask(text, kind="HTML", spanAnnotations=True).json()["attributeScores"]["TOXICITY"]
    pieces = [text[span["begin"] : span["end"]] for span in answer["spanScores"]]
    assert pieces == ["Good&nbsp;morning.", "You are a st<b>up</b>id <!-- x -->idi&#111;t."]
    plain = ask("Good morning. You are a stupid idiot.")
    assert answer["summaryScore"]["value"] == pytest.approx(value(plain), abs=0.1)
    assert kind_of(ask("<p><br></p>", kind="HTML")) == "COMMENT_EMPTY"


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"text": ""}, "COMMENT_EMPTY", "Comment must be non-empty."),
        ({"text": " \n\t"}, "COMMENT_EMPTY", "Comment must be non-empty."),
        ({"comment": None}, "COMMENT_EMPTY", "Comment must be non-empty."),
        ({"text": "é" * 10_241}, "COMMENT_TOO_LONG", "Comment text too long."),
        ({"requestedAttributes": {}}, "NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes"),
        ({"requestedAttributes": None}, "NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes"),
        (
            {"requestedAttributes": {"INSULT": {"scoreType": "PERCENTILE"}}},
            "INVALID_REQUEST",
            "Requested score type PERCENTILE is not supported by attribute INSULT",
        ),
        ({"text": "12 34 !", "languages": None}, "LANGUAGE_DETECTION_FAILED", "Unable to detect language"),
        ({"languages": ["e n"]}, "INVALID_REQUEST", "Languages are codes such as en or pt-BR."),
        (
            {"context": {"entries": [{"text": "a"}], "articleAndParentComment": {"article": {}}}},
            "INVALID_REQUEST",
            "Context takes entries or article_and_parent_comment.",
        ),
    ],
)  # fmt: skip
def test_the_analyzer_s_own_errors(ask, changes, kind, message):
    answer = ask(**changes)
    assert kind_of(answer) == kind
    assert error(answer)["message"] == message
    assert error(answer)["status"] == "INVALID_ARGUMENT"


def test_a_language_that_the_model_has_not_learned_is_said(ask):
    answer = ask("Þetta er mjög góð grein, takk fyrir að skrifa hana.", languages=["is"])
    assert error(answer)["message"] == "Attribute TOXICITY does not support request languages: is"
    assert error(answer)["details"] == [
        {
            "@type": ERROR,
            "errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "languageNotSupportedByAttributeError": {
                "requestedLanguages": ["is"],
                "attribute": "TOXICITY",
            },
        }
    ]
    unsupported = ask("Þetta er mjög góð grein, takk fyrir að skrifa hana.", languages=None)
    [detail] = error(unsupported)["details"]
    assert detail["languageNotSupportedByAttributeError"]["detectedLanguages"] == ["is"]
    assert ask("Þetta er gott", attributes=["SPAM"], languages=["is"]).status_code == 200
    assert ask(languages=["en-GB"]).status_code == 200


def test_null_is_unset_and_the_proto_s_own_names_are_taken(house):
    body = {
        "comment": {"text": RUDE, "type": None},
        "requested_attributes": {"TOXICITY": None},
        "languages": None,
        "span_annotations": True,
        "context": None,
        "client_token": "t",
        "unknownField": [1, {"a": None}],
    }
    answer = house.post(
        f"{ANALYZE}?key={house.secret}&alt=json&prettyPrint=false&%24.xgafv=2", json=body
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["clientToken"] == "t"


def test_keys_are_taken_where_google_s_clients_put_them(house):
    body = {"comment": {"text": KIND}, "requestedAttributes": {"TOXICITY": {}}, "languages": ["en"]}
    key = house.keys["perspective"]
    for headers in ({"x-goog-api-key": key}, {"authorization": f"Bearer {key}"}):
        assert house.post(ANALYZE, json=body, headers=headers).status_code == 200
    # Some send JSON as text/plain, to be spared a preflight.
    raw = house.post(
        f"{ANALYZE}?key={key}", content=json.dumps(body), headers={"content-type": "text/plain"}
    )
    assert raw.status_code == 200

    unknown = error(house.post(f"{ANALYZE}?key=AIzaNobody", json=body))
    assert unknown["message"] == "API key not valid. Please pass a valid API key."
    assert unknown["details"][0]["reason"] == "API_KEY_INVALID"
    assert error(house.post(ANALYZE, json=body), 403)["status"] == "PERMISSION_DENIED"
    for wrong in (
        "é",
        "\ud800".encode("utf-8", "surrogatepass"),
        "x" * 5_000,
        house.keys["openai"],
    ):
        error(house.post(ANALYZE, params={"key": wrong}, json=body))


def test_a_site_that_has_not_switched_it_on_is_told_so(house):
    _, secret = house.new_site("openai")
    body = {"comment": {"text": KIND}, "requestedAttributes": {"TOXICITY": {}}}
    answer = error(house.post(f"{ANALYZE}?key={secret}", json=body), 403)
    assert answer["details"][0]["reason"] == "SERVICE_DISABLED"


def test_past_the_limit_comes_429_with_when_to_try_again(house):
    _, secret = house.new_site("perspective", limit="2/hour")
    body = {"comment": {"text": KIND}, "requestedAttributes": {"TOXICITY": {}}, "languages": ["en"]}
    answers = [house.post(f"{ANALYZE}?key={secret}", json=body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    refused = error(answers[2], 429)
    assert refused["status"] == "RESOURCE_EXHAUSTED"
    seconds = refused["details"][0]["retryDelay"]
    assert re.fullmatch(r"[1-9]\d*s", seconds)
    assert answers[2].headers["retry-after"] == seconds.removesuffix("s")


def test_pages_of_the_site_may_ask_while_somebody_types_and_no_others(house, ask):
    preflight = {
        "origin": "https://herald.test",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    allowed = house.client.options(ANALYZE, headers=preflight)
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == "https://herald.test"
    stranger = house.client.options(ANALYZE, headers=preflight | {"origin": "https://evil.test"})
    assert "access-control-allow-origin" not in stranger.headers

    from_page = ask(key=house.publishable, headers={"origin": "https://herald.test"})
    assert from_page.status_code == 200
    assert from_page.headers["access-control-allow-origin"] == "https://herald.test"
    house.new_site("perspective")  # https://bob.test
    for headers in ({}, {"origin": "https://evil.test"}, {"origin": "https://bob.test"}):
        error(ask(key=house.publishable, headers=headers), 403)
    leaked = ask(headers={"origin": "https://bob.test"})
    assert error(leaked, 403)["details"][0]["reason"] == "API_KEY_HTTP_REFERRER_BLOCKED"


def test_nothing_of_an_analysis_is_kept(house, ask):
    def contents():
        with house.store.read() as connection:
            return {
                table.name: connection.scalar(sa.select(sa.func.count()).select_from(table))
                for table in metadata.sorted_tables
            }

    before = contents()
    for text in ("canary-1 idiot", "canary-2 thanks"):
        assert ask(text, doNotStore=True).status_code == 200
        assert ask(text).status_code == 200
    assert contents() == before


def test_nothing_of_an_analysis_goes_to_the_broker_or_a_log(house, ask, caplog):
    caplog.set_level("DEBUG")
    client = redis_client(house.app.state.settings.broker, timeout=20)
    with client.monitor() as monitor:
        for more in ({"doNotStore": True}, {}, {"spanAnnotations": True}):
            assert ask("Canary, you stupid idiot.", clientToken="canary", **more).status_code == 200
        client.set("the-end", "1")
        messages = []
        while "the-end" not in (command := monitor.next_command()["command"]):
            messages.append(command)
    client.close()
    assert not [message for message in messages if "anary" in message]
    assert "anary" not in caplog.text


def suggested(house, text=RUDE, value=1.0, token="comment:1", **changes):
    body = {
        "comment": {"text": text},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": value}}},
        "languages": ["en"],
        "communityId": "Coral:https://talk.herald.test",
        "clientToken": token,
    } | changes
    key = house.keys["perspective"]
    return house.post(f"{SUGGEST}?key={key}", content=json.dumps(body))


def test_a_suggested_score_is_kept_beside_ours_and_the_last_word_counts(house):
    answer = suggested(house, token="comment:7")
    assert answer.json() == {
        "clientToken": "comment:7",
        "detectedLanguages": ["en"],
        "requestedLanguages": ["en"],
    }
    assert suggested(house, value=0.0, token="comment:7").status_code == 200
    kept = [
        suggestion
        for suggestion in each_suggestion(house.store, house.site.id)
        if suggestion.token == "comment:7"
    ]
    [suggestion] = kept
    assert (suggestion.text, suggestion.attribute, suggestion.value, suggestion.language) == (
        RUDE,
        "TOXICITY",
        0.0,
        "en",
    )
    assert suggestion.score > 0.8 and suggestion.model and suggestion.community.startswith("Coral:")
    suggested(house, "a\x00b \ud83d", token="")
    suggested(house, "a\x00b \ud83d", token="")
    assert [suggestion.text for suggestion in each_suggestion(house.store, house.site.id) if not suggestion.token] == ["a b \ufffd"] * 2  # fmt: skip
    with house.store.write() as connection:
        connection.execute(sa.delete(suggestions))


@pytest.mark.parametrize(
    "changes",
    [
        {"attributeScores": {}},
        {"attributeScores": {"TOXICITY": {}}},
        {"attributeScores": {"TOXICITY": None}},
        {"attributeScores": {"TOXICITY": {"summaryScore": {"value": 1.5}}}},
        {"attributeScores": {"NICENESS": {"summaryScore": {"value": 1}}}},
        {"text": ""},
        {"text": "x" * 20_481},
        {"clientToken": "x" * 2_000},
    ],
)
def test_a_suggestion_without_sense_is_refused(house, changes):
    assert kind_of(suggested(house, **changes))


HOSTILE = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe",
    b'{"comment":' * 200 + b"1" + b"}" * 200,
    b"[" * 100_000,
    b'{"comment": {"text": NaN}}',
    b'{"comment": {"text": 1}}',
    b'{"comment": {"text": ["a"]}}',
    b'{"comment": "text"}',
    b'{"comment": {"text": "a", "text": "b"}}',
    b'{"comment": {"text": "a", "type": 7}}',
    b'{"comment": {"text": "a"}, "requestedAttributes": ["TOXICITY"]}',
    b'{"comment": {"text": "a"}, "requestedAttributes": {"TOXICITY": 1}}',
    b'{"comment": {"text": "a"}, "requestedAttributes": {"TOXICITY": {"scoreThreshold": "x"}}}',
    b'{"comment": {"text": "a"}, "requestedAttributes": {"TOXICITY": {"scoreThreshold": 1e999}}}',
    b'{"comment": {"text": "a"}, "requestedAttributes": {"\\ud800": {}}}',
    b'{"comment": {"text": "a"}, "languages": "en"}',
    b'{"comment": {"text": "a"}, "languages": [1]}',
    b'{"comment": {"text": "a"}, "doNotStore": "yes"}',
    b'{"comment": {"text": "a"}, "context": {"entries": {}}}',
    b'{"comment": {"text": "' + b"a" * 600_000 + b'"}}',
)


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("path", [ANALYZE, SUGGEST])
def test_hostile_bodies_are_refused_in_google_s_shape(house, path, body):
    answer = house.post(f"{path}?key={house.secret}", content=body)
    assert error(answer)["status"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    "text",
    [
        "مرحبا بالعالم هذا تعليق",
        "\u202eyou are an idiot\u202c",
        "a" * 20_480,
        "." * 20_480,
        "a. " * 6_000,
        "<" * 20_000,
        "&lt;" * 5_000,
        "</" + "a" * 20_000,
        "\n" * 20_000 + "x",
        "!\"'" * 6_000,
        "🏳️‍🌈" * 1_000,
        "Z" + "\u0301" * 10_000,
        "\x00\x01\x02 idiot",
        "\u2028\ufeff",
        "\\ud83d idiot \\udc4d\\ud83d",
    ],
)
def test_hostile_texts_get_an_answer(house, text):
    for kind in ("PLAIN_TEXT", "HTML"):
        body = json.dumps(
            {
                "comment": {"text": "@", "type": kind},
                "requestedAttributes": {name: {} for name in SIX},
                "languages": ["en"],
                "spanAnnotations": True,
            }
        )
        # Escapes go over the wire as they stand above.
        sent = body.replace('"@"', json.dumps(text).replace("\\\\u", "\\u"))
        answer = house.post(f"{ANALYZE}?key={house.secret}", content=sent)
        assert answer.status_code in (200, 400), answer.text
        if answer.status_code == 200:
            length = (
                len(json.loads(sent)["comment"]["text"].encode("utf-16-le", "surrogatepass")) // 2
            )
            for span in answer.json()["attributeScores"]["TOXICITY"]["spanScores"]:
                assert 0 <= span["begin"] < span["end"] <= length


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
FIELDS = (
    "comment",
    "requestedAttributes",
    "languages",
    "context",
    "clientToken",
    "attributeScores",
)


@settings(max_examples=150, deadline=None)
@given(body=st.dictionaries(st.sampled_from(FIELDS), JSON | st.dictionaries(st.sampled_from(("text", "type", "TOXICITY", "entries")), JSON)))  # fmt: skip
def test_no_body_breaks_it(house, body):
    for path in (ANALYZE, SUGGEST):
        sent = json.dumps(body).encode()
        answer = house.post(f"{path}?key={house.secret}", content=sent)
        assert answer.status_code in (200, 400), (sent, answer.text)


def test_the_discovery_document_leads_here(house):
    document = house.client.get("/$discovery/rest?version=v1alpha1").json()
    assert document["rootUrl"] == f"{house.url}/"
    assert document == house.client.get("/%24discovery/rest").json()
    names = set(document["schemas"])

    def references(value):
        if isinstance(value, dict):
            yield from ([value["$ref"]] if "$ref" in value else [])
            value = list(value.values())
        for item in value if isinstance(value, list) else ():
            yield from references(item)

    assert set(references(document)) <= names


def test_its_metrics_count_by_answer(house, ask):
    ask()
    ask(text="")
    token = {"Authorization": f"Bearer {house.store.crypto.metrics_token}"}
    lines = house.client.get("/metrics", headers=token).text.splitlines()
    counted = [
        line for line in lines if line.startswith('gatehouse_face_answers_total{call="analyze"')
    ]
    assert any('face="perspective",status="200"' in line for line in counted)
    assert any('face="perspective",status="400"' in line for line in counted)
    assert not [line for line in lines if "key=" in line]
