"""What somebody reaches: comments of whole sites and of parts of sites (domain/sections.py); every limit to sections is checked here."""

from collections.abc import Collection, Sequence
from typing import Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from moderation.domain.sections import is_part, site_and_sections
from moderation.store.sql.schema import comments, pages


class _Comment(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def site_id(self) -> str: ...


_Each = TypeVar("_Each", bound=_Comment)


def site_ids_of(reach: Collection[str]) -> list[str]:
    """The sites that a reach has comments of, as a whole or in part: for lists that within() then limits."""
    return list(dict.fromkeys(site_and_sections(part)[0] for part in reach))


def has_parts(reach: Collection[str]) -> bool:
    return any(map(is_part, reach))


def within(
    site_id: sa.ColumnElement[str], page_id: sa.ColumnElement[str], reach: Collection[str]
) -> sa.ColumnElement[bool]:
    """Whether a comment of this site on this page is reached. A page without a path is in no section."""
    if not has_parts(reach):
        return site_id.in_(reach)
    whole = [each for each in reach if not is_part(each)]
    conditions: list[sa.ColumnElement[bool]] = [site_id.in_(whole)] if whole else []
    for part in filter(is_part, reach):
        of_site, sections = site_and_sections(part)
        there = pages.alias("part_pages")  # another query may have pages of its own
        path = there.c.path
        is_there = [
            sa.or_(path == section, sa.func.substr(path, 1, len(section) + 1) == f"{section}/")
            for section in sections
        ]
        on_page = sa.exists().where(
            there.c.id == page_id, there.c.site_id == of_site, sa.or_(*is_there)
        )
        conditions.append(sa.and_(site_id == of_site, on_page))
    return sa.or_(*conditions)


def reached_ids(
    connection: Connection, comment_ids: Collection[str], reach: Collection[str]
) -> set[str]:
    """Those of the comments that are reached."""
    if not comment_ids:
        return set()
    is_reached = within(comments.c.site_id, comments.c.page_id, reach)
    query = sa.select(comments.c.id).where(comments.c.id.in_(comment_ids), is_reached)
    return set(connection.scalars(query))


def reached(
    connection: Connection, found: Sequence[_Each], reach: Collection[str]
) -> Sequence[_Each]:
    """Those that are reached of comments that were read, in their order."""
    if not has_parts(reach):
        return [comment for comment in found if comment.site_id in reach]
    ids = reached_ids(connection, [comment.id for comment in found], reach)
    return [comment for comment in found if comment.id in ids]


def reaches(connection: Connection, comment_id: str, site_id: str, reach: Collection[str]) -> bool:
    """Whether a comment of this site is reached."""
    if not has_parts(reach):
        return site_id in reach
    return comment_id in reached_ids(connection, [comment_id], reach)
