"""`gatehouse site rename`, `language`, `close`, `reopen`, `installation-key`: what a site has set about itself, and who may make one."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.arguments import AsJson, SiteName
from gatehouse.commands.output import print_created, print_line, seconds_iso
from gatehouse.database import entropy, open_site, open_store
from moderation.clock import now_ms
from moderation.domain.errors import NotFound

if TYPE_CHECKING:
    from moderation.store.site_settings import SiteRow


def rename(
    site: SiteName, name: Annotated[str, typer.Argument(help="What moderators call it now.")]
) -> None:
    """Give a site another name; its id stays."""
    print(f"It is called {_change(site, name=name).settings.name} now.", file=sys.stderr)


def set_language(
    site: SiteName,
    language: Annotated[str, typer.Argument(help="Of its pages: en or pt-BR; '' unknown.")],
) -> None:
    """Say in which language a site's pages are."""
    changed = _change(site, language=language).settings
    print(f"{changed.name}: {changed.language or 'not known'}.", file=sys.stderr)


def close(site: SiteName) -> None:
    """Take no more comments on any page of a site, and answer no compatible API, until it is opened again."""
    from moderation.accounts import site_settings

    with open_site(site) as (store, found_site):
        site_settings.close_site(store, found_site.id, now=now_ms())
    print(f"{found_site.name} is closed; `gatehouse site reopen` opens it.", file=sys.stderr)


def reopen(site: SiteName) -> None:
    """Open a closed site: all is again as it was."""
    from moderation.accounts import site_settings

    with open_site(site) as (store, found_site):
        site_settings.reopen_site(store, found_site.id)
    print(f"{found_site.name} is open.", file=sys.stderr)


def installation_key(
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    list_them: Annotated[bool, typer.Option("--list", help="List them; none is made.")] = False,
    revoke: Annotated[str, typer.Option(help="The id of one to revoke; none is made.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a key for a program that makes sites: it lists the installation's sites and opens nothing else."""
    from moderation.accounts import new_site, sites

    with open_store() as store:
        if revoke:
            if revoke not in {key.id for key in new_site.installation_keys(store)}:
                raise NotFound("There is no such key of the installation.")
            sites.revoke_key(store, "", revoke, now=now_ms())
            print(f"{revoke} is revoked.", file=sys.stderr)
        elif list_them:
            for key in new_site.installation_keys(store):
                fields = {
                    "id": key.id,
                    "name": key.name,
                    "begins": key.hint,
                    "created_at": seconds_iso(key.created_at),
                    "revoked_at": seconds_iso(key.revoked_at) if key.revoked_at else None,
                }
                text = f"{key.id}  {key.hint}…  {fields['created_at']}  {key.name}".rstrip()
                print_line(fields, text + ("  revoked" if key.revoked_at else ""), as_json)
        else:
            made = new_site.make_installation_key(store, name, now=now_ms(), entropy=entropy)
            print_created({"id": made[0], "installation_key": made[1]}, as_json)


def _change(site: str, *, name: str | None = None, language: str | None = None) -> "SiteRow":
    from moderation.accounts import site_settings

    with open_site(site) as (store, found_site):
        settings = site_settings.get_site(store, found_site.id).settings
        new = replace(
            settings,
            name=settings.name if name is None else name,
            language=settings.language if language is None else language,
        )
        return site_settings.change_settings(store, found_site.id, new, settings)
