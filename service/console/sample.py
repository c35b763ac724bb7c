"""What is looked at blind, under /console/sample: one comment after the other, without what a machine or a colleague made of it."""

from typing import Annotated

from fastapi import Depends, Response

from moderation.clock import now_ms
from moderation.domain.errors import Conflict, Invalid
from moderation.domain.roles import Action
from moderation.domain.samples import Verdict
from moderation.review import second_looks
from moderation.review.second_looks import Answered
from service.console import navigation
from service.console.language import N_
from service.console.pages import URL, QueryName, page_router, redirect
from service.console.site_request import CurrentRequest, PostedForm, request_form

router = page_router("/sample")

Posted = Annotated[
    PostedForm,
    Depends(request_form("comment", "verdict", may=Action.PROPOSE, action=Action.PROPOSE)),
]
_SAYS = {
    Verdict.PUBLISH: N_("It should be published"),
    Verdict.REMOVE: N_("It should be removed"),
    Verdict.UNSURE: N_("I am not sure"),
}
_NOTED = {
    ("weekly", Verdict.PUBLISH): N_("Noted. The policy had approved that comment."),
    ("weekly", Verdict.REMOVE): N_(
        "Noted. The policy had rejected that comment or filed it as spam."
    ),
    ("review", Verdict.PUBLISH): N_("Noted. A colleague had approved that comment."),
    ("review", Verdict.REMOVE): N_("Noted. A colleague had removed that comment."),
    ("golden", Verdict.PUBLISH): N_(
        "Noted. That comment was a test: two others agree that it should be published."
    ),
    ("golden", Verdict.REMOVE): N_(
        "Noted. That comment was a test: two others agree that it should be removed."
    ),
}
# What a person may do now who sees it otherwise.
_OTHERWISE = {Verdict.REMOVE: "reject", Verdict.PUBLISH: "approve"}


@router.get("")
def sample_page(request: CurrentRequest, judged: QueryName = "") -> Response:
    """The next comment. judged: the one before, of which it says now what had been decided. Trainees are asked about golden items alone."""
    store, site_id = request.store, request.site_id
    who, is_trainee = request.moderator_id, navigation.is_trainee_of(request.membership)
    said = second_looks.get_answered(store, site_id, judged, who) if judged else None
    waiting = second_looks.next_blind(store, site_id, who, only_asked=is_trainee, now=now_ms())
    return request.answer(
        "sample.html",
        tabs=navigation.queue_tabs(request.plain, request.membership, navigation.SAMPLE),
        comment=waiting[0] if waiting else None,
        says=[(verdict.value, words) for verdict, words in _SAYS.items()],
        said=said,
        noted=_NOTED[said.kind, said.known] if said else "",
        offered=_offered(said) if said and request.may(Action.DECIDE) else "",
    )


def _offered(said: Answered) -> str:
    """The decision that is offered to who sees it otherwise than a machine; of what a person decided an editor is asked."""
    return _OTHERWISE[said.verdict] if said.kind == "weekly" and said.agrees is False else ""


@router.post("")
def judge(posted: Posted) -> Response:
    """Keeps a verdict; the comment stays as it is."""
    request, form = posted
    if form.get("verdict") not in {each.value for each in _SAYS}:
        raise Invalid(N_("The form does not say which verdict."))
    store, site_id, comment_id = (request.store, request.site_id, form.get("comment", ""))
    try:
        second_looks.answer(
            store,
            site_id,
            comment_id,
            Verdict(form["verdict"]),
            request.moderator_id,
            only_asked=navigation.is_trainee_of(request.membership),
            now=now_ms(),
        )
    except Conflict:
        return redirect(f"{URL}/sample?site={site_id}")  # to the next one
    return request.back("/sample", judged=comment_id)
