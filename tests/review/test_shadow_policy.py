"""A candidate beside a site's own policy: kept for each comment that is judged, compared, adopted; never acts."""

import pytest
import sqlalchemy as sa

from moderation.domain.backtest import Share
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Invalid, NotFound
from moderation.review import shadow_policy
from moderation.review.site_policy import site_policy
from moderation.store import queues
from moderation.store.sql.schema import shadow_outcomes
from moderation.upkeep.erase import erase
from moderation.upkeep.retention import purge
from tests.factories import NOON, newspaper
from tests.review.test_policy_backtest import SOURCE, decide, judged

CANDIDATE = SOURCE.format(name="candidate", toxic=0.5, outcome="hold")


def kept(store):
    with store.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(shadow_outcomes)).scalar()


def test_it_is_kept_for_what_is_judged_and_decides_nothing(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    judged(store, site, "toxicity=0.6")
    started = shadow_policy.start(store, site.id, CANDIDATE, "mod_1", now=NOON)
    fine, between, bad = judged(
        store, site, "toxicity=0.1", "toxicity=0.6", "toxicity=0.9 links=2", now=NOON + 2_000
    )
    judged(store, other, "toxicity=0.6", now=NOON + 2_000)
    with store.read() as connection:
        assert queues.by_id(connection, between, [site.id]).status is Status.APPROVED
    decide(store, site, between, Outcome.REJECT)
    decide(store, site, bad, Outcome.REJECT)
    found = shadow_policy.compare(store, site.id)
    assert (found.candidate, found.examined, found.changed, found.decided) == (started, 3, 1, 2)
    [change] = found.changes
    assert (change.before, change.after) == (Outcome.APPROVE, Outcome.HOLD)
    assert change.rules == {"toxic": 1}
    assert [(each.comment_id, each.status) for each in change.samples] == [
        (between, Status.REJECTED)
    ]
    live, candidate = found.agreement
    assert (live.precision, live.recall) == (Share(1, 1), Share(1, 2))
    assert (candidate.precision, candidate.recall) == (Share(2, 2), Share(2, 2))
    assert shadow_policy.compare(store, other.id) is None
    erase(store, {site.id}, fine, now=NOON, entropy=bytes)
    assert shadow_policy.compare(store, site.id).examined == 2


def test_it_is_adopted_or_ended_and_then_forgotten(store):
    site = newspaper(store)
    started = shadow_policy.start(store, site.id, CANDIDATE, "mod_1", now=NOON)
    judged(store, site, "toxicity=0.6", now=NOON + 2_000)
    with pytest.raises(NotFound):
        shadow_policy.adopt(store, site.id, "0" * 12, "mod_2", now=NOON)
    with pytest.raises(Invalid, match="Line 1"):
        shadow_policy.start(store, site.id, "nam = 3", "mod_1", now=NOON)
    purge(store, NOON + 3_000, 24)
    assert kept(store) == 1
    shadow_policy.adopt(store, site.id, started.version, "mod_2", now=NOON)
    assert site_policy(store, site.id).toml == CANDIDATE
    assert shadow_policy.compare(store, site.id) is None
    purge(store, NOON + 3_000, 24)
    assert kept(store) == 0
