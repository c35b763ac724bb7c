"""The form of a filter: what it offers, what was typed into it, what a preview found."""

import re
from datetime import UTC, datetime
from typing import Any

from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Invalid
from moderation.domain.filter import FilterAction, FilterDraft, FilterField, FilterKind
from moderation.review.filter_preview import FilterPreview, PreviewMatch
from service.console.language import N_, NN_, _
from service.console.presenters import STATUS_WORDS, pieces_of_spans
from service.console.session import Form

FORM_LIMIT = 2 * 1024 * 1024  # bytes; a list of 256 kB, every letter of it escaped
NAMES = (
    "site",
    "version",
    "do",
    "name",
    "kind",
    "action",
    "entries",
    "exceptions",
    "languages",
    "enabled",
    "until",
    "in_text",
    "in_name",
    "in_website",
)
KINDS = {
    FilterKind.WORDS: (
        N_("Words"),
        N_("One word or phrase per line, matched as a whole; * stands for the rest of a word."),
    ),
    FilterKind.PATTERNS: (
        N_("Patterns"),
        N_("One regular expression per line (RE2); case is ignored."),
    ),
    FilterKind.DOMAINS: (
        N_("Domains"),
        N_("example.com and everything under it; .xyz for every domain that ends so."),
    ),
    FilterKind.EMAILS: (
        N_("E-mails"),
        N_("name@example.com, or @example.com for every address there."),
    ),
    FilterKind.AUTHORS: (
        N_("Authors"),
        N_("As a comment's page puts them here (“From now on”): keyed hashes, no names."),
    ),
    FilterKind.NETWORKS: (N_("Networks"), N_("An address, or a network such as 203.0.113.0/24.")),
}
ACTIONS = {
    FilterAction.HOLD: N_("Hold for a moderator"),
    FilterAction.SPAM: N_("File as spam"),
    FilterAction.REJECT: N_("Reject"),
    FilterAction.TRUST: N_(
        "Trust: links to these domains do not count; these authors have a good name; or these words in the name may use protected names"
    ),
}
# What a filter in the list has, and does.
ENTRIES = {
    FilterKind.WORDS: NN_("%(n)s word", "%(n)s words"),
    FilterKind.PATTERNS: NN_("%(n)s pattern", "%(n)s patterns"),
    FilterKind.DOMAINS: NN_("%(n)s domain", "%(n)s domains"),
    FilterKind.EMAILS: NN_("%(n)s e-mail", "%(n)s e-mails"),
    FilterKind.AUTHORS: NN_("%(n)s author", "%(n)s authors"),
    FilterKind.NETWORKS: NN_("%(n)s network", "%(n)s networks"),
}
DOES = {
    FilterAction.HOLD: N_("hold for a moderator"),
    FilterAction.SPAM: N_("file as spam"),
    FilterAction.REJECT: N_("reject"),
    FilterAction.TRUST: N_("trust"),
}
FIELDS = {
    FilterField.TEXT: N_("the text"),
    FilterField.NAME: N_("the author's name"),
    FilterField.WEBSITE: N_("the author's website"),
}


def read_draft(form: Form) -> FilterDraft:
    """What was typed. Raises Invalid for what no form of ours could send."""
    try:
        kind, action = FilterKind(form.get("kind", "")), FilterAction(form.get("action", ""))
    except ValueError:
        raise Invalid("The form does not say what the filter is.") from None
    return FilterDraft(
        name=" ".join(form.get("name", "").split()),
        kind=kind,
        action=action,
        entries=_lines(form.get("entries", "")),
        exceptions=_lines(form.get("exceptions", "")),
        languages=tuple(re.findall(r"[^\s,;]+", form.get("languages", ""))[:50]),
        fields=tuple(field for field in FilterField if form.get(f"in_{field.value}")),
        enabled=form.get("enabled", "on") == "on",
        until=_end_of(form.get("until", "")),
    )


def _end_of(day: str) -> int | None:
    """The end of a day in UTC, ms; None for none. Raises Invalid."""
    if not day:
        return None
    try:
        began = datetime.fromisoformat(day).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid("The form does not say until which day.") from None
    return round(began.timestamp() * 1000) + DAY_MS


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.replace("\r\n", "\n").rstrip("\n").split("\n")) if text.strip() else ()


def preview_view(preview: FilterPreview) -> dict[str, Any]:
    """A preview as the page shows it: the counts by queue, and the newest matches."""
    return {
        "facts": preview,
        "statuses": [
            (_(STATUS_WORDS[status]), count) for status, count in preview.by_status.items()
        ],
        "matches": [_match_view(match) for match in preview.matches],
    }


def _match_view(match: PreviewMatch) -> dict[str, Any]:
    return {
        "comment": match,
        "status": _(STATUS_WORDS[match.status]),
        "pieces": pieces_of_spans(match.excerpt, match.spans),
        "other_fields": ", ".join(
            _(FIELDS[FilterField(field)]) for field in match.where if field != "text"
        ),
    }
