"""The panel: every scorer, each with a deadline, none in another's way."""

from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate, Signal
from moderation.scorers.pipeline import ScorerPipeline
from tests.factories import Scripted, panel


def candidates(*texts):
    return [Candidate(text, normalise(text)) for text in texts]


class Second(Scripted):
    name = "second"


class Short(Scripted):
    """Answers for fewer texts than it was asked about."""

    def measure(self, batch):
        return super().measure(batch)[:-1]


class Proud(Scripted):
    """Gives a probability above 1."""

    def measure(self, batch):
        return [(Signal("toxicity", 1.5, self.name, model="m", sha256="0"),) for _ in batch]


def test_findings_come_in_order_from_every_scorer():
    both = ScorerPipeline([Scripted(), Second()], 5.0)
    good, bad = both.measure(candidates("good", "bad"))
    assert [signal.value for signal in good.signals] == [0.1, 0.1]
    assert [signal.scorer for signal in bad.signals] == ["scripted", "second"]
    assert not good.failed


def test_a_hung_scorer_fails_alone_at_once_and_comes_back():
    slow, well = Scripted("hangs"), Second()
    both = ScorerPipeline([slow, well], timeout=0.05)
    [first] = both.measure(candidates("a"))
    assert (first.failed, [signal.scorer for signal in first.signals]) == (
        ("scripted",),
        ["second"],
    )
    assert both.hung
    assert both.failing == ("scripted",)
    [second] = both.measure(candidates("b"))
    assert second.failed == ("scripted",)
    assert slow.calls == 1  # it was not asked again while it had not come back
    slow.mood = "well"
    slow.awake.set()
    while both.hung:
        pass
    [third] = both.measure(candidates("c"))
    assert third.failed == ()
    assert both.failing == ()


def test_a_scorer_that_answers_nobody_is_not_asked_about_everyone():
    missing = Scripted("missing")
    found = panel(missing).measure(candidates(*(str(number) for number in range(64))))
    assert all(one.failed == ("scripted",) for one in found)
    assert missing.calls == 1 + 3


def test_much_text_is_measured_in_parts():
    scorer = Scripted()
    found = panel(scorer).measure(candidates("bad", "good " * 13_000, "bad", "x" * 60_000))
    assert [one.signals[0].value for one in found] == [0.9, 0.1, 0.9, 0.1]
    assert scorer.calls == 2  # 65 kB are one part


def test_nonsense_is_a_failure():
    for scorer in (Scripted("nan"), Short(), Proud()):
        findings = panel(scorer).measure(candidates("a", "b"))
        assert all(finding.failed == ("scripted",) and not finding.signals for finding in findings)


def test_an_explanation_that_fails_is_none():
    class Mute(Scripted):
        def explain(self, candidate, label):
            raise ZeroDivisionError

    [comment] = candidates("bad")
    assert panel(Mute()).explain(comment, "scripted", "toxicity") == ()
    assert panel().explain(comment, "nobody", "toxicity") == ()
    [span] = panel().explain(comment, "scripted", "toxicity")
    assert comment.text[span.start : span.end] == "bad"
