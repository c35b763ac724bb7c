"""A policy as its page shows it: sentences, thresholds beside histograms, what a trial found; and the form's fields."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moderation.domain.backtest import Affected, Backtest, OutcomeChange, Share
from moderation.domain.closed_hours import ClosedHours, Then
from moderation.domain.decision import Outcome
from moderation.domain.errors import Invalid
from moderation.domain.identity_terms import GroupName
from moderation.domain.labels import label_of
from moderation.domain.policy import Condition, Policy, Rule
from moderation.domain.policy_advice import Advice
from moderation.domain.policy_edit import Threshold, thresholds_of
from moderation.policies import edit_thresholds, read_policy
from moderation.review.site_policy import SitePolicy
from service.console.language import N_, _, current, number
from service.console.policy_scope import scope_in_words
from service.console.presenters import OUTCOME_WORDS, label
from service.console.session import Form

SLIDERS = 40  # of one policy; the profiles have ten
FORM_LIMIT = 1024 * 1024  # bytes; 200,000 characters of TOML, escaped
NAMES = (
    "scope",
    "do",
    "toml",
    "profile",
    "number",
    "seen",
    "back",
    "override",
    *(f"{kind}{n}" for kind in "ts" for n in range(SLIDERS)),
)
_SENTENCES = {
    Outcome.HOLD: N_("Hold where %(conditions)s."),
    Outcome.SPAM: N_("File as spam where %(conditions)s."),
    Outcome.REJECT: N_("Reject where %(conditions)s."),
}
AUTHOR_WORDS = {"new": N_("New authors"), "known": N_("Authors with a reputation")}
GROUP_WORDS: dict[GroupName, str] = {
    "any": N_("Any of these"),
    "religion": N_("Religion"),
    "origin": N_("Origin"),
    "gender": N_("Women and men, gender"),
    "orientation": N_("Sexual orientation"),
    "disability": N_("Disability and illness"),
    "age": N_("Age"),
}
_HEIGHT = 40  # of a histogram


def sentence(rule: Rule) -> str:
    """A rule in words, with its code where that says more."""
    conditions = f" {_('and')} ".join(map(_condition, rule.conditions))
    return _(_SENTENCES[rule.outcome], conditions=conditions)


def _condition(condition: Condition) -> str:
    *first, last = [label(name.rstrip("*:")) for name in condition.signals]
    names = f"{', '.join(first)} {_('or')} {last}" if first else last
    if condition.below is not None:
        return _("%(names)s is below %(value)s", names=names, value=_decimal(condition.below))
    if condition.at_least == 1:
        return _("there is %(names)s", names=names)
    return _("%(names)s reaches %(value)s", names=names, value=_decimal(condition.at_least or 0))


def _decimal(value: float) -> str:
    return f"{value:g}".replace(".", current().decimal)


@dataclass(frozen=True, slots=True)
class Slider:
    """A threshold with its field. typed: what stands in it. bars: left edge, top and height of each bin, of 100 by 40.
    line: where the threshold stands, of 100.
    """

    number: int
    threshold: Threshold
    label: str
    typed: str
    counts: Sequence[int]
    bars: list[tuple[float, float, float]]
    line: float
    advice: Advice | None


def sliders_of(
    policy: Policy,
    histograms: Mapping[str, Sequence[int]],
    advice: Mapping[str, Advice],
    form: Form | None = None,
) -> list[Slider]:
    """advice: by the codes of rules. form: what was typed, where it could not be read."""
    found = []
    for place, threshold in enumerate(thresholds_of(policy)[:SLIDERS]):
        counts = histograms.get(threshold.signal, ())
        typed = (form or {}).get(f"t{place}", f"{threshold.value:g}")
        name, signal = label(threshold.code), label(threshold.signal)
        found.append(
            Slider(
                place,
                threshold,
                name if name == signal else f"{name} ({signal})",
                typed,
                counts,
                _bars(counts),
                round(100 * threshold.value, 1),
                advice.get(threshold.code),
            )
        )
    return found


def _bars(counts: Sequence[int]) -> list[tuple[float, float, float]]:
    """By the square root: where nine comments of ten have the lowest score, the others would not be seen."""
    most = math.sqrt(max(counts, default=0)) or 1
    width = 100 / max(1, len(counts))
    heights = [round(_HEIGHT * math.sqrt(count) / most, 1) for count in counts]
    return [
        (round(n * width, 2), round(_HEIGHT - height, 1), height)
        for n, height in enumerate(heights)
    ]


def typed_thresholds(policy: Policy, form: Form) -> dict[str, float]:
    """The thresholds that a form changes, by code: its number, or its slider where a script did not couple them.

    Raises Invalid with the field as the pointer.
    """
    changed = {}
    for place, threshold in enumerate(thresholds_of(policy)[:SLIDERS]):
        for field in (f"t{place}", f"s{place}"):
            if field not in form:
                continue
            try:
                value = float(form[field].strip().replace(",", "."))
            except ValueError:
                value = math.nan
            if not 0 < value <= 1:
                name = label_of(threshold.code)
                raise Invalid(f"{name}: a threshold is a number above 0, up to 1.", f"/t{place}")
            if field[0] == "s":  # it has steps of a hundredth
                value = round(value, 2)
                is_changed = value != round(threshold.value, 2)
            else:
                is_changed = value != threshold.value
            if is_changed:
                changed[threshold.code] = value
                break
    return changed


def typed_toml(policy: Policy, form: Form) -> str:
    """The TOML of a form with the thresholds that were typed. Raises Invalid."""
    toml = form.get("toml", "").replace("\r\n", "\n")
    changed = typed_thresholds(policy, form)
    return edit_thresholds(toml, changed) if changed else toml


def trial_view(found: Backtest) -> dict[str, Any]:
    """What a trial found, in the words of the page."""
    before, after = found.workload
    more = after.held_a_day - before.held_a_day
    days = _("about as many a day as now")
    if abs(more) >= 0.05:
        amount = number(abs(more), 0 if abs(more) >= 10 else 1)
        days = (
            _("about %(n)s more a day", n=amount)
            if more > 0
            else _("about %(n)s fewer a day", n=amount)
        )
    return {
        "facts": found,
        "held": _percent(after.held, found.examined),
        "held_now": _percent(before.held, found.examined),
        "more": days,
        "changes": changes_view(found.changes),
        "affected": [(_affected_name(code), code) for code in found.affected],
        "groups": [
            (_(GROUP_WORDS[group.name]), _interval(group.changed), _interval(group.others), group)
            for group in found.named.groups
        ],
    }


def _affected_name(group: Affected) -> str:
    if group.kind == "author":
        return _(AUTHOR_WORDS[group.name])
    if group.name == "unknown":
        return _("Language not recognised")
    return _("Language: %(code)s", code=group.name)


def scopes_view(scoped: Sequence[SitePolicy]) -> list[dict[str, str]]:
    """The policies for parts of a site in the words of the page."""
    found = []
    for each in scoped:
        name = version = ""
        try:
            policy = read_policy(each.toml)
            name, version = policy.name, policy.version
        except Invalid:
            pass
        found.append(
            {
                "scope": each.scope,
                "words": scope_in_words(each.scope),
                "name": name,
                "version": version,
            }
        )
    return found


def hours_in_words(hours: ClosedHours) -> str:
    """A sentence about the closed hours of a policy."""
    when = hours.in_words()
    if hours.then is Then.REFUSE:
        return _("Closed: %(when)s. Comments that come in then are refused.", when=when)
    return _("Closed: %(when)s. Comments that come in then wait for a person.", when=when)


def changes_view(changes: Sequence[OutcomeChange]) -> list[dict[str, Any]]:
    """Changed outcomes in the words of the page."""
    return [
        {
            "change": change,
            "before": _(OUTCOME_WORDS[change.before]),
            "after": _(OUTCOME_WORDS[change.after]),
            "rules": ", ".join(
                f"{label(code)} {number(count)}" for code, count in change.rules.items()
            ),
        }
        for change in changes
    ]


def _interval(share: Share) -> str:
    """'5.0 % (1.7 to 13.7)', '' of none."""
    if share.share is None or share.interval is None:
        return ""
    low, high = (number(100 * end, 1) for end in share.interval)
    return _(
        "%(share)s %% (%(low)s to %(high)s)",
        share=number(100 * share.share, 1),
        low=low,
        high=high,
    )


def _percent(count: int, of: int) -> str:
    return f"{number(100 * count / of, 1)} %" if of else "0 %"


def share_in_words(share: Share) -> str:
    """'3 of 60: 5.0 % (1.7 to 13.7)'."""
    if share.share is None or share.interval is None:
        return _("nobody looked")
    low, high = share.interval
    return _(
        "%(hits)s of %(count)s: %(share)s %% (%(low)s to %(high)s)",
        hits=number(share.hits),
        count=number(share.count),
        share=number(100 * share.share, 1),
        low=number(100 * low, 1),
        high=number(100 * high, 1),
    )
