"""`gatehouse site` and `gatehouse moderator`: sites with their keys, and who moderates them."""

import sys
from dataclasses import asdict, replace
from typing import Annotated

import typer

from gatehouse.commands.arguments import AsJson, SiteName
from gatehouse.commands.output import print_created, print_line, seconds_iso
from gatehouse.commands.page_states import site_state
from gatehouse.commands.reader_rules import site_readers
from gatehouse.commands.retention import site_retention
from gatehouse.commands.site_reasons import site_reasons
from gatehouse.commands.site_settings import (
    close,
    installation_key,
    rename,
    reopen,
    set_language,
)
from gatehouse.database import checked_settings, entropy, find_site, open_site, open_store
from moderation.clock import now_ms
from moderation.domain.audit import COMMAND
from moderation.domain.errors import Invalid, NotFound
from moderation.domain.site import normal_origin

site = typer.Typer(help="Sites and their keys.", no_args_is_help=True)
moderator = typer.Typer(help="The people who moderate.", no_args_is_help=True)

SiteOption = Annotated[str, typer.Option(help="A site's id, or its name.")]


@site.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What moderators call it.")],
    origin: Annotated[list[str], typer.Option(help="https://news.example; may be repeated.")],
    language: Annotated[str, typer.Option(help="Of its pages, such as en or pt-BR.")] = "",
    faces_on: Annotated[
        bool,
        typer.Option("--faces/--no-faces", help="Answer Akismet, OpenAI and Perspective clients."),
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Add a site and print its keys, which cannot be shown again."""
    from moderation.accounts.new_site import make_site
    from moderation.accounts.sites import KEY_KINDS, NewSite
    from moderation.store import compat_apis, sites

    faces = compat_apis.ON_BY_DEFAULT if faces_on else ()
    new = NewSite(name, origin, language, faces, KEY_KINDS)
    with open_store() as store:
        made, keys = make_site(
            store, new, COMMAND, own_site_ids=None, now=now_ms(), entropy=entropy
        )
        with store.read() as connection:
            others = [site for site in sites.all_sites(connection) if site.id != made.id]
    namesakes = [site for site in others if {*site.origins} & {*made.origins}]
    fields = {"id": made.id, "name": made.settings.name, "origins": list(made.origins)}
    shown = {f"{kind}_key": key for kind, key in keys.items()}
    print_created({**fields, **shown}, as_json)
    if namesakes:
        print(
            f"{namesakes[0].name} ({namesakes[0].id}) has one of these origins too: what asks by a page's"
            " URL alone, as GET /threads does, must then say site=SITE_ID.",
            file=sys.stderr,
        )


@site.command("pages")
def pages(
    site: SiteName,
    add_origin: Annotated[
        list[str] | None, typer.Option(help="https://news.example; may be repeated.")
    ] = None,
    remove_origin: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(help="A query parameter that names no page.")
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="A query parameter that does name a page.")
    ] = None,
    apart: Annotated[
        list[str] | None, typer.Option(help="Told apart from now on: scheme, www or slash.")
    ] = None,
    together: Annotated[list[str] | None, typer.Option(help="No longer told apart.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show how a site's pages are told apart, or change it; pages that are one then are joined for good."""
    from moderation.accounts import site_settings

    with open_site(site) as (store, found_site):
        before = site_settings.get_site(store, found_site.id).settings.rules
        added, removed = map(_origins, (add_origin, remove_origin))
        ignored, kept = map(_lower, (ignore, keep))
        apart_now, one_now = map(_lower, (apart, together))
        rules = replace(
            before,
            origins=tuple(
                origin
                for origin in dict.fromkeys((*before.origins, *added))
                if origin not in removed
            ),
            ignored=(before.ignored | ignored) - kept,
            kept=(before.kept | kept) - ignored,
            apart=(before.apart | apart_now) - one_now,
        )
        if rules != before:
            joined = site_settings.change_rules(store, found_site.id, rules)
            print(f"{joined} pages were joined with others.", file=sys.stderr)
    fields = {name: sorted(names) for name, names in asdict(rules).items()}
    text = "\n".join(f"{name:9}{' '.join(names) or '-'}" for name, names in fields.items())
    print_line(fields, text, as_json)


def _origins(written: list[str] | None) -> list[str]:
    return [normal_origin(origin) for origin in written or ()]


def _lower(names: list[str] | None) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in names or ())


@site.command("list")
def list_sites(as_json: AsJson = False) -> None:
    """List the sites, oldest first."""
    from moderation.store import sites

    with open_store() as store, store.read() as connection:
        for site in sites.all_sites(connection):
            fields = {"id": site.id, "name": site.name, "origins": site.origins}
            print_line(fields, f"{site.id}  {site.name}  {' '.join(site.origins)}", as_json)


@site.command("keys")
def list_keys(site: SiteName, as_json: AsJson = False) -> None:
    """List a site's keys: their ids, kinds and first characters."""
    from moderation.store import sites

    with open_store() as store, store.read() as connection:
        for key in sites.keys_of(connection, find_site(connection, site).id):
            created = seconds_iso(key.created_at)
            used = seconds_iso(key.used_at) if key.used_at else None
            revoked = seconds_iso(key.revoked_at) if key.revoked_at else None
            fields = {
                "id": key.id,
                "kind": key.kind,
                "name": key.name,
                "begins": key.hint,
                "created_at": created,
                "used_at": used,
                "revoked_at": revoked,
            }
            text = f"{key.id}  {key.kind:12}{key.hint}…  {created}  used {used or 'never'}"
            text += f"  {key.name}" if key.name else ""
            print_line(fields, text + (f"  revoked {revoked}" if revoked else ""), as_json)


@site.command("add-key")
def add_key(
    site: SiteName,
    kind: Annotated[str, typer.Argument(help="secret, publishable or akismet.")],
    name: Annotated[str, typer.Option(help="What it is for, such as WordPress.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make another key, so that a site can change over before the old one is revoked."""
    from moderation.accounts import sites

    with open_site(site) as (store, found_site):
        _, key = sites.make_key(
            store, found_site.id, kind, name=name, now=now_ms(), entropy=entropy
        )
    print_created({f"{kind}_key": key}, as_json)


@site.command("revoke-key")
def revoke_key(
    site: SiteName,
    key: Annotated[str, typer.Argument(help="The key's id, as `gatehouse site keys` shows it.")],
) -> None:
    """Revoke a key: within five seconds every request with it is refused."""
    from moderation.accounts import sites

    with open_site(site) as (store, found_site):
        sites.revoke_key(store, found_site.id, key, now=now_ms())
    print(f"{key} is revoked.", file=sys.stderr)


OfSections = Annotated[
    list[str] | None,
    typer.Option("--section", help="In this section alone, such as /sport; may be repeated."),
]


@moderator.command("owner")
def set_owner(
    email: str,
    wanted: Annotated[bool, typer.Option("--on/--off", help="Whether they may.")] = True,
) -> None:
    """Let a moderator make sites in the console; they become admin of those that they make, and of no others."""
    from moderation.accounts import moderators

    with open_store() as store:
        moderators.set_owner(store, email, wanted)
    print(f"{email} may {'' if wanted else 'not '}make sites.", file=sys.stderr)


@moderator.command("add")
def add_person(
    email: str,
    role: Annotated[str, typer.Option(help="moderator, editor, admin, trainee or auditor.")],
    site: SiteOption,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read a password; without one, links only.")
    ] = False,
    section: OfSections = None,
) -> None:
    """Add a moderator, or give an existing one another site, role or password."""
    from moderation.accounts.moderators import add_moderator
    from moderation.accounts.passwords import hash_password

    if "@" not in email:
        raise Invalid("That is no e-mail address.", "/email")
    password = hash_password(sys.stdin.readline().rstrip("\r\n")) if password_stdin else ""
    with open_site(site) as (store, found_site):
        moderator_id = add_moderator(
            store,
            email,
            password,
            found_site.id,
            role,
            sections=section or (),
            now=now_ms(),
            entropy=entropy,
        )
    print(f"{email} is {role} of {found_site.name}.", file=sys.stderr)
    print(moderator_id)


@moderator.command("invite")
def invite_person(
    email: str,
    role: Annotated[str, typer.Option(help="moderator, editor, admin, trainee or auditor.")],
    site: SiteOption,
    section: OfSections = None,
) -> None:
    """Print a link by which somebody becomes a moderator, once, within 7 days."""
    from moderation.accounts.invitations import invite

    settings = checked_settings()
    with open_site(site, settings) as (store, found_site):
        _, token = invite(
            store, found_site.id, email, role, COMMAND, section or (), now=now_ms(), entropy=entropy
        )
    print(f"{settings.public_url}/console/invitation?link={token}")


@moderator.command("list")
def list_moderators(site: SiteName) -> None:
    """List the moderators of a site with their roles."""
    from moderation.store import memberships

    with open_store() as store, store.read() as connection:
        people = memberships.of_site(connection, find_site(connection, site).id)
        for email, role, sections in people:
            print(f"{role:12}{email}{''.join(f'  {section}' for section in sections)}")


@moderator.command("revoke")
def revoke_moderator(email: str, site: SiteOption) -> None:
    """Take a site away from a moderator, and log them out, at once."""
    from moderation.accounts.moderators import remove
    from moderation.store import moderators

    with open_site(site) as (store, found_site):
        with store.read() as connection:
            account = moderators.by_email(connection, email)
        if account is None:
            raise NotFound(f"{email} does not moderate {found_site.name}.")
        remove(store, account.id, found_site.id)
    print(f"{email} no longer moderates {found_site.name}.", file=sys.stderr)


@moderator.command("mails")
def set_mails(
    email: str,
    wanted: Annotated[bool, typer.Option("--on/--off", help="Whether they want any.")] = True,
) -> None:
    """Choose whether a moderator gets the notices mailed to the moderators of their sites."""
    from moderation.accounts import moderators

    with open_store() as store:
        moderators.set_mails(store, email, wanted)


@moderator.command("remove-second-factor")
def remove_second_factor(email: str) -> None:
    """Remove the second factor of somebody who has lost it, and log them out. Make sure who asks."""
    from moderation.accounts.second_factor import remove_lost

    with open_store() as store:
        remove_lost(store, email)
    print(f"{email} logs in without a code, and is logged out everywhere.", file=sys.stderr)


@moderator.command("unlink-provider")
def unlink_provider(email: str) -> None:
    """Let the next log-in by the provider find an account by its e-mail again, and log it out."""
    from moderation.accounts.provider_sign_in import unlink

    with open_store() as store:
        unlink(store, email)
    print(f"{email} is linked by the next log-in with the provider.", file=sys.stderr)


@moderator.command("login-link")
def login_link(email: str) -> None:
    """Print a link that logs a moderator in, once, within 15 minutes."""
    from moderation.accounts import moderators

    settings = checked_settings()
    with open_store(settings) as store:
        token = moderators.make_link(store, email, now=now_ms(), entropy=entropy)
    print(f"{settings.public_url}/console/login?link={token}")


site.command("state")(site_state)
site.command("readers")(site_readers)
site.command("retention")(site_retention)
site.command("rename")(rename)
site.command("language")(set_language)
site.command("close")(close)
site.command("reopen")(reopen)
site.command("installation-key")(installation_key)
site.command("reasons")(site_reasons)
