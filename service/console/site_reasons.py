"""The console's list of reasons: editors name them, order them, and write what writers are told."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Response

from moderation.domain.errors import Conflict, Invalid
from moderation.domain.roles import Action
from moderation.domain.site_reasons import LABEL_LIMIT, SENTENCE_LIMIT, SiteReason, SiteReasons
from moderation.review import site_reasons
from service.console.form_error import NO_ERROR, FormError
from service.console.language import N_, _
from service.console.pages import QueryName, page_router
from service.console.session import Form, read_number
from service.console.site_request import CurrentRequest, PostedForm, SiteRequest, request_form

router = page_router("/reasons")

LANGUAGES = {"en": N_("English"), "de": N_("German"), "any": N_("any other language")}
_TEXTS = [f"{what}_{language}" for what in ("label", "sentence") for language in LANGUAGES]
_NOTICES = {
    "saved": N_("“%(name)s” is saved."),
    "up": N_("“%(name)s” was moved up."),
    "removed": N_("“%(name)s” was removed."),
}
_CONFLICT = N_(
    "Somebody else has changed the list meanwhile; nothing was changed. It is below as it is now."
)

Posted = Annotated[
    PostedForm,
    Depends(request_form("version", "was", "do", "code", *_TEXTS, may=Action.CHANGE_REASONS)),
]


@router.get("")
def reasons_page(request: CurrentRequest, did: QueryName = "", one: QueryName = "") -> Response:
    """The list of a site. did, one: what was just done to which."""
    known = site_reasons.get_reasons(request.store, request.site_id)
    notice = _(_NOTICES[did], name=known.name_of(one)) if did in _NOTICES else ""
    return _page(request, known, notice=notice)


@router.post("")
def change(posted: Posted) -> Response:
    """Saves a reason, moves it up or removes it, as the button says; a refused one is shown as it was typed."""
    request, form = posted
    store = request.store
    known = site_reasons.get_reasons(store, request.site_id)
    was, version = form.get("was", ""), read_number(form, "version", "version it changes")
    if version != known.version:
        return _page(request, known, error=FormError(message=_CONFLICT), status=409)
    place = next((i for i, reason in enumerate(known.reasons) if reason.code == was), None)
    reasons, did, code = list(known.reasons), form.get("do", ""), was
    if did == "removed" and place is not None:
        reasons.pop(place)
    elif did == "up" and place:
        reasons.insert(place - 1, reasons.pop(place))
    elif did == "saved":
        before = reasons[place] if place is not None else None
        typed = _typed(form, before)
        code = typed.code
        place = len(reasons) if place is None else place
        reasons[place : place + 1] = [typed]
    try:
        site_reasons.set_reasons(store, request.site_id, reasons, version, request.moderator_id)
    except Conflict:
        current = site_reasons.get_reasons(store, request.site_id)
        return _page(request, current, error=FormError(message=_CONFLICT), status=409)
    except Invalid as error:
        return _page(request, known, error=_flaw(error), was=was, form=form, status=422)
    return request.back("/reasons", did=did, one=code)


def _typed(form: Form, before: SiteReason | None) -> SiteReason:
    """What was typed; texts in languages that the form does not have stay. A reason's code stays, too."""
    texts = []
    for what, stored in (
        ("label", before.labels if before else {}),
        ("sentence", before.sentences if before else {}),
    ):
        kept = {language: text for language, text in stored.items() if language not in LANGUAGES}
        given = {language: form.get(f"{what}_{language}", "").strip() for language in LANGUAGES}
        texts.append(kept | {language: text for language, text in given.items() if text})
    return SiteReason(before.code if before else form.get("code", "").strip(), *texts)


def _flaw(error: Invalid) -> FormError:
    """The field of the form for /reasons/3/labels/en."""
    _, _, *parts = error.pointer.strip("/").split("/")
    message = error.message.removeprefix(f"{error.pointer}: ")
    if parts[:1] == ["code"]:
        return FormError("code", message)
    if parts:
        return FormError(f"{parts[0].removesuffix('s')}_{parts[1] if parts[1:] else 'en'}", message)
    return FormError("", message)


def _page(
    request: SiteRequest,
    known: SiteReasons,
    *,
    notice: str = "",
    error: FormError | None = None,
    was: str = "",
    form: Form | None = None,
    status: int = 200,
) -> Response:
    """was, form: the reason whose change was refused, '' for a new one, and what was typed."""
    rows = [(reason, known.name_of(reason.code), _fields(reason)) for reason in known.reasons]
    return request.answer(
        "site_reasons.html",
        status,
        rows=_with_typed(rows, was, form),
        new=form if form and not was else {},
        known=known,
        languages=LANGUAGES,
        label_limit=LABEL_LIMIT,
        sentence_limit=SENTENCE_LIMIT,
        notice=notice,
        error=error or NO_ERROR,
        was=was if form is not None else None,
        may_write=request.may(Action.CHANGE_REASONS),
    )


_Row = tuple[SiteReason, str, Form]


def _with_typed(rows: Sequence[_Row], was: str, form: Form | None) -> list[_Row]:
    return [(each, name, form if form and each.code == was else made) for each, name, made in rows]


def _fields(reason: SiteReason) -> Form:
    """What the form has of a reason."""
    labels = {f"label_{language}": text for language, text in reason.labels.items()}
    return labels | {f"sentence_{language}": text for language, text in reason.sentences.items()}
