"""A comment as a moderator sees it: words, marked pieces of text, bars; no HTML and no I/O."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from moderation.domain.comment import Status
from moderation.domain.decision import ActorKind, Decision, Outcome, Reason
from moderation.domain.policy import format_score
from moderation.domain.score import Span
from moderation.review.queues import CommentCard

QUEUE_NAMES = {
    Status.HELD: "Held",
    Status.PENDING: "Not judged yet",
    Status.APPROVED: "Approved",
    Status.REJECTED: "Rejected",
    Status.SPAM: "Spam",
    Status.ERASED: "Erased",
}
VERBS = {
    Outcome.APPROVE: "Approve",
    Outcome.REJECT: "Reject",
    Outcome.SPAM: "Spam",
    Outcome.HOLD: "Hold",
}
OUTCOME_WORDS = {
    Outcome.APPROVE: "approved",
    Outcome.REJECT: "rejected",
    Outcome.SPAM: "marked as spam",
    Outcome.HOLD: "held",
}
# A text longer than this gets its own scroll bar, so that one comment does not hide the next.
LONG_TEXT, LONG_LINES = 1_500, 20
# Scores below this are told in words behind the history: they explain nothing.
LOW_SCORE = 0.1


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A run of text. why: the codes of the reasons that point at it, '' for none."""

    text: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class ScoreBar:
    """A score as a bar of 100 units. mark: where the policy's line is, None where none was crossed."""

    name: str
    value: str
    width: int
    mark: int | None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a comment's history."""

    sequence: int
    said: str
    who: str
    by_person: bool
    time: str
    iso: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class CommentView:
    """A card. opening: the first words, to recognise the comment by."""

    card: CommentCard
    pieces: list[TextPiece]
    opening: str
    is_long: bool
    bars: list[ScoreBar]
    low_bars: list[ScoreBar]
    reasons: tuple[Reason, ...]
    history: list[HistoryEntry]
    actions: list[tuple[str, str]]
    time: str
    iso: str
    age: str


def comment_view(card: CommentCard, names: Mapping[str, str], now: int) -> CommentView:
    """names: the e-mails of those who decided, by moderator id. now: ms."""
    reasons = _reasons(card)
    history = [history_entry(one, names) for one in card.decisions]
    shown = score_bars(card.scores, reasons)
    high = [bar for bar in shown if bar.mark is not None or bar.width >= 100 * LOW_SCORE]
    return CommentView(
        card=card,
        pieces=marked_pieces(card.text, reasons),
        opening=excerpt(card.text),
        is_long=len(card.text) > LONG_TEXT or card.text.count("\n") > LONG_LINES,
        bars=high,
        low_bars=[bar for bar in shown if bar not in high],
        reasons=reasons,
        history=history,
        actions=[
            (outcome.value, verb)
            for outcome, verb in VERBS.items()
            if card.decision is None or outcome is not card.decision.outcome
        ],
        time=utc_time(card.created_at),
        iso=iso(card.created_at),
        age=age(now - card.created_at),
    )


def _reasons(card: CommentCard) -> tuple[Reason, ...]:
    """Why the machine decided as it did last: advice, even after a person has decided otherwise.

    Only for the text that is shown: an older revision's spans would point at the wrong words.
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
    found: list[TextPiece] = []
    open_now: Counter[str] = Counter()
    last, why = 0, ""
    for at in (*sorted(edges), len(text)):
        if last < at:
            if found and found[-1].why == why:  # one span ends where the next begins
                found[-1] = TextPiece(found[-1].text + text[last:at], why)
            else:
                found.append(TextPiece(text[last:at], why))
        for code, step in edges.get(at, ()):
            open_now[code] += step
        last, why = at, ", ".join(sorted(code for code, depth in open_now.items() if depth > 0))
    return found


def pieces_of_spans(text: str, spans: Sequence[Span]) -> list[TextPiece]:
    """The text cut at spans, without a reason."""
    return marked_pieces(text, [Reason("match", "", spans=tuple(spans))])


def score_bars(scores: Mapping[str, float], reasons: Sequence[Reason]) -> list[ScoreBar]:
    """The scores, highest first."""
    lines = {one.label: one.threshold for one in reasons if one.label and one.threshold is not None}
    return [
        ScoreBar(
            label(name),
            format_score(value),
            _percent(value),
            _percent(lines[name]) if name in lines else None,
        )
        for name, value in sorted(scores.items(), key=lambda one: (-one[1], one[0]))
    ]


def _percent(value: float | None) -> int:
    return round(100 * min(1.0, max(0.0, value or 0.0)))


def label(name: str) -> str:
    return name.replace("_", " ")


def history_entry(decision: Decision, names: Mapping[str, str]) -> HistoryEntry:
    by_person = decision.actor.kind is ActorKind.MODERATOR
    return HistoryEntry(
        sequence=decision.sequence,
        said=OUTCOME_WORDS[decision.outcome],
        who=_who(decision, names),
        by_person=by_person,
        time=utc_time(decision.created_at),
        iso=iso(decision.created_at),
        reasons=decision.reasons,
    )


def _who(decision: Decision, names: Mapping[str, str]) -> str:
    actor = decision.actor
    if actor.kind is ActorKind.POLICY:
        return f"the policy “{actor.id}”"
    if actor.kind is ActorKind.IMPORT:
        return "the import"
    return person_name(actor.id, names)


def person_name(id: str, names: Mapping[str, str]) -> str:
    """Whoever decided, in words. names: the e-mails of moderators, by id."""
    if id == "command":
        return "the command line"
    return names.get(id) or ("the site's own server" if id.startswith("key_") else "a moderator")


def excerpt(text: str, limit: int = 60) -> str:
    words = " ".join(text[: 4 * limit].split())
    return words if len(words) <= limit else words[:limit].rstrip() + "…"


def iso(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat(timespec="seconds")


def utc_time(millis: int) -> str:
    at = datetime.fromtimestamp(millis / 1000, UTC)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def age(millis: int) -> str:
    """'5 min ago', coarse on purpose: it tells what has waited too long."""
    minutes = max(0, millis) // 60_000
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // (24 * 60)} days ago"
