"""Reports: what readers say against a comment that they see. They are for moderators to look at, and decide nothing."""

from dataclasses import dataclass
from enum import StrEnum

NOTE_LIMIT = 500  # characters
# Of one comment that are kept. More of them say nothing that these do not.
REPORTS_LIMIT = 1_000
# A reader whose reports were dismissed so often, and never upheld, is not listened to any more.
MUTED_AFTER = 10


class ReportReason(StrEnum):
    """Why a reader reports a comment. Stable: they appear in the API and in stored reports."""

    SPAM = "spam"
    ABUSE = "abuse"
    HATE = "hate"
    THREAT = "threat"
    PRIVACY = "privacy"
    MISLEADING = "misleading"
    OFF_TOPIC = "off_topic"
    ILLEGAL = "illegal"
    OTHER = "other"


class ReportState(StrEnum):
    """What became of a report. settled: somebody looked, and neither removed the comment nor let it stand."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports: keyed hashes, '' unknown. key: of the reader's browser or the site's own id; address: of the
    address that a household or office shares. Whoever has one of them in common counts as one reader.
    """

    key: str
    address: str
