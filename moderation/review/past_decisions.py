"""What the policy of then decided about a past comment, and what people did; which of these are evidence by themselves."""

from collections.abc import Collection, Iterator

from moderation.domain.decision import ActorKind, in_effect
from moderation.domain.policy_scopes import WHOLE_SITE, ScopedPolicy, Scopes, place_of
from moderation.domain.reason_codes import ReasonCode
from moderation.store import policy_scopes
from moderation.store.past_judgements import PastDecision, PastJudgement, past_judgements
from moderation.store.sql.engine import Connection

_REMOVES = {"approve": False, "reject": True, "spam": True}
# As decisions.reasons_json() writes them.
_REPORTED = f'"code": "{ReasonCode.REPORTED}"'
_SECOND_OPINION = f'"code": "{ReasonCode.SECOND_OPINION}"'
_BULK = f'"code": "{ReasonCode.BULK_DECIDED}"'


def past_in_scope(
    connection: Connection,
    site_id: str,
    scope: ScopedPolicy | None,
    since: str,
    limit: int,
    *,
    by_people: bool = False,
    among: Collection[str] | None = None,
) -> Iterator[PastJudgement]:
    """Those of past_judgements() that the policy of a scope decides about, or would; None: the site's own."""
    others = policy_scopes.of_site(connection, site_id)
    name = scope.scope if scope else WHOLE_SITE
    found = [scope] if scope else []
    found += [other for other in others if other.scope != name]
    scopes = Scopes(found)
    for past in past_judgements(
        connection,
        {site_id},
        since,
        limit,
        by_people=by_people,
        with_places=bool(found),
        among=among,
    ):
        chosen = None
        if found:
            place = place_of(past.page_id, past.page_url)
            chosen = scopes.deciding(place, past.language)
        if (chosen.scope if chosen else WHOLE_SITE) == name:
            yield past


def recorded_decision(past: PastJudgement) -> PastDecision | None:
    """What the policy of then decided about the text; None where a person or an import came first."""
    for decision in reversed(past.decisions):
        if (
            decision.actor_kind == ActorKind.POLICY
            and decision.revision == past.revision
            # Readers' reports hold a comment after the policy has published it.
            and _REPORTED not in decision.reasons_json
            # And a second opinion may publish what the policy held.
            and _SECOND_OPINION not in decision.reasons_json
        ):
            return decision
    return None


def removed_by_person(past: PastJudgement) -> bool | None:
    """Whether a moderator removed this text or published it; None where none decided about it by itself."""
    decision = in_effect(past.decisions)
    if decision is None or decision.actor_kind != ActorKind.MODERATOR or decision.branch_id:
        return None
    if decision.revision != past.revision:
        return None
    return _REMOVES.get(decision.outcome)


class LookedAt:
    """Tells of one comment after the other whether a person has looked at it, and removed it.

    A ruling on a campaign counts once, for the first of its members: it is one word about one text. A decision about many
    that were found by a search counts for none of them: nobody has read each.
    """

    def __init__(self) -> None:
        self._rulings: set[tuple[str, int]] = set()

    def removed(self, past: PastJudgement) -> bool | None:
        """None where nobody has looked at it."""
        removed, decision = removed_by_person(past), in_effect(past.decisions)
        if removed is None or decision is None or _BULK in decision.reasons_json:
            return None
        if decision.campaign_id and decision.ruling is not None:
            ruling = (decision.campaign_id, decision.ruling)
            if ruling in self._rulings:
                return None
            self._rulings.add(ruling)
        return removed
