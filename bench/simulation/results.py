"""The results of the simulated weeks, as tables."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence

from bench.simulation.week import CommentResult, WeekResult
from bench.simulation.writers import CAMPAIGNS, DAY, HONEST, HOUR, SPAM, TROLL
from bench.table import table
from moderation.domain.comment import Status


def recall(weeks: Sequence[WeekResult], days: int) -> str:
    """The share of spam that was held or filed on arrival, by day."""
    return _by_day(weeks, days, "spam found on arrival", SPAM, _held, "{:.3f}")


def false_alarms(weeks: Sequence[WeekResult], days: int) -> str:
    """Per cent of the honest comments that were held for a spam reason, or filed."""
    return _by_day(weeks, days, "honest held for spam", (HONEST,), _held, "{:.2%}")


def filed(weeks: Sequence[WeekResult], days: int) -> str:
    """Per cent of the honest comments that were filed as spam or rejected."""
    return _by_day(
        weeks,
        days,
        "honest filed as spam",
        (HONEST,),
        lambda one: _held(one) and one.filed,
        "{:.2%}",
    )


def _held(one: CommentResult) -> bool:
    return one.held_for_spam


def _by_day(
    weeks: Sequence[WeekResult],
    days: int,
    title: str,
    kinds: Collection[str],
    found: Callable[[CommentResult], bool],
    form: str,
) -> str:
    rows = []
    for one in weeks:
        own = [comment for comment in one.comments if comment.post.kind in kinds]
        parts = [
            [comment for comment in own if (comment.post.at - one.start) // DAY == day]
            for day in range(days)
        ]
        rows.append((one.layer.name, *(_share(part, found, form) for part in (*parts, own))))
    return table((title, *(f"day {day + 1}" for day in range(days)), "all"), rows)


def _share(some: Sequence[CommentResult], found: Callable[[CommentResult], bool], form: str) -> str:
    return form.format(sum(map(found, some)) / len(some)) if some else "-"


def hours(weeks: Sequence[WeekResult], days: int) -> str:
    """By hour: the spam that came and what each layer found of it, the honest comments and how many each held."""
    head = ["hour"]
    columns: list[Sequence[object]] = [range(days * 24)]
    for what, kinds in (("spam", SPAM), ("honest", (HONEST,))):
        of = [[one for one in week.comments if one.post.kind in kinds] for week in weeks]
        head += [
            what,
            *(f"{'found' if kinds == SPAM else 'held'}, {week.layer.name}" for week in weeks),
        ]
        columns.append(_by_hour(of[0], weeks[0].start, days))
        columns += [
            _by_hour([one for one in comments if _held(one)], week.start, days)
            for comments, week in zip(of, weeks, strict=True)
        ]
    return table(head, list(zip(*columns, strict=True)))


def _by_hour(comments: Sequence[CommentResult], start: int, days: int) -> list[int]:
    found = Counter((one.post.at - start) // HOUR for one in comments)
    return [found[hour] for hour in range(days * 24)]


def kinds(weeks: Sequence[WeekResult]) -> str:
    """By kind of spam: the share found on arrival, and how many readers could still see at the end."""
    rows = []
    for one in weeks:
        cells = []
        for kind in (*SPAM, TROLL):
            own = [comment for comment in one.comments if comment.post.kind == kind]
            if not own:
                cells.append("-")
                continue
            caught = sum(comment.held_for_spam for comment in own) / len(own)
            seen = sum(comment.last is Status.APPROVED for comment in own)
            cells.append(f"{caught:.2f}, {seen} left")
        rows.append((one.layer.name, *cells))
    return table(("found on arrival", *SPAM, TROLL), rows)


def actions(weeks: Sequence[WeekResult]) -> str:
    """What the moderators did: decisions on whole campaigns, and on single comments."""
    rows = [
        (
            one.layer.name,
            *(f"{one.rulings[kind]} + {one.actions[kind]}" for kind in CAMPAIGNS),
            sum(one.actions[kind] for kind in SPAM if kind not in CAMPAIGNS),
            one.actions[HONEST] + one.rulings[HONEST],
            one.actions[TROLL],
            one.lessons or "-",
        )
        for one in weeks
    ]
    return table(
        ("rulings + single decisions", *CAMPAIGNS, "other spam", HONEST, TROLL, "lessons"), rows
    )


def alarms(weeks: WeekResult) -> str:
    """Why honest comments were held."""
    found = Counter(
        code
        for comment in weeks.comments
        if comment.post.kind == HONEST and comment.held_for_spam
        for code in comment.reasons
    )
    return ", ".join(f"{code} {many}" for code, many in found.most_common()) or "none"
