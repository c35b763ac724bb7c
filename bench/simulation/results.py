"""What came of it, as tables."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence

from bench.simulation.week import Fate, Played
from bench.simulation.writers import CAMPAIGNS, DAY, HONEST, HOUR, SPAM, TROLL
from bench.table import table
from moderation.domain.comment import Status


def recall(played: Sequence[Played], days: int) -> str:
    """Share of the spam that was held or filed as it came in, by day."""
    return _by_day(played, days, "spam found at the door", SPAM, _held, "{:.3f}")


def false_alarms(played: Sequence[Played], days: int) -> str:
    """Per cent of the honest comments that were held for a reason of spam, or filed."""
    return _by_day(played, days, "honest held for spam", (HONEST,), _held, "{:.2%}")


def filed(played: Sequence[Played], days: int) -> str:
    """Per cent of the honest comments that were filed as spam or rejected."""
    return _by_day(
        played,
        days,
        "honest filed as spam",
        (HONEST,),
        lambda one: _held(one) and one.filed,
        "{:.2%}",
    )


def _held(one: Fate) -> bool:
    return one.held_for_spam


def _by_day(
    played: Sequence[Played],
    days: int,
    title: str,
    kinds: Collection[str],
    found: Callable[[Fate], bool],
    form: str,
) -> str:
    rows = []
    for one in played:
        own = [fate for fate in one.fates if fate.post.kind in kinds]
        parts = [
            [fate for fate in own if (fate.post.at - one.start) // DAY == day]
            for day in range(days)
        ]
        rows.append((one.layer.name, *(_share(part, found, form) for part in (*parts, own))))
    return table((title, *(f"day {day + 1}" for day in range(days)), "all"), rows)


def _share(some: Sequence[Fate], found: Callable[[Fate], bool], form: str) -> str:
    return form.format(sum(map(found, some)) / len(some)) if some else "-"


def hours(played: Sequence[Played], days: int) -> str:
    """By hour: how much spam came, how much of it each layer found; and of honest comments, how many it held."""
    head = ["hour"]
    columns: list[Sequence[object]] = [range(days * 24)]
    for what, kinds in (("spam", SPAM), ("honest", (HONEST,))):
        of = [[one for one in week.fates if one.post.kind in kinds] for week in played]
        head += [
            what,
            *(f"{'found' if kinds == SPAM else 'held'}, {week.layer.name}" for week in played),
        ]
        columns.append(_by_hour(of[0], played[0].start, days))
        columns += [
            _by_hour([one for one in fates if _held(one)], week.start, days)
            for fates, week in zip(of, played, strict=True)
        ]
    return table(head, list(zip(*columns, strict=True)))


def _by_hour(fates: Sequence[Fate], start: int, days: int) -> list[int]:
    found = Counter((one.post.at - start) // HOUR for one in fates)
    return [found[hour] for hour in range(days * 24)]


def kinds(played: Sequence[Played]) -> str:
    """By kind of spam: found at the door in the whole week, and what readers could still see at its end."""
    rows = []
    for one in played:
        cells = []
        for kind in (*SPAM, TROLL):
            own = [fate for fate in one.fates if fate.post.kind == kind]
            if not own:
                cells.append("-")
                continue
            caught = sum(fate.held_for_spam for fate in own) / len(own)
            seen = sum(fate.last is Status.APPROVED for fate in own)
            cells.append(f"{caught:.2f}, {seen} left")
        rows.append((one.layer.name, *cells))
    return table(("found at the door", *SPAM, TROLL), rows)


def actions(played: Sequence[Played]) -> str:
    """What the moderators did: single decisions, and rulings on whole campaigns."""
    rows = [
        (
            one.layer.name,
            *(f"{one.rulings[kind]} + {one.actions[kind]}" for kind in CAMPAIGNS),
            sum(one.actions[kind] for kind in SPAM if kind not in CAMPAIGNS),
            one.actions[HONEST] + one.rulings[HONEST],
            one.actions[TROLL],
            one.lessons or "-",
        )
        for one in played
    ]
    return table(
        ("rulings + single decisions", *CAMPAIGNS, "other spam", HONEST, TROLL, "lessons"), rows
    )


def alarms(played: Played) -> str:
    """Why honest comments were held."""
    found = Counter(
        code
        for fate in played.fates
        if fate.post.kind == HONEST and fate.held_for_spam
        for code in fate.reasons
    )
    return ", ".join(f"{code} {many}" for code, many in found.most_common()) or "none"
