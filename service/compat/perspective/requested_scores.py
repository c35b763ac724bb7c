"""Which of the requested attributes are answered, and with which score.

Google refuses a whole call for one unknown attribute, and its clients ask for several at once. Here the
known ones are answered and the others named in a header; with GATEHOUSE_PERSPECTIVE_STRICT any refuses all.
"""

import logging
import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache

from moderation.domain.errors import Unavailable
from moderation.domain.score import Findings
from service.compat.perspective.attributes import ATTRIBUTES, score
from service.compat.perspective.google_errors import AnalyzerError
from service.compat.perspective.request import RequestedAttribute

log = logging.getLogger("gatehouse.compat")

# Attributes that have a score of 0 because the model has no label for them.
UNSCORED_HEADER = "X-Gatehouse-Unscored"
# Requested attributes that are left out of the answer.
UNSUPPORTED_HEADER = "X-Gatehouse-Unsupported"
UNSCORED = 0.0
_NAMES_LIMIT = 40  # in a header
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,59}")
_PROBABILITY = ("PROBABILITY", "SCORE_TYPE_UNSPECIFIED")


def supported(
    requested: Mapping[str, RequestedAttribute], *, strict: bool
) -> dict[str, RequestedAttribute]:
    """The requested attributes that can be answered.

    Raises AnalyzerError where there is none, with `strict` where one is unknown, and for a score type that
    an attribute does not have.
    """
    known = {name: attribute for name, attribute in requested.items() if name in ATTRIBUTES}
    for name, attribute in (requested if strict or not known else known).items():
        check_attribute(name, attribute.score_type)
    return known


def check_attribute(name: str, score_type: str) -> None:
    """Raises AnalyzerError for an attribute, or a score type, that we do not have."""
    if name not in ATTRIBUTES:
        shown = f": {name}" if _NAME.fullmatch(name) else ""
        raise AnalyzerError("INVALID_REQUEST", f"Unknown requested attribute{shown}")
    if score_type not in _PROBABILITY:
        shown = f" {score_type}" if _NAME.fullmatch(score_type) else ""
        raise AnalyzerError(
            "INVALID_REQUEST",
            f"Requested score type{shown} is not supported by attribute {name}",
        )


def value(attribute: str, findings: Findings) -> float | None:
    """The attribute's score, 0..1; None where the model has no label for it.

    Raises Unavailable where its scorer failed.
    """
    result = score(attribute, findings.score)
    lacking = [label for label in ATTRIBUTES[attribute] if findings.score(label) is None]
    if lacking and findings.failed:  # a part that was not measured is not harmless
        raise Unavailable("The comment could not be scored.")
    return result


def unscored(attributes: Iterable[str], findings: Findings, *, strict: bool) -> list[str]:
    """The attributes for which the model has no label; with `strict` raises AnalyzerError for the first."""
    names = [name for name in attributes if value(name, findings) is None]
    if names and strict:
        raise AnalyzerError(
            "INVALID_REQUEST",
            f"Unknown requested attribute: {names[0]} (the model in use has no such label)",
        )
    for name in names:
        _log_unscored(name)
    return names


@cache
def _log_unscored(attribute: str) -> None:
    """Once in a process: clients ask for the same attributes with every comment."""
    log.warning(
        "a Perspective attribute is answered with 0: the model has no such label",
        extra={"attribute": attribute},
    )


def named_headers(unsupported: Collection[str], without_label: Collection[str]) -> dict[str, str]:
    """The headers that name what was left out and what was not scored; only what may be a name is repeated."""
    headers = {}
    for header, names in (
        (UNSUPPORTED_HEADER, unsupported),
        (UNSCORED_HEADER, without_label),
    ):
        if shown := [name if _NAME.fullmatch(name) else "*" for name in names]:
            headers[header] = ", ".join(dict.fromkeys(shown[:_NAMES_LIMIT]))
    return headers
