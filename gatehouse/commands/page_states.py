"""`gatehouse page state` and `gatehouse site state`: whether pages take comments, by themselves or by default."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.arguments import AsJson, SiteName, read_time
from gatehouse.commands.output import printable
from gatehouse.database import entropy, open_site
from moderation.clock import now_ms
from moderation.domain.comment import PageRef
from moderation.domain.errors import Invalid
from moderation.domain.event import iso
from moderation.domain.page_state import PageDefault, parse_state

if TYPE_CHECKING:
    from moderation.review.page_states import PageStatus

AS_SITE = "default"  # what follows the site's default


def page_state(
    url: Annotated[str, typer.Argument(help="The page: https://news.example/1")],
    site: Annotated[str, typer.Option(help="A site's id, or its name.")],
    state: Annotated[
        str, typer.Argument(help="open, premoderated, closed or default; without one, it is shown.")
    ] = "",
    close_after: Annotated[
        str, typer.Option(help="Days after which it closes, 0 for never, or default.")
    ] = "",
    published: Annotated[
        str, typer.Option(help="When it was, 2026-11-25T08:00Z: its age counts from then.")
    ] = "",
    page_id: Annotated[str, typer.Option("--id", help="The site's own id of it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show or set whether a page is open, premoderated or closed."""
    from moderation.review import page_states
    from moderation.review.page_states import PageChange

    page = PageRef(url.partition("#")[0], id=page_id)
    with open_site(site) as (store, found_site):
        now = now_ms()
        status = page_states.get_page(store, found_site.id, page, now)
        if state or close_after or published:
            own_state, days = status.setting.state, status.setting.close_after_days
            if state:
                own_state = None if state == AS_SITE else parse_state(state)
            if close_after:
                days = None if close_after == AS_SITE else _days(close_after)
            published_at = read_time(published) if published else None
            change = PageChange(own_state, days, published_at)
            status = page_states.set_page(store, found_site.id, page, change, now, entropy)
    print(json.dumps(_fields(status)) if as_json else _text(status))


def site_state(
    site: SiteName,
    state: Annotated[
        str, typer.Argument(help="open, premoderated or closed; without one, it is shown.")
    ] = "",
    close_after: Annotated[
        str, typer.Option(help="Days after which pages close, 0 for never.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show or set what holds for the pages of a site that have nothing set."""
    from moderation.review import page_states

    with open_site(site) as (store, found_site):
        default = page_states.get_default(store, found_site.id)
        if state or close_after:
            default = PageDefault(
                parse_state(state) if state else default.state,
                _days(close_after) if close_after else default.close_after_days,
            )
            page_states.set_default(store, found_site.id, default)
    fields = {"state": default.state.value, "close_after_days": default.close_after_days}
    after = default.close_after_days
    text = f"{found_site.name}: pages are {default.state.value}" + (
        f", and close after {after} days" if after else ""
    )
    print(json.dumps(fields) if as_json else text)


def _days(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise Invalid("Days are a number, 0 for never.", "/close_after_days")
    return int(text)


def _fields(status: "PageStatus") -> dict[str, object]:
    setting = status.setting
    return {
        "url": status.page.url,
        "state": status.state.value,
        "closes_at": iso(status.closes_at) if status.closes_at is not None else None,
        "opens_at": iso(status.opens_at) if status.opens_at is not None else None,
        "set": {
            "state": setting.state.value if setting.state else None,
            "close_after_days": setting.close_after_days,
        },
    }


def _text(status: "PageStatus") -> str:
    facts = [f"{status.page.url}  {status.state.value}"]
    if status.setting.state is None:
        facts.append("as the site's default")
    elif status.setting.state is not status.state:
        facts.append(f"set to {status.setting.state.value}")
    if status.opens_at is not None:
        facts.append(f"in closed hours until {iso(status.opens_at)}")
    if status.closes_at is not None:
        verb = "closed" if status.closes_at <= now_ms() else "closes"
        facts.append(f"{verb} by its age at {iso(status.closes_at)}")
    return printable(", ".join(facts))
