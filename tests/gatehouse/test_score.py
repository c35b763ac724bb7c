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
    given = (
        line("a", TOXIC)
        + "no JSON\n"
        + line(2, KIND)
        + "\n"
        + line("c", 5)
        + line("d", "half \ud800")
        + '{"text": "no id"}\n'
        + line("e", "")
    )
    done = gatehouse("score", stdin=given.encode() + b'{"id": 9, "text": "\xff"}\n')
    assert done.returncode == 1
    told = [one.partition(":")[0] for one in done.stderr.splitlines()]
    assert told == ["line 2", "line 5", "line 6", "line 7", "line 9"]
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert (first["id"], second["id"], third["id"]) == ("a", 2, "e")
    assert first["scores"]["toxicity"] > 0.8 > 0.2 > second["scores"]["toxicity"]
    assert first["language"] == "en" and 0 <= first["spam"] <= 1
    assert any(TOXIC[start:end] == "idiot" for start, end in first["spans"])
    assert second["spans"] == []


def test_many_texts_come_out_in_order_as_few_do(gatehouse: Run) -> None:
    count = 4 * BATCH + 3  # several processes take part
    given = "".join(line(number, f"{KIND} {number}") for number in range(count))
    done = gatehouse("score", stdin=given)
    assert done.returncode == 0, done.stderr
    scored = [json.loads(one) for one in done.stdout.splitlines()]
    assert [one["id"] for one in scored] == list(range(count))
    alone = json.loads(gatehouse("score", stdin=line(7, f"{KIND} 7")).stdout)
    assert scored[7] == alone


def test_nothing_in_nothing_out(gatehouse: Run) -> None:
    done = gatehouse("score")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_unknown_model_is_told(gatehouse: Run) -> None:
    done = gatehouse("score", "--model", "oracle", stdin=line(1, KIND))
    assert done.returncode == 1
    assert "bundled" in done.stderr and done.stderr.count("\n") == 1


def test_a_policy_is_read_and_tried(gatehouse: Run, tmp_path: Path) -> None:
    policy = tmp_path / "strict.toml"
    policy.write_text(
        'name = "strict"\n[[rules]]\ncode = "toxic"\nsignal = "toxicity"\nat_least = 0.5\n'
        'outcome = "reject"\nmessage = "Toxicity {value}."\n'
    )
    done = gatehouse("policy", "test", str(policy), stdin=line(1, TOXIC) + line(2, KIND))
    assert done.returncode == 0, done.stderr
    assert "toxicity >= 0.5" in done.stderr
    outcomes = [json.loads(one)["outcome"] for one in done.stdout.splitlines()]
    assert outcomes == ["reject", "approve"]

    policy.write_text(policy.read_text().replace('"reject"', '"delete"'))
    wrong = gatehouse("policy", "test", str(policy))
    assert wrong.returncode == 1
    assert "/rules/0/outcome" in wrong.stderr and wrong.stderr.count("\n") == 1
