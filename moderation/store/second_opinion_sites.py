"""The sites whose comments may be sent for a second opinion, and their leave to approve."""

from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.second_opinion import Permission
from moderation.store.sql.rows import record_of
from moderation.store.sql.schema import second_opinion_sites

_sites = second_opinion_sites.c


@dataclass(frozen=True, slots=True)
class SecondOpinionSite:
    """switched_on_by: a moderator's id, a key's, or 'command'. switched_on_at: ms. permission: None without one."""

    site_id: str
    switched_on_by: str
    switched_on_at: int
    permission: Permission | None


def get(connection: Connection, site_id: str) -> SecondOpinionSite | None:
    """None where the site's comments may not be sent."""
    query = sa.select(second_opinion_sites).where(_sites.site_id == site_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    permission = record_of(Permission, row) if row.approve_from is not None else None
    return record_of(SecondOpinionSite, row, permission=permission)


def switch_on(connection: Connection, site_id: str, by: str, now: int) -> None:
    """Of a site that is not. now: ms."""
    connection.execute(
        sa.insert(second_opinion_sites).values(
            site_id=site_id, switched_on_by=by, switched_on_at=now
        )
    )


def switch_off(connection: Connection, site_id: str) -> None:
    """Its permission goes with it."""
    connection.execute(sa.delete(second_opinion_sites).where(_sites.site_id == site_id))


def permit(connection: Connection, site_id: str, permission: Permission | None) -> None:
    """Of a site that is switched on. None takes the permission back."""
    if permission is None:
        values = dict.fromkeys(("model", "prompt_version", "permitted_by"), "")
        numbers = dict.fromkeys(("examined", "right", "permitted_at"), 0)
        fields = {"approve_from": None, **values, **numbers}
    else:
        fields = asdict(permission)
    connection.execute(
        sa.update(second_opinion_sites).where(_sites.site_id == site_id).values(**fields)
    )
