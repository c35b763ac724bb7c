"""Writes docs/routes.md from the OpenAPI document, or checks whether it is up to date."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from moderation.environment import read_settings
from service.app import create_app

PAGE = Path(__file__).resolve().parent.parent / "docs" / "routes.md"
_HEAD = """# Every route of the API

What each takes and answers, with examples, is on the page `/docs` of a running Gatehouse; [api.md](api.md) says what holds for all of them. "Key": whether an
`Authorization: Bearer` is needed. It is the site's secret key, but for what [scripts of pages](embed.md) do with the publishable one, and what writers
and senders of notices do with the token of their [receipt](readers.md).

This table is written by `make docs` from the code.

| route | does | key | more |
| --- | --- | --- | --- |
"""
# The page that says more, by the beginning of the path; the first that fits.
_MORE = (
    ("/api/v1/threads/events", "api.md#changes-of-a-thread"),
    ("/api/v1/threads", "embed.md"),
    ("/api/v1/counts", "api.md#comment-counts"),
    ("/api/v1/comments/{comment_id}/reports", "readers.md#reporting-somebodys-comment"),
    ("/api/v1/comments/{comment_id}/appeal", "readers.md#appealing-against-a-decision"),
    ("/api/v1/appeals", "readers.md#appealing-against-a-decision"),
    ("/api/v1/comments/{comment_id}/notices", "readers.md#notices-of-illegal-content"),
    ("/api/v1/notices", "readers.md#notices-of-illegal-content"),
    ("/api/v1/statements", "readers.md#statements-of-reasons"),
    ("/api/v1/readers", "readers.md#what-the-site-decides"),
    ("/api/v1/challenges", "embed.md#a-warning-before-posting-and-a-proof-of-work"),
    ("/api/v1/forewarnings", "embed.md#a-warning-before-posting-and-a-proof-of-work"),
    ("/api/v1/campaigns", "spam.md"),
    ("/api/v1/filters", "spam.md"),
    ("/api/v1/comments/{comment_id}/filters", "spam.md"),
    ("/api/v1/reputation", "spam.md"),
    ("/api/v1/comments/{comment_id}/reputation", "spam.md"),
    ("/api/v1/learning", "spam.md"),
    ("/api/v1/pages/move", "pages.md"),
    ("/api/v1/pages", "page-states.md"),
    ("/api/v1/endpoints", "webhooks.md"),
    ("/api/v1/deliveries", "webhooks.md"),
    ("/api/v1/policies", "policies.md"),
    ("/api/v1/agreement", "insight.md#second-looks"),
    ("/api/v1/sample", "insight.md#the-weekly-sample"),
    ("/api/v1/keys", "people.md#keys"),
    ("/api/v1/sites/{site_id}/compatible-apis", "sites.md#compatible-apis"),
    ("/api/v1/sites", "sites.md"),
    ("/api/v1/retention", "personal-data.md#how-long-comments-are-kept"),
    ("/api/v1/proposals", "moderating.md#trainees"),
    ("/api/v1/reasons", "moderating.md#a-decision-and-its-reason"),
    ("/api/v1/views", "moderating.md#saved-views"),
    ("/api/v1/bulk", "moderating.md#several-comments-at-once"),
    ("/api/v1/comments/{comment_id}/claim", "moderating.md#claims"),
    ("/api/v1/claims", "moderating.md#what-somebody-else-has-open"),
    ("/api/v1/comments/{comment_id}/corrections", "moderating.md#a-score-that-is-wrong"),
    ("/api/v1/comments/{comment_id}/notes", "moderating.md#notes"),
    ("/api/v1/comments/{comment_id}/pick", "moderating.md#editors-picks"),
    ("/api/v1/authors", "moderating.md#notes"),
    ("/api/v1/second-opinion", "second-opinion.md"),
    ("/api/v1/statistics", "insight.md"),
    ("/api/v1/people", "personal-data.md"),
    ("/api/v1/audit", "audit.md"),
    ("/api/v1/moderators", "people.md"),
    ("/api/v1/comments/{comment_id}/", "moderating.md"),
    ("/api/v1/comments", "api.md"),
    ("/api/v1/", "moderating.md"),
    ("/", "operations.md"),
)


def page() -> str:
    """The whole page."""
    with tempfile.TemporaryDirectory() as data:
        document = create_app(read_settings({"GATEHOUSE_DATA": data})).openapi()
    return _HEAD + "".join(
        _row(path, method, operation)
        for path, operations in sorted(document["paths"].items())
        for method, operation in sorted(operations.items())
    )


def _row(path: str, method: str, operation: dict[str, Any]) -> str:
    security = operation.get("security")
    key = "no" if security is None else "if you like" if {} in security else "yes"
    more = next(page for beginning, page in _MORE if path.startswith(beginning))
    link = f"[{more.partition('.')[0]}]({more})"
    return f"| `{method.upper()} {path}` | {operation['summary']} | {key} | {link} |\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        print("docs/routes.md is not up to date: run `make docs`.", file=sys.stderr)
        sys.exit(1)
