"""Saved views: a filter and an order under a name, to come back to; of one person, or of everybody on a site."""

import json
from dataclasses import dataclass, fields, replace

from moderation.domain.audit import Change
from moderation.domain.comment import Status
from moderation.domain.errors import Invalid, NotFound
from moderation.domain.ids import Entropy, timed_id
from moderation.domain.order import BY_TIME, LISTED
from moderation.review.search import Criteria, names_sender
from moderation.store import audit, views
from moderation.store.sql.engine import Store
from moderation.store.views import EVERYBODY, View

NAME_LIMIT = 60  # characters
VIEWS_LIMIT = 100  # that one person sees on a site
ALL_SITES = "all"  # in the place of a site's id: of somebody's own sites together


@dataclass(frozen=True, slots=True)
class SavedView:
    """is_shared: everybody on the site sees it. created_at: ms."""

    id: str
    name: str
    criteria: Criteria
    is_shared: bool
    created_at: int


def list_views(store: Store, site_id: str, person_id: str) -> list[SavedView]:
    """What a person sees on a site, or of ALL_SITES, by name. person_id: a moderator's, or an API key's."""
    with store.read() as connection:
        return [_saved(view) for view in views.of_person(connection, site_id, person_id)]


def add_view(
    store: Store,
    site_id: str,
    person_id: str,
    name: str,
    criteria: Criteria,
    *,
    is_shared: bool = False,
    now: int,
    entropy: Entropy,
) -> SavedView:
    """Saves a filter. Raises Invalid with the pointer /name, /filter or /shared: nobody else has the same ALL_SITES.

    No e-mail and no address is kept in this way: they are forgotten with the comments, and a view is not. Of what is somebody's own it
    shows each moderator theirs.
    """
    criteria = replace(criteria, person="")
    name = " ".join(name.split())
    if not name or len(name) > NAME_LIMIT:
        raise Invalid(f"/name: Takes 1 to {NAME_LIMIT} characters.", "/name")
    if criteria == Criteria():
        raise Invalid("/filter: There is nothing in it: add a condition or an order.", "/filter")
    is_listed = criteria.order == LISTED and criteria.queue
    if criteria.order not in BY_TIME and not is_listed and criteria.status is not Status.HELD:
        raise Invalid("/filter: Only held comments are in this order.", "/filter")
    if criteria.score and criteria.status is not Status.HELD:
        raise Invalid("/filter: Only held comments are found by a score.", "/filter")
    if names_sender(criteria):
        raise Invalid("/filter: E-mails and addresses cannot be saved in a view.", "/filter")
    if is_shared and site_id == ALL_SITES:
        raise Invalid("/shared: A view of all your sites is yours alone.", "/shared")
    owner_id = EVERYBODY if is_shared else person_id
    view = View(timed_id("view", now, entropy(10)), site_id, owner_id, name, _json(criteria), now)
    with store.write() as connection:
        if len(views.of_person(connection, site_id, person_id)) >= VIEWS_LIMIT:
            raise Invalid(f"/name: There are {VIEWS_LIMIT} views: remove one first.", "/name")
        views.add(connection, view)
        if is_shared:
            named = {"name": name}
            audit.record(connection, person_id, Change.VIEW_SHARED, site_id, view.id, None, named)
    return _saved(view)


def remove_view(store: Store, site_id: str, person_id: str, view_id: str) -> None:
    """Raises NotFound, also for a view of somebody else."""
    with store.write() as connection:
        seen = views.of_person(connection, site_id, person_id)
        view = next((view for view in seen if view.id == view_id), None)
        if view is None or not views.remove(connection, site_id, person_id, view_id):
            raise NotFound("There is no such view.")
        if view.owner_id == EVERYBODY:
            before = {"name": view.name}
            audit.record(connection, person_id, Change.VIEW_REMOVED, site_id, view_id, before)


def _json(criteria: Criteria) -> str:
    """What is set."""
    usual = Criteria()
    values = {field.name: getattr(criteria, field.name) for field in fields(Criteria)}
    return json.dumps(
        {name: value for name, value in values.items() if value != getattr(usual, name)}
    )


def _saved(view: View) -> SavedView:
    values = json.loads(view.filter_json)
    if "status" in values:
        values["status"] = Status(values["status"])
    is_shared = view.owner_id == EVERYBODY
    return SavedView(view.id, view.name, Criteria(**values), is_shared, view.created_at)
