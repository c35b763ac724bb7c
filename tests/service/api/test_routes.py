"""Which key opens which route: every route of the app, whether or not somebody remembered it, without a key and with each.

The console's routes and the roles that they need are in tests/service/console/test_guard.py.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

# 401: a key is needed; 403: another one; open: whatever else, such as 404 for the ids that do not exist here.
SECRET = "401 403 open"
KEY = "401 open open"  # also a publishable one, from the site's pages
PUBLIC = "open open open"

# All that do not take the secret key, and only that.
OTHERS = {
    "POST /api/v1/comments": KEY,
    # The writer's own token, which no key is.
    "PATCH /api/v1/comments/{comment_id}": "401 403 403",
    "POST /api/v1/comments/{comment_id}/appeal": "401 403 403",
    "POST /api/v1/sites": "401 403 403",  # a key of the installation
    # Readers.
    "POST /api/v1/comments/{comment_id}/reports": PUBLIC,
    "GET /api/v1/counts": PUBLIC,
    "GET /api/v1/threads": PUBLIC,
    "GET /api/v1/threads/events": PUBLIC,
    "GET /api/v1/challenges": PUBLIC,
    "POST /api/v1/forewarnings": KEY,
    "GET /api/v1/openapi.json": PUBLIC,
    "GET /": PUBLIC,
    "GET /console": PUBLIC,
    "POST /api/v1/comments/{comment_id}/notices": PUBLIC,
    "GET /api/v1/notices/{notice_id}": "401 401 401",  # the token of whoever sent it
    "GET /demo": PUBLIC,
    "GET /demo/{slug}": PUBLIC,
    "GET /demo/{slug}/peek": PUBLIC,
    "GET /notices/new": PUBLIC,
    "POST /notices/new": PUBLIC,
    "POST /api/v1/notices/{notice_id}/appeal": "401 401 401",
    "POST /notices/{notice_id}/{token}/appeal": "401 401 401",
    "GET /notices/{notice_id}/{token}": "401 401 401",  # the token in its path
    "GET /status/{comment_id}": PUBLIC,
    "POST /status/{comment_id}": PUBLIC,
    "POST /status/{comment_id}/appeal": PUBLIC,
    "GET /docs": PUBLIC,
    "GET /docs/static/{version}/{name}": PUBLIC,
    "GET /embed/static/{version}/{name}": PUBLIC,
    "GET /embed/feed": PUBLIC,
    "GET /embed/thread": PUBLIC,
    "GET /embed/v1.js": PUBLIC,
    "GET /favicon.ico": PUBLIC,
    "GET /robots.txt": PUBLIC,
    "GET /healthz": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /metrics": "401 401 401",  # a token of the operator's
    # Forms, which prove where they are with their Origin.
    "POST /reply/{site_id}": PUBLIC,
    "POST /reply/{site_id}/staticman": PUBLIC,
    "OPTIONS /reply/{site_id}/staticman": PUBLIC,
    "POST /reply/{site_id}/staticman/{rest:path}": PUBLIC,
    "OPTIONS /reply/{site_id}/staticman/{rest:path}": PUBLIC,
    "POST /reply/{site_id}/wp-comments-post.php": PUBLIC,
    "POST /wp-comments-post.php": PUBLIC,
    # Compatible APIs, with keys of their own. Akismet says 'invalid' with 200; Coral's site is not here.
    **{
        f"POST /1.1/{name}": PUBLIC
        for name in (
            "comment-check",
            "deactivate",
            "get-stats",
            "get-subscription",
            "submit-ham",
            "submit-spam",
            "verify-key",
        )
    },
    "GET /1.2/key-sites": PUBLIC,
    "GET /1.2/usage-limit": PUBLIC,
    "GET /$discovery/rest": PUBLIC,
    "POST /integrations/coral/{site_id}": PUBLIC,
    "POST /v1/moderations": "401 403 403",
    "POST /v1alpha1/comments:analyze": "403 403 403",
    "POST /v1alpha1/comments:suggestscore": "403 403 403",
}


def routes(of: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of all routes, however they were included."""
    for route in of.routes:
        if (included := getattr(route, "original_router", None)) is not None:
            yield from routes(included, prefix + route.include_context.prefix)
        elif methods := getattr(route, "methods", None):
            yield from ((method, prefix + route.path) for method in methods - {"HEAD"})


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough: a key is looked at before anything else."""
    return sqlite_url


def test_every_route_takes_the_keys_that_it_should_and_no_others(api) -> None:
    found = {}
    for method, path in sorted(set(routes(api.client.app))):
        if path.startswith("/console/"):
            continue
        url = re.sub(r"\{[^}]+\}", "x", path)
        headers: list[dict[str, str]] = [
            {},
            {"Authorization": f"Bearer {api.publishable}", "Origin": "https://herald.test"},
            {"Authorization": f"Bearer {api.secret}"},
        ]
        statuses = [
            api.client.request(method, url, headers=each, follow_redirects=False).status_code
            for each in headers
        ]
        assert max(statuses) < 500 or path == "/readyz", (method, path, statuses)
        found[f"{method} {path}"] = " ".join(
            str(status) if status in (401, 403) else "open" for status in statuses
        )
    keyed = [name for name in found if " /api/v1/" in name and name not in OTHERS]
    assert found == OTHERS | dict.fromkeys(keyed, SECRET)
    assert len(keyed) > 60
