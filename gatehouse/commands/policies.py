"""`gatehouse policy`: a policy read and tried on texts."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatehouse.commands.arguments import read_text
from gatehouse.commands.jsonl import Reader
from gatehouse.commands.score import TIMEOUT
from gatehouse.database import checked_settings
from moderation.domain.errors import Invalid

if TYPE_CHECKING:
    from moderation.domain.policy import Condition, Policy

policy = typer.Typer(help="Thresholds and rules.", no_args_is_help=True)


@policy.command("test")
def test_policy(file: Annotated[Path, typer.Argument(help="A policy in TOML.")]) -> None:
    """Read a policy and print its rules.

    Prints the outcome of each text on stdin, which is read as by `score`.
    """
    from moderation.domain.policy import parse_policy

    text = read_text(file)
    try:
        parsed = parse_policy(text)
    except Invalid as error:
        where = f" (at {error.pointer})" if error.pointer else ""
        raise Invalid(f"{file}: {error.message}{where}", error.pointer) from None
    has_texts = not sys.stdin.isatty()
    # Stdout is for the outcomes, where there are any.
    print(_rules(parsed), file=sys.stderr if has_texts else sys.stdout)
    if has_texts and not _print_outcomes(parsed):
        raise typer.Exit(1)


def _rules(policy: "Policy") -> str:
    lines = [
        f"{policy.name}, version {policy.version}; needs {', '.join(policy.needs) or 'nothing'}"
    ]
    lines += [
        f"  {rule.outcome.value:8}{rule.code:24}{' and '.join(map(_condition, rule.conditions))}"
        for rule in policy.rules
    ]
    return "\n".join([*lines, "  approve otherwise"])


def _condition(condition: "Condition") -> str:
    names = " or ".join(condition.signals)
    if condition.below is None:
        return f"{names} >= {condition.at_least:g}"
    return f"{names} < {condition.below:g}"


def _print_outcomes(policy: "Policy") -> bool:
    """Whether every line could be read."""
    from moderation.domain.policy import decide
    from moderation.judging.score_texts import score_texts
    from moderation.scorers.build import build_scorers
    from moderation.scorers.pipeline import ScorerPipeline
    from moderation.startup import models_of

    pipeline = ScorerPipeline(build_scorers(models_of(checked_settings())), TIMEOUT)
    texts = Reader(sys.stdin.buffer)
    for text in texts:
        verdict = decide(policy, score_texts(pipeline, [text.text])[0])
        reasons = [{"code": reason.code, "message": reason.message} for reason in verdict.reasons]
        print(json.dumps({"id": text.id, "outcome": verdict.outcome.value, "reasons": reasons}))
    return not texts.bad
