"""Declares what a route answers, for the OpenAPI document.

The types are TypedDicts that the serialisers return: mypy compares each serialiser with its type, and nothing
is checked or copied when a request is answered.
"""

from collections.abc import Sequence
from typing import Annotated, Any, get_args

from pydantic import Field

from moderation.domain.comment import Status
from moderation.domain.reason_codes import ReasonCode

# Every type that a route names in its description, by name: openapi.py makes schemas of them.
SCHEMAS: dict[str, Any] = {}

_HEADERS = {
    "ETag": "The version of what is answered; goes with If-Match",
    "Link": '<URL>; rel="next" leads to the next page; missing on the last',
    "Location": "The path of what was made",
}
_DESCRIPTIONS = {200: "It is answered", 201: "It is done", 202: "It is taken", 204: "It is gone"}


def _like(example: Any, description: str | None = None, **schema: Any) -> Any:
    """A field with an example, and with more of JSON Schema."""
    return Field(examples=[example], description=description, json_schema_extra=schema or None)


Moment = Annotated[str, _like("2026-11-25T12:00:00.000Z", format="date-time")]
CommentId = Annotated[str, _like("cmt_01kaxw6d00e5j8n2q4s6v8x0z2")]
SiteId = Annotated[str, _like("site_01kaxw6d00e5j8n2q4s6v8x0z2")]
CampaignId = Annotated[str, _like("cmp_01kaxw6d00e5j8n2q4s6v8x0z2")]
ModeratorId = Annotated[str, _like("mod_01kaxw6d00e5j8n2q4s6v8x0z2")]
SessionId = Annotated[str, _like("ses_0f1e2d3c4b5a69780f1e")]
Email = Annotated[str, _like("ada@news.example")]
PolicyOrPerson = Annotated[str, _like("newsroom", "A policy's name, or the id of a person or key")]
PolicyScope = Annotated[str, _like("section:/sport", "The part of a site that a policy is for")]
EndpointId = Annotated[str, _like("ep_01kaxw6d00e5j8n2q4s6v8x0z2")]
DeliveryId = Annotated[str, _like("dlv_01kaxw6d00e5j8n2q4s6v8x0z2")]
EventId = Annotated[str, _like("evt_01kaxw6d00e5j8n2q4s6v8x0z2")]
NoteId = Annotated[str, _like("note_01kaxw6d00e5j8n2q4s6v8x0z2")]
BulkId = Annotated[str, _like("bulk_01kaxw6d00e5j8n2q4s6v8x0z2")]
AppealId = Annotated[str, _like("apl_01kaxw6d00e5j8n2q4s6v8x0z2")]
NoticeId = Annotated[str, _like("ntc_01kaxw6d00e5j8n2q4s6v8x0z2")]
ReportId = Annotated[str, _like("rpt_01kaxw6d00e5j8n2q4s6v8x0z2")]
FilterId = Annotated[str, _like("flt_01kaxw6d00e5j8n2q4s6v8x0z2")]
Url = Annotated[str, _like("https://news.example/2026/harbour")]
Path = Annotated[str, _like("/api/v1/queues/held")]
Domain = Annotated[str, _like("shop.example")]
Title = Annotated[str, _like("The harbour")]
ArticleId = Annotated[str, _like("article-17")]
PersonName = Annotated[str, _like("Ada")]
Text = Annotated[str, _like("A fine article.")]
Sentence = Annotated[str, _like("The comment is insulting.")]
Name = Annotated[str, _like("toxicity")]
Words = Annotated[str, _like("toxicity")]
Hash = Annotated[str, _like("9f86d081884c")]
EventName = Annotated[str, _like("comment.held")]
WebhookSecret = Annotated[str, _like("whsec_c2VjcmV0LW9mLWFuLWVuZHBvaW50")]
Probability = Annotated[float, _like(0.93)]
Scores = Annotated[dict[str, float], _like({"toxicity": 0.93})]
Count = Annotated[int, _like(3, minimum=0)]
SequenceNumber = Annotated[
    int,
    _like(
        1, "Grows by one with each decision, and each change by the writer; 0 for none", minimum=0
    ),
]
RevisionNumber = Annotated[int, _like(1, "Of the text: 1, and more once it was changed", minimum=1)]
Spans = Annotated[list[tuple[int, int]], _like([[2, 6]], "[start, end) in code points of the text")]
CountsByStatus = Annotated[dict[Status, int], _like({Status.HELD.value: 3})]
NextPage = Annotated[
    str | None,
    _like("/api/v1/queues/held?after=...", "Path and query of the next page; null on the last"),
]
ReportReasons = Annotated[dict[str, int], _like({"spam": 2, "off_topic": 1})]
ReasonCodeName = Annotated[str, _like("toxic", f"Of the policy, or one of {', '.join(ReasonCode)}")]


def reference_to(kind: Any) -> dict[str, str]:
    """A reference to the schema of a type, which the document will have."""
    SCHEMAS[kind.__name__] = kind
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def describe_answer(
    answer: Any, *errors: int, status: int = 200, headers: Sequence[str] = ()
) -> dict[str, Any]:
    """The part of a route's OpenAPI description that describes what it answers.

    answer: a TypedDict, or a union of some; None for no body. errors: statuses of problems besides those of every route like it, which
    openapi.py adds.
    """
    described: dict[str, Any] = {"description": _DESCRIPTIONS[status]}
    if answer is not None:
        kinds = [reference_to(kind) for kind in get_args(answer) or [answer]]
        schema = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
        described["content"] = {"application/json": {"schema": schema}}
    if headers:
        described["headers"] = {
            name: {"description": _HEADERS[name], "schema": {"type": "string"}} for name in headers
        }
    problems = {str(error): {"description": ""} for error in errors}
    return {"responses": {str(status): described, **problems}}
