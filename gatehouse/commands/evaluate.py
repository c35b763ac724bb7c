"""`gatehouse model eval`: any model on the public test sets of a folder, in the form of its model card."""

from pathlib import Path
from typing import Annotated

import typer

from gatehouse.commands.output import Progress
from gatehouse.database import checked_settings
from moderation.domain.errors import Invalid


def evaluate(
    sets: Annotated[Path, typer.Option(help="Folder of the public test sets, <name>.csv.gz each.")],
    model: Annotated[
        str, typer.Option(help="bundled or detoxify:<name or path>; the setting's without this.")
    ] = "",
    only: Annotated[str, typer.Option(help="Parts whose heading contains this.")] = "",
) -> None:
    """Measure a model on public test sets and print the table of its model card.

    docs/models.md names the sets and where to get them. Sets that are not in the folder are left out.
    """
    from gatehouse.evaluation.evaluated_model import EvaluatedModel, toxicity_only
    from gatehouse.evaluation.report import report
    from moderation.policies import load_policy
    from moderation.scorers.build import build_scorers
    from moderation.scorers.pipeline import ScorerPipeline

    if not sets.is_dir():
        raise Invalid(f"{sets} is not a folder.")
    settings = checked_settings()
    progress = Progress()
    # The toxicity model is the only scorer that has learned languages.
    scorers = build_scorers(model or settings.toxicity_model)
    scorer = next(scorer for scorer in scorers if getattr(scorer, "languages", ()))
    policy = load_policy(settings.policy)
    whole = ScorerPipeline(scorers, timeout=600), policy
    tested = EvaluatedModel(scorer, toxicity_only(policy), progress.add, whole)
    for heading, lines in report(sets, tested, only):
        progress.clear()
        print(f"\n{heading}")
        width = max(len(measure) for measure, _ in lines)
        for measure, figure in lines:
            print(f"  {measure:{width}}  {figure}", flush=True)
    progress.clear()
    if tested.texts:
        rate = tested.texts / max(tested.cpu_seconds, 1e-9)
        print(
            f"\n{tested.texts:,} texts, {tested.cpu_seconds:,.0f} CPU seconds, {rate:,.0f} a second"
        )
