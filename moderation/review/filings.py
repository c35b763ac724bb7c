"""What the policy filed because of a person's decision is held again when that decision is taken back."""

from collections.abc import Collection

from moderation.domain.decision import Decision, Outcome, Reason, opinion_of
from moderation.domain.ids import Entropy
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.reputation import Opinion, Subject, SubjectKind, reputation_score
from moderation.domain.score import Findings
from moderation.store import campaigns, decision_events, decisions, filings, queues, reputations
from moderation.store.campaigns import RulingEntry
from moderation.store.queues import QueueEntry
from moderation.store.sql.engine import Connection, Store

_CAMPAIGN_SIGNALS = ("campaign_spam", "campaign_member_spam")
_READ = 200  # members of a campaign whose domains are looked at


def undo_ruling_filings(
    connection: Connection,
    site_id: str,
    campaign_id: str,
    undone: RulingEntry,
    in_force: str,
    now: int,
    entropy: Entropy,
) -> int:
    """Holds what was filed because of a ruling that is taken back; returns how many.

    in_force: the outcome for new members now; nothing changes for them where it is still spam.
    """
    held = 0
    if undone.outcome not in (Outcome.SPAM, Outcome.REJECT):
        return held
    if in_force not in (Outcome.SPAM, Outcome.REJECT):
        ids = [
            filing.comment_id
            for filing in filings.filed_since(connection, site_id, undone.created_at)
            if filing.campaign_id == campaign_id
        ]
        held = _hold(connection, ids, _CAMPAIGN_SIGNALS, now, entropy)
    member_ids = campaigns.member_ids(connection, campaign_id, site_id, "", _READ)
    domains = _domains_of(connection, member_ids)
    return held + _hold_for_domains(connection, site_id, domains, undone.created_at, now, entropy)


def undo_filings(
    connection: Connection,
    site_id: str,
    before: Decision | None,
    after: Decision | None,
    now: int,
    entropy: Entropy,
) -> int:
    """Holds what was filed because one comment was called spam, once it no longer is; returns how many.

    before, after: the comment's decision in effect. Its reputation votes have been moved already.
    """
    if (
        before is None
        or opinion_of(before) is not Opinion.SPAM
        or opinion_of(after) is Opinion.SPAM
    ):
        return 0
    since = before.created_at
    held = 0
    subjects = reputations.subjects_of(connection, [before.comment_id]).get(before.comment_id)
    if subjects is None:
        return held
    # Where people disagree about a campaign, they are asked.
    is_disputed = opinion_of(after) is Opinion.APPROVED
    if is_disputed or not filings.called_spam(connection, site_id, subjects.kin):
        ids = [
            filing.comment_id
            for filing in filings.filed_since(connection, site_id, since)
            if filing.campaign_id == subjects.kin
        ]
        held = _hold(connection, ids, ("campaign_member_spam",), now, entropy)
    domains = {subject for subject in subjects.subjects if subject.kind is SubjectKind.DOMAIN}
    return held + _hold_for_domains(connection, site_id, domains, since, now, entropy)


def undo_domain_filings(
    connection: Connection, subject: Subject, since: int, now: int, entropy: Entropy
) -> int:
    """Holds what was filed for links to a domain, if its name is no longer as bad; returns how many."""
    return _hold_for_domains(connection, subject.site_id, {subject}, since, now, entropy)


def list_domain_filings(store: Store, subject: Subject) -> list[QueueEntry]:
    """What the policy filed for links to a domain, and no person has decided, the newest first."""
    with store.read() as connection:
        ids = [
            filing.comment_id
            for filing in filings.filed_for_domains(connection, subject.site_id, _READ)
        ]
        findings = decisions.newest_findings(connection, ids)
        named = [id for id in ids if _ill_domain(findings.get(id, Findings())) == subject.name]
        return queues.by_ids(connection, named)[::-1]


def _domains_of(connection: Connection, comment_ids: Collection[str]) -> set[Subject]:
    return {
        subject
        for subjects in reputations.subjects_of(connection, comment_ids).values()
        for subject in subjects.subjects
        if subject.kind is SubjectKind.DOMAIN
    }


def _hold_for_domains(
    connection: Connection,
    site_id: str,
    domains: Collection[Subject],
    since: int,
    now: int,
    entropy: Entropy,
) -> int:
    """Holds what was filed for links to domains whose name is no longer as bad as that."""
    distrust = {domain.name: 0.0 for domain in domains}
    for subject, weeks in reputations.counts_of(connection, domains).items():
        distrust[subject.name] = reputation_score(subject.kind, weeks, now).distrust
    if not distrust:
        return 0
    ids = [filing.comment_id for filing in filings.filed_since(connection, site_id, since)]
    findings = decisions.newest_findings(connection, ids)
    latest = decisions.latest(connection, ids)
    released = []
    for comment_id in ids:
        name = _ill_domain(findings.get(comment_id, Findings()))
        thresholds = [
            reason.threshold or 0.0
            for reason in latest[comment_id].reasons
            if reason.label == "ill_domain"
        ]
        if name in distrust and thresholds and distrust[name] < max(thresholds):
            released.append(comment_id)
    return _hold(connection, released, ("ill_domain",), now, entropy)


def _ill_domain(findings: Findings) -> str:
    """The domain whose name was bad, from the note of the signal; '' for none."""
    signal = findings.get("ill_domain")
    return signal.note.partition(": ")[0] if signal else ""


def _hold(
    connection: Connection,
    comment_ids: Collection[str],
    signal_names: Collection[str],
    now: int,
    entropy: Entropy,
) -> int:
    """Holds those of the comments that one of these signals was a reason to file."""
    standings = decisions.standings(connection, sorted(comment_ids))
    latest = decisions.latest(connection, sorted(comment_ids))
    new = []
    for comment_id, standing in sorted(standings.items()):
        current = latest[comment_id]
        filed = current.outcome in (Outcome.SPAM, Outcome.REJECT)
        if not filed or not any(reason.label in signal_names for reason in current.reasons):
            continue
        sentence = "A decision for which it had been filed was taken back."
        reasons = (Reason(ReasonCode.TAKEN_BACK, sentence),)
        new.append(standing.next_decision(Outcome.HOLD, current.actor, reasons, now))
    decisions.append(connection, new, standings)
    made = [(decision, standings[decision.comment_id]) for decision in new]
    decision_events.put(connection, made, entropy)
    return len(new)
