"""The commands about what is decided: policy test."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from gatehouse.commands.jsonl import Reader
from gatehouse.commands.score import TIMEOUT
from moderation.domain.errors import Invalid
from moderation.domain.policy import Condition, Policy, decide, parse_policy
from moderation.startup import checked_settings, models_of

policy = typer.Typer(help="Thresholds and rules.", no_args_is_help=True)


@policy.command("test")
def test_policy(file: Annotated[Path, typer.Argument(help="A policy in TOML.")]) -> None:
    """Read a policy and print its rules.

    Texts on stdin, as for `score`, get their outcomes.
    """
    try:
        parsed = parse_policy(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(
            f"{file} cannot be read: {getattr(error, 'strerror', 'not UTF-8')}."
        ) from None
    except Invalid as error:
        where = f" (at {error.pointer})" if error.pointer else ""
        raise Invalid(f"{file}: {error.message}{where}", error.pointer) from None
    # Where outcomes are asked for, stdout is theirs.
    asked = not sys.stdin.isatty()
    print(_described(parsed), file=sys.stderr if asked else sys.stdout)
    if asked and not _print_outcomes(parsed):
        raise typer.Exit(1)


def _described(policy: Policy) -> str:
    lines = [
        f"{policy.name}, version {policy.version}; needs {', '.join(policy.needs) or 'nothing'}"
    ]
    lines += [
        f"  {one.outcome.value:8}{one.code:24}{' and '.join(map(_condition, one.conditions))}"
        for one in policy.rules
    ]
    return "\n".join([*lines, "  approve otherwise"])


def _condition(one: Condition) -> str:
    names = " or ".join(one.signals)
    return f"{names} >= {one.at_least:g}" if one.below is None else f"{names} < {one.below:g}"


def _print_outcomes(policy: Policy) -> bool:
    from moderation.judging.score_texts import score_texts
    from moderation.scorers.build import build_scorers
    from moderation.scorers.pipeline import ScorerPipeline

    panel = ScorerPipeline(build_scorers(models_of(checked_settings())), TIMEOUT)
    texts = Reader(sys.stdin.buffer)
    for one in texts:
        verdict = decide(policy, score_texts(panel, [one.text])[0])
        reasons = [{"code": reason.code, "message": reason.message} for reason in verdict.reasons]
        print(json.dumps({"id": one.id, "outcome": verdict.outcome.value, "reasons": reasons}))
    return not texts.bad
