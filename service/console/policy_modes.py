"""The modes in the form over a policy: who is read first, and the closed hours, as fields without a script; read from what was typed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import available_timezones

from moderation.domain.closed_hours import (
    DAYS,
    WINDOWS_LIMIT,
    ClosedHours,
    ClosedWindow,
    Then,
    on_a_clock,
    window_on,
)
from moderation.domain.errors import Invalid
from moderation.domain.policy import Policy
from moderation.domain.policy_scopes import is_language
from moderation.policies.modes import CODES, Mode, edit_modes, modes_of
from service.console.language import N_, _
from service.console.session import Form

_SPARE = 2  # rows for further hours, each time the form is shown
NAMES = (
    *CODES,
    "zone",
    "then",
    *(f"{kind}{n}" for kind in ("from", "until") for n in range(WINDOWS_LIMIT)),
    *(f"{day}{n}" for day in DAYS for n in range(WINDOWS_LIMIT)),
)
MODE_WORDS = {
    "first_comment": N_("Comments by first-time authors: none of theirs was approved yet"),
    "any_link": N_("Comments with a link"),
}
DAY_WORDS = {
    "mon": N_("Mon"),
    "tue": N_("Tue"),
    "wed": N_("Wed"),
    "thu": N_("Thu"),
    "fri": N_("Fri"),
    "sat": N_("Sat"),
    "sun": N_("Sun"),
}
THEN_WORDS = {
    Then.HOLD: N_("wait for a person"),
    Then.REFUSE: N_("are refused; the page says when it opens again"),
}
# 22:00, and as people write it: 22, 7:30, 22.00
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]([0-5][0-9]))?")
_FIELD = re.compile(r"zone|then|(?:from|until|" + "|".join(DAYS) + r")[0-9]+")


@dataclass(frozen=True, slots=True)
class Row:
    """Hours as their fields show them. days: those that are ticked."""

    number: int
    days: frozenset[str]
    begins: str
    ends: str


@dataclass(frozen=True, slots=True)
class ModesForm:
    """What the fields show. rows: [] where the policy is for a language, which has no hours. zones: that a browser may propose."""

    modes: Sequence[Mode]
    zone: str
    then: str
    rows: Sequence[Row]
    zones: Sequence[str]


def is_field(name: str) -> bool:
    """Whether an error of this field is shown beside it."""
    return _FIELD.fullmatch(name) is not None


def modes_form(toml: str, policy: Policy, scope: str, typed: Form | None = None) -> ModesForm:
    """typed: what was sent, where it could not be read."""
    modes = modes_of(toml, policy)
    if typed is not None:
        modes = [
            mode if mode.is_inherited else Mode(mode.code, mode.code in typed, False)
            for mode in modes
        ]
    if is_language(scope):
        return ModesForm(modes, "", "", [], [])
    hours = policy.closed_hours
    if typed is None:
        zone, then = (hours.zone, hours.then.value) if hours else ("", Then.HOLD.value)
        rows = [
            Row(
                number,
                frozenset(DAYS[day] for day in window.days),
                on_a_clock(window.begin),
                on_a_clock(window.end),
            )
            for number, window in enumerate(hours.windows if hours else ())
        ]
    else:
        zone, then = typed.get("zone", ""), typed.get("then", "")
        rows = _typed_rows(typed)
        while rows and not (rows[-1].begins or rows[-1].ends or rows[-1].days):
            rows.pop()
    more = min(WINDOWS_LIMIT, len(rows) + _SPARE)
    rows += [Row(number, frozenset(), "", "") for number in range(len(rows), more)]
    return ModesForm(modes, zone, then, rows, _zones())


@lru_cache(maxsize=1)
def _zones() -> Sequence[str]:
    """Those named after a place; people there do not say Etc/GMT-1."""
    return sorted(zone for zone in available_timezones() if "/" in zone and zone[:4] != "Etc/")


def typed_modes(toml: str, policy: Policy, form: Form, scope: str) -> str:
    """The TOML with what a form says. Raises Invalid with the field as the pointer."""
    on = [code for code in CODES if code in form]
    hours = policy.closed_hours if is_language(scope) else _typed_hours(form, policy.closed_hours)
    return edit_modes(toml, policy, on, hours)


def _typed_hours(form: Form, before: ClosedHours | None) -> ClosedHours | None:
    known = before or ClosedHours("", Then.HOLD, ())
    stood = len(known.windows)
    # Hours that stood there are removed by emptying both times, whatever days are ticked beside them.
    windows = [
        _typed_window(row)
        for row in _typed_rows(form)
        if row.begins or row.ends or (row.days and row.number >= stood)
    ]
    if not windows:
        return None
    zone = form.get("zone", "").strip()
    if not zone:
        raise Invalid("Closed hours need a time zone, such as Europe/Berlin.", "/zone")
    try:
        return known.windowed(zone, form.get("then", ""), windows)
    except Invalid as broken:
        field = broken.pointer.rpartition("/")[2]
        raise Invalid(broken.message, f"/{field}" if is_field(field) else "/then") from None


def _typed_rows(form: Form) -> list[Row]:
    return [
        Row(
            number,
            frozenset(day for day in DAYS if f"{day}{number}" in form),
            form.get(f"from{number}", "").strip(),
            form.get(f"until{number}", "").strip(),
        )
        for number in range(WINDOWS_LIMIT)
    ]


def _typed_window(row: Row) -> ClosedWindow:
    begin = _minutes(row.begins, f"/from{row.number}", last=24 * 60 - 1)
    end = _minutes(row.ends, f"/until{row.number}", last=24 * 60)
    return window_on([DAYS.index(day) for day in row.days], begin, end)


def _minutes(typed: str, field: str, last: int) -> int:
    found = _CLOCK.fullmatch(typed)
    minutes = 60 * int(found[1]) + int(found[2] or 0) if found else -1
    if not 0 <= minutes <= last:
        raise Invalid("A time is written like 22:00.", field)
    return minutes


def window_title(row: Row) -> str:
    """The name of a row's fields for those who cannot see them together."""
    return _("Closed hours %(n)s", n=row.number + 1)
