"""Asks an OpenAI-compatible chat endpoint (Ollama, vLLM, llama.cpp, a cloud) for a second opinion.

The operator names the URL, which may well be a private address; nothing else is ever reached, as with webhooks: the
socket goes to this host and port, there are no redirects and no proxies, and one deadline is for all of an attempt.
"""

import json
import re
import secrets
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from moderation.domain.delivery import Response
from moderation.domain.second_opinion import (
    Label,
    ModelAnswer,
    ModelOpinion,
    Prompt,
    Unanswered,
    as_data,
    clean_sentence,
)
from moderation.settings import Settings
from workers.sender import Sender

MOST_TOKENS = 1_000  # of an answer; models that think aloud need more than the sentence has
_SCHEMA = {
    "type": "object",
    "properties": {
        "label": {"type": "string", "enum": [label.value for label in Label]},
        "probability": {"type": "number", "minimum": 0, "maximum": 1},
        "reason": {"type": "string"},
    },
    "required": ["label", "probability", "reason"],
    "additionalProperties": False,
}
_BY_SCHEMA = {
    "type": "json_schema",
    "json_schema": {"name": "second_opinion", "strict": True, "schema": _SCHEMA},
}
_BOUNDED = {"temperature": 0, "max_tokens": MOST_TOKENS}
# What is asked for, the best first: servers refuse what they do not know. The answer is checked in any case.
_SHAPES: tuple[Mapping[str, object], ...] = (
    {"response_format": _BY_SCHEMA, **_BOUNDED},
    {"response_format": _BY_SCHEMA},
    {"response_format": {"type": "json_object"}, **_BOUNDED},
    {},
)
_REFUSALS = {400, 404, 415, 422, 501}
_BUSY = {429, 503}
_FENCED = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)


class _Said(BaseModel):
    """The object that the model was asked for."""

    model_config = ConfigDict(strict=True)

    label: Literal["fine", "unsure", "remove"]
    probability: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    reason: Annotated[str, Field(min_length=1)]


class _Message(BaseModel):
    content: str


class _Choice(BaseModel):
    message: _Message


class _Usage(BaseModel):
    total_tokens: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class _Completion(BaseModel):
    """What an endpoint answers, as far as it matters."""

    choices: Annotated[list[_Choice], Field(min_length=1)]
    usage: _Usage | None = None


class ChatEndpoint:
    """url: such as http://127.0.0.1:11434/v1, without /chat/completions. key: '' for none. seconds: for each request.

    Used by one thread at a time.
    """

    def __init__(self, url: str, model: str, key: str, seconds: float) -> None:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        self.model, self._url = model, f"{url.rstrip('/')}/chat/completions"
        self._sender = Sender(f"{host}:{port}", seconds, agent="Gatehouse-Second-Opinion/1")
        self._headers = {"content-type": "application/json", "accept": "application/json"}
        if key:
            self._headers["authorization"] = f"Bearer {key}"
        self._shape = 0

    def ask(self, prompt: Prompt, text: str) -> ModelAnswer:
        """Raises Unanswered. Where the endpoint refuses the shape of a question it is asked in a simpler one, also later."""
        requests = 0
        while True:
            shape, requests = self._shape, requests + 1
            response, body = self._sender.exchange(
                self._url, self._headers, self._question(prompt, text)
            )
            is_refused = not response.error and response.status in _REFUSALS
            if not is_refused or shape + 1 == len(_SHAPES):
                break
            self._shape += 1
        if is_refused:
            self._shape = 0  # it is something else that it refuses
        if kind := _failure(response):
            raise Unanswered(kind, response.retry_after, requests)
        return _read(body, requests)

    def _question(self, prompt: Prompt, text: str) -> bytes:
        messages = [
            {"role": "system", "content": prompt.text},
            {"role": "user", "content": as_data(text, secrets.token_hex(16))},
        ]
        question: dict[str, Any] = {"model": self.model, "messages": messages, "stream": False}
        return json.dumps({**question, **_SHAPES[self._shape]}).encode()


def endpoint_of(settings: Settings) -> ChatEndpoint:
    """The endpoint that the settings name, which they must."""
    key = settings.second_opinion_key.get_secret_value()
    return ChatEndpoint(
        settings.second_opinion_url,
        settings.second_opinion_model,
        key,
        settings.second_opinion_timeout,
    )


def _failure(response: Response) -> str:
    if response.error in ("timeout", "too_large"):
        return response.error
    if response.error:
        return "connection"
    if response.status in _BUSY:
        return "busy"
    return "" if response.status == 200 else "status"


def _read(body: bytes, requests: int) -> ModelAnswer:
    """The answer that a body holds, checked. Raises Unanswered, never with what was said."""
    tokens = 0
    try:
        completion = _Completion.model_validate_json(body)
        tokens = completion.usage.total_tokens if completion.usage else 0
        content = completion.choices[0].message.content.strip()
        fenced = _FENCED.fullmatch(content)
        said = _Said.model_validate_json(fenced[1] if fenced else content)
    except ValidationError as error:
        is_json = error.errors(include_input=False)[0]["type"] != "json_invalid"
        raise Unanswered("schema" if is_json else "not_json", None, requests, tokens) from None
    sentence = clean_sentence(said.reason)
    return ModelAnswer(
        ModelOpinion(Label(said.label), said.probability, sentence), requests, tokens
    )
