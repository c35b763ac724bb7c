"""/api/v1/keys: the keys by which programs reach the site; another one, which is shown once; revoking."""

import os
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from moderation.accounts import sites
from moderation.clock import now_ms
from moderation.store.sites import KeyRow
from service.access.keys import SecretKey
from service.api import answers
from service.api.bodies import json_body
from service.api.described import described
from service.api.fields import StrictModel
from service.api.parameters import KEYED
from service.api.responses import private_json
from service.api.serializers import iso, moment

router = APIRouter(prefix="/api/v1/keys", tags=["keys"], dependencies=KEYED)

Kind = Annotated[str, Field(examples=["secret"])]


class KeyIn(StrictModel):
    """What a key is to open: `secret` may do on the site what an admin may; `publishable` hands in comments from the site's pages;
    `akismet` is for clients of Akismet. name: what it is for.
    """

    kind: Literal["secret", "publishable", "akismet"]
    name: Annotated[str, Field(max_length=sites.KEY_NAME_LIMIT, examples=["WordPress"])] = ""


class KeyOut(TypedDict):
    """A key. begins: its first characters. used_at: when it last opened something, to an hour. kind: also the name of a compatible API."""

    id: Annotated[str, Field(examples=["key_01kaxw6d00e5j8n2q4s6v8x0z2"])]
    kind: Kind
    name: Annotated[str | None, Field(examples=["WordPress"])]
    begins: Annotated[str, Field(examples=["ghs_0f1e"])]
    created_at: answers.Moment
    used_at: answers.Moment | None
    revoked_at: answers.Moment | None


class KeyMade(KeyOut):
    """A new key; `key` is shown this once."""

    key: Annotated[str, Field(examples=["ghs_0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"])]


class KeyList(TypedDict):
    """The keys of a site, the oldest first, revoked ones too."""

    items: list[KeyOut]


@router.get("", summary="The keys of the site", **described(KeyList))
def list_keys(request: Request, key: SecretKey) -> Response:
    found = sites.list_keys(request.app.state.store, key.site_id)
    body: KeyList = {"items": [_key_out(found_key) for found_key in found]}
    return private_json(body)


@router.post(
    "",
    summary="Make another key",
    **described(KeyMade, 409, body=KeyIn, status=201, headers=["Location"]),
)
def make(request: Request, key: SecretKey, body: Annotated[KeyIn, json_body(KeyIn)]) -> Response:
    """It works at once, and is shown in this answer alone. 409 where too many are in use."""
    row, made = sites.make_key(
        request.app.state.store,
        key.site_id,
        body.kind,
        key.id,
        name=body.name,
        now=now_ms(),
        entropy=os.urandom,
    )
    answer: KeyMade = {**_key_out(row), "key": made}
    return private_json(answer, 201, {"Location": f"/api/v1/keys/{row.id}"})


@router.delete("/{key_id}", summary="Revoke a key", **described(None, status=204))
def revoke(request: Request, key_id: str, key: SecretKey) -> Response:
    """For good; what uses it is refused within five seconds. A key may revoke itself. 404 for one that was revoked before."""
    sites.revoke_key(request.app.state.store, key.site_id, key_id, key.id, now=now_ms())
    return Response(status_code=204)


def _key_out(key: KeyRow) -> KeyOut:
    return {
        "id": key.id,
        "kind": key.kind,
        "name": key.name or None,
        "begins": key.hint,
        "created_at": iso(key.created_at),
        "used_at": moment(key.used_at),
        "revoked_at": moment(key.revoked_at),
    }
