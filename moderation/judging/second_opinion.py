"""Second opinions: asked for held comments once nobody waits to be judged; kept as advice, and rarely allowed to approve.

The question is a row, so that a courier that dies loses nothing. What is sent is the comment's text and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass

from moderation.domain.comment import GONE, PageState, Status
from moderation.domain.decision import Actor, ActorKind, Decision, Outcome, Reason
from moderation.domain.ids import Entropy
from moderation.domain.policy import Policy
from moderation.domain.policy_scopes import WHOLE_SITE
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.score import Findings
from moderation.domain.second_opinion import (
    SECOND_OPINION,
    TEXT_LIMIT,
    ModelAnswer,
    ModelOpinion,
    Permission,
    Prompt,
    Unanswered,
    digest_of,
    obstacle,
    permits,
    prompt_of,
)
from moderation.judging.verdicts import in_force_for
from moderation.policies.scoped import InForce
from moderation.store import (
    claims,
    decisions,
    held_ranks,
    judging_queue,
    legal_notices,
    outbox,
    policy_scopes,
    proposals,
    queues,
    second_opinion_sites,
    second_opinion_usage,
    second_opinions,
    sites,
)
from moderation.store.decisions import Standing
from moderation.store.judging_queue import JudgingJob
from moderation.store.second_opinion_usage import ANSWERED, APPROVED, KNOWN, TOO_LONG, Budget
from moderation.store.second_opinions import Question, StoredOpinion
from moderation.store.sql.engine import Connection, Store

# ms until a question that was not answered is asked again, by attempts made; after the last it is given up.
RETRY_AFTER = (60_000, 900_000)

Ask = Callable[[Prompt, str], ModelAnswer]


@dataclass(frozen=True, slots=True)
class AskResult:
    """What one call did. busy: it did something, and there may be more. deliveries: how many it queued. approved: the id
    of a comment that was approved, '' none.
    """

    busy: bool = False
    deliveries: int = 0
    approved: str = ""


@dataclass(frozen=True, slots=True)
class _Asking:
    """A claimed question as it is asked. known: its answer, where the same was asked before."""

    question: Question
    text: str
    prompt: Prompt
    digest: str
    known: ModelOpinion | None


def ask_one(
    store: Store,
    ask: Ask,
    model: str,
    budget: Budget,
    default: Policy,
    *,
    lease_ms: int,
    now: Callable[[], int],
    entropy: Entropy,
) -> AskResult:
    """Asks one question that is due and keeps the answer; nothing while a comment waits to be judged, the endpoint is left
    alone or the budget is used up.

    ask: takes a while and may raise Unanswered; it runs outside any transaction. default: the policy of sites without their
    own. lease_ms: longer than ask takes. Raises Unavailable.
    """
    with store.read() as connection:
        at = now()
        if (
            not second_opinions.is_due(connection, at)
            or judging_queue.is_due(connection, at)
            or second_opinion_usage.paused_until(connection, model) > at
            or not all(second_opinion_usage.left(connection, budget, at))
        ):
            return AskResult()
    with store.write() as connection:
        question = second_opinions.claim(connection, now(), now() + lease_ms)
        if question is None:
            return AskResult()
        asking = _prepare(connection, question, model, default, now())
        if asking is None:
            return AskResult(busy=True)
        if asking.known is None and not second_opinion_usage.spend(connection, budget, now()):
            second_opinions.postpone(connection, question, now(), counted=False)
            return AskResult()
    try:
        answer = ModelAnswer(asking.known, 0) if asking.known else ask(asking.prompt, asking.text)
    except Unanswered as failure:
        with store.write() as connection:
            _note_failure(connection, question, model, failure, now())
        return AskResult(busy=True)
    with store.write() as connection:
        _note_answer(connection, answer, model, now())
        return _record(connection, asking, answer.opinion, model, default, now(), entropy)


def _prepare(
    connection: Connection, question: Question, model: str, default: Policy, now: int
) -> _Asking | None:
    """None where it need not be asked: then it is dropped, or given up."""
    id = question.comment_id
    site = second_opinion_sites.get(connection, question.site_id)
    jobs = judging_queue.jobs_of(connection, {id: 0})
    standing = decisions.standings(connection, [id]).get(id)
    if (
        site is None
        or not jobs
        or standing is None
        or standing.status in GONE
        or standing.revision != question.revision
        or (standing.status is not Status.HELD and not question.past)
    ):
        second_opinions.drop(connection, question)
        return None
    job = jobs[0]
    if len(job.text) > TEXT_LIMIT:
        second_opinion_usage.note(connection, now, {TOO_LONG: 1})
        second_opinions.postpone(connection, question, None)
        return None
    prompt = site_prompt(connection, question.site_id, _in_force(connection, job, default).policy)
    digest = digest_of(model, prompt, job.text)
    known = second_opinions.known_answer(connection, digest)
    return _Asking(question, job.text, prompt, digest, known)


def _in_force(connection: Connection, job: JudgingJob, default: Policy) -> InForce:
    """The policy that decides about a comment, by what was measured of it."""
    stored = {job.site_id: (job.policy, job.policy_scopes)}
    policies = policy_scopes.policies_of(connection, stored, default)[job.site_id]
    findings = decisions.newest_findings(connection, [job.id]) if policies.are_scoped else {}
    return in_force_for(job, findings.get(job.id, Findings()), policies)


def site_prompt(connection: Connection, site_id: str, policy: Policy) -> Prompt:
    """The instructions by the site's reasons and policy."""
    return prompt_of(sites.reasons(connection, site_id), policy)


def _note_answer(connection: Connection, answer: ModelAnswer, model: str, now: int) -> None:
    if not answer.requests:
        second_opinion_usage.note(connection, now, {KNOWN: 1})
        return
    counts = {
        ANSWERED: 1,
        second_opinion_usage.ASKED: answer.requests - 1,
        second_opinion_usage.TOKENS: answer.tokens,
    }
    second_opinion_usage.note(connection, now, counts)
    second_opinion_usage.note_success(connection, model)


def _note_failure(
    connection: Connection, question: Question, model: str, failure: Unanswered, now: int
) -> None:
    """Counts it, and asks again later; never more than the attempts there are."""
    counts = {
        failure.kind: 1,
        second_opinion_usage.ASKED: failure.requests - 1,
        second_opinion_usage.TOKENS: failure.tokens,
    }
    second_opinion_usage.note(connection, now, counts)
    second_opinion_usage.note_failure(connection, model, now, failure.retry_after)
    attempts = question.attempts
    is_last = attempts > len(RETRY_AFTER)
    wait = 0 if is_last else max(RETRY_AFTER[attempts - 1], failure.retry_after or 0)
    second_opinions.postpone(connection, question, None if is_last else now + wait)


def _record(
    connection: Connection,
    asking: _Asking,
    opinion: ModelOpinion,
    model: str,
    default: Policy,
    now: int,
    entropy: Entropy,
) -> AskResult:
    """Keeps an answer, ranks the comment by it, and approves where the site lets it."""
    question = asking.question
    id = question.comment_id
    job = next(iter(judging_queue.jobs_of(connection, {id: 0})), None)
    # With what it answers, which is not decided about meanwhile.
    ids = [id, job.parent_id] if job and job.parent_id else [id]
    standings = decisions.standings(connection, sorted(ids))
    standing = standings.get(id)
    if job is None or standing is None or standing.status in GONE:
        second_opinions.drop(connection, question)
        return AskResult(busy=True)
    stored = StoredOpinion(
        id,
        question.revision,
        model,
        asking.prompt.version,
        opinion,
        standing.sequence,
        now,
    )
    if standing.revision != question.revision or not second_opinions.answer(
        connection, question, stored, asking.digest
    ):
        return AskResult(busy=True)
    if standing.status is not Status.HELD:
        return AskResult(busy=True)
    held_ranks.add(connection, id, standing.site_id, SECOND_OPINION, opinion.fine)
    site = second_opinion_sites.get(connection, standing.site_id)
    permission = site.permission if site else None
    in_force = _in_force(connection, job, default)
    # As the site's rules are now: they may have changed while it was asked.
    prompt = site_prompt(connection, standing.site_id, in_force.policy)
    if (
        permission is None
        or not permits(permission, opinion, model, asking.prompt)
        or prompt != asking.prompt
        or not _may_approve(connection, job, standing, standings.get(job.parent_id), in_force)
    ):
        return AskResult(busy=True)
    decision = _approval(standing, opinion, model, permission, now)
    decisions.append(connection, [decision], {id: standing})
    judging_queue.judge_replies_again(connection, [id], now)
    second_opinion_usage.note(connection, now, {APPROVED: 1})
    deliveries = outbox.put(connection, [standing.event(decision)], entropy)
    return AskResult(True, deliveries, id)


def _may_approve(
    connection: Connection,
    job: JudgingJob,
    standing: Standing,
    parent: Standing | None,
    in_force: InForce,
) -> bool:
    """Whether nothing but scores of toxicity models, or an unknown language, holds the comment.

    No person has decided, proposed or is about to, no reader has reported it, its page is open and was when it came in, readers see what it
    answers, and the policy is still the one that held it.
    """
    id = standing.comment_id
    if standing.decided_by != ActorKind.POLICY or job.page_state is not PageState.OPEN:
        return False
    # Permission was given for what the site's own policy holds.
    if in_force.scope != WHOLE_SITE:
        return False
    if in_force.hours and in_force.hours.is_closed(job.came_in):
        return False
    if job.parent_id and (parent is None or parent.status is not Status.APPROVED):
        return False
    if claims.live(connection, [id]) or proposals.open_of(connection, [id]):
        return False
    if legal_notices.open_of(connection, [id]):
        return False
    entry = queues.by_id(connection, id, [standing.site_id])
    decision = decisions.latest(connection, [id]).get(id)
    if entry is None or entry.reports or decision is None or decision.outcome is not Outcome.HOLD:
        return False
    if decision.actor.version != in_force.policy.version or decision.revision != standing.revision:
        return False
    findings = decisions.newest_findings(connection, [id]).get(id)
    if findings is None:
        return False
    values = {signal.name: signal.value for signal in findings.signals}
    codes = {reason.code for reason in decision.reasons}
    return not obstacle(codes, in_force.policy, values, failed=bool(findings.failed))


def _approval(
    standing: Standing, opinion: ModelOpinion, model: str, permission: Permission, now: int
) -> Decision:
    """A machine's decision. Its reason does not quote the model, whose words are no more than advice."""
    reason = Reason(
        ReasonCode.SECOND_OPINION,
        f"A second opinion ({model}) calls it fine, {opinion.probability:.2f}; the site lets it approve from "
        f"{permission.approve_from:g}.",
        SECOND_OPINION,
        opinion.probability,
        permission.approve_from,
    )
    actor = Actor(ActorKind.POLICY, SECOND_OPINION, permission.prompt_version)
    return standing.next_decision(Outcome.APPROVE, actor, (reason,), now)
