"""What people read has no names out of the code."""

import re
from pathlib import Path

import pytest

from moderation.domain.labels import LABELS, in_words, label_of
from moderation.domain.policy import decide
from moderation.domain.reason_codes import ReasonCode
from moderation.domain.score import Findings, Signal
from moderation.policies import load_policy
from moderation.scorers.spam.heuristic import HEURISTICS

POLICIES = sorted(Path("moderation/policies").glob("*.toml"))
INTERNAL = re.compile(r"[a-z]_[a-z]|\b[a-z]+,[a-z]+\b")  # throwaway_link; links,words


def test_every_heuristic_code_and_documented_signal_has_a_label() -> None:
    documented = re.findall(r"`([a-z]+_[a-z_]+)`", Path("docs/spam.md").read_text(encoding="utf-8"))
    table = [name for name in documented if name in _signal_table()]
    assert len(table) > 20
    codes = {rule.code for path in POLICIES for rule in load_policy(path.stem).rules}
    for name in {*HEURISTICS, *ReasonCode, *codes, *table}:
        assert name in LABELS or "_" not in name, name


def _signal_table() -> set[str]:
    lines = Path("docs/spam.md").read_text(encoding="utf-8").splitlines()
    cells = (line.split("|")[1] for line in lines if line.startswith("| `"))
    return {name for cell in cells for name in re.findall(r"`([a-z_]+)`", cell)}


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_no_reason_of_a_shipped_policy_names_a_signal(path: Path) -> None:
    """Every rule, with each of its signals in turn and a note as the spam model writes it."""
    policy = load_policy(path.stem)
    seen = set()
    for rule in policy.rules:
        wanted = [condition for condition in rule.conditions if condition.at_least is not None]
        for name in wanted[0].signals:
            others = [condition.signals[0] for condition in wanted[1:]]
            signals = [
                Signal(each.rstrip("*"), 9.0, "scorer", note="link_masked,link_in_name,words")
                for each in dict.fromkeys([name, *others])
            ]
            for reason in decide(policy, Findings(tuple(signals))).reasons:
                seen.add(reason.code)
                assert not INTERNAL.search(reason.message), reason.message
    assert {rule.code for rule in policy.rules} <= seen


def test_a_note_that_is_no_list_of_signals_stays() -> None:
    assert in_words("link_masked,words") == "link that names another site, its words"
    for note in ("harbour_news.test,words", "de", "", "links, and more"):
        assert in_words(note) == note
    assert label_of("our_own_rule") == "our own rule"
