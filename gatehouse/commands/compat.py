"""`gatehouse face`: which foreign protocols a site speaks, and the keys that open them."""

import json
import sys
from collections.abc import Sequence
from getpass import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.sites import AsJson, SiteGiven, find_site, show
from gatehouse.database import entropy, open_store
from moderation.clock import now_ms
from moderation.domain.errors import Invalid, NotFound

if TYPE_CHECKING:
    from moderation.store.sites import KeyRow

face = typer.Typer(
    help="Akismet, Coral, OpenAI, Perspective: which of them a site speaks.", no_args_is_help=True
)

FaceGiven = Annotated[str, typer.Argument(metavar="FACE", help="akismet, coral, openai, ...")]
Limit = Annotated[str, typer.Option(help="Calls, such as 600/minute; the setting's without this.")]


@face.command("on")
def on(site: SiteGiven, face: FaceGiven, limit: Limit = "", as_json: AsJson = False) -> None:
    """Switch a face on; prints a key for it, once, where it has none."""
    from moderation.store import compat_apis, sites

    _check(face, limit)
    with open_store() as store, store.write() as connection:
        its = find_site(connection, site)
        compat_apis.switch_on(connection, its.id, face, limit, now_ms())
        facts: dict[str, object] = {"site_id": its.id, "face": face}
        # Coral's requests are signed, with a secret of its own.
        if face != compat_apis.CORAL and not _keys(sites.keys_of(connection, its.id), face):
            facts["key"] = sites.add_key(connection, its.id, face, now_ms(), entropy)
    show(facts, as_json, keys="key" in facts)
    if face == compat_apis.CORAL and not as_json:
        print("Coral shows a signing secret: `gatehouse face secret` takes it.")


@face.command("off")
def off(site: SiteGiven, face: FaceGiven) -> None:
    """Switch a face off, within seconds; its keys work again when it is switched on."""
    from moderation.store import compat_apis

    _check(face)
    with open_store() as store, store.write() as connection:
        its = find_site(connection, site)
        if not compat_apis.switch_off(connection, its.id, face):
            raise NotFound(f"'{face}' is not on at {its.name}.")
    print(f"{face} is off at {its.name}.")


@face.command("key")
def key(site: SiteGiven, face: FaceGiven, as_json: AsJson = False) -> None:
    """Make another key for a face and print it, once; the old ones work until `site revoke-key`."""
    from moderation.store import compat_apis, sites

    _check(face)
    if face == compat_apis.CORAL:
        raise Invalid("Coral has no key: it signs, see `gatehouse face secret`.", "/face")
    with open_store() as store, store.write() as connection:
        its = find_site(connection, site)
        if face not in {one.face for one in compat_apis.of_site(connection, its.id)}:
            raise NotFound(f"'{face}' is not on at {its.name}: see `gatehouse face on`.")
        made = sites.add_key(connection, its.id, face, now_ms(), entropy)
    show({"site_id": its.id, "face": face, "key": made}, as_json)


@face.command("secret")
def secret(site: SiteGiven, face: FaceGiven = "coral") -> None:
    """Take the secret that Coral signs with: typed, or on stdin.

    The one before it counts too until the next, so that Coral may rotate.
    """
    from moderation.store import compat_apis

    if face != compat_apis.CORAL:
        raise Invalid("Only Coral signs what it sends.", "/face")
    asked = sys.stdin.isatty()
    given = getpass("Signing secret: ") if asked else sys.stdin.readline()
    given = given.strip()
    if not 16 <= len(given) <= 500:
        raise Invalid("A signing secret has 16 to 500 characters: copy it from Coral.", "/secret")
    with open_store() as store, store.write() as connection:
        its = find_site(connection, site)
        if not compat_apis.add_signing_secret(connection, store.seal, its.id, face, given):
            raise NotFound(f"'{face}' is not on at {its.name}: see `gatehouse face on`.")
    print(f"Coral's secret is kept. Callback URL: /integrations/coral/{its.id}")


@face.command("list")
def list_faces(site: SiteGiven, as_json: AsJson = False) -> None:
    """List a site's faces with their limits and what their keys begin with."""
    from moderation.store import compat_apis, sites

    with open_store() as store, store.read() as connection:
        its = find_site(connection, site)
        made = sites.keys_of(connection, its.id)
        on = {one.face: one for one in compat_apis.of_site(connection, its.id)}
        for name in compat_apis.COMPAT_APIS:
            keys = _keys(made, name)
            facts = {
                "face": name,
                "on": name in on,
                "limit": on[name].limit if name in on else "",
                "keys": [{"id": one.id, "hint": one.hint} for one in keys],
            }
            print(json.dumps(facts) if as_json else _line(name, name in on, facts["limit"], keys))


def _keys(made: "Sequence[KeyRow]", face: str) -> "list[KeyRow]":
    return [one for one in made if one.kind == face and one.revoked_at is None]


def _line(name: str, on: bool, limit: object, keys: "Sequence[KeyRow]") -> str:
    shown = "  ".join(f"{one.id} ({one.hint}...)" for one in keys)
    return f"{name:12}{'on' if on else 'off':5}{limit or '':14}{shown}".rstrip()


def _check(face: str, limit: str = "") -> None:
    from moderation.store.compat_apis import COMPAT_APIS

    if face not in COMPAT_APIS:
        raise Invalid(f"There is no face '{face}'; there are {', '.join(COMPAT_APIS)}.", "/face")
    if limit:
        from limits import parse

        try:
            parse(limit)
        except ValueError:
            raise Invalid("A limit is written 600/minute.", "/limit") from None
