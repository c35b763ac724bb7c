"""A small newspaper on Flask whose comments pass Gatehouse. How to start it: ../README.md."""

import hashlib
import os
import sqlite3
import uuid
from contextlib import closing

from flask import Flask, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from standardwebhooks import Webhook, WebhookVerificationError

from gatehouse_client import ApiError, ClientError, Gatehouse

try:
    KEY, SECRET = os.environ["GATEHOUSE_KEY"], os.environ["GATEHOUSE_WEBHOOK_SECRET"]
except KeyError as missing:
    raise SystemExit(f"Set {missing}: see examples/README.md.") from None
ARTICLE = os.environ.get("PAPER_URL", "http://127.0.0.1:5001") + "/"  # as readers see it
TITLE = "The tide mill grinds again"
DATABASE = os.environ.get("PAPER_DATABASE", "paper.db")
FIELDS = {"/text": "text", "/author/name": "name", "/author/email": "email"}

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1_000_000  # bytes
URL = os.environ.get("GATEHOUSE_URL", "http://127.0.0.1:8000")
gatehouse = Gatehouse(KEY, URL, timeout=3)
thread_client = Gatehouse(KEY, URL, timeout=1, attempts=1)  # the article must not wait long
with closing(sqlite3.connect(DATABASE)) as db:
    db.execute("CREATE TABLE IF NOT EXISTS replies (id PRIMARY KEY, sequence, status)")


@app.get("/")
def article() -> str:
    return page(status=status_of(request.args.get("reply", "")))


@app.post("/reply")
def reply() -> ResponseReturnValue:
    typed = {name: request.form.get(name, "") for name in ("text", "name", "email", "form")}
    try:
        receipt = gatehouse.submit(
            typed["text"].replace("\r\n", "\n"),
            page_url=ARTICLE,
            page_title=TITLE,
            name=typed["name"],
            email=typed["email"],
            ip=request.remote_addr or "",  # behind your own proxy: use werkzeug's ProxyFix
            user_agent=request.user_agent.string[:1000],
            # The same form with the same contents, submitted twice, is one comment.
            idempotency_key=hashlib.sha256(repr(typed).encode()).hexdigest(),
        )
    except ApiError as refused:
        if refused.status in (422, 429) or refused.code == "page_closed":
            problems = {FIELDS.get(field.pointer, ""): field.detail for field in refused.fields}
            return page(typed, problems or {"": refused.detail}), refused.status
        app.logger.error("Gatehouse refused: %s", refused)  # our mistake, not the reader's
    except ClientError as error:
        app.logger.error("Gatehouse cannot be reached: %s", error)
    else:
        remember(receipt.id, 0, "pending")
        return redirect(f"/?reply={receipt.id}#respond", 303)
    return page(
        typed, {"": "Comments cannot be accepted at the moment. Please try again shortly."}
    ), 503


@app.post("/gatehouse")
def receive_webhook() -> ResponseReturnValue:
    """Gatehouse reports a decision."""
    try:
        data = Webhook(SECRET).verify(request.get_data(), dict(request.headers))["data"]
    except (WebhookVerificationError, ValueError):  # ValueError: not well formed
        return "This is not signed by our Gatehouse.", 400
    if "comment_id" in data:
        remember(data["comment_id"], data["sequence"], data["status"])
    return "", 204


def page(
    typed: dict[str, str] | None = None, problems: dict[str, str] | None = None, status: str = ""
) -> str:
    """The article. typed: the contents of the form; problems: by field, '' for the whole form."""
    try:
        comments = [
            comment for comment in thread_client.thread(ARTICLE) if comment.status == "approved"
        ]
    except ClientError:
        comments = None  # the article is readable without comments
    return render_template(
        "article.html",
        title=TITLE,
        comments=comments,
        typed=typed or {"form": uuid.uuid4().hex},
        problems=problems or {},
        status=status,
    )


def remember(comment_id: str, sequence: int, status: str) -> None:
    """Messages may arrive more than once and out of order: the highest sequence is the newest."""
    with closing(sqlite3.connect(DATABASE)) as db, db:
        db.execute(
            "INSERT INTO replies VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET sequence = excluded.sequence, status = excluded.status"
            " WHERE excluded.sequence > replies.sequence",
            (comment_id, sequence, status),
        )


def status_of(comment_id: str) -> str:
    with closing(sqlite3.connect(DATABASE)) as db:
        row = db.execute("SELECT status FROM replies WHERE id = ?", (comment_id,)).fetchone()
    return row[0] if row else ""


@app.after_request
def guard(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
