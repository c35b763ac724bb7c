"""Perspective's comment analyzer: comments:analyze, comments:suggestscore and the discovery document.

Nothing of an analysis is kept, whether or not the client says doNotStore.
"""

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from moderation.clock import now_ms
from moderation.compat.suggested_scores import Suggestion, store_suggestions
from moderation.domain.errors import TooMany, Unavailable
from moderation.domain.normalised_text import NormalisedText
from moderation.domain.score import Findings
from moderation.store.compat_apis import PERSPECTIVE
from moderation.store.sites import Key
from service.compat.compat_api import CompatApi
from service.compat.perspective.attributes import ATTRIBUTES, score
from service.compat.perspective.discovery import document
from service.compat.perspective.google_errors import NoKey, Refused, refuse
from service.compat.perspective.messages import Analyze, Suggest, Wanted, read, text_of
from service.compat.perspective.passages import Utf16, sentences
from service.http.body import read_body

_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,59}")
_PROBABILITY = ("PROBABILITY", "SCORE_TYPE_UNSPECIFIED")

face = CompatApi(PERSPECTIVE, refuse, browsers=True)


@face.call("/v1alpha1/comments:analyze", "POST")
async def analyze(request: Request) -> Response:
    """Scores a comment for each attribute that is asked for."""
    await _admit(request)
    asked = read(Analyze, await _body(request))
    if not asked.requested_attributes:
        raise Refused("NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes")
    wanted = {name: one or Wanted() for name, one in asked.requested_attributes.items()}
    for name, one in wanted.items():
        _check_attribute(name, one.score_type)
    scoring = request.app.state.scoring
    if scoring.warm:  # which languages a model knows, it says when it is loaded
        _check_languages(wanted, asked.languages, scoring.languages, "requestedLanguages")
    view = text_of(asked)
    spans = sentences(view.text) if asked.span_annotations else []
    texts = [view.text, *(view.text[start:end] for start, end in spans)]
    whole, *parts = await scoring.assess(texts, asked.languages[0] if asked.languages else "")
    detected = _detected(whole)
    if asked.languages:
        _check_languages(wanted, asked.languages, scoring.languages, "requestedLanguages")
    elif any(char.isalpha() for char in view.text) or set(wanted) == {"SPAM"}:
        _check_languages(wanted, detected, scoring.languages, "detectedLanguages")
    else:
        raise Refused("LANGUAGE_DETECTION_FAILED", "Unable to detect language")
    places = _places(asked.comment.text, view, spans)
    found = {}
    for name, one in wanted.items():
        value = _value(name, whole)
        if one.score_threshold is None or value >= one.score_threshold:
            values = [_value(name, part) for part in parts] or [value]
            found[name] = {
                "spanScores": [
                    {"begin": begin, "end": end, "score": _score(each)}
                    for (begin, end), each in zip(places, values, strict=True)
                ],
                "summaryScore": _score(value),
            }
    return _answer(
        attributeScores=found,
        languages=asked.languages or detected,
        detectedLanguages=detected,
        clientToken=asked.client_token,
    )


@face.call("/v1alpha1/comments:suggestscore", "POST")
async def suggestscore(request: Request) -> Response:
    """Keeps what the score should have been, beside ours, for evaluation (gatehouse export)."""
    key = await _admit(request)
    given = read(Suggest, await _body(request))
    if not given.attribute_scores:
        raise Refused("NO_REQUESTED_ATTRIBUTES", "Missing attribute_scores")
    values = {}
    for name, one in given.attribute_scores.items():
        summary = one.summary_score if one else None
        if summary is None or not 0 <= summary.value <= 1:
            raise Refused("INVALID_REQUEST", "A suggested summary_score lies between 0 and 1")
        _check_attribute(name, summary.type)
        values[name] = summary.value
    view = text_of(given)
    whole = Findings()
    with suppress(TooMany, Unavailable):  # feedback is worth keeping without our own opinion
        language = given.languages[0] if given.languages else ""
        [whole] = await request.app.state.scoring.assess([view.text], language)
    await run_in_threadpool(_keep, request, key, given, view.text, values, whole)
    return _answer(
        clientToken=given.client_token,
        detectedLanguages=_detected(whole),
        requestedLanguages=given.languages,
    )


@face.call("/$discovery/rest", "GET")
async def discovery(request: Request) -> Response:
    """What google-api-python-client, googleapis and gapi build themselves from."""
    return JSONResponse(
        document(request.app.state.settings.public_url), headers={"Cache-Control": "max-age=300"}
    )


async def _admit(request: Request) -> Key:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = (
        request.query_params.get("key")
        or request.headers.get("x-goog-api-key")
        or (bearer if scheme.lower() == "bearer" else "")
    ).strip()
    if not token:
        raise NoKey("The request is missing a valid API key.")
    return await face.admit(request, token)


async def _body(request: Request) -> bytes:
    return await read_body(request, request.app.state.settings.body_limit)


def _check_attribute(name: str, score_type: str) -> None:
    if name not in ATTRIBUTES:
        shown = f": {name}" if _NAME.fullmatch(name) else ""
        raise Refused("INVALID_REQUEST", f"Unknown requested attribute{shown}")
    if score_type not in _PROBABILITY:
        shown = f" {score_type}" if _NAME.fullmatch(score_type) else ""
        raise Refused(
            "INVALID_REQUEST",
            f"Requested score type{shown} is not supported by attribute {name}",
        )


def _check_languages(
    wanted: Iterable[str], languages: Sequence[str], learned: frozenset[str], kind: str
) -> None:
    """Raises for the first attribute whose model has not learned one of the languages."""
    foreign = [one for one in languages if not _is_learned(one, learned)]
    for name in wanted if foreign else ():
        if name == "SPAM":  # its signs are the same everywhere
            continue
        raise Refused(
            "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            f"Attribute {name} does not support request languages: {', '.join(foreign)}",
            {"languageNotSupportedByAttributeError": {kind: foreign, "attribute": name}},
        )


def _is_learned(language: str, learned: frozenset[str]) -> bool:
    # hi-Latn is not Hindi to a model: it is written in other letters.
    base, _, script = language.lower().partition("-")
    return language in learned or (base in learned and len(script) != 4)


def _detected(found: Findings) -> list[str]:
    language = found.get("language")
    return [language.note] if language and language.note else []


def _value(attribute: str, found: Findings) -> float:
    """The attribute's score. Raises Unavailable where its scorer failed, Refused where there is none."""

    def probability(label: str) -> float | None:
        signal = found.get(label)
        return signal.value if signal and signal.is_score else None

    value = score(attribute, probability)
    lacking = [label for label in ATTRIBUTES[attribute] if probability(label) is None]
    if lacking and found.failed:  # a part that was not measured is not harmless
        raise Unavailable("The comment could not be scored.")
    if value is None:
        raise Refused(
            "INVALID_REQUEST",
            f"Unknown requested attribute: {attribute} (the model in use has no such label)",
        )
    return value


def _score(value: float) -> dict[str, Any]:
    return {"value": round(value, 8), "type": "PROBABILITY"}


def _places(
    source: str, view: NormalisedText, spans: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Where the spans lie in what was sent, in UTF-16 code units; all of it where there are none."""
    units = Utf16(source)
    if not spans:
        return [(0, units.place(len(source)))]
    places = (view.original(start, end) for start, end in spans)
    return [(units.place(start), units.place(end)) for start, end in places]


def _keep(
    request: Request,
    key: Key,
    given: Suggest,
    text: str,
    values: dict[str, float],
    found: Findings,
) -> None:
    models = {one.name: one.model for one in found.signals}
    store_suggestions(
        request.app.state.store,
        [
            Suggestion(
                site_id=key.site_id,
                text=text,
                attribute=name,
                value=value,
                score=_own(name, found),
                model=models.get(ATTRIBUTES[name][0], ""),
                language=(given.languages or _detected(found) or [""])[0],
                community=given.community_id,
                token=given.client_token,
            )
            for name, value in values.items()
        ],
        now=now_ms(),
        entropy=os.urandom,
    )


def _own(attribute: str, found: Findings) -> float | None:
    try:
        return _value(attribute, found)
    except (Refused, Unavailable):
        return None


def _answer(**members: Any) -> Response:
    """Members that are empty are left out, as protocol buffers do."""
    body = {name: value for name, value in members.items() if value}
    return JSONResponse(body, headers={"Cache-Control": "private, no-store"})
