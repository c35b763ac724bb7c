"""`gatehouse comment`: comments of a running service, here or elsewhere, by its API and a site's key."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatehouse.commands.output import printable
from moderation.domain.errors import GatehouseError

if TYPE_CHECKING:
    from gatehouse_client import Appeal, Comment, Correction, Gatehouse, Note, Report

comment = typer.Typer(
    help="Comments of the running service that GATEHOUSE_URL and GATEHOUSE_KEY name, by its API.",
    no_args_is_help=True,
)

Url = Annotated[str, typer.Option("--url", envvar="GATEHOUSE_URL", help="URL of the service.")]
Key = Annotated[
    str,
    typer.Option(
        "--key", envvar="GATEHOUSE_KEY", help="The site's secret key; better in the environment."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
TakeOver = Annotated[
    bool, typer.Option("--take-over", help="Also where somebody else has claimed it.")
]
LOCAL_URL = "http://127.0.0.1:8000"
SHORT = 60  # characters of a text in a list


class Refused(GatehouseError):
    """The service refused, or did not answer."""

    code = "refused"


@contextmanager
def service_of(url: str, key: str) -> Iterator["Gatehouse"]:
    """The client of the service at a URL. Raises Refused, also for what the service refuses."""
    from gatehouse_client import ClientError, Gatehouse

    if not key:
        raise Refused("Set GATEHOUSE_KEY to the site's secret key, or give --key.")
    try:
        with Gatehouse(key, url) as service:
            yield service
    except ClientError as error:
        raise Refused(str(error)) from None


@comment.command("submit")
def submit(
    page: Annotated[str, typer.Option(help="The article: https://news.example/1")],
    name: Annotated[str, typer.Option(help="The author's name.")],
    text: Annotated[str, typer.Argument(help="The comment; from stdin without it.")] = "",
    parent: Annotated[str, typer.Option(help="The id of the comment it answers.")] = "",
    wait: Annotated[float, typer.Option(help="Seconds to wait for the decision.")] = 5.0,
    url: Url = LOCAL_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Submit a comment and print it with the decision."""
    with service_of(url, key) as service:
        receipt = service.submit(
            text or sys.stdin.read(), page_url=page, name=name, parent_id=parent
        )
        _show(service.wait(receipt.id, wait), as_json)


@comment.command("show")
def show(comment_id: str, url: Url = LOCAL_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Print a comment with its reasons and scores."""
    with service_of(url, key) as service:
        _show(service.comment(comment_id), as_json)


@comment.command("list")
def list_queue(
    queue: Annotated[
        str,
        typer.Argument(help="held, pending, approved, rejected, spam, reported, proposed or mine."),
    ],
    status: Annotated[str, typer.Option(help="Of reported, proposed and mine alone.")] = "",
    reason: Annotated[str, typer.Option(help="A reason code.")] = "",
    page: Annotated[str, typer.Option(help="Any URL of the article.")] = "",
    author: Annotated[str, typer.Option(help="As in `search`.")] = "",
    domain: Annotated[str, typer.Option(help="A domain that they link to.")] = "",
    language: Annotated[str, typer.Option(help="As measured: en, de, ...")] = "",
    decided_by: Annotated[str, typer.Option(help="policy, moderator or import.")] = "",
    age: Annotated[str, typer.Option(help="As in `search`.")] = "",
    order: Annotated[
        str, typer.Option(help="newest or oldest; of held ones urgency or a score, too.")
    ] = "",
    unclaimed: Annotated[
        bool, typer.Option("--unclaimed", help="Without what others have claimed or have open.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 25,
    url: Url = LOCAL_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """List the comments of a queue, one a line."""
    with service_of(url, key) as service:
        found = service.queue(
            queue,
            reason=reason,
            order=order,
            unclaimed=unclaimed,
            size=min(limit, 100),
            status=status,
            page_url=page,
            author=author,
            domain=domain,
            language=language,
            decided_by=decided_by,
            age=age,
        )
        _list(found, limit, as_json)


@comment.command("reasons")
def reasons(queue: str, url: Url = LOCAL_URL, key: Key = "", as_json: AsJson = False) -> None:
    """List the reasons in a queue with how many comments have each, the most frequent first."""
    with service_of(url, key) as service:
        counts = service.queue_reasons(queue)
    if as_json:
        print(json.dumps(counts))
        return
    for code, count in counts.items():
        print(f"{count:>9,}  {code}")


@comment.command("search")
def search(
    query: Annotated[
        str,
        typer.Argument(help='Words, "words in a row", or an id, e-mail, IP address or network.'),
    ] = "",
    status: Annotated[
        str, typer.Option(help="held, pending, approved, rejected, spam or withdrawn.")
    ] = "",
    reason: Annotated[str, typer.Option(help="A reason code.")] = "",
    page: Annotated[str, typer.Option(help="Any URL of the article.")] = "",
    author: Annotated[
        str, typer.Option(help="E-mail, address, network, id:YOUR-ID, or words of the name.")
    ] = "",
    domain: Annotated[str, typer.Option(help="A domain that they link to.")] = "",
    language: Annotated[str, typer.Option(help="As measured: en, de, ...")] = "",
    decided_by: Annotated[str, typer.Option(help="policy, moderator or import.")] = "",
    age: Annotated[
        str, typer.Option(help="Handed in less or more so long ago: under-24h, over-4h.")
    ] = "",
    score: Annotated[
        str, typer.Option(help="Of held comments: a score, such as toxicity, for the next two.")
    ] = "",
    score_from: Annotated[
        float | None, typer.Option(min=0, max=1, help="It is this or more.")
    ] = None,
    score_to: Annotated[
        float | None, typer.Option(min=0, max=1, help="It is this or less.")
    ] = None,
    same_text: Annotated[
        str, typer.Option(help="The id of a comment: it and those with much the same text.")
    ] = "",
    same_network: Annotated[
        str, typer.Option(help="The id of a comment: it and those from its network.")
    ] = "",
    oldest_first: Annotated[
        bool, typer.Option("--oldest-first", help="Newest first else.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 25,
    url: Url = LOCAL_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Search comments of every status, one a line."""
    with service_of(url, key) as service:
        found = service.search(
            query,
            status=status,
            reason=reason,
            page_url=page,
            author=author,
            domain=domain,
            language=language,
            decided_by=decided_by,
            age=age,
            score=score,
            score_from=score_from,
            score_to=score_to,
            same_text=same_text,
            same_network=same_network,
            order="oldest" if oldest_first else "newest",
            size=min(limit, 100),
        )
        _list(found, limit, as_json, with_status=True)


def _list(
    comments: Iterable["Comment"], limit: int, as_json: bool, *, with_status: bool = False
) -> None:
    for comment in islice(comments, limit):
        if as_json:
            print(as_json_line(comment))
        else:
            status = f"{comment.status:9} " if with_status else ""
            print(f"{comment.id}  {status}{printable(comment.author.name)}: {_short(comment.text)}")


@comment.command("decide")
def decide(
    comment_id: str,
    outcome: Annotated[str, typer.Argument(help="approve, hold, reject or spam.")],
    reason: Annotated[str, typer.Option(help="A code of your own.")] = "",
    with_replies: Annotated[
        bool, typer.Option("--with-replies", help="Reject all that answers it, too.")
    ] = False,
    take_over: TakeOver = False,
    url: Url = LOCAL_URL,
    key: Key = "",
) -> None:
    """Decide about a comment, whatever was decided before."""
    with service_of(url, key) as service:
        replies = "reject" if with_replies else "leave"
        decision = service.decide(
            comment_id, outcome, reason=reason, replies=replies, take_over=take_over
        )
        along = f", {decision.replies} replies along with it" if with_replies else ""
        print(f"{comment_id}  {decision.outcome} (decision {decision.sequence}{along})")


@comment.command("reports")
def reports(comment_id: str, url: Url = LOCAL_URL, key: Key = "", as_json: AsJson = False) -> None:
    """List what readers reported of a comment, first to last, and what became of it."""
    with service_of(url, key) as service:
        for report in service.reports(comment_id):
            if as_json:
                print(as_json_line(report))
            else:
                note = f": {_short(report.note)}" if report.note else ""
                print(f"{report.created_at:%Y-%m-%d %H:%M}  {report.state:9} {report.reason}{note}")


@comment.command("undo")
def undo(comment_id: str, take_over: TakeOver = False, url: Url = LOCAL_URL, key: Key = "") -> None:
    """Take back the last decision that a person made about a comment."""
    with service_of(url, key) as service:
        decision = service.undo_decision(comment_id, take_over=take_over)
        takes_back = f"decision {decision.sequence}, takes {decision.takes_back} back"
        if decision.replies:
            takes_back += f", {decision.replies} replies along with it"
        print(f"{comment_id}  {decision.outcome} ({takes_back})")


def _show(comment: "Comment", as_json: bool) -> None:
    if as_json:
        print(as_json_line(comment))
        return
    print(f"{comment.id}  {comment.status}")
    print(printable(f"{comment.author.name} on {comment.page.url}:"))
    print(printable(comment.text, keep="\n"))
    if comment.edited_at:
        print(f"- changed by its writer, {comment.edited_at:%Y-%m-%d %H:%M}")
    if comment.reports.count:
        reasons = ", ".join(f"{name} {count}" for name, count in comment.reports.reasons.items())
        print(f"- reported by {comment.reports.count}: {reasons}")
    for reason in comment.decision.reasons if comment.decision else ():
        print(printable(f"- {reason.code}: {reason.message}"))
    for label, value in sorted(comment.scores.items(), key=lambda score: -score[1]):
        print(f"  {label:18} {value:.3f}")


def as_json_line(answer: "Comment | Report | Appeal | Note | Correction") -> str:
    """An answer of the client as JSON, without a line break."""
    fields: dict[str, Any] = dataclasses.asdict(answer)
    return json.dumps(fields, default=lambda time: time.isoformat())


def _short(text: str) -> str:
    """The beginning of a text on one line, nothing in it that moves a terminal's cursor."""
    line = printable(text[: SHORT + 1])
    return line[:SHORT] + "…" if len(line) > SHORT else line
