"""Gatehouse from another program: a typed client, sync and async. It stands alone but for httpx.

from gatehouse_client import Gatehouse

with Gatehouse("ghs_...", "https://gatehouse.example") as gatehouse:
    receipt = gatehouse.submit("A fine article.", page_url="https://news.example/1", name="Carol")
    print(gatehouse.comment(receipt.id).status)
"""

from gatehouse_client.aio import AsyncGatehouse
from gatehouse_client.answers import (
    Author,
    Claim,
    Comment,
    Correction,
    Decision,
    Expiring,
    Note,
    OpenComments,
    OpenReports,
    Page,
    PersonErased,
    Reason,
    Receipt,
    Revision,
    SecondOpinion,
    Signal,
)
from gatehouse_client.endpoint_answers import Attempt, Delivery, Endpoint
from gatehouse_client.errors import ApiError, ClientError, FieldError, Unreachable
from gatehouse_client.page_answers import PageDefault, PageState, PublicComment
from gatehouse_client.queue_answers import Bulk, BulkMember, BulkPreview, Queue
from gatehouse_client.reader_answers import (
    Appeal,
    Fact,
    LegalNotice,
    NoticeStatus,
    NoticeTaken,
    OwnAppeal,
    OwnComment,
    ReaderRules,
    Report,
    SiteReason,
    Statement,
)
from gatehouse_client.sync import Gatehouse

__all__ = [
    "ApiError",
    "Appeal",
    "AsyncGatehouse",
    "Attempt",
    "Author",
    "Bulk",
    "BulkMember",
    "BulkPreview",
    "Claim",
    "ClientError",
    "Comment",
    "Correction",
    "Decision",
    "Delivery",
    "Endpoint",
    "Expiring",
    "Fact",
    "FieldError",
    "Gatehouse",
    "LegalNotice",
    "Note",
    "NoticeStatus",
    "NoticeTaken",
    "OpenComments",
    "OpenReports",
    "OwnAppeal",
    "OwnComment",
    "Page",
    "PageDefault",
    "PageState",
    "PersonErased",
    "PublicComment",
    "Queue",
    "ReaderRules",
    "Reason",
    "Receipt",
    "Report",
    "Revision",
    "SecondOpinion",
    "Signal",
    "SiteReason",
    "Statement",
    "Unreachable",
]
