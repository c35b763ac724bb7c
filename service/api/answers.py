"""The types of the fields of answers, with an example each for the OpenAPI document."""

from typing import Annotated, Any

from pydantic import Field

from moderation.domain.comment import Status
from moderation.domain.reason_codes import ReasonCode


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
