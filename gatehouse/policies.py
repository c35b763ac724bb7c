"""The commands about what is decided and by which model: policy test, model list."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from gatehouse.lines import Reader
from gatehouse.score import TIMEOUT
from moderation.domain.errors import Invalid
from moderation.domain.policy import Condition, Policy, decide, parse_policy
from moderation.settings import read_settings

policy = typer.Typer(help="Thresholds and rules.", no_args_is_help=True)
model = typer.Typer(help="The toxicity models.", no_args_is_help=True)

CHECKPOINTS = ("original", "unbiased", "multilingual", "original-small", "unbiased-small")


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
    from moderation.assess import assess
    from moderation.scorers.panel import Panel
    from moderation.scorers.roster import roster

    panel = Panel(roster(read_settings().toxicity_model), TIMEOUT)
    texts = Reader(sys.stdin.buffer)
    for one in texts:
        verdict = decide(policy, assess(panel, [one.text])[0])
        reasons = [{"code": reason.code, "message": reason.message} for reason in verdict.reasons]
        print(json.dumps({"id": one.id, "outcome": verdict.outcome.value, "reasons": reasons}))
    return not texts.bad


@model.command("list")
def list_models() -> None:
    """List the models; * marks the one in use."""
    from moderation.scorers.bundled import FOLDER

    chosen = read_settings().toxicity_model
    facts = json.loads((FOLDER / "model.json").read_bytes())
    detoxify = (
        "installed" if find_spec("detoxify") else "needs the extra: pip install gatehouse[detoxify]"
    )
    listed = {"bundled": f"{facts['id']} {facts['version']}, SHA-256 {facts['sha256'][:12]}"}
    listed |= {f"detoxify:{name}": detoxify for name in CHECKPOINTS}
    if chosen not in listed:
        listed[chosen] = detoxify
    for name, what in listed.items():
        print(f"{'*' if name == chosen else ' '} {name:26}{what}")
