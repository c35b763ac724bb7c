"""The article page, handing in a reply, and receiving decisions."""

import hashlib
import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from standardwebhooks import Webhook, WebhookVerificationError

from gatehouse_client import ApiError, ClientError, Gatehouse
from paper.forms import ReplyForm
from paper.models import Reply, remember

log = logging.getLogger(__name__)
KEY, URL = settings.GATEHOUSE_KEY, settings.GATEHOUSE_URL
gatehouse = Gatehouse(KEY, URL, timeout=3)
thread_client = Gatehouse(KEY, URL, timeout=1, attempts=1)  # the article must not wait long
ARTICLE = f"{settings.PAPER_URL}/"
TITLE = "The tide mill grinds again"
FIELDS = {"/text": "text", "/author/name": "name", "/author/email": "email"}


@require_GET
def article(request: HttpRequest) -> HttpResponse:
    mine = Reply.objects.filter(id=request.GET.get("reply", "")).first()
    return _page(request, ReplyForm(), status=mine.status if mine else "")


@require_POST
def reply(request: HttpRequest) -> HttpResponse:
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    typed = form.cleaned_data
    try:
        receipt = gatehouse.submit(
            typed["text"].replace("\r\n", "\n"),
            page_url=ARTICLE,
            page_title=TITLE,
            name=typed["name"],
            email=typed["email"],
            ip=request.META["REMOTE_ADDR"],  # behind your own proxy: the address that it passes on
            user_agent=request.headers.get("User-Agent", "")[:1000],
            # The same form with the same contents, submitted twice, is one comment.
            idempotency_key=hashlib.sha256(repr(typed).encode()).hexdigest(),
        )
    except ApiError as refused:
        if refused.status in (422, 429) or refused.code == "page_closed":
            for field in refused.fields:
                form.add_error(FIELDS.get(field.pointer), field.detail)
            if not refused.fields:
                form.add_error(None, refused.detail)
            return _page(request, form, refused.status)
        log.error("Gatehouse refused: %s", refused)  # our mistake, not the reader's
    except ClientError as error:
        log.error("Gatehouse cannot be reached: %s", error)
    else:
        remember(receipt.id, 0, "pending")
        answer = HttpResponseRedirect(f"/?reply={receipt.id}#respond")
        answer.status_code = 303
        return answer
    form.add_error(None, "Comments cannot be accepted at the moment. Please try again shortly.")
    return _page(request, form, 503)


@csrf_exempt  # the signature proves the sender
@require_POST
def receive_webhook(request: HttpRequest) -> HttpResponse:
    """Gatehouse reports a decision."""
    try:
        message = Webhook(settings.GATEHOUSE_WEBHOOK_SECRET).verify(
            request.body, dict(request.headers)
        )
    except (WebhookVerificationError, ValueError):  # ValueError: not well formed
        return HttpResponse("This is not signed by our Gatehouse.", status=400)
    data = message["data"]
    if "comment_id" in data:
        remember(data["comment_id"], data["sequence"], data["status"])
    return HttpResponse(status=204)


def _page(request: HttpRequest, form: ReplyForm, code: int = 200, status: str = "") -> HttpResponse:
    """The article with its approved comments. status: what became of the reader's own."""
    try:
        comments = [
            comment for comment in thread_client.thread(ARTICLE) if comment.status == "approved"
        ]
    except ClientError:
        comments = None  # the article is readable without comments
    facts = {"title": TITLE, "comments": comments, "form": form, "status": status}
    answer = render(request, "paper/article.html", facts, status=code)
    answer["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
    return answer
