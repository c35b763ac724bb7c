"""A site's policy applied to a text that is not stored, for clients that moderate by themselves."""

from functools import lru_cache

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from moderation.domain.policy import Policy, Verdict, decide
from moderation.policies import load_policy
from moderation.policies.scoped import SitePolicies
from moderation.store import pages, policy_scopes, sites


async def policy_verdict(
    request: Request, site_id: str, text: str, deadline: float = 0.0, page_url: str = ""
) -> Verdict:
    """The verdict on a text alone: nothing is known of its author.

    deadline: seconds, 0 for the service's. page_url: where it would stand, '' unknown. Raises TooMany when it would come too late, Unavailable
    where nothing can be measured or the database is away.
    """
    state = request.app.state
    policies, language, page_id = await run_in_threadpool(_policies, request, site_id, page_url)
    [findings] = await state.scoring.score([text], language, deadline)
    measured = findings.get("language")
    in_force = policies.of_comment(page_id, page_url, measured.note if measured else "")
    return decide(in_force.policy, findings)


def _policies(request: Request, site_id: str, page_url: str) -> tuple[SitePolicies, str, str]:
    """A site's policies, the language of its pages, and the id of the page, '' where nothing has named it yet."""
    state = request.app.state
    default = _profile(state.settings.policy)
    with state.store.read() as connection:
        site = sites.get_site(connection, site_id)
        if site is None:
            return SitePolicies(default), "", ""
        policies = policy_scopes.policies_of_sites(connection, [site_id], default)[site_id]
        known = policies.are_scoped and page_url
        page = pages.find_url(connection, site_id, page_url) if known else None
    return policies, site.language, page.id if page else ""


@lru_cache(maxsize=4)
def _profile(name: str) -> Policy:
    return load_policy(name)
