"""Simulates a week of a comment section: python -m bench.simulation --data DIR [--seed N] [--days N].

Forty pages, honest people, three campaigns, an SEO writer, single spam comments and a troll who returns,
made from the public data sets in DIR and a seed. The service's own code takes comments in, judges and learns;
moderators come every half hour of the day and err in two of a hundred decisions. Prints what is found by text
alone, and with each further layer. No text is printed or kept.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.simulation import results
from bench.simulation.scoring_layers import layers, toxicity
from bench.simulation.texts import Texts, read_texts
from bench.simulation.week import WeekResult, empty_store, simulate_week
from bench.simulation.writers import SMALL, Plan, week
from moderation.scorers.spam.spam_model import FOLDER

# In memory where possible: the disk is not measured.
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
START = 1_788_220_800_000  # a Tuesday in September 2026, 00:00 UTC


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.simulation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the public data sets")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--small", action="store_true", help="two days of a quiet section")
    parser.add_argument(
        "--toxicity", action="store_true", help="with the bundled model, a minute longer"
    )
    parser.add_argument(
        "--spam",
        nargs="*",
        help="files of spam to use, without .csv.gz; all that have it in their name",
    )
    parser.add_argument(
        "--prior",
        type=Path,
        default=FOLDER,
        help="another start of the spam score (training.spam --without)",
    )
    parser.add_argument("--layer", choices=[layer.name for layer in layers()], help="only this one")
    parser.add_argument("--hours", action="store_true", help="counts by hour, too")
    arguments = parser.parse_args()
    begun = time.process_time()
    plan = SMALL if arguments.small else replace(Plan(), days=arguments.days)
    texts = read_texts(arguments.data, arguments.spam)
    print(
        simulate(
            texts,
            plan,
            arguments.seed,
            prior=arguments.prior,
            toxic=arguments.toxicity,
            only=arguments.layer,
            hourly=arguments.hours,
        )
    )
    print(f"\n{time.process_time() - begun:.0f} CPU seconds in all")


def simulate(
    texts: Texts,
    plan: Plan,
    seed: int,
    *,
    prior: Path = FOLDER,
    toxic: bool = False,
    only: str | None = None,
    hourly: bool = False,
) -> str:
    """The tables. prior: folder of what the spam score starts from."""
    posts = week(texts, plan, seed, START)
    before = toxicity() if toxic else ()
    weeks: list[WeekResult] = []
    with tempfile.TemporaryDirectory(prefix="gatehouse-section-", dir=_MEMORY) as folder:
        empty = empty_store(Path(folder))
        for layer in layers():
            if only in (None, layer.name):
                weeks.append(simulate_week(posts, plan, layer, empty, seed, START, prior, before))
    spam = sum(post.is_spam for post in posts)
    head = [
        f"{len(posts):,} comments of {plan.days} days, {spam:,} of them spam; seed {seed}",
        "texts: " + ", ".join(f"{name} {count:,}" for name, count in texts.sources.items()),
    ]
    tables = [
        results.recall(weeks, plan.days), results.false_alarms(weeks, plan.days), results.filed(weeks, plan.days),
        results.kinds(weeks), results.actions(weeks),
    ]  # fmt: skip
    if hourly:
        tables.append(results.hours(weeks, plan.days))
    why = f"Reasons for honest ones held, {weeks[-1].layer.name}: {results.alarms(weeks[-1])}"
    return "\n\n".join(("\n".join(head), *tables, why))


if __name__ == "__main__":
    main()
