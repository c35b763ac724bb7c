"""The calls for writers and readers, and for the rules that a site has for them, as data: changes, appeals, notices, reports."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from gatehouse_client import answers, reader_answers
from gatehouse_client.answer import Json
from gatehouse_client.call import API, Call, Piece, given, pieces, segment


def edit(comment_id: str, author_token: str, text: str) -> Call[reader_answers.OwnComment]:
    path = f"{API}/comments/{segment(comment_id)}"
    read = reader_answers.OwnComment.read
    return Call("PATCH", path, read, {"text": text}, repeatable=True, token=author_token)


def withdraw(comment_id: str, author_token: str) -> Call[None]:
    path = f"{API}/comments/{segment(comment_id)}"
    return Call("DELETE", path, lambda _: None, repeatable=True, token=author_token)


def own_comment(comment_id: str, author_token: str) -> Call[reader_answers.OwnComment]:
    path = f"{API}/comments/{segment(comment_id)}"
    return Call("GET", path, reader_answers.OwnComment.read, repeatable=True, token=author_token)


def appeal(comment_id: str, author_token: str, text: str) -> Call[reader_answers.OwnComment]:
    path = f"{API}/comments/{segment(comment_id)}/appeal"
    return Call("POST", path, reader_answers.OwnComment.read, {"text": text}, token=author_token)


def appeals(state: str, size: int) -> Call[Piece[reader_answers.Appeal]]:
    read = pieces(reader_answers.Appeal.read)
    query: dict[str, str | int | list[str]] = {"state": state, "limit": size}
    return Call("GET", f"{API}/appeals", read, query=query, repeatable=True)


def decide_appeal(appeal_id: str, outcome: str, note: str) -> Call[reader_answers.Appeal]:
    body = {"outcome": outcome, "note": note}
    return Call(
        "POST", f"{API}/appeals/{segment(appeal_id)}/decide", reader_answers.Appeal.read, body
    )


def send_notice(
    comment_id: str, why: str, name: str, email: str, child_abuse: bool
) -> Call[reader_answers.NoticeTaken]:
    body: dict[str, Any] = {"why": why, "name": name, "email": email, "good_faith": True}
    path, read = f"{API}/comments/{segment(comment_id)}/notices", reader_answers.NoticeTaken.read
    return Call("POST", path, read, body | {"child_abuse": child_abuse}, token="")


def notices(state: str, size: int) -> Call[Piece[reader_answers.LegalNotice]]:
    read = pieces(reader_answers.LegalNotice.read)
    query: dict[str, str | int | list[str]] = {"state": state, "limit": size}
    return Call("GET", f"{API}/notices", read, query=query, repeatable=True)


def notice_status(notice_id: str, token: str) -> Call[reader_answers.NoticeStatus]:
    path = f"{API}/notices/{segment(notice_id)}"
    return Call("GET", path, reader_answers.NoticeStatus.read, repeatable=True, token=token)


def appeal_notice(notice_id: str, token: str, text: str) -> Call[reader_answers.NoticeStatus]:
    path = f"{API}/notices/{segment(notice_id)}/appeal"
    return Call("POST", path, reader_answers.NoticeStatus.read, {"text": text}, token=token)


def statements(since: datetime | None, size: int) -> Call[Piece[reader_answers.Statement]]:
    query: dict[str, str | int | list[str]] = {"limit": size}
    if since is not None:
        query["since"] = since.isoformat()
    read = pieces(reader_answers.Statement.read)
    return Call("GET", f"{API}/statements", read, query=query, repeatable=True)


def report(
    comment_id: str, reason: str, note: str, ip: str, reader_id: str, browser_token: str
) -> Call[str]:
    reader = given({"ip": ip, "id": reader_id, "token": browser_token})
    body = {"reason": reason, "note": note, "reader": reader}

    def read(data: Json) -> str:
        return str(data["comment_id"])

    return Call("POST", _reports(comment_id), read, body, repeatable=True)


def reports(comment_id: str, size: int) -> Call[Piece[reader_answers.Report]]:
    read = pieces(reader_answers.Report.read)
    return Call("GET", _reports(comment_id), read, query={"limit": size}, repeatable=True)


def _reports(comment_id: str) -> str:
    return f"{API}/comments/{segment(comment_id)}/reports"


def reader_rules() -> Call[reader_answers.ReaderRules]:
    return Call("GET", f"{API}/readers", reader_answers.ReaderRules.read, repeatable=True)


def set_reader_rules(
    edit_minutes: int,
    hold_after_reports: int,
    markdown: bool,
    forewarn: bool,
    proof_of_work: int,
    website: bool,
) -> Call[reader_answers.ReaderRules]:
    body = {
        "edit_minutes": edit_minutes,
        "hold_after_reports": hold_after_reports,
        "markdown": markdown,
        "forewarn": forewarn,
        "proof_of_work": proof_of_work,
        "website": website,
    }
    return Call("PUT", f"{API}/readers", reader_answers.ReaderRules.read, body, repeatable=True)


def retention() -> Call[dict[str, int | None]]:
    return Call("GET", f"{API}/retention", dict, repeatable=True)


def set_retention(terms: Mapping[str, int | None]) -> Call[dict[str, int | None]]:
    return Call("PUT", f"{API}/retention", dict, dict(terms), repeatable=True)


def preview_retention(terms: Mapping[str, int | None]) -> Call[list[answers.Expiring]]:
    def read(data: Json) -> list[answers.Expiring]:
        return [answers.Expiring.read(expiring) for expiring in data["would_delete"]]

    return Call("POST", f"{API}/retention/preview", read, dict(terms), repeatable=True)


def site_reasons() -> Call[list[reader_answers.SiteReason]]:
    return Call("GET", f"{API}/reasons", reader_answers.site_reasons_of, repeatable=True)


def set_site_reasons(
    reasons: Sequence[reader_answers.SiteReason],
) -> Call[list[reader_answers.SiteReason]]:
    body = {"reasons": [asdict(reason) for reason in reasons]}
    return Call("PUT", f"{API}/reasons", reader_answers.site_reasons_of, body, repeatable=True)
