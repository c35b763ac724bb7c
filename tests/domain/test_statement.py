"""Statements of reasons: made from every history, true to it, and silent about people and thresholds."""

import csv
from dataclasses import asdict, replace

from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.decision import Actor, ActorKind, Decision, Outcome, Reason, in_effect
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.statement import Ground, statement_of
from moderation.domain.statement_csv import COLUMNS, csv_of

HIDDEN = "canary"
_actors = st.sampled_from(
    [
        Actor(ActorKind.POLICY, "newsroom", "3f1c9a0b77de"),
        Actor(ActorKind.MODERATOR, f"mod_{HIDDEN}"),
        Actor(ActorKind.IMPORT, "disqus"),
    ]
)
_CODES = ["toxic", "links", "off_topic", "illegal", "taken_back", "reported", "-1+1"]
_MACHINES = frozenset(ReasonCode)


def reason(code, actor):
    """A machine's has sentences that tell too much; a person's choice the name it has in the site's list."""
    if actor.kind is ActorKind.MODERATOR and code not in _MACHINES:
        return Reason(code, f"={code}")
    return Reason(
        code, f"Linked by {HIDDEN}, the limit is 0.4321.", f"mod_{HIDDEN}", 0.9876, 0.4321
    )


@st.composite
def histories(draw):
    history = []
    for sequence in range(1, draw(st.integers(0, 5)) + 1):
        takes_back = sequence - 1 if sequence > 1 and draw(st.booleans()) else None
        outcome, actor = draw(st.sampled_from(list(Outcome))), draw(_actors)
        codes = draw(st.lists(st.sampled_from(_CODES), max_size=3))
        reasons = tuple(reason(code, actor) for code in codes)
        history.append(
            Decision("cmt_1", sequence, 1, outcome, actor, reasons, 1_790_000_000_000, takes_back)
        )
    return history


@given(histories())
def test_every_decision_against_a_comment_has_its_statement(history):
    made = statement_of(history, "The Herald")
    if not history or history[-1].outcome is Outcome.APPROVE:
        assert made is None
        return
    assert made is not None
    last = history[-1]
    counts = in_effect(history) or last
    assert (made.sequence, made.outcome, made.decided_at) == (
        last.sequence,
        last.outcome,
        last.created_at,
    )
    assert made.automated_decision == (counts.actor.kind is ActorKind.POLICY)
    assert made.automated_detection == any(fact.automated for fact in made.facts)
    codes = {fact.code for fact in made.facts}
    own = {reason.code for reason in counts.reasons} - {"taken_back"}
    assert own <= codes and "taken_back" not in codes
    assert (made.ground is Ground.LAW) == ("illegal" in codes)
    assert made.appeal is None and made.appeal_from is not None


@given(histories())
def test_nobody_is_named_and_no_threshold(history):
    made = statement_of(history, "The Herald")
    if made is None:
        return
    lines = csv_of([made], header=True)
    for text in (str(asdict(made)), " ".join(made.sentences), lines):
        assert HIDDEN not in text and "0.4321" not in text and "0.9876" not in text
    names, cells = csv.reader(lines.splitlines())
    assert tuple(names) == COLUMNS and len(cells) == len(COLUMNS)
    assert all(not cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_it_is_said_in_plain_words():
    policy = Actor(ActorKind.POLICY, "newsroom", "3f1c9a0b77de")
    found = (Reason("toxic", "Toxicity 0.91 reaches 0.45.", "toxicity", 0.91, 0.45),)
    held = Decision("cmt_1", 1, 1, Outcome.HOLD, policy, found, 1_790_000_000_000)
    person = Actor(ActorKind.MODERATOR, "mod_1")
    said = (Reason("off_topic", "Decided by a moderator."),)
    rejected = Decision("cmt_1", 2, 1, Outcome.REJECT, person, said, 1_790_000_060_000)
    by_machine, by_person = (statement_of(h, "The Herald") for h in ([held], [held, rejected]))
    assert by_machine and by_machine.sentences == (
        "The comment was held back on 21 September 2026, 14:13 UTC. "
        "Readers do not see it until a person approves it.",
        "Found by automated means: toxicity.",
        "Ground: the rules for comments of The Herald.",
        "Detected by automated means, decided by automated means.",
        "The writer may appeal once from 22 September 2026, 14:13 UTC on, with the token "
        "of the receipt. A person then looks at it. Going to a court remains possible.",
    )
    assert by_person and by_person.sentences[1:4] == (
        "Found by automated means: toxicity.",
        "Reason: off topic.",
        "Ground: the rules for comments of The Herald.",
    )
    assert by_person.sentences[4] == "Detected by automated means, decided by a person."
    named = (Reason("off_topic", "Nicht zum Thema"),)
    told = replace(rejected, reasons=named, sentence="Please write about the harbour.")
    in_words = statement_of([held, told], "The Herald")
    assert in_words and in_words.sentences[2:4] == (
        "Reason: Nicht zum Thema.",
        "From the moderators: Please write about the harbour.",
    )
    assert "Another person than the one who decided then looks at it." in by_person.sentences[5]
