"""Comments that are made up for a filled database, and what of theirs stands in its rows."""

import json
from dataclasses import dataclass
from functools import cache

from moderation.domain.score import Findings, Signal
from moderation.domain.urgency import urgent_at

COMMON, RARE = "toxic", "threat"  # reasons of every second held comment, and of one in a thousand
_OTHERS = ("insult", "likely_spam", "language_unsupported", "obscene", "new_author")
SCORES = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack", "spam")


@dataclass(frozen=True, slots=True)
class MadeComment:
    number: int
    id: str
    time: int
    site_id: str
    status: str
    campaign_id: str
    sequence: int

    @property
    def codes(self) -> list[str]:
        if self.status == "approved":
            return []
        code = COMMON if self.number % 2 else _OTHERS[self.number // 2 % len(_OTHERS)]
        return [code, RARE] if self.number % 1_000 == 9 else [code]


def key_of(kind: str, number: int) -> str:
    return f"{kind}{number:0{64 - len(kind)}d}"


def reported(comment: MadeComment) -> tuple[int, str]:
    """How many reports wait, and the first of them: of every fiftieth comment that readers see."""
    if comment.status != "approved" or comment.number % 50:
        return 0, ""
    return 1, f"rpt_{comment.id[4:]}"


@cache
def _mildness(percent: int) -> int:
    findings = Findings((Signal("toxicity", percent / 100, "bundled", "bundled-1"),))
    return urgent_at(0, findings, 0)


def urgency_of(time: int, percent: int) -> int:
    return time + _mildness(percent)


@cache
def reasons_json(codes: tuple[str, ...]) -> str:
    message = "{} 0.91, the limit is 0.5."
    return json.dumps(
        [
            {"code": code, "message": message.format(code), "label": code, "value": 0.91}
            for code in codes
        ]
    )


@cache
def signals_json(percent: int) -> str:
    signal = {"value": percent / 100, "scorer": "bundled", "model": "bundled-1"}
    return json.dumps([{"name": name, **signal} for name in SCORES])
