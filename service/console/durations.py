"""Lengths of time in the words of the page's language."""

from service.console.language import _


def duration(ms: int | None) -> str:
    """'2 h 5 min': two units at most; '' for none."""
    if ms is None:
        return ""
    minutes = round(ms / 60_000)
    if minutes < 1:
        return _("less than a minute")
    hours, minutes = divmod(minutes, 60)
    days, rest = divmod(hours, 24)
    if hours >= 48:
        parts = [_("%(n)s days", n=days), _("%(n)s h", n=rest) if rest else ""]
    else:
        parts = [
            _("%(n)s h", n=hours) if hours else "",
            _("%(n)s min", n=minutes) if minutes else "",
        ]
    return " ".join(filter(None, parts))
