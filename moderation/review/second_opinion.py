"""A site's second opinions: whether its comments may be sent, how good the answers are, and whether they may approve."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from moderation.domain.audit import COMMAND, Change
from moderation.domain.backtest import Share
from moderation.domain.decision import Outcome, in_effect
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Conflict, Invalid
from moderation.domain.ids import timed_id
from moderation.domain.policy import Policy
from moderation.domain.second_opinion import Label, Permission, obstacle, prompt_of
from moderation.policies import policy_in_force
from moderation.review.past_decisions import LookedAt, recorded_decision
from moderation.review.site_policy import policy_of_site
from moderation.store import audit, second_opinion_sites, second_opinions, sites
from moderation.store.past_judgements import past_judgements
from moderation.store.second_opinion_sites import SecondOpinionSite
from moderation.store.sql.engine import Connection, Store

APPROVE_FROM = 0.9  # tried where nobody says otherwise
# What a permission takes: so many decisions by people, and so large a share that agreed, at the lower end of its interval.
DECISIONS_NEEDED = 100
SHARE_NEEDED = 0.9
PAST_LIMIT = 1_000  # comments that one call asks about
_DAYS, _READ = 365, 10_000  # of the decisions that are looked at


@dataclass(frozen=True, slots=True)
class Trial:
    """Answers beside what people had decided before. answered: comments with an answer by this model and prompt.

    agreed: of those that it called fine with `approve_from` or more, and that nothing else kept from approval, those that
    people approved. unanswered: comments that could be asked about as well.
    """

    approve_from: float
    answered: int
    agreed: Share
    unanswered: int

    @property
    def decisions_missing(self) -> int:
        return max(0, DECISIONS_NEEDED - self.agreed.count)

    @property
    def is_enough(self) -> bool:
        interval = self.agreed.interval
        return not self.decisions_missing and interval is not None and interval[0] >= SHARE_NEEDED


@dataclass(frozen=True, slots=True)
class SiteState:
    """site: None where its comments may not be sent. model: '' where the service has no endpoint. waiting: questions.
    permission_holds: whether the model and the instructions are still those that the permission is about.
    """

    site: SecondOpinionSite | None
    model: str
    prompt_version: str
    waiting: int
    trial: Trial

    @property
    def permission_holds(self) -> bool:
        permission = self.site.permission if self.site else None
        return permission is not None and (permission.model, permission.prompt_version) == (
            self.model,
            self.prompt_version,
        )


def get_state(
    store: Store,
    site_id: str,
    model: str,
    default: Policy,
    approve_from: float = APPROVE_FROM,
    *,
    now: int,
) -> SiteState:
    """model: of the endpoint that the settings name. default: the policy of sites without their own. now: ms."""
    check_probability(approve_from)
    policy = policy_of_site(store, site_id, default)
    with store.read() as connection:
        version = prompt_of(sites.reasons(connection, site_id), policy).version
        return SiteState(
            second_opinion_sites.get(connection, site_id),
            model,
            version,
            second_opinions.waiting(connection, site_id),
            _trial(connection, site_id, model, version, policy, approve_from, now),
        )


def switch(store: Store, site_id: str, on: bool, by: str = COMMAND, *, now: int) -> None:
    """Lets the texts of a site's held comments be sent, or not any more; then its permission ends and nothing waits. What
    was answered stays. by: a moderator's id, a key's, or 'command'.
    """
    with store.write() as connection:
        is_on = second_opinion_sites.get(connection, site_id) is not None
        if on and not is_on:
            second_opinion_sites.switch_on(connection, site_id, by, now)
            audit.record(connection, by, Change.SECOND_OPINION_ON, site_id, site_id)
        elif is_on and not on:
            second_opinion_sites.switch_off(connection, site_id)
            second_opinions.forget_unasked(connection, site_id)
            audit.record(connection, by, Change.SECOND_OPINION_OFF, site_id, site_id)


def ask_about_past(
    store: Store,
    site_id: str,
    count: int,
    model: str,
    default: Policy,
    by: str = COMMAND,
    *,
    now: int,
) -> int:
    """Queues questions about comments that people have decided on, the newest first; how many there were.

    Raises Invalid for a count out of range, Conflict where the site's comments may not be sent.
    """
    if not 1 <= count <= PAST_LIMIT:
        raise Invalid(f"/count: Takes 1 to {PAST_LIMIT:,}.", "/count")
    with store.write() as connection:
        _require_on(connection, site_id, model)
        policy = _policy(connection, site_id, default)
        version = prompt_of(sites.reasons(connection, site_id), policy).version
        known = _independent(connection, site_id, model, version, policy, now)
        ids = [comment_id for comment_id, _, answer in known if answer is None][:count]
        asked = second_opinions.ask(connection, ids, now, past=True)
        if asked:
            what = {"comments": asked}
            audit.record(connection, by, Change.SECOND_OPINION_ASKED, site_id, site_id, None, what)
    return asked


def permit(
    store: Store,
    site_id: str,
    approve_from: float,
    model: str,
    default: Policy,
    by: str = COMMAND,
    *,
    now: int,
) -> Permission:
    """Lets second opinions approve held comments, with what the trial found. It lapses with another model or other rules.

    Raises Invalid for a probability out of range; Conflict where the comments may not be sent, or the trial is not enough.
    """
    check_probability(approve_from)
    with store.write() as connection:
        before = _require_on(connection, site_id, model).permission
        policy = _policy(connection, site_id, default)
        version = prompt_of(sites.reasons(connection, site_id), policy).version
        trial = _trial(connection, site_id, model, version, policy, approve_from, now)
        if not trial.is_enough:
            raise Conflict(why_not(trial))
        permission = Permission(
            approve_from, model, version, trial.agreed.count, trial.agreed.hits, by, now
        )
        second_opinion_sites.permit(connection, site_id, permission)
        audit.record(
            connection,
            by,
            Change.SECOND_OPINION_PERMITTED,
            site_id,
            site_id,
            _facts(before),
            _facts(permission),
        )
    return permission


def forbid(store: Store, site_id: str, by: str = COMMAND) -> None:
    """Ends the permission, if there is one; what was approved stays."""
    with store.write() as connection:
        site = second_opinion_sites.get(connection, site_id)
        if site is None or site.permission is None:
            return
        second_opinion_sites.permit(connection, site_id, None)
        what = _facts(site.permission)
        audit.record(connection, by, Change.SECOND_OPINION_PERMISSION_ENDED, site_id, site_id, what)


def why_not(trial: Trial) -> str:
    """Why a trial is not enough for a permission, in a sentence."""
    if trial.decisions_missing:
        return (
            f"It takes {DECISIONS_NEEDED} comments that people had decided about and that it calls fine from "
            f"{trial.approve_from:g}: {trial.decisions_missing} more."
        )
    low = (trial.agreed.interval or (0.0, 0.0))[0]
    return f"People approved at least {100 * low:.1f} % of what it calls fine (95 %); it takes {100 * SHARE_NEEDED:.0f} %."


def check_probability(approve_from: float) -> None:
    """Raises Invalid."""
    if not 0.5 <= approve_from <= 1:
        raise Invalid("/approve_from: Takes 0.5 to 1.", "/approve_from")


def _facts(permission: Permission | None) -> dict[str, object] | None:
    if permission is None:
        return None
    names = ("approve_from", "model", "prompt_version", "examined", "right")
    return {name: getattr(permission, name) for name in names}


def _require_on(connection: Connection, site_id: str, model: str) -> SecondOpinionSite:
    site = second_opinion_sites.get(connection, site_id)
    if site is None:
        raise Conflict("The comments of this site may not be sent for a second opinion.")
    if not model:
        raise Conflict("No endpoint is set: GATEHOUSE_SECOND_OPINION_URL.")
    return site


def _policy(connection: Connection, site_id: str, default: Policy) -> Policy:
    site = sites.get_site(connection, site_id)
    return policy_in_force(site.policy if site else "", default)


def _trial(
    connection: Connection,
    site_id: str,
    model: str,
    version: str,
    policy: Policy,
    approve_from: float,
    now: int,
) -> Trial:
    answered = examined = right = unanswered = 0
    for _, removed, fine in _independent(connection, site_id, model, version, policy, now):
        if fine is None:
            unanswered += 1
            continue
        answered += 1
        if fine >= approve_from:
            examined += 1
            right += not removed
    return Trial(approve_from, answered, Share(right, examined), unanswered)


def _independent(
    connection: Connection, site_id: str, model: str, version: str, policy: Policy, now: int
) -> Iterator[tuple[str, bool, float | None]]:
    """Comments that the permission is about and people decided on, newest first: whether they removed it, and how surely this
    model had called it fine, 0 where it did not, None where it was not asked.

    Not those about which there was an answer before the decision: a person who has read advice tends to follow it.
    """
    since = timed_id("cmt", max(0, now - _DAYS * DAY_MS), bytes(10))
    people, found = LookedAt(), []
    for past in past_judgements(connection, {site_id}, since, _READ, by_people=True):
        removed, held, decided = (
            people.removed(past),
            recorded_decision(past),
            in_effect(past.decisions),
        )
        if removed is None or held is None or held.outcome != Outcome.HOLD or decided is None:
            continue
        codes = {reason["code"] for reason in json.loads(held.reasons_json)}
        values = {name: float(value) for name, value in past.signals}
        if not obstacle(codes, policy, values, failed=past.failed):
            found.append((past, removed, decided.sequence))
    answers = second_opinions.of_comments(connection, [past.comment_id for past, *_ in found])
    for past, removed, sequence in found:
        stored = answers.get(past.comment_id)
        if stored and stored.sequence < sequence:
            continue
        said = (stored.revision, stored.model, stored.prompt_version) if stored else None
        if stored is None or said != (past.revision, model, version):
            yield past.comment_id, removed, None
        else:
            opinion = stored.opinion
            yield (
                past.comment_id,
                removed,
                opinion.probability if opinion.label is Label.FINE else 0.0,
            )
