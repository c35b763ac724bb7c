"""What moderators see of a comment: marked text, score bars, reasons, history; no HTML and no I/O."""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from moderation.domain.audit import COMMAND, SERVICE
from moderation.domain.comment import GONE, Status
from moderation.domain.decision import Actor, ActorKind, Decision, Outcome, Reason
from moderation.domain.labels import label_of
from moderation.domain.page_url import origin_of
from moderation.domain.policy import format_score
from moderation.domain.proposal import ProposalState
from moderation.domain.score import Span
from moderation.domain.second_opinion import SECOND_OPINION, Label
from moderation.domain.website import public_website
from moderation.review.queues import CommentCard
from service.console.language import N_, _, current, ngettext, number, upfirst
from service.console.policy_scope import scope_in_words

# Tables of words are English; what shows one translates it.
QUEUE_NAMES = {
    Status.HELD: N_("Held"),
    Status.PENDING: N_("Not judged yet"),
    Status.APPROVED: N_("Approved"),
    Status.REJECTED: N_("Rejected"),
    Status.SPAM: N_("Spam"),
    Status.WITHDRAWN: N_("Withdrawn"),
    Status.ERASED: N_("Erased"),
}
STATUS_WORDS = {
    Status.HELD: N_("held"),
    Status.PENDING: N_("not judged yet"),
    Status.APPROVED: N_("approved"),
    Status.REJECTED: N_("rejected"),
    Status.SPAM: N_("spam"),
    Status.WITHDRAWN: N_("withdrawn"),
    Status.ERASED: N_("erased"),
}
VERBS = {
    Outcome.APPROVE: N_("Approve"),
    Outcome.REJECT: N_("Reject"),
    Outcome.SPAM: N_("Spam"),
    Outcome.HOLD: N_("Hold"),
}
OUTCOME_WORDS = {
    Outcome.APPROVE: N_("approved"),
    Outcome.REJECT: N_("rejected"),
    Outcome.SPAM: N_("marked as spam"),
    Outcome.HOLD: N_("held"),
}
MONTHS = [
    N_("Jan"),
    N_("Feb"),
    N_("Mar"),
    N_("Apr"),
    N_("May"),
    N_("Jun"),
    N_("Jul"),
    N_("Aug"),
    N_("Sep"),
    N_("Oct"),
    N_("Nov"),
    N_("Dec"),
]
# A text longer than this gets its own scroll bar, so that one comment does not hide the next.
LONG_TEXT, LONG_LINES = 1_500, 20
# Scores below this explain nothing, and stand in words behind the history.
LOW_SCORE = 0.1


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A run of text. why: the reasons that point at it, in words; '' for none."""

    text: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class ScoreBar:
    """A score as a bar of 100 units. name: in words; code: its own. threshold: the policy's, None where none was crossed."""

    name: str
    value: str
    width: int
    threshold: int | None
    code: str = ""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a history. outcome, who: in words. created_at: ms. sequence: 0 where it has no number. text: that the
    comment had until then, '' where it stayed. sentence: to its writer. proposer: the trainee
    who proposed it, '' nobody.
    """

    sequence: int
    outcome: str
    who: str
    created_at: int
    reasons: tuple[Reason, ...] = ()
    text: str = ""
    sentence: str = ""
    proposer: str = ""


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment as a card. opening: its first words. outcome: the decision in effect, '' for none. newer: the last
    decision, where nothing happened after it. reported: what readers reported, in words. claimer: who has claimed it,
    '' nobody. strongest: the one reason that says most, in words. page_link: '' where the page's URL is no web address.
    second_opinion: in words, without the model's sentence; '' for none. html: the text as readers see it, '' where that
    is as it was typed. choices: the site's reasons, as codes and names. wrong: scores that people called wrong, as
    names, words and who.
    proposed, proposer: what a trainee proposes, in words, and who; '' where none does. website: where the author's leads, and
    its host; '' for both where readers are never led there.
    """

    card: CommentCard
    pieces: list[TextPiece]
    opening: str
    outcome: str
    is_long: bool
    bars: list[ScoreBar]
    low_bars: list[ScoreBar]
    reasons: tuple[Reason, ...]
    history: list[HistoryEntry]
    newer: HistoryEntry | None
    reported: str
    actions: list[tuple[str, str]]
    claimer: str
    strongest: str
    page_link: str
    website: tuple[str, str] = ("", "")
    second_opinion: str = ""
    proposed: str = ""
    proposer: str = ""
    choices: Sequence[tuple[str, str]] = ()
    html: str = ""
    wrong: Sequence[tuple[str, str, str]] = ()


def comment_view(card: CommentCard, names: Mapping[str, str]) -> CommentView:
    """names: the e-mails of those who decided, by moderator id."""
    reasons = _reasons(card)
    agreed = {
        proposal.answered_in: proposal.moderator_id
        for proposal in card.proposals
        if proposal.state is ProposalState.AGREED
    }
    decided = [_history_entry(decision, names, agreed) for decision in card.decisions]
    history = list(heapq.merge(decided, _writers_changes(card), key=lambda entry: entry.created_at))
    is_last = bool(decided) and decided[-1].sequence == card.sequence
    bars = score_bars(card.scores, reasons)
    high = [bar for bar in bars if bar.threshold is not None or bar.width >= 100 * LOW_SCORE]
    return CommentView(
        card=card,
        pieces=marked_pieces(card.text, reasons),
        opening=excerpt(card.text),
        outcome=decided[-1].outcome if decided else "",
        is_long=len(card.text) > LONG_TEXT or card.text.count("\n") > LONG_LINES,
        bars=high,
        low_bars=[bar for bar in bars if bar not in high],
        reasons=reasons,
        history=history,
        newer=decided[-1] if is_last else None,
        reported=_reported(card),
        actions=_actions(card),
        claimer=person_name(card.claim.moderator_id, names) if card.claim else "",
        strongest=_strongest(reasons),
        proposed=_(VERBS[card.proposal.outcome]) if card.proposal else "",
        proposer=person_name(card.proposal.moderator_id, names) if card.proposal else "",
        page_link=card.page_url if card.page_url.startswith(("https://", "http://")) else "",
        website=_website(card.author_url),
        second_opinion=_second_opinion(card),
    )


def _website(typed: str) -> tuple[str, str]:
    url = public_website(typed)
    return url, origin_of(url).partition("://")[2]


_OPINIONS = {
    Label.FINE: N_("likely fine"),
    Label.UNSURE: N_("unsure"),
    Label.REMOVE: N_("likely to be removed"),
}


def _second_opinion(card: CommentCard) -> str:
    """'Second opinion (llama3.1): likely fine .92'; '' where there is none. The model's sentence stands apart, as hostile text."""
    if card.second_opinion is None:
        return ""
    opinion = card.second_opinion.opinion
    return _(
        "Second opinion (%(model)s): %(opinion)s %(probability)s",
        model=card.second_opinion.model,
        opinion=_(_OPINIONS[opinion.label]),
        probability=number(opinion.probability, 2).removeprefix("0"),
    )


def _strongest(reasons: Sequence[Reason]) -> str:
    """'Toxicity .93'; '' where there is no reason."""
    if not reasons:
        return ""
    reason = max(reasons, key=lambda reason: reason.value or 0)
    value = reason.value or 0
    score = f" {number(value, 2)}" if 0 < value < 1 else ""
    if current().code == "en":
        score = score.replace(" 0.", " .")
    return f"{upfirst(label(reason.code))}{score}"


def _actions(card: CommentCard) -> list[tuple[str, str]]:
    """What can be decided: not what was decided last, unless somebody doubts it; nothing about what is gone."""
    if card.status in GONE:
        return []
    is_doubted = card.reports or card.legal_notices
    current = card.decision.outcome if card.decision and not is_doubted else None
    return [(outcome.value, _(verb)) for outcome, verb in VERBS.items() if outcome is not current]


def _reported(card: CommentCard) -> str:
    if not card.reports:
        return ""
    reasons = ", ".join(
        f"{label(reason)} {number(count)}" for reason, count in card.open_reports.reasons.items()
    )
    return ngettext(
        "Reported by %(n)s reader: %(reasons)s",
        "Reported by %(n)s readers: %(reasons)s",
        card.reports,
        reasons=reasons,
    )


def _writers_changes(card: CommentCard) -> Iterator[HistoryEntry]:
    """What the writer did: a line for each change of the text, and one for the withdrawal."""
    times = [earlier.created_at for earlier in card.earlier[1:]] + [card.text_at]
    for revision, changed_at in zip(card.earlier, times, strict=False):
        yield HistoryEntry(0, _("changed"), _("its writer"), changed_at, text=revision.text)
    if card.withdrawn_at is not None:
        yield HistoryEntry(0, _("withdrawn"), _("its writer"), card.withdrawn_at)


def _reasons(card: CommentCard) -> tuple[Reason, ...]:
    """The reasons of the last automatic decision, even after a moderator has decided otherwise.

    Only those about the text that is shown: an older revision's spans would point at the wrong words.
    """
    for decision in reversed(card.decisions):
        if decision.revision == card.revision and decision.actor.kind is not ActorKind.MODERATOR:
            return decision.reasons
    return ()


def marked_pieces(text: str, reasons: Iterable[Reason]) -> list[TextPiece]:
    """The text cut where evidence begins or ends; together the pieces are the text."""
    edges: dict[int, list[tuple[str, int]]] = {}
    for reason in reasons:
        for span in reason.spans:
            start, end = max(0, span.start), min(len(text), span.end)
            if start < end:
                edges.setdefault(start, []).append((reason.code, 1))
                edges.setdefault(end, []).append((reason.code, -1))
    pieces: list[TextPiece] = []
    open_spans: Counter[str] = Counter()
    start, why = 0, ""
    for end in (*sorted(edges), len(text)):
        if start < end:
            if pieces and pieces[-1].why == why:  # one span ends where the next begins
                pieces[-1] = TextPiece(pieces[-1].text + text[start:end], why)
            else:
                pieces.append(TextPiece(text[start:end], why))
        for code, step in edges.get(end, ()):
            open_spans[code] += step
        start, why = (
            end,
            ", ".join(label(code) for code in sorted(open_spans) if open_spans[code] > 0),
        )
    return pieces


def pieces_of_spans(text: str, spans: Sequence[Span]) -> list[TextPiece]:
    """The text cut at spans, without a reason."""
    return marked_pieces(text, [Reason("match", "", spans=tuple(spans))])


def score_bars(scores: Mapping[str, float], reasons: Sequence[Reason]) -> list[ScoreBar]:
    """The scores, highest first."""
    thresholds = {
        reason.label: reason.threshold
        for reason in reasons
        if reason.label and reason.threshold is not None
    }
    return [
        ScoreBar(
            label(name),
            _score(value),
            _percent(value),
            _percent(thresholds[name]) if name in thresholds else None,
            name,
        )
        for name, value in sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    ]


def _score(value: float) -> str:
    """As the policy's sentences write it, with the decimal sign of the language."""
    return format_score(value).replace(".", current().decimal)


def _percent(value: float | None) -> int:
    return round(100 * min(1.0, max(0.0, value or 0.0)))


def _history_entry(
    decision: Decision, names: Mapping[str, str], agreed: Mapping[int | None, str]
) -> HistoryEntry:
    """agreed: whose proposals were agreed with, by the sequence of the decision."""
    proposer = agreed.get(decision.sequence)
    return HistoryEntry(
        decision.sequence,
        _(OUTCOME_WORDS[decision.outcome]),
        _actor_name(decision.actor, names),
        decision.created_at,
        decision.reasons,
        sentence=decision.sentence,
        proposer=person_name(proposer, names) if proposer else "",
    )


def _actor_name(actor: Actor, names: Mapping[str, str]) -> str:
    if actor.kind is ActorKind.POLICY and actor.id == SECOND_OPINION:
        return _("a second opinion")
    if actor.kind is ActorKind.POLICY and actor.scope:
        part = scope_in_words(actor.scope)
        return _("the policy “%(name)s” for %(part)s", name=actor.id, part=part)
    if actor.kind is ActorKind.POLICY:
        return _("the policy “%(name)s”", name=actor.id)
    if actor.kind is ActorKind.IMPORT:
        return _("the import")
    return person_name(actor.id, names)


def person_name(id: str, names: Mapping[str, str]) -> str:
    """Who decided or changed something. id: a moderator's, an API key's, 'command' or 'service'; names: the
    e-mails of moderators, by id.
    """
    if id == COMMAND:
        return _("the command line")
    if id == SERVICE:
        return _("Gatehouse itself")
    return names.get(id) or (
        _("the site's own server") if id.startswith("key_") else _("a moderator")
    )


_NOT_SO = {
    "toxicity": N_("Not toxic"),
    "severe_toxicity": N_("Not severely toxic"),
    "obscene": N_("Not obscene"),
    "threat": N_("Not a threat"),
    "insult": N_("Not an insult"),
    "identity_attack": N_("Not an attack on a group"),
    "sexual_explicit": N_("Not sexual"),
    "spam": N_("Not spam"),
}


def not_so(name: str) -> str:
    """What a button says that calls a score wrong."""
    return _(_NOT_SO[name]) if name in _NOT_SO else _("Not so: %(label)s", label=label(name))


def label(code: str) -> str:
    """A signal or a reason in words."""
    return _(label_of(code))


def excerpt(text: str, limit: int = 60) -> str:
    """The beginning of a text on one line. limit: characters."""
    line = " ".join(text[: 4 * limit].split())
    return line if len(line) <= limit else line[:limit].rstrip() + "…"


def iso(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat(timespec="seconds")


def utc_time(millis: int) -> str:
    moment = datetime.fromtimestamp(millis / 1000, UTC)
    return _(
        "%(day)s %(month)s %(year)s, %(time)s UTC",
        day=moment.day,
        month=_(MONTHS[moment.month - 1]),
        year=moment.year,
        time=f"{moment:%H:%M}",
    )


def utc_clock(millis: int) -> str:
    return f"{datetime.fromtimestamp(millis / 1000, UTC):%H:%M:%S} UTC"


def age(millis: int) -> str:
    """'5 min ago': coarse, for it has to show what has waited too long."""
    minutes = max(0, millis) // 60_000
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("%(n)s min ago", n=minutes)
    if minutes < 48 * 60:
        return _("%(n)s h ago", n=minutes // 60)
    return _("%(n)s days ago", n=number(minutes // (24 * 60)))
