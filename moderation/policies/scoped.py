"""The policies in force of one site, and which of them decides about a comment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from moderation.domain.closed_hours import ClosedHours
from moderation.domain.policy import Policy
from moderation.domain.policy_scopes import (
    WHOLE_SITE,
    Place,
    ScopedPolicy,
    Scopes,
    is_language,
    place_of,
)
from moderation.policies import policy_in_force

NOTHING: Mapping[ScopedPolicy, Policy] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class InForce:
    """A policy that decides. scope: what it is for, '' the whole site. hours: the closed hours where the comment stands, of the
    policy of its page, its section or the site: a policy for a language has none.
    """

    policy: Policy
    scope: str = WHOLE_SITE
    hours: ClosedHours | None = None


class SitePolicies:
    """The site's own policy or the installation's, and those for parts of the site."""

    def __init__(self, site: Policy, scoped: Mapping[ScopedPolicy, Policy] = NOTHING) -> None:
        self.whole_site = InForce(site, hours=site.closed_hours)
        self._scoped = scoped
        self._scopes = Scopes(scoped)
        # A language decides where no page and no section does: there the hours are the site's.
        self._in_force = {
            scope: InForce(
                policy,
                scope.scope,
                site.closed_hours if is_language(scope.scope) else policy.closed_hours,
            )
            for scope, policy in scoped.items()
        }

    @classmethod
    def read(
        cls, own: str, default: Policy, scoped: Iterable[tuple[ScopedPolicy, str]] = ()
    ) -> "SitePolicies":
        """own: TOML, '' for the installation's, which is `default`. scoped: each with its TOML."""
        return cls(
            policy_in_force(own, default),
            {scope: policy_in_force(toml, default) for scope, toml in scoped},
        )

    def of_scope(self, name: str) -> Policy | None:
        """The policy that is set for a scope; None where there is none."""
        if name == WHOLE_SITE:
            return self.whole_site.policy
        found = (policy for scope, policy in self._scoped.items() if scope.scope == name)
        return next(found, None)

    def with_policy(self, policy: Policy, scope: ScopedPolicy | None = None) -> "SitePolicies":
        """The same with another policy for a scope, None for the whole site; for trials."""
        if scope is None:
            return SitePolicies(policy, self._scoped)
        return SitePolicies(self.whole_site.policy, {**self._others(scope.scope), scope: policy})

    def without(self, scope: str) -> "SitePolicies":
        """The same without a policy for a scope."""
        return SitePolicies(self.whole_site.policy, self._others(scope))

    def _others(self, scope: str) -> dict[ScopedPolicy, Policy]:
        return {each: policy for each, policy in self._scoped.items() if each.scope != scope}

    @property
    def are_scoped(self) -> bool:
        return bool(self._scoped)

    @property
    def policies(self) -> list[Policy]:
        """All of them, the site's first."""
        return [self.whole_site.policy, *self._scoped.values()]

    def of_comment(self, page_id: str, page_url: str, language: str = "") -> InForce:
        """Which policy decides about a comment. language: as measured, '' where nothing tells."""
        if not self._scoped:
            return self.whole_site
        return self.of_place(place_of(page_id, page_url), language)

    def of_place(self, place: Place, language: str = "") -> InForce:
        """The same for a place."""
        chosen = self._scopes.deciding(place, language)
        return self._in_force[chosen] if chosen else self.whole_site
