"""A site's policy applied to a text that is not stored, for clients that moderate by themselves."""

from functools import lru_cache

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from moderation.domain.comment import PageRef
from moderation.domain.page_url import origin_of
from moderation.domain.policy import Policy, PolicyVerdict, decide
from moderation.policies import load_policy
from moderation.policies.scoped import SitePolicies
from moderation.review.page_states import find_page
from moderation.store import policy_scopes, sites

_UNKNOWN = PageRef("")


async def policy_verdict(
    request: Request, site_id: str, text: str, deadline: float = 0.0, page: PageRef = _UNKNOWN
) -> PolicyVerdict:
    """The verdict on a text alone: nothing is known of its author.

    deadline: seconds, 0 for the service's. page: where it would stand; one whose URL is '' or no address is unknown, and then its language's
    policy decides, else the site's. Raises TooMany when it would come too late, Unavailable where nothing can be measured or the
    database is away.
    """
    state = request.app.state
    policies, language, page_id = await run_in_threadpool(_policies, request, site_id, page)
    [findings] = await state.scoring.score([text], language, deadline)
    measured = findings.get("language")
    in_force = policies.of_comment(page_id, page.url, measured.note if measured else "")
    return decide(in_force.policy, findings)


def _policies(request: Request, site_id: str, page: PageRef) -> tuple[SitePolicies, str, str]:
    """A site's policies, the language of its pages, and the id of the page, '' where nothing has named it yet."""
    state = request.app.state
    default = _profile(state.settings.policy)
    with state.store.read() as connection:
        site = sites.get_site(connection, site_id)
        if site is None:
            return SitePolicies(default), "", ""
        policies = policy_scopes.policies_of_sites(connection, [site_id], default)[site_id]
        is_named = policies.are_scoped and origin_of(page.url)
        page_id = find_page(connection, site_id, page) if is_named else ""
    return policies, site.language, page_id


@lru_cache(maxsize=4)
def _profile(name: str) -> Policy:
    return load_policy(name)
