"""All sites of a moderator as one place: its queues have the comments of each, and what the role allows there."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from moderation.domain.roles import Action, Role
from moderation.review.views import ALL_SITES
from moderation.store.memberships import Membership, PartMembership
from service.console.language import _
from service.console.pages import NoSite, QueryName
from service.console.session import PartVisitor, Visitor

ALL = ALL_SITES


@dataclass(frozen=True, slots=True)
class AllSites:
    """Like a Membership, of two sites or more. What may be done about a comment depends on its own site."""

    sites: tuple[Membership, ...]
    site_id: str = ALL
    sections: tuple[str, ...] = ()

    @property
    def site_name(self) -> str:
        return _("All my sites")

    @property
    def role(self) -> Role:
        return self.sites[0].role

    @property
    def site_ids(self) -> tuple[str, ...]:
        return tuple(site.site_id for site in self.sites)

    def may(self, action: Action) -> bool:
        """Whether the moderator may do this on one of the sites."""
        return any(site.may(action) for site in self.sites)

    def without(self, action: Action) -> tuple[str, ...]:
        """The sites where the moderator may not do this."""
        return tuple(site.site_id for site in self.sites if not site.may(action))


Place = Membership | PartMembership | AllSites


def place_of(visitor: Visitor, site_id: str) -> Place:
    """A site, the first one with '', or with ALL those whose comments the visitor decides about; who only looks sees all of
    theirs. Raises NotFound and NoSite. Parts of sites are each a place of their own.
    """
    sites = visitor.signed.sites
    if not sites:
        raise NoSite(visitor)
    if site_id != ALL:
        return visitor.place(site_id)
    whole = tuple(site for site in sites if isinstance(site, Membership))
    mine = tuple(site for site in whole if site.may(Action.PROPOSE)) or whole
    return AllSites(mine) if len(mine) > 1 else mine[0] if mine else sites[0]


def place_in(visitor: Visitor, back: str, site_id: str) -> Place:
    """Where a form was sent from. back: the query of its list, '' for the page of one comment; site_id: of the comment."""
    return place_of(visitor, ALL if back.startswith(f"site={ALL}&") else site_id)


def _place_with_parts(visitor: PartVisitor, site: QueryName = "") -> Place:
    return place_of(visitor, site)


def _site_or_part(visitor: PartVisitor, site: QueryName = "") -> Membership | PartMembership:
    """One site, or the part of one. Raises NotFound and NoSite."""
    if not visitor.signed.sites:
        raise NoSite(visitor)
    return visitor.place(site)


CurrentSiteOrPart = Annotated[Membership | PartMembership, Depends(_site_or_part)]
CurrentPlaceOrPart = Annotated[Place, Depends(_place_with_parts)]
