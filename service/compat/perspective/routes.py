"""Perspective's comment analyzer: comments:analyze, comments:suggestscore and the discovery document.

Nothing of an analysis is kept, whether or not the client says doNotStore.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
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
from service.access.keys import bearer_token
from service.compat.compat_api import CompatApi
from service.compat.perspective.attributes import ATTRIBUTES
from service.compat.perspective.discovery import document
from service.compat.perspective.google_errors import AnalyzerError, NoKey, error_response
from service.compat.perspective.request import (
    AnalyzeRequest,
    RequestedAttribute,
    SuggestScoreRequest,
    read_request,
    text_of,
)
from service.compat.perspective.requested_scores import (
    UNSCORED,
    check_attribute,
    named_headers,
    supported,
    unscored,
    value,
)
from service.compat.perspective.text_offsets import Utf16Offsets, sentences
from service.http.body import read_body

api = CompatApi(PERSPECTIVE, error_response, browsers=True)


@api.call("/v1alpha1/comments:analyze", "POST")
async def analyze(request: Request) -> Response:
    """Scores a comment for each attribute that is asked for."""
    await _admit(request)
    call = read_request(AnalyzeRequest, await _body(request))
    if not call.requested_attributes:
        raise AnalyzerError("NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes")
    requested = {
        name: attribute or RequestedAttribute()
        for name, attribute in call.requested_attributes.items()
    }
    strict = request.app.state.settings.perspective_strict
    attributes = supported(requested, strict=strict)
    scoring = request.app.state.scoring
    if scoring.warm:  # only a loaded model says which languages it has learned
        _check_languages(attributes, call.languages, scoring.languages, "requestedLanguages")
    comment = text_of(call)
    spans = sentences(comment.text) if call.span_annotations else []
    texts = [comment.text, *(comment.text[start:end] for start, end in spans)]
    whole, *parts = await scoring.score(texts, call.languages[0] if call.languages else "")
    detected = _detected(whole)
    if call.languages:
        _check_languages(attributes, call.languages, scoring.languages, "requestedLanguages")
    elif any(char.isalpha() for char in comment.text) or set(attributes) == {"SPAM"}:
        _check_languages(attributes, detected, scoring.languages, "detectedLanguages")
    else:
        raise AnalyzerError("LANGUAGE_DETECTION_FAILED", "Unable to detect language")
    offsets = _utf16_spans(call.comment.text, comment, spans)
    without_label = unscored(attributes, whole, strict=strict)
    scores = {}
    for name, attribute in attributes.items():
        summary, *span_values = (value(name, found) or UNSCORED for found in (whole, *parts))
        if attribute.score_threshold is None or summary >= attribute.score_threshold:
            scores[name] = {
                "spanScores": [
                    {"begin": begin, "end": end, "score": _score_out(span_value)}
                    for (begin, end), span_value in zip(
                        offsets, span_values or [summary], strict=True
                    )
                ],
                "summaryScore": _score_out(summary),
            }
    return _answer(
        named_headers([name for name in requested if name not in attributes], without_label),
        attributeScores=scores,
        languages=call.languages or detected,
        detectedLanguages=detected,
        clientToken=call.client_token,
    )


@api.call("/v1alpha1/comments:suggestscore", "POST")
async def suggestscore(request: Request) -> Response:
    """Keeps what the score should have been, beside ours, for evaluation (gatehouse export)."""
    key = await _admit(request)
    call = read_request(SuggestScoreRequest, await _body(request))
    if not call.attribute_scores:
        raise AnalyzerError("NO_REQUESTED_ATTRIBUTES", "Missing attribute_scores")
    values: dict[str, float] = {}
    for name, suggestion in call.attribute_scores.items():
        summary = suggestion.summary_score if suggestion else None
        if summary is None or not 0 <= summary.value <= 1:
            raise AnalyzerError("INVALID_REQUEST", "A suggested summary_score lies between 0 and 1")
        check_attribute(name, summary.type)
        values[name] = summary.value
    text = text_of(call).text
    findings = Findings()
    with suppress(TooMany, Unavailable):  # a suggestion is worth keeping without our own score
        language = call.languages[0] if call.languages else ""
        [findings] = await request.app.state.scoring.score([text], language)
    await run_in_threadpool(_store_suggestions, request, key, call, text, values, findings)
    return _answer(
        {},
        clientToken=call.client_token,
        detectedLanguages=_detected(findings),
        requestedLanguages=call.languages,
    )


@api.call("/$discovery/rest", "GET")
async def discovery(request: Request) -> Response:
    """The document that google-api-python-client, googleapis and gapi read first."""
    return JSONResponse(
        document(request.app.state.settings.public_url), headers={"Cache-Control": "max-age=300"}
    )


async def _admit(request: Request) -> Key:
    token = (
        request.query_params.get("key")
        or request.headers.get("x-goog-api-key")
        or bearer_token(request)
    ).strip()
    if not token:
        raise NoKey("The request is missing a valid API key.")
    return await api.admit(request, token)


async def _body(request: Request) -> bytes:
    return await read_body(request, request.app.state.settings.body_limit)


def _check_languages(
    attributes: Iterable[str], languages: Sequence[str], learned: frozenset[str], kind: str
) -> None:
    """Raises for the first attribute whose model has not learned one of the languages."""
    foreign = [language for language in languages if not _is_learned(language, learned)]
    for name in attributes if foreign else ():
        if name == "SPAM":  # spam looks the same in every language
            continue
        raise AnalyzerError(
            "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            f"Attribute {name} does not support request languages: {', '.join(foreign)}",
            {"languageNotSupportedByAttributeError": {kind: foreign, "attribute": name}},
        )


def _is_learned(language: str, learned: frozenset[str]) -> bool:
    # hi-Latn is not Hindi to a model: it is written in other letters.
    base, _, script = language.lower().partition("-")
    return language in learned or (base in learned and len(script) != 4)


def _detected(findings: Findings) -> list[str]:
    language = findings.get("language")
    return [language.note] if language and language.note else []


def _score_out(value: float) -> dict[str, Any]:
    return {"value": round(value, 8), "type": "PROBABILITY"}


def _utf16_spans(
    source: str, comment: NormalisedText, spans: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The spans as offsets in what was sent, in UTF-16 code units; the whole where there are no spans."""
    offsets = Utf16Offsets(source)
    if not spans:
        return [(0, offsets.at(len(source)))]
    sources = (comment.original(start, end) for start, end in spans)
    return [(offsets.at(start), offsets.at(end)) for start, end in sources]


def _store_suggestions(
    request: Request,
    key: Key,
    call: SuggestScoreRequest,
    text: str,
    values: dict[str, float],
    findings: Findings,
) -> None:
    models = {signal.name: signal.model for signal in findings.signals}
    store_suggestions(
        request.app.state.store,
        [
            Suggestion(
                site_id=key.site_id,
                text=text,
                attribute=name,
                value=value,
                score=_own_score(name, findings),
                model=models.get(ATTRIBUTES[name][0], ""),
                language=(call.languages or _detected(findings) or [""])[0],
                community=call.community_id,
                token=call.client_token,
            )
            for name, value in values.items()
        ],
        now=now_ms(),
        entropy=os.urandom,
    )


def _own_score(attribute: str, findings: Findings) -> float | None:
    try:
        return value(attribute, findings)
    except Unavailable:
        return None


def _answer(headers: Mapping[str, str], **members: Any) -> Response:
    """Members that are empty are left out, as protocol buffers do."""
    body = {name: member for name, member in members.items() if member}
    return JSONResponse(body, headers={"Cache-Control": "private, no-store", **headers})
