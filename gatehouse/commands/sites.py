"""The commands that set up who takes part: sites with keys, moderators."""

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from gatehouse.database import entropy, open_store
from moderation.clock import now_ms
from moderation.domain.errors import Invalid, NotFound
from moderation.startup import checked_settings

if TYPE_CHECKING:
    from moderation.store.moderators import Moderator
    from moderation.store.sites import Site
    from moderation.store.sql.engine import Connection

site = typer.Typer(help="Sites and their keys.", no_args_is_help=True)
moderator = typer.Typer(help="The people who moderate.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
SiteGiven = Annotated[str, typer.Argument(metavar="SITE", help="A site's id, or its name.")]


@site.command("add")
def add_site(
    name: Annotated[str, typer.Argument(help="What moderators call it.")],
    origin: Annotated[list[str], typer.Option(help="https://news.example; may be given again.")],
    language: Annotated[str, typer.Option(help="Of its pages, such as en or pt-BR.")] = "",
    faces_on: Annotated[
        bool,
        typer.Option("--faces/--no-faces", help="Answer Akismet, OpenAI and Perspective clients."),
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Add a site and print its keys, which cannot be shown again."""
    from moderation.store import compat_apis, sites

    origins = [normal_origin(one) for one in origin]
    with open_store() as store, store.write() as connection:
        made = sites.add_site(connection, name, origins, language, now_ms(), entropy)
        keys = {
            f"{kind}_key": sites.add_key(connection, made.id, kind, now_ms(), entropy)
            for kind in (sites.SECRET, sites.PUBLISHABLE, sites.AKISMET)
        }
        for face in compat_apis.ON_BY_DEFAULT if faces_on else ():
            compat_apis.switch_on(connection, made.id, face, "", now_ms())
    show({"id": made.id, "name": name, "origins": origins, **keys}, as_json)


def normal_origin(given: str) -> str:
    """An origin as browsers write it: lower case, punycode, no default port. Raises Invalid."""
    try:
        parts = urlsplit(given.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        host, port = "", None
    if parts.scheme not in ("http", "https") or not host:
        raise Invalid("An origin is written https://news.example.", "/origins")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise Invalid("An origin has no path: https://news.example.", "/origins")
    shown = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{shown}" + ("" if port in (None, default) else f":{port}")


@site.command("list")
def list_sites(as_json: AsJson = False) -> None:
    """List the sites, oldest first."""
    from moderation.store import sites

    with open_store() as store, store.read() as connection:
        for one in sites.all_sites(connection):
            if as_json:
                print(json.dumps({"id": one.id, "name": one.name, "origins": one.origins}))
            else:
                print(f"{one.id}  {one.name}  {' '.join(one.origins)}")


@site.command("keys")
def list_keys(site: SiteGiven, as_json: AsJson = False) -> None:
    """List a site's keys: their ids, kinds and first characters."""
    from moderation.store import sites

    with open_store() as store, store.read() as connection:
        for one in sites.keys_of(connection, find_site(connection, site).id):
            made = _date(one.created_at)
            revoked = _date(one.revoked_at) if one.revoked_at else None
            facts = {"id": one.id, "kind": one.kind, "begins": one.hint, "created_at": made}
            if as_json:
                print(json.dumps(facts | {"revoked_at": revoked}))
            else:
                print(f"{one.id}  {one.kind:12}{one.hint}…  {made}  {_revoked(revoked)}".rstrip())


@site.command("add-key")
def add_key(
    site: SiteGiven,
    kind: Annotated[str, typer.Argument(help="secret, publishable or akismet.")],
    as_json: AsJson = False,
) -> None:
    """Make another key, to change a site over to before the old one is revoked."""
    from moderation.store import sites

    if kind not in (sites.SECRET, sites.PUBLISHABLE, sites.AKISMET):
        raise Invalid("A key is secret, publishable or akismet.", "/kind")
    with open_store() as store, store.write() as connection:
        key = sites.add_key(connection, find_site(connection, site).id, kind, now_ms(), entropy)
    show({f"{kind}_key": key}, as_json)


@site.command("revoke-key")
def revoke_key(
    site: SiteGiven,
    key: Annotated[str, typer.Argument(help="The key's id, as `gatehouse site keys` shows it.")],
) -> None:
    """Make a key worthless, from the next request on."""
    from moderation.store import sites

    with open_store() as store, store.write() as connection:
        if not sites.revoke_key(connection, find_site(connection, site).id, key, now_ms()):
            raise NotFound(
                "This site has no such key, or it was revoked: see `gatehouse site keys`."
            )
    print(f"{key} is revoked.", file=sys.stderr)


def _date(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")


def _revoked(at: str | None) -> str:
    return f"revoked {at}" if at else ""


def find_site(connection: "Connection", given: str) -> "Site":
    """The site with this id, or the only one with this name. Raises NotFound."""
    from moderation.store import sites

    found = sites.get_site(connection, given)
    named = [one for one in sites.all_sites(connection) if one.name == given]
    if found is None and len(named) == 1:
        found = named[0]
    if found is None:
        raise NotFound(f"There is no site '{given}', or more than one: see `gatehouse site list`.")
    return found


@moderator.command("add")
def add_moderator(
    email: str,
    role: Annotated[str, typer.Option(help="moderator, editor or admin.")],
    site: Annotated[str, typer.Option(help="A site's id, or its name.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read a password; without one, links only.")
    ] = False,
) -> None:
    """Add a moderator, or give one another site, role or password."""
    from moderation.accounts.sign_in import hash_password
    from moderation.store import moderators

    if "@" not in email:
        raise Invalid("That is no e-mail address.", "/email")
    password = hash_password(sys.stdin.readline().rstrip("\r\n")) if password_stdin else ""
    with open_store() as store, store.write() as connection:
        its = find_site(connection, site)
        known = moderators.by_email(connection, email)
        if known is None:
            moderator_id = moderators.add(connection, email, password, now_ms(), entropy)
        else:
            moderator_id = known.id
            if password:
                moderators.set_password(connection, moderator_id, password)
        moderators.grant(connection, moderator_id, its.id, role)
    print(f"{email} is {role} of {its.name}.", file=sys.stderr)
    print(moderator_id)


@moderator.command("list")
def list_moderators(site: SiteGiven) -> None:
    """List who looks after a site, and as what."""
    from moderation.store import moderators

    with open_store() as store, store.read() as connection:
        for email, role in moderators.of_site(connection, find_site(connection, site).id):
            print(f"{role:12}{email}")


@moderator.command("revoke")
def revoke_moderator(
    email: str, site: Annotated[str, typer.Option(help="A site's id, or its name.")]
) -> None:
    """Take a site from a moderator, from their next request on."""
    from moderation.store import moderators

    with open_store() as store, store.write() as connection:
        its, known = find_site(connection, site), moderators.by_email(connection, email)
        if known is None or not moderators.revoke(connection, known.id, its.id):
            raise NotFound(f"{email} does not look after {its.name}.")
    print(f"{email} no longer looks after {its.name}.", file=sys.stderr)


@moderator.command("mails")
def mails(
    email: str,
    wanted: Annotated[bool, typer.Option("--on/--off", help="Whether they want any.")] = True,
) -> None:
    """Say whether a moderator gets the notices that go to the moderators of their sites."""
    from moderation.store import moderators

    with open_store() as store, store.write() as connection:
        moderators.set_digest(connection, _moderator(connection, email).id, wanted)


def _moderator(connection: "Connection", email: str) -> "Moderator":
    from moderation.store import moderators

    known = moderators.by_email(connection, email)
    if known is None:
        raise NotFound(f"There is no moderator {email}: see `gatehouse moderator add`.")
    return known


@moderator.command("login-link")
def login_link(email: str) -> None:
    """Print a link that logs a moderator in, once, within 15 minutes."""
    from moderation.store import moderators

    settings = checked_settings()
    with open_store(settings) as store, store.write() as connection:
        known = _moderator(connection, email)
        token = moderators.add_login_link(connection, known.id, now_ms(), entropy)
    print(f"{settings.public_url}/console/login?link={token}")


def show(facts: dict[str, object], as_json: bool, *, keys: bool = True) -> None:
    """Prints what was made. keys: whether there are any among the facts."""
    if as_json:
        print(json.dumps(facts))
        return
    for key, value in facts.items():
        shown = " ".join(value) if isinstance(value, list) else value
        print(f"{key.replace('_', ' '):16}{shown}")
    if keys:
        print("\nKeep the keys now: they are not shown again.", file=sys.stderr)
