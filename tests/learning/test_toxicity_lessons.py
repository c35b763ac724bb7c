"""What moderators teach about toxicity: enough of both kinds, checked, only upwards, undone and erased without a trace."""

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from moderation.domain.comment import Submission
from moderation.domain.decision import Actor, ActorKind, Decision, Outcome, Reason
from moderation.domain.lesson import says_toxic
from moderation.domain.score import Findings, Signal
from moderation.learning import lessons
from moderation.learning.lesson_cache import LessonCache
from moderation.review import decisions
from moderation.scorers.models.vectors import pack_vector
from moderation.scorers.site.taught_toxicity import TaughtToxicity
from moderation.scorers.spam.spam_model import load_prior
from moderation.store import decisions as stored_decisions
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from moderation.upkeep.erase import erase
from tests.factories import NOON, hand_in, newspaper, reply
from tests.scorers.candidates import candidate

PRIOR = load_prior()
SHA = "ab" * 32
MINUTE = 60_000
REMOVED, PUBLISHED = Outcome.REJECT, Outcome.APPROVE


def vector(side: float, chance: np.random.Generator) -> bytes:
    """A text of one kind (side 1) or the other (-1), as the model sees it."""
    numbers = chance.normal(size=64)
    numbers[0] = 3 * side
    return pack_vector(numbers[None], [1])


def found(seen: bytes, score: float = 0.3, sha256: str = SHA) -> Findings:
    return Findings((Signal("toxicity", score, "bundled", "model-1", sha256, vector=seen),))


def teach(
    store: Store,
    site: Site,
    outcomes: Sequence[Outcome],
    *,
    who: str = "mod_alice",
    names: int = 20,
    at: int = NOON,
    seed: int = 1,
) -> list[str]:
    """Comments whose kind shows in their vectors, each decided by a moderator; their ids."""
    chance = np.random.default_rng(seed)
    written = [
        reply(site, f"The {seed}. remark of {number} words", at=at)
        for number in range(len(outcomes))
    ]
    ids = [
        hand_in(store, _by(comment, f"Reader {number % names}"))[0]
        for number, comment in enumerate(written)
    ]
    with store.write() as connection:
        sides = [1.0 if outcome is REMOVED else -1.0 for outcome in outcomes]
        measured = [
            (id, 1, 1, found(vector(side, chance))) for id, side in zip(ids, sides, strict=True)
        ]
        stored_decisions.add_findings(connection, measured, at)
    for id, outcome in zip(ids, outcomes, strict=True):
        decisions.decide(store, who, {site.id}, id, outcome, now=at, entropy=os.urandom)
    return ids


def _by(comment: Submission, name: str) -> Submission:
    return replace(comment, author=replace(comment.author, name=name))


def here(store: Store, site: Site, score: float = 0.3, sha256: str = SHA) -> tuple[Signal, ...]:
    """What is measured of a comment of the kind that is removed."""
    seen = vector(1.0, np.random.default_rng(99))
    asked = replace(
        candidate("A remark"), site_id=site.id, signals=found(seen, score, sha256).signals
    )
    return TaughtToxicity(LessonCache(store)).measure([asked])[0]


def packed(store: Store, site: Site) -> bytes:
    lesson = LessonCache(store)([site.id]).get(site.id)
    return lesson.toxicity if lesson else b""


BOTH = [REMOVED, PUBLISHED] * 40


def test_what_is_removed_here_scores_higher_here_and_nowhere_else(store: Store) -> None:
    site, other = newspaper(store), newspaper(store, "Blog", "https://blog.test")
    teach(store, site, BOTH)
    assert here(store, site) == ()
    assert lessons.learn(store, PRIOR, NOON + 3 * MINUTE) == len(BOTH)
    [signal] = here(store, site)
    assert signal.name == "toxicity_here" and signal.note == "1"
    assert 0.45 < signal.value < 0.66  # 0.3 and 1.5 logits
    assert here(store, other) == ()
    assert here(store, site, sha256="cd" * 32) == ()  # another model sees otherwise
    assert TaughtToxicity(LessonCache(store)).measure([candidate("A remark")]) == [()]


def test_what_the_model_finds_harmless_is_held_by_no_lesson(store: Store) -> None:
    site = newspaper(store)
    teach(store, site, BOTH)
    lessons.learn(store, PRIOR, NOON + 3 * MINUTE)
    for score in (0.0, 0.01, 0.1, 0.15):
        assert all(signal.value < 0.45 for signal in here(store, site, score))


@pytest.mark.parametrize(
    ("outcomes", "names"),
    [
        ([REMOVED] * 60, 20),
        ([PUBLISHED] * 60, 20),
        ([REMOVED, PUBLISHED] * 15, 20),
        (BOTH, 4),  # of two names each, five comments of a name count
    ],
)
def test_too_little_teaches_nothing(store: Store, outcomes: list[Outcome], names: int) -> None:
    site = newspaper(store)
    teach(store, site, outcomes, names=names)
    lessons.learn(store, PRIOR, NOON + 3 * MINUTE)
    assert packed(store, site) == b""


def test_decisions_that_do_not_follow_the_text_teach_nothing(store: Store) -> None:
    site = newspaper(store)
    chance = np.random.default_rng(5)
    kinds = [Outcome(outcome) for outcome in chance.permutation([each.value for each in BOTH])]
    ids = teach(store, site, BOTH)
    for id, outcome in zip(ids, kinds, strict=True):
        decisions.decide(
            store, "mod_alice", {site.id}, id, outcome, now=NOON + MINUTE, entropy=os.urandom
        )
    lessons.learn(store, PRIOR, NOON + 5 * MINUTE)
    assert packed(store, site) == b""


def test_taking_back_leaves_what_was_there_before_and_restoring_brings_it_again(
    store: Store,
) -> None:
    site = newspaper(store)
    teach(store, site, BOTH)
    lessons.learn(store, PRIOR, NOON + 3 * MINUTE)
    alice = packed(store, site)
    teach(store, site, BOTH[::-1], who="mod_mallory", at=NOON + 4 * MINUTE, seed=2)
    lessons.learn(store, PRIOR, NOON + 8 * MINUTE)
    both = packed(store, site)
    assert alice and both and alice != both
    now = NOON + 9 * MINUTE
    undone = lessons.undo(store, PRIOR, site.id, teacher="mod_mallory", now=now)
    assert packed(store, site) == undone.toxicity == alice
    lessons.undo(store, PRIOR, site.id, version=undone.version, now=now)
    assert packed(store, site) == both
    lessons.undo(store, PRIOR, site.id, teacher="mod_alice", now=now)
    lessons.undo(store, PRIOR, site.id, teacher="mod_mallory", now=now)
    assert packed(store, site) == b"" and here(store, site) == ()


def test_the_next_lesson_knows_nothing_of_a_comment_that_was_erased(store: Store) -> None:
    site = newspaper(store)
    teach(store, site, BOTH)
    lessons.learn(store, PRIOR, NOON + 3 * MINUTE)
    without = packed(store, site)
    later = teach(store, site, BOTH[:20], at=NOON + 4 * MINUTE, seed=3)
    lessons.learn(store, PRIOR, NOON + 8 * MINUTE)
    assert packed(store, site) != without
    for id in later:
        erase(store, {site.id}, id, now=NOON + 9 * MINUTE, entropy=os.urandom)
    with store.read() as connection:
        assert stored_decisions.newest_findings(connection, later) == {}  # their vectors
    [last] = hand_in(store, reply(site, "One more", at=NOON + 9 * MINUTE))
    decisions.decide(
        store, "mod_alice", {site.id}, last, PUBLISHED, now=NOON + 9 * MINUTE, entropy=os.urandom
    )
    lessons.learn(store, PRIOR, NOON + 12 * MINUTE)
    assert packed(store, site) == without


def _decision(outcome: Outcome, *codes: str, kind: ActorKind = ActorKind.MODERATOR) -> Decision:
    reasons = tuple(Reason(code, "") for code in codes)
    return Decision("cmt_1", 1, 1, outcome, Actor(kind, "mod_alice"), reasons, NOON)


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        (_decision(PUBLISHED), False),
        (_decision(PUBLISHED, "overturned"), False),
        (_decision(REMOVED), True),
        (_decision(REMOVED, "personal_attack"), True),
        (_decision(REMOVED, "off_topic"), None),
        (_decision(REMOVED, "spam"), None),
        (_decision(REMOVED, "bulk_decided"), None),
        (_decision(PUBLISHED, "campaign_decided"), None),
        (_decision(PUBLISHED, "site_said_so"), None),
        (_decision(PUBLISHED, "taken_back"), None),
        (_decision(Outcome.SPAM), None),
        (_decision(Outcome.HOLD), None),
        (_decision(REMOVED, kind=ActorKind.POLICY), None),
        (_decision(PUBLISHED, kind=ActorKind.IMPORT), None),
    ],
)
def test_only_a_persons_word_about_this_text_says_anything(
    decision: Decision, says: bool | None
) -> None:
    assert says_toxic(decision) is says
