"""/api/v1/sites/{site_id}/compatible-apis: which other services' APIs a site answers, and the keys of their clients."""

import os
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.accounts import compat_apis
from moderation.accounts.compat_apis import SECRET_LEAST, SECRET_MOST, CompatApiState
from moderation.clock import now_ms
from moderation.store.compat_apis import CORAL
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import Line, StrictModel
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import iso, moment
from service.api.sites import require_own

router = APIRouter(
    prefix="/api/v1/sites/{site_id}/compatible-apis", tags=["sites"], dependencies=KEYED
)


class CompatibleApiIn(StrictModel):
    """limit: calls, as 600/minute; '' for the service's GATEHOUSE_LIMIT_FACE."""

    limit: Annotated[str, Line(60), Field(examples=["600/minute"])] = ""


class SigningSecretIn(StrictModel):
    """The secret that Coral shows, with which it signs."""

    secret: Annotated[
        str,
        Field(min_length=SECRET_LEAST, max_length=SECRET_MOST, examples=["0f1e2d3c4b5a69788796"]),
    ]


class CompatibleApiKey(TypedDict):
    """A key of its clients, in use. begins, used_at: as of the site's other keys."""

    id: Annotated[str, Field(examples=["key_01kaxw6d00e5j8n2q4s6v8x0z2"])]
    begins: Annotated[str, Field(examples=["ghf_0f1e"])]
    created_at: answers.Moment
    used_at: answers.Moment | None


class CompatibleApiOut(TypedDict):
    """An API of another service at this site. limit: null for the service's. signing_secrets: how many Coral may sign with."""

    name: Annotated[str, Field(examples=["perspective"])]
    on: bool
    limit: Annotated[str | None, Field(examples=["600/minute"])]
    keys: list[CompatibleApiKey]
    signing_secrets: answers.Count
    callback_path: Annotated[
        str | None, Field(examples=["/integrations/coral/site_01kaxw6d00e5j8n2q4s6v8x0z2"])
    ]


class CompatibleApiList(TypedDict):
    """All of them, on or off."""

    items: list[CompatibleApiOut]


class CompatibleApiOn(CompatibleApiOut):
    """key: a new one, which is shown this once; null where it had one that is in use."""

    key: Annotated[str | None, Field(examples=["ghf_0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"])]


@router.get("", summary="The compatible APIs of a site", **described(CompatibleApiList))
def list_apis(request: Request, site_id: str, key: SecretKey) -> Response:
    require_own(key, site_id)
    found = compat_apis.list_apis(request.app.state.store, site_id)
    body: CompatibleApiList = {"items": [_out(api, site_id) for api in found]}
    return private_json(body)


@router.put(
    "/{name}",
    summary="Switch a compatible API on, or give it another limit",
    **described(CompatibleApiOn, 409, body=CompatibleApiIn, body_required=False),
)
def switch_on(
    request: Request,
    site_id: str,
    name: str,
    key: SecretKey,
    body: Annotated[CompatibleApiIn, json_body(CompatibleApiIn, required=False)],
) -> Response:
    """It answers within five seconds. Its clients' key is in the answer where there was none."""
    require_own(key, site_id)
    state, made = compat_apis.switch_on(
        request.app.state.store, site_id, name, body.limit, key.id, now=now_ms(), entropy=os.urandom
    )
    answer: CompatibleApiOn = {**_out(state, site_id), "key": made or None}
    return private_json(answer)


@router.delete("/{name}", summary="Switch a compatible API off", **described(None, status=204))
def switch_off(request: Request, site_id: str, name: str, key: SecretKey) -> Response:
    """Its clients are refused within five seconds. Keys and signing secrets stay, for when it is switched on again."""
    require_own(key, site_id)
    compat_apis.switch_off(request.app.state.store, site_id, name, key.id)
    return Response(status_code=204)


@router.post(
    "/{name}/keys",
    summary="Make another key for a compatible API",
    **described(CompatibleApiOn, 409, status=201),
)
def make_key(request: Request, site_id: str, name: str, key: SecretKey) -> Response:
    """The old ones work until `DELETE /api/v1/keys/{id}`. 409 where it is off, or too many keys are in use."""
    require_own(key, site_id)
    state, made = compat_apis.make_key(
        request.app.state.store, site_id, name, key.id, now=now_ms(), entropy=os.urandom
    )
    answer: CompatibleApiOn = {**_out(state, site_id), "key": made}
    return private_json(answer, 201)


@router.post(
    "/{name}/secrets",
    summary="Take the secret that Coral signs with",
    **described(None, 409, body=SigningSecretIn, status=204),
)
def add_secret(
    request: Request,
    site_id: str,
    name: str,
    key: SecretKey,
    body: Annotated[SigningSecretIn, json_body(SigningSecretIn)],
) -> Response:
    """The one before stays valid, so that Coral may rotate; the two newest count. It is kept encrypted and never shown."""
    require_own(key, site_id)
    compat_apis.add_secret(request.app.state.store, site_id, name, body.secret, key.id)
    return Response(status_code=204)


def _out(api: CompatApiState, site_id: str) -> CompatibleApiOut:
    return {
        "name": api.name,
        "on": api.is_on,
        "limit": api.limit or None,
        "keys": [
            {
                "id": key.id,
                "begins": key.hint,
                "created_at": iso(key.created_at),
                "used_at": moment(key.used_at),
            }
            for key in api.keys
        ],
        "signing_secrets": api.secrets,
        "callback_path": f"/integrations/coral/{site_id}" if api.name == CORAL else None,
    }
