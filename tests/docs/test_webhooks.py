"""docs/webhooks.md is true: its Python, PHP and JavaScript run, its example is ours, its tables are the code's."""

import json
import os
import re
import shutil
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from moderation.domain.comment import Status
from moderation.domain.decision import Actor, ActorKind, Decision, Outcome, Reason
from moderation.domain.delivery import BATCH_LIMIT, PAUSE_AFTER_FAILURES, Format, Payload
from moderation.domain.event import (
    EventComment,
    EventType,
    decision_event,
    event_json,
    statement_event,
)
from moderation.domain.message import BATCH_TYPE, THIN_FIELDS, EventRecord
from moderation.domain.message import single_message as message_of
from moderation.domain.statement import statement_data, statement_of
from moderation.notify import endpoints
from moderation.notify.deliver import SENDS_PER_ENDPOINT
from moderation.notify.send_attempt import signed
from service.console.delivery_view import ERROR_SENTENCES
from tests.conftest import skip_loudly
from tests.service.compat.node import CLIENTS, node

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
NOTICES = (Path(__file__).parents[2] / "docs" / "notices.md").read_text()
SECRET = "whsec_" + "QUJD" * 8


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def message(sequence: int, outcome: Outcome) -> tuple[dict[str, str], bytes]:
    reasons = (Reason("toxic", "Toxicity 0.91, the limit is 0.80.", "toxicity", 0.91, 0.8),)
    actor = Actor(ActorKind.POLICY, "newsroom", "3f1c9a0b77de")
    decision = Decision("cmt_1", sequence, 1, outcome, actor, reasons, 1_790_000_000_123)
    comment = EventComment("cmt_1", "site_1", {"url": "", "title": "", "id": ""}, "")
    event = decision_event(decision, comment, Status.PENDING)
    event_message = message_of(
        EventRecord(
            event.id, "site_1", event.type, "cmt_1", event.created_at, event_json(event.data)
        ),
        Format.STANDARD,
    )
    return signed(event_message, time.time_ns() // 1_000_000, [SECRET]), event_message.body.encode()


def test_the_python_of_the_page_runs() -> None:
    page: dict[str, object] = {}
    for block in blocks("python"):
        exec(block, page)
    receive = page["receive"]
    assert callable(receive)
    held, approved = message(1, Outcome.HOLD), message(2, Outcome.APPROVE)
    for headers, body in (held, approved, held):  # the last one late, and once too often
        assert receive(SECRET, headers, body) == 204
    assert page["statuses"] == {"cmt_1": (2, "approved")}
    with pytest.raises(WebhookVerificationError):
        receive(SECRET, held[0], held[1] + b" ")
    with pytest.raises(WebhookVerificationError):
        receive("whsec_" + "QUJE" * 8, *held)


PHP = """<?php
$secret = getenv('SECRET');
[$headers, $body] = json_decode(stream_get_contents(STDIN), true);
foreach ($headers as $name => $value) $_SERVER['HTTP_' . strtoupper(strtr($name, '-', '_'))] = $value;
%s
echo json_encode(verified($secret, base64_decode($body)));
"""
NODE = """%s
let given = "";
for await (const chunk of process.stdin) given += chunk;
const [headers, body] = JSON.parse(given);
try {
  console.log(JSON.stringify(verified(process.env.SECRET, headers, Buffer.from(body, "base64").toString())));
} catch { console.log("null"); }
"""


def by_php(headers: dict[str, str], body: bytes, secret: str) -> object:
    path = shutil.which("php")
    if not path:
        skip_loudly("NO PHP: the receiver of docs/webhooks.md did not run (apt install php-cli)")
    [code] = blocks("php")
    function, _, use = code.partition("$message =")
    assert use == " verified($secret, file_get_contents('php://input'));\n"
    return run([path, "-r", (PHP % function).removeprefix("<?php")], headers, body, secret)


def by_node(headers: dict[str, str], body: bytes, secret: str) -> object:
    [code] = blocks("js")
    code = NODE % code.replace("export ", "")
    return run([*node(), "--input-type=module", "-e", code], headers, body, secret)


def run(command: list[str], headers: dict[str, str], body: bytes, secret: str) -> object:
    process = subprocess.run(
        command,
        cwd=CLIENTS,
        input=json.dumps([headers, b64encode(body).decode()]),
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "SECRET": secret},
    )
    assert process.returncode == 0 and not process.stderr, process.stderr
    return json.loads(process.stdout)


@pytest.mark.parametrize("verified", [by_php, by_node])
def test_what_the_page_has_for_other_languages_tells_true_from_forged(
    verified: Callable[[dict[str, str], bytes, str], object],
) -> None:
    headers, body = message(1, Outcome.HOLD)
    both = {**headers, "webhook-signature": f"v1,AAAA {headers['webhook-signature']}"}
    for right in (headers, both):
        assert verified(right, body, SECRET) == json.loads(body)
    late = signed_at(body, time.time() - 400)
    for wrong, changed, secret in (
        (headers, body + b" ", SECRET),
        (headers, body, "whsec_" + "QUJE" * 8),
        (late, body, SECRET),
        ({}, body, SECRET),
    ):
        assert verified(wrong, changed, secret) is None


def signed_at(body: bytes, seconds: float) -> dict[str, str]:
    time = datetime.fromtimestamp(int(seconds), UTC)
    signature = Webhook(SECRET).sign("evt_1", time, body.decode())
    return {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(seconds)),
        "webhook-signature": signature,
    }


def test_the_example_has_the_shape_of_a_message() -> None:
    example = json.loads(blocks("json")[0])
    _, body = message(1, Outcome.HOLD)
    ours = json.loads(body)
    assert list(example) == list(ours)
    assert list(example["data"]) == list(ours["data"])
    assert example["data"]["reasons"] == ours["data"]["reasons"]


def test_the_example_of_a_statement_has_the_shape_of_one() -> None:
    example = json.loads(blocks("json")[1])
    reasons = (Reason("toxic", "Toxicity 0.91, the limit is 0.80.", "toxicity", 0.91, 0.8),)
    actor = Actor(ActorKind.POLICY, "newsroom", "3f1c9a0b77de")
    decision = Decision("cmt_1", 1, 1, Outcome.REJECT, actor, reasons, 1_790_000_000_123)
    comment = EventComment("cmt_1", "site_1", {"url": "", "title": "", "id": ""}, "")
    statement = statement_of([decision], "The Herald")
    assert statement
    event = statement_event(
        decision_event(decision, comment, Status.PENDING), statement_data(statement)
    )
    assert example["type"] == event.type
    assert list(example["data"]) == list(event.data)
    shown, ours = example["data"]["statement"], statement_data(statement)
    assert list(shown) == list(ours)
    fixed = {"comment_id", "appeal_path", "sentences"}
    assert {name: value for name, value in shown.items() if name not in fixed} == {
        name: value for name, value in ours.items() if name not in fixed
    }
    assert shown["sentences"][0] == ours["sentences"][0]


def test_the_words_of_both_pages_are_those_of_the_console() -> None:
    reasons = re.search(r"An attempt without a status says why: (.*?)\n\n", PAGE, re.DOTALL)
    assert reasons
    listed = re.findall(r"^- `([a-z]+)`:", NOTICES, re.MULTILINE)
    assert listed == ["rejected", "url", "apprise", "nobody"]
    assert set(re.findall(r"`([a-z_]+)`", reasons[1])) | set(listed) == set(ERROR_SENTENCES)


def test_the_types_and_limits_of_the_page_are_the_code_s() -> None:
    assert re.findall(r"^\| `([a-z]+\.[a-z]+)` \|", PAGE, re.MULTILINE) == list(EventType)
    assert f"at\nmost {endpoints.ENDPOINT_LIMIT} endpoints" in PAGE
    assert {4: "At most four messages"}[SENDS_PER_ENDPOINT] in PAGE
    assert {5: "After five failures in a row"}[PAUSE_AFTER_FAILURES] in PAGE
    assert f"| 1 to {BATCH_LIMIT} |" in PAGE and f'"type":"{BATCH_TYPE}"' in PAGE
    for option in (Payload, Format):
        chosen = [
            webhook_format
            for webhook_format in option
            if webhook_format not in (Format.NOTICE, Format.AKISMET)
        ]
        offered = ", ".join(f"`{webhook_format}`" for webhook_format in chosen)
        assert f"| {offered} |" in PAGE
    assert THIN_FIELDS == ("comment_id", "endpoint_id", "site_id", "sequence", "revision")
