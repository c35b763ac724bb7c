"""How the scores of a site's newest comments are distributed, beside which its thresholds are chosen."""

from collections.abc import Collection

from moderation.domain.durations import DAY_MS
from moderation.domain.ids import timed_id
from moderation.domain.policy_scopes import ScopedPolicy
from moderation.review.past_decisions import past_in_scope
from moderation.store.sql.engine import Store

BINS = 20
HISTOGRAM_DAYS = 30
HISTOGRAM_LIMIT = 5_000  # comments: a fifth of a second


def score_histograms(
    store: Store,
    site_id: str,
    names: Collection[str],
    *,
    scope: ScopedPolicy | None = None,
    now: int,
    limit: int = HISTOGRAM_LIMIT,
) -> dict[str, tuple[int, ...]]:
    """How many comments have each score, in BINS steps from 0 to 1; 1 is in the last. names: of the scores. scope: of
    which comments, as in past_in_scope(). now: ms.
    """
    counts = {name: [0] * BINS for name in names}
    since = timed_id("cmt", max(0, now - HISTOGRAM_DAYS * DAY_MS), bytes(10))
    with store.read() as connection:
        for past in past_in_scope(connection, site_id, scope, since, limit):
            for name, value in past.signals:
                if name in counts:
                    counts[name][min(BINS - 1, max(0, int(float(value) * BINS)))] += 1
    return {name: tuple(bins) for name, bins in counts.items()}
