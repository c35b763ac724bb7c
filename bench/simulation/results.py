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
        lambda comment: _held(comment) and comment.filed,
        "{:.2%}",
    )


def _held(comment: CommentResult) -> bool:
    return comment.held_for_spam


def _by_day(
    weeks: Sequence[WeekResult],
    days: int,
    title: str,
    kinds: Collection[str],
    matches: Callable[[CommentResult], bool],
    form: str,
) -> str:
    rows = []
    for week in weeks:
        comments = [comment for comment in week.comments if comment.post.kind in kinds]
        parts = [
            [comment for comment in comments if (comment.post.at - week.start) // DAY == day]
            for day in range(days)
        ]
        rows.append(
            (week.layer.name, *(_share(part, matches, form) for part in (*parts, comments)))
        )
    return table((title, *(f"day {day + 1}" for day in range(days)), "all"), rows)


def _share(
    comments: Sequence[CommentResult], matches: Callable[[CommentResult], bool], form: str
) -> str:
    return form.format(sum(map(matches, comments)) / len(comments)) if comments else "-"


def hours(weeks: Sequence[WeekResult], days: int) -> str:
    """By hour: the spam that came and what each layer found of it, the honest comments and how many each held."""
    head = ["hour"]
    columns: list[Sequence[object]] = [range(days * 24)]
    for name, kinds in (("spam", SPAM), ("honest", (HONEST,))):
        comments_by_week = [
            [comment for comment in week.comments if comment.post.kind in kinds] for week in weeks
        ]
        head += [
            name,
            *(f"{'found' if kinds == SPAM else 'held'}, {week.layer.name}" for week in weeks),
        ]
        columns.append(_by_hour(comments_by_week[0], weeks[0].start, days))
        columns += [
            _by_hour([comment for comment in comments if _held(comment)], week.start, days)
            for comments, week in zip(comments_by_week, weeks, strict=True)
        ]
    return table(head, list(zip(*columns, strict=True)))


def _by_hour(comments: Sequence[CommentResult], start: int, days: int) -> list[int]:
    by_hour = Counter((comment.post.at - start) // HOUR for comment in comments)
    return [by_hour[hour] for hour in range(days * 24)]


def kinds(weeks: Sequence[WeekResult]) -> str:
    """By kind of spam: the share found on arrival, and how many readers could still see at the end."""
    rows = []
    for week in weeks:
        cells = []
        for kind in (*SPAM, TROLL):
            comments = [comment for comment in week.comments if comment.post.kind == kind]
            if not comments:
                cells.append("-")
                continue
            caught = sum(comment.held_for_spam for comment in comments) / len(comments)
            seen = sum(comment.last is Status.APPROVED for comment in comments)
            cells.append(f"{caught:.2f}, {seen} left")
        rows.append((week.layer.name, *cells))
    return table(("found on arrival", *SPAM, TROLL), rows)


def actions(weeks: Sequence[WeekResult]) -> str:
    """What the moderators did: decisions on whole campaigns, and on single comments."""
    rows = [
        (
            week.layer.name,
            *(f"{week.rulings[kind]} + {week.actions[kind]}" for kind in CAMPAIGNS),
            sum(week.actions[kind] for kind in SPAM if kind not in CAMPAIGNS),
            week.actions[HONEST] + week.rulings[HONEST],
            week.actions[TROLL],
            week.lessons or "-",
        )
        for week in weeks
    ]
    return table(
        ("rulings + single decisions", *CAMPAIGNS, "other spam", HONEST, TROLL, "lessons"), rows
    )


def alarms(weeks: WeekResult) -> str:
    """Why honest comments were held."""
    reasons = Counter(
        code
        for comment in weeks.comments
        if comment.post.kind == HONEST and comment.held_for_spam
        for code in comment.reasons
    )
    return ", ".join(f"{code} {count}" for code, count in reasons.most_common()) or "none"
