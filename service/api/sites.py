"""/api/v1/sites: what a site has set about itself; with a key of the installation all sites, and making one."""

import os
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.accounts import new_site, site_settings
from moderation.accounts.sites import NewSite
from moderation.clock import now_ms
from moderation.domain.errors import NotFound
from moderation.domain.page_url import PageRules
from moderation.domain.site import (
    LANGUAGE_LIMIT,
    NAME_LIMIT,
    ORIGIN_LIMIT,
    ORIGINS_LIMIT,
    PARAMETERS_LIMIT,
)
from moderation.store.site_settings import SiteRow
from moderation.store.sites import INSTALLATION, PUBLISHABLE, SECRET, Key
from service.access.keys import InstallationKey, SecretKey, SitesKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import Line, StrictModel
from service.api.parameters import KEYED_FOR_SITES
from service.api.responses import private_json
from service.api.serializers import iso, moment

router = APIRouter(prefix="/api/v1/sites", tags=["sites"], dependencies=KEYED_FOR_SITES)

Name = Annotated[str, Line(NAME_LIMIT, 1), Field(examples=["The Herald"])]
Origin = Annotated[str, Line(ORIGIN_LIMIT, 1), Field(examples=["https://news.example"])]
Language = Annotated[str, Line(LANGUAGE_LIMIT), Field(examples=["en"])]
Parameter = Annotated[str, Line(100, 1), Field(examples=["ref"])]
Apart = Literal["scheme", "www", "slash"]


class SiteIn(StrictModel):
    """A new site. origins: where its pages are, without a path. language: of its pages, as en or pt-BR; '' unknown."""

    name: Name
    origins: Annotated[list[Origin], Field(min_length=1, max_length=ORIGINS_LIMIT)]
    language: Language = ""


class SiteChangeIn(StrictModel):
    """What to change; what is left out, or null, stays. state: a closed site takes no comments and answers no compatible API. ignored,
    kept: parameters of a query that do not, or do, name a page; apart: what its pages are told apart by, see docs/pages.md.
    join_pages: whether pages that are one by the new rules may be joined, which is for good.
    """

    name: Name | None = None
    origins: Annotated[list[Origin] | None, Field(min_length=1, max_length=ORIGINS_LIMIT)] = None
    language: Language | None = None
    state: Literal["open", "closed"] | None = None
    ignored: Annotated[list[Parameter] | None, Field(max_length=PARAMETERS_LIMIT)] = None
    kept: Annotated[list[Parameter] | None, Field(max_length=PARAMETERS_LIMIT)] = None
    apart: Annotated[list[Apart] | None, Field(max_length=3)] = None
    join_pages: bool = False


class SiteOut(TypedDict):
    """A site. closed_at: since when; null while it is open. The rest as in what sets it."""

    id: answers.SiteId
    name: Annotated[str, Field(examples=["The Herald"])]
    origins: Annotated[list[str], Field(examples=[["https://news.example"]])]
    language: Annotated[str | None, Field(examples=["en"])]
    state: Literal["open", "closed"]
    closed_at: answers.Moment | None
    created_at: answers.Moment
    ignored: Annotated[list[str], Field(examples=[["ref"]])]
    kept: Annotated[list[str], Field(examples=[["gclid"]])]
    apart: Annotated[list[str], Field(examples=[["slash"]])]


class SiteList(TypedDict):
    """Sites, the oldest first."""

    items: list[SiteOut]


class SiteMade(SiteOut):
    """A new site with its first keys, which are shown this once."""

    secret_key: Annotated[str, Field(examples=["ghs_0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"])]
    publishable_key: Annotated[
        str, Field(examples=["ghp_0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"])
    ]


@router.get("", summary="The sites that a key knows", **described(SiteList))
def list_sites(request: Request, key: SitesKey) -> Response:
    """A secret key knows its own site alone, a key of the installation all of them."""
    asked = None if key.kind == INSTALLATION else [key.site_id]
    found = site_settings.list_sites(request.app.state.store, asked)
    body: SiteList = {"items": [_site_out(site) for site in found]}
    return private_json(body)


@router.post(
    "",
    summary="Make a site",
    **described(SiteMade, 409, body=SiteIn, status=201, headers=["Location"]),
)
def make(
    request: Request, key: InstallationKey, body: Annotated[SiteIn, json_body(SiteIn)]
) -> Response:
    """For keys of the installation, which `gatehouse site installation-key` makes. Its secret key opens the rest of the API for the
    site. 409 where another site has the name (`name_taken`) or an origin (`origin_taken`).
    """
    made, keys = new_site.make_site(
        request.app.state.store,
        NewSite(body.name, body.origins, body.language),
        key.id,
        now=now_ms(),
        entropy=os.urandom,
    )
    answer: SiteMade = {
        **_site_out(made),
        "secret_key": keys[SECRET],
        "publishable_key": keys[PUBLISHABLE],
    }
    return private_json(answer, 201, {"Location": f"/api/v1/sites/{made.id}"})


@router.get("/{site_id}", summary="One site", **described(SiteOut))
def read(request: Request, site_id: str, key: SitesKey) -> Response:
    if key.kind != INSTALLATION:
        require_own(key, site_id)
    return private_json(_site_out(site_settings.get_site(request.app.state.store, site_id)))


@router.patch(
    "/{site_id}",
    summary="Change a site, close it or open it again",
    **described(SiteOut, 409, body=SiteChangeIn),
)
def change(
    request: Request,
    site_id: str,
    key: SecretKey,
    body: Annotated[SiteChangeIn, json_body(SiteChangeIn)],
) -> Response:
    """With the site's own secret key. 409 where another site has the name or an origin, and where pages would be joined and nobody
    said that they may (`pages_join`, with their `count`).
    """
    require_own(key, site_id)
    store = request.app.state.store
    found = site_settings.get_site(store, site_id)
    settings = found.settings
    rules = PageRules(
        settings.rules.origins if body.origins is None else tuple(body.origins),
        settings.rules.ignored if body.ignored is None else frozenset(body.ignored),
        settings.rules.kept if body.kept is None else frozenset(body.kept),
        settings.rules.apart if body.apart is None else frozenset(body.apart),
    )
    wanted = replace(
        settings,
        name=settings.name if body.name is None else body.name,
        language=settings.language if body.language is None else body.language,
        rules=rules,
    )
    if wanted != settings:
        found = site_settings.change_settings(
            store, site_id, wanted, settings, key.id, may_join=body.join_pages
        )
    if body.state == "closed":
        found = site_settings.close_site(store, site_id, key.id, now=now_ms())
    elif body.state == "open":
        found = site_settings.reopen_site(store, site_id, key.id)
    return private_json(_site_out(found))


def require_own(key: Key, site_id: str) -> None:
    """Raises NotFound for any other site, alike for one that does not exist."""
    if key.site_id != site_id:
        raise NotFound("There is no such site.")


def _site_out(site: SiteRow) -> SiteOut:
    settings = site.settings
    return {
        "id": site.id,
        "name": settings.name,
        "origins": list(site.origins),
        "language": settings.language or None,
        "state": "open" if settings.closed_at is None else "closed",
        "closed_at": moment(settings.closed_at),
        "created_at": iso(site.created_at),
        "ignored": sorted(settings.rules.ignored),
        "kept": sorted(settings.rules.kept),
        "apart": sorted(settings.rules.apart),
    }
