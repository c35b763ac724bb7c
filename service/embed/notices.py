"""/notices: the form for a notice of illegal content, and the page that says what became of it; both without JavaScript."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from moderation.domain.appeal import TEXT_LIMIT
from moderation.domain.errors import GatehouseError, Invalid, NotFound
from moderation.domain.legal_notice import LegalNotice, NoticeState
from moderation.reading.legal_notices import ShownComment, find_public
from service.api.bodies import parse
from service.api.comment_schemas import AppealIn
from service.api.legal_notices import (
    NoticeIn,
    notice_status_out,
    own_notice,
    status_url,
    take_appeal,
    take_notice,
)
from service.embed.notice_words import WORDS
from service.embed.reply import HONEYPOTS
from service.embed.routes import pages
from service.http.forms import read_form
from service.http.html import HEADERS, retry_header
from service.http.html import status_of as http_status_of

router = APIRouter(prefix="/notices", include_in_schema=False)

_FORM_LIMIT = 64 * 1024  # bytes
_NAMES = ("comment", "lang", "why", "name", "email", "good_faith", "child_abuse", *HONEYPOTS)
_FIELDS = ("why", "name", "email", "good_faith")


@router.get("/new")
def form(request: Request, comment: str = "", lang: str = "en") -> Response:
    return _form(_shown(request, comment), lang, {})


@router.post("/new")
async def send(request: Request) -> Response:
    """Stores the notice and leads to its page; or says what is missing, with all that was typed."""
    typed = await read_form(request, _NAMES, _FORM_LIMIT)
    lang = typed.get("lang", "en")
    shown = await run_in_threadpool(_shown, request, typed.get("comment", ""))
    try:
        if any(typed.get(name) for name in HONEYPOTS):
            raise Invalid("A field that must stay empty was filled in. Please send it once more.")
        body = {
            "why": typed.get("why", "").replace("\r\n", "\n"),
            "name": typed.get("name", ""),
            "email": typed.get("email", "").strip(),
            "good_faith": typed.get("good_faith") == "1",
            "child_abuse": typed.get("child_abuse") == "1",
        }
        notice = await take_notice(request, shown.id, parse(NoticeIn, body))
    except GatehouseError as error:
        return _form(shown, lang, typed, error)
    # The path alone: only the browser knows under which name it reached us.
    path = status_url(request, notice).removeprefix(request.app.state.settings.public_url)
    return RedirectResponse(f"{path}?lang={_language(lang)}", 303, headers=HEADERS)


@router.get("/{notice_id}/{token}")
def status(request: Request, notice_id: str, token: str, lang: str = "en") -> Response:
    """For whoever has the receipt."""
    return _status(request, own_notice(request, notice_id, token), token, lang)


@router.post("/{notice_id}/{token}/appeal")
async def make_appeal(request: Request, notice_id: str, token: str) -> Response:
    """Appeals, and leads back to the notice's page. The text is kept where it cannot be taken."""
    notice = await run_in_threadpool(own_notice, request, notice_id, token)
    typed = await read_form(request, ("text", "lang"), _FORM_LIMIT, strict=True)
    lang = _language(typed.get("lang", "en"))
    try:
        text = typed.get("text", "").replace("\r\n", "\n")
        await take_appeal(request, notice, parse(AppealIn, {"text": text}))
    except GatehouseError as error:
        text = typed.get("text", "")
        return await run_in_threadpool(_status, request, notice, token, lang, error, text)
    return RedirectResponse(f"/notices/{notice_id}/{token}?lang={lang}", 303, headers=HEADERS)


def _status(
    request: Request,
    notice: LegalNotice,
    token: str,
    lang: str,
    error: GatehouseError | None = None,
    text: str = "",
) -> Response:
    """error, text: of an appeal that could not be taken."""
    language = _language(lang)
    shown = notice_status_out(request, notice)
    is_over = shown["appeal"] is not None and not isinstance(error, Invalid)
    return pages.page(
        "notice_status.html",
        http_status_of(error)[0] if error else 200,
        retry_header(error) if error else {},
        words=WORDS[language],
        lang=language,
        notice=shown,
        appeal_url=f"/notices/{notice.id}/{token}/appeal",
        can_appeal=notice.state is NoticeState.KEPT and not is_over,
        problem=_sentence(error, language, "") if error else "",
        text=text,
        limit=TEXT_LIMIT,
    )


def _form(
    shown: ShownComment, lang: str, typed: dict[str, str], error: GatehouseError | None = None
) -> Response:
    language = _language(lang)
    pointer = error.pointer.removeprefix("/") if isinstance(error, Invalid) else ""
    return pages.page(
        "notice.html",
        http_status_of(error)[0] if error else 200,
        retry_header(error) if error else {},
        words=WORDS[language],
        lang=language,
        shown=shown,
        typed=typed,
        flaw=pointer if pointer in _FIELDS else "",
        problem=_sentence(error, language, pointer) if error else "",
    )


def _sentence(error: GatehouseError, language: str, pointer: str) -> str:
    flaws: dict[str, str] = WORDS[language]["flaws"]
    return flaws.get(pointer) or (error.message if language == "en" else flaws[""])


def _shown(request: Request, comment_id: str) -> ShownComment:
    shown = find_public(request.app.state.store, comment_id)
    if shown is None:
        raise NotFound("There is no such comment.")
    return shown


def _language(lang: str) -> str:
    return lang if lang in WORDS else "en"
