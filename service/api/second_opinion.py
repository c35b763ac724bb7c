"""/api/v1/second-opinion: whether a site's held comments may be sent to a chat model, how good it is, whether it may approve."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.clock import now_ms
from moderation.domain.policy import Policy
from moderation.policies import load_policy
from moderation.review import second_opinion
from moderation.review.second_opinion import APPROVE_FROM, PAST_LIMIT
from moderation.settings import Settings
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import StrictModel
from service.api.parameters import KEYED
from service.api.policy_schemas import ShareOut, share_out
from service.api.responses import private_json
from service.api.serializers import iso

router = APIRouter(prefix="/api/v1/second-opinion", tags=["policies"], dependencies=KEYED)

_Probability = Annotated[float, Field(ge=0.5, le=1, strict=False)]


class SecondOpinionIn(StrictModel):
    """may_send: whether the texts of held comments may be sent to the endpoint. approve_from: what it calls fine with this
    probability or more it approves; null: it approves nothing.
    """

    may_send: bool
    approve_from: _Probability | None = None


class PastIn(StrictModel):
    """count: of comments that people have decided on, the newest first."""

    count: Annotated[int, Field(ge=1, le=PAST_LIMIT)]


class PermissionOut(TypedDict):
    """Leave to approve. examined: comments of its trial; right: of these, those that people had approved. holds: whether model
    and prompt_version, a hash of the instructions, are still the ones that were tried.
    """

    approve_from: answers.Probability
    model: answers.Name
    prompt_version: answers.Hash
    examined: answers.Count
    right: answers.Count
    permitted_by: answers.PolicyOrPerson
    permitted_at: answers.Moment
    holds: bool


class OpinionTrialOut(TypedDict):
    """Answers beside what people had decided before. agreed: of what was called fine with approve_from or more and could be
    approved, what people approved. unanswered: comments that could be asked about as well. decisions_missing: for a permission;
    enough: whether it can be given.
    """

    approve_from: answers.Probability
    answered: answers.Count
    agreed: ShareOut
    unanswered: answers.Count
    decisions_missing: answers.Count
    enough: bool


class SecondOpinionStateOut(TypedDict):
    """model: that is asked, null where the service has no endpoint. waiting: questions."""

    may_send: bool
    model: answers.Name | None
    prompt_version: answers.Hash
    waiting: answers.Count
    permission: PermissionOut | None
    trial: OpinionTrialOut


class AskedOut(TypedDict):
    """About how many comments it will be asked."""

    asked: answers.Count


@router.get(
    "",
    summary="Second opinions: whether, how good, and what they may do",
    **described(SecondOpinionStateOut),
)
def read(
    request: Request,
    key: SecretKey,
    approve_from: Annotated[float, Query(ge=0.5, le=1)] = APPROVE_FROM,
) -> Response:
    """The trial looks at the newest 10,000 decisions of people, of a year."""
    return _answer(request, key.site_id, approve_from)


@router.put(
    "",
    summary="Say whether comments may be sent, and whether the answers may approve",
    **described(SecondOpinionStateOut, 409, body=SecondOpinionIn),
)
def change(
    request: Request, key: SecretKey, body: Annotated[SecondOpinionIn, json_body(SecondOpinionIn)]
) -> Response:
    """409 where the trial does not speak for a permission. Without `may_send` there is none."""
    state, now = request.app.state, now_ms()
    model, default = _asked(state.settings)
    second_opinion.switch(state.store, key.site_id, body.may_send, key.id, now=now)
    if body.approve_from is None or not body.may_send:
        second_opinion.forbid(state.store, key.site_id, key.id)
    else:
        second_opinion.permit(
            state.store, key.site_id, body.approve_from, model, default, key.id, now=now
        )
    return _answer(request, key.site_id, body.approve_from or APPROVE_FROM)


@router.post(
    "/past",
    summary="Ask about comments that people have decided on",
    **described(AskedOut, 409, body=PastIn, status=202),
)
def ask_about_past(
    request: Request, key: SecretKey, body: Annotated[PastIn, json_body(PastIn)]
) -> Response:
    """For the trial; within the day's budget, after the comments that wait now. 409 where they may not be sent."""
    state = request.app.state
    model, default = _asked(state.settings)
    asked = second_opinion.ask_about_past(
        state.store, key.site_id, body.count, model, default, key.id, now=now_ms()
    )
    answer: AskedOut = {"asked": asked}
    return private_json(answer, 202)


def _asked(settings: Settings) -> tuple[str, Policy]:
    """The model, and the policy of sites without their own."""
    return settings.second_opinion_asked, load_policy(settings.policy)


def _answer(request: Request, site_id: str, approve_from: float) -> Response:
    state = request.app.state
    found = second_opinion.get_state(
        state.store, site_id, *_asked(state.settings), approve_from, now=now_ms()
    )
    permission = found.site.permission if found.site else None
    trial = found.trial
    answer: SecondOpinionStateOut = {
        "may_send": found.site is not None,
        "model": found.model or None,
        "prompt_version": found.prompt_version,
        "waiting": found.waiting,
        "permission": {
            "approve_from": permission.approve_from,
            "model": permission.model,
            "prompt_version": permission.prompt_version,
            "examined": permission.examined,
            "right": permission.right,
            "permitted_by": permission.permitted_by,
            "permitted_at": iso(permission.permitted_at),
            "holds": found.permission_holds,
        }
        if permission
        else None,
        "trial": {
            "approve_from": trial.approve_from,
            "answered": trial.answered,
            "agreed": share_out(trial.agreed),
            "unanswered": trial.unanswered,
            "decisions_missing": trial.decisions_missing,
            "enough": trial.is_enough,
        },
    }
    return private_json(answer)
