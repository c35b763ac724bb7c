"""docs/webhooks.md is true: its Python runs, its example is ours, its tables are the code's."""

import json
import re
import time
from pathlib import Path

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from moderation import subscribe
from moderation.deliver import PER_ENDPOINT, signed
from moderation.domain.comment import Status
from moderation.domain.decision import Actor, ActorKind, Decision, Outcome, Reason
from moderation.domain.event import EventType, body, decision_event, frozen

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
SECRET = "whsec_" + "QUJD" * 8


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def message(sequence: int, outcome: Outcome) -> tuple[dict[str, str], bytes]:
    reasons = (Reason("toxic", "Toxicity 0.91, the limit is 0.80.", "toxicity", 0.91, 0.8),)
    actor = Actor(ActorKind.POLICY, "newsroom", "3f1c9a0b77de")
    decision = Decision("cmt_1", sequence, 1, outcome, actor, reasons, 1_790_000_000_123)
    event = decision_event(
        decision, "site_1", {"url": "", "title": "", "id": ""}, "", Status.PENDING
    )
    said = body(event.type, event.created_at, frozen(event.data))
    return signed(event.id, time.time_ns() // 1_000_000, said, [SECRET]), said.encode()


def test_the_python_of_the_page_runs() -> None:
    page: dict[str, object] = {}
    for block in blocks("python"):
        exec(block, page)
    receive = page["receive"]
    assert callable(receive)
    held, approved = message(1, Outcome.HOLD), message(2, Outcome.APPROVE)
    for headers, said in (held, approved, held):  # the last one late, and once too often
        assert receive(SECRET, headers, said) == 204
    assert page["statuses"] == {"cmt_1": (2, "approved")}
    with pytest.raises(WebhookVerificationError):
        receive(SECRET, held[0], held[1] + b" ")
    with pytest.raises(WebhookVerificationError):
        receive("whsec_" + "QUJE" * 8, *held)


def test_the_example_has_the_shape_of_a_message() -> None:
    (example,) = (json.loads(one) for one in blocks("json"))
    _, said = message(1, Outcome.HOLD)
    ours = json.loads(said)
    assert list(example) == list(ours)
    assert list(example["data"]) == list(ours["data"])
    assert example["data"]["reasons"] == ours["data"]["reasons"]


def test_the_types_and_limits_of_the_page_are_the_code_s() -> None:
    assert re.findall(r"^\| `([a-z.]+)` \|", PAGE, re.MULTILINE) == list(EventType)
    assert f"at\nmost {subscribe.ENDPOINT_LIMIT} endpoints" in PAGE
    assert {4: "At most four messages"}[PER_ENDPOINT] in PAGE
