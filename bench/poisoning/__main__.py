"""Simulates an attempt to get honest comments filed: python -m bench.poisoning [--seed N] [--small].

An attacker with 20 addresses sends 200 comments a day: copies of honest comments with and without a link of
his own, quotes of articles with it, and spam that links to other people's sites. Moderators decide what waits
once an hour, and the score learns from them. Prints what became of the honest comments.
"""

import argparse
from collections import Counter

from bench.poisoning.attack import Result, simulate
from bench.poisoning.writers import ATTACK_KINDS, CAMPAIGN, HONEST_KINDS, SMALL, Plan
from bench.table import table
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.poisoning",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="two days of a quiet section")
    parser.add_argument("--days", type=int, default=Plan().days)
    parser.add_argument("--honest", type=int, default=Plan().honest, help="comments in all")
    parser.add_argument("--campaign", type=int, default=Plan().campaign, help="copies of one offer")
    arguments = parser.parse_args()
    chosen = Plan(arguments.days, arguments.honest, campaign=arguments.campaign)
    print(report(simulate(SMALL if arguments.small else chosen, arguments.seed)))


def report(result: Result) -> str:
    """The table, and what the honest comments that were filed were filed for."""
    rows = []
    for kind in (*HONEST_KINDS, *ATTACK_KINDS, CAMPAIGN):
        first: Counter[Outcome] = result.first.get(kind, Counter())
        last: Counter[Status] = result.last.get(kind, Counter())
        rows.append(
            (
                f"honest: {kind}" if kind in HONEST_KINDS else kind,
                first.total(),
                first[Outcome.APPROVE],
                first[Outcome.HOLD],
                first[Outcome.SPAM] + first[Outcome.REJECT],
                last[Status.SPAM] + last[Status.REJECTED],
                result.rulings[kind],
                result.singles[kind],
            )
        )
    head = (
        "comments", "sent", "published", "held", "filed", "filed at the end", "rulings", "single decisions",
    )  # fmt: skip
    filed = ", ".join(f"{code} {count}" for code, count in result.filed_for.most_common())
    return f"{table(head, rows)}\n\nhonest comments filed for: {filed or 'nothing'}"


if __name__ == "__main__":
    main()
