"""`gatehouse face`: which compatible APIs a site answers, and the keys that open them."""

import sys
from collections.abc import Sequence
from getpass import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.arguments import AsJson, SiteName
from gatehouse.commands.output import print_created, print_line
from gatehouse.database import entropy, find_site, open_site, open_store
from moderation.clock import now_ms
from moderation.domain.errors import Invalid, NotFound
from moderation.domain.rate_limit import checked_limit

if TYPE_CHECKING:
    from moderation.store.sites import KeyRow

face = typer.Typer(
    help="Akismet, Coral, OpenAI, Perspective: which of these APIs a site answers.",
    no_args_is_help=True,
)

FaceName = Annotated[str, typer.Argument(metavar="FACE", help="akismet, coral, openai, ...")]
Limit = Annotated[str, typer.Option(help="Calls, such as 600/minute; the setting's without this.")]


@face.command("on")
def on(site: SiteName, face: FaceName, limit: Limit = "", as_json: AsJson = False) -> None:
    """Let a site answer the clients of another service (a face); prints a key for them, once, where there is none."""
    from moderation.accounts import sites as accounts
    from moderation.store import compat_apis, sites

    _check(face)
    limit = checked_limit(limit) if limit else ""
    with open_store() as store, store.write() as connection:
        site_id = find_site(connection, site).id
        accounts.switch_face_on(connection, site_id, face, limit, now=now_ms())
        fields: dict[str, object] = {"site_id": site_id, "face": face}
        # Coral has no key: it signs its requests with a secret.
        if face != compat_apis.CORAL and not _valid_keys(sites.keys_of(connection, site_id), face):
            fields["key"] = accounts.add_key(
                connection, site_id, face, now=now_ms(), entropy=entropy
            )
    print_created(fields, as_json, has_keys="key" in fields)
    if face == compat_apis.CORAL and not as_json:
        print("Coral shows a signing secret: `gatehouse face secret` takes it.")


@face.command("off")
def off(site: SiteName, face: FaceName) -> None:
    """Answer them no more, within seconds; its keys work again when it is switched on."""
    from moderation.accounts import sites

    _check(face)
    with open_store() as store, store.write() as connection:
        found_site = find_site(connection, site)
        if not sites.switch_face_off(connection, found_site.id, face):
            raise NotFound(f"'{face}' is not on at {found_site.name}.")
    print(f"{face} is off at {found_site.name}.")


@face.command("key")
def key(site: SiteName, face: FaceName, as_json: AsJson = False) -> None:
    """Make another key for a face and print it, once; the old ones work until `site revoke-key`."""
    from moderation.accounts import sites
    from moderation.store import compat_apis

    _check(face)
    if face == compat_apis.CORAL:
        raise Invalid("Coral has no key: it signs, see `gatehouse face secret`.", "/face")
    with open_store() as store, store.write() as connection:
        found_site = find_site(connection, site)
        if face not in {api.face for api in compat_apis.of_site(connection, found_site.id)}:
            raise NotFound(f"'{face}' is not on at {found_site.name}: see `gatehouse face on`.")
        new_key = sites.add_key(connection, found_site.id, face, now=now_ms(), entropy=entropy)
    print_created({"site_id": found_site.id, "face": face, "key": new_key}, as_json)


@face.command("secret")
def secret(site: SiteName, face: FaceName = "coral") -> None:
    """Take the secret that Coral signs with: typed, or on stdin.

    The previous one stays valid until the next is taken, so that Coral may rotate.
    """
    from moderation.accounts import sites
    from moderation.store import compat_apis

    if face != compat_apis.CORAL:
        raise Invalid("Only Coral signs what it sends.", "/face")
    typed = getpass("Signing secret: ") if sys.stdin.isatty() else sys.stdin.readline()
    signing_secret = typed.strip()
    if not 16 <= len(signing_secret) <= 500:
        raise Invalid("A signing secret has 16 to 500 characters: copy it from Coral.", "/secret")
    with open_site(site) as (store, found_site):
        if not sites.add_signing_secret(store, found_site.id, face, signing_secret):
            raise NotFound(f"'{face}' is not on at {found_site.name}: see `gatehouse face on`.")
    print(f"Coral's secret is kept. Callback URL: /integrations/coral/{found_site.id}")


@face.command("list")
def list_faces(site: SiteName, as_json: AsJson = False) -> None:
    """List a site's faces with their limits and what their keys begin with."""
    from moderation.store import compat_apis, sites

    with open_store() as store, store.read() as connection:
        site_id = find_site(connection, site).id
        site_keys = sites.keys_of(connection, site_id)
        switched_on = {api.face: api for api in compat_apis.of_site(connection, site_id)}
    for name in compat_apis.COMPAT_APIS:
        keys = _valid_keys(site_keys, name)
        is_on = name in switched_on
        limit = switched_on[name].limit if is_on else ""
        fields = {
            "face": name,
            "on": is_on,
            "limit": limit,
            "keys": [{"id": key.id, "hint": key.hint} for key in keys],
        }
        hints = "  ".join(f"{key.id} ({key.hint}...)" for key in keys)
        text = f"{name:12}{'on' if is_on else 'off':5}{limit or '':14}{hints}".rstrip()
        print_line(fields, text, as_json)


def _valid_keys(keys: "Sequence[KeyRow]", face: str) -> "list[KeyRow]":
    return [key for key in keys if key.kind == face and key.revoked_at is None]


def _check(face: str) -> None:
    from moderation.store.compat_apis import COMPAT_APIS

    if face not in COMPAT_APIS:
        raise Invalid(f"There is no face '{face}'; there are {', '.join(COMPAT_APIS)}.", "/face")
