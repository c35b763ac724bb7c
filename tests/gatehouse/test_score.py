"""`gatehouse score` and `policy test`: order kept, bad lines told, the rest scored."""

import json
from pathlib import Path

from gatehouse.commands.score import BATCH
from tests.gatehouse.conftest import Run

TOXIC = "You are a stupid idiot and I hate you."
KIND = "Thank you, that was a thoughtful article about the harbour."


def line(id: object, text: object) -> str:
    return json.dumps({"id": id, "text": text}) + "\n"


def test_bad_lines_are_told_and_the_rest_is_scored(gatehouse: Run) -> None:
    lines = (
        line("a", TOXIC)
        + "no JSON\n"
        + line(2, KIND)
        + "\n"
        + line("c", 5)
        + line("d", "half \ud800")
        + '{"text": "no id"}\n'
        + line("e", "")
    )
    process = gatehouse("score", stdin=lines.encode() + b'{"id": 9, "text": "\xff"}\n')
    assert process.returncode == 1
    places = [error.partition(":")[0] for error in process.stderr.splitlines()]
    assert places == ["line 2", "line 5", "line 6", "line 7", "line 9"]
    first, second, third = map(json.loads, process.stdout.splitlines())
    assert (first["id"], second["id"], third["id"]) == ("a", 2, "e")
    assert first["scores"]["toxicity"] > 0.8 > 0.2 > second["scores"]["toxicity"]
    assert first["language"] == "en" and 0 <= first["spam"] <= 1
    assert any(TOXIC[start:end] == "idiot" for start, end in first["spans"])
    assert second["spans"] == []


def test_many_texts_come_out_in_order_as_few_do(gatehouse: Run) -> None:
    count = 4 * BATCH + 3  # several processes take part
    lines = "".join(line(number, f"{KIND} {number}") for number in range(count))
    process = gatehouse("score", stdin=lines)
    assert process.returncode == 0, process.stderr
    scored = [json.loads(scored_line) for scored_line in process.stdout.splitlines()]
    assert [answer["id"] for answer in scored] == list(range(count))
    alone = json.loads(gatehouse("score", stdin=line(7, f"{KIND} 7")).stdout)
    assert scored[7] == alone


def test_nothing_in_nothing_out(gatehouse: Run) -> None:
    process = gatehouse("score")
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")


def test_an_unknown_model_is_told(gatehouse: Run) -> None:
    process = gatehouse("score", "--model", "oracle", stdin=line(1, KIND))
    assert process.returncode == 1
    assert "bundled" in process.stderr and process.stderr.count("\n") == 1


def test_a_policy_is_read_and_tried(gatehouse: Run, tmp_path: Path) -> None:
    policy = tmp_path / "strict.toml"
    policy.write_text(
        'name = "strict"\n[[rules]]\ncode = "toxic"\nsignal = "toxicity"\nat_least = 0.5\n'
        'outcome = "reject"\nmessage = "Toxicity {value}."\n'
    )
    process = gatehouse("policy", "test", str(policy), stdin=line(1, TOXIC) + line(2, KIND))
    assert process.returncode == 0, process.stderr
    assert "toxicity >= 0.5" in process.stderr
    outcomes = [json.loads(scored_line)["outcome"] for scored_line in process.stdout.splitlines()]
    assert outcomes == ["reject", "approve"]

    policy.write_text(policy.read_text().replace('"reject"', '"delete"'))
    wrong = gatehouse("policy", "test", str(policy))
    assert wrong.returncode == 1
    assert "/rules/0/outcome" in wrong.stderr and wrong.stderr.count("\n") == 1
