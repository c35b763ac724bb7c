"""One's own proposals under /console/proposals: what became of each, and how many others agreed with."""

from fastapi import Request, Response

from moderation.accounts import sign_in
from moderation.domain.proposal import ProposalState
from moderation.domain.roles import Action
from moderation.review import proposals
from service.console import navigation
from service.console.language import N_, _
from service.console.pages import URL, CurrentSite, QueryName, page_router, pages
from service.console.presenters import VERBS, excerpt, person_name
from service.console.session import CurrentVisitor

router = page_router("/proposals")

STATES = {
    ProposalState.OPEN: N_("waits for another person"),
    ProposalState.AGREED: N_("agreed"),
    ProposalState.OVERTURNED: N_("decided otherwise"),
    ProposalState.WITHDRAWN: N_("taken back"),
    ProposalState.LAPSED: N_("no longer about this comment"),
}


@router.get("")
def proposals_page(
    request: Request, visitor: CurrentVisitor, membership: CurrentSite, after: QueryName = ""
) -> Response:
    """The proposals of the visitor, on one site, the newest first."""
    membership.require(Action.PROPOSE)
    store, site_id = request.app.state.store, membership.site_id
    found, tally = proposals.of_moderator(
        store, site_id, visitor.signed.moderator_id, after, navigation.ROWS_READ
    )
    shown = found[: navigation.PAGE_SIZE]
    last = shown[-1][0].id if len(found) > navigation.PAGE_SIZE else ""
    names = sign_in.emails_of(store, {proposal.answered_by for proposal, _card in shown})
    url = f"{URL}/proposals"
    return pages.page(
        "proposals.html",
        visitor=visitor,
        site=membership,
        tally=tally,
        proposals=[
            (
                proposal,
                _(VERBS[proposal.outcome]),
                _(STATES[proposal.state]),
                person_name(proposal.answered_by, names) if proposal.answered_by else "",
                card.author_name,
                excerpt(card.text, 200),
            )
            for proposal, card in shown
        ],
        first_url=f"{url}?{navigation.query(site=site_id)}" if after else "",
        next_url=f"{url}?{navigation.query(site=site_id, after=last)}" if last else "",
    )
