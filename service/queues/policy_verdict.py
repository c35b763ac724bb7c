"""A site's policy applied to a text that is not stored, for clients that moderate by themselves."""

from functools import lru_cache

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from moderation.domain.policy import Policy, Verdict, decide
from moderation.policies import load_policy, policy_in_force
from moderation.store import sites


async def policy_verdict(
    request: Request, site_id: str, text: str, deadline: float = 0.0
) -> Verdict:
    """The verdict on a text alone: nothing is known of its author or page.

    deadline: seconds, 0 for the service's. Raises TooMany when it would come too late, Unavailable
    where nothing can be measured or the database is away.
    """
    state = request.app.state
    policy, language = await run_in_threadpool(_policy, request, site_id)
    [findings] = await state.scoring.score([text], language, deadline)
    return decide(policy, findings)


def _policy(request: Request, site_id: str) -> tuple[Policy, str]:
    """A site's policy, and the language of its pages."""
    state = request.app.state
    with state.store.read() as connection:
        site = sites.get_site(connection, site_id)
    default = _profile(state.settings.policy)
    if site is None:
        return default, ""
    return policy_in_force(site.policy, default), site.language


@lru_cache(maxsize=4)
def _profile(name: str) -> Policy:
    return load_policy(name)
