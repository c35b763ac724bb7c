"""A policy that misses its own bounds is not put in force, unless somebody says why."""

import json

import pytest
import sqlalchemy as sa

from moderation.domain.audit import Change
from moderation.domain.backtest import Share
from moderation.domain.decision import Outcome
from moderation.policies import read_policy
from moderation.review.policy_bounds import measured_bounds
from moderation.review.site_policy import BoundsMissed, list_versions, set_policy, site_policy
from moderation.store.sql.schema import audit
from tests.factories import newspaper
from tests.review.test_policy_backtest import LATER, SOURCE, decide, judged


def promising(one_in, toxic=0.8, name="wrongly_rejected"):
    rules = SOURCE.format(name="bound", toxic=toxic, outcome="reject")
    return f'{rules}\n[bounds]\n{name} = "1 in {one_in}"\n'


def test_what_people_decided_is_held_against_the_bounds(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    ids = judged(
        store, site, *["toxicity=0.9"] * 12, "toxicity=0.1", "toxicity=0.2", "links=3 toxicity=0"
    )
    decided = zip(
        ids,
        [Outcome.REJECT] * 11 + [Outcome.APPROVE, Outcome.APPROVE, Outcome.SPAM, Outcome.APPROVE],
        strict=True,
    )
    for id, outcome in decided:
        decide(store, site, id, outcome)
    [rejected] = measured_bounds(store, site.id, read_policy(promising(5)), now=LATER)
    assert rejected.wrong == Share(1, 12)
    [passed] = measured_bounds(
        store, site.id, read_policy(promising(2, name="wrongly_passed")), now=LATER
    )
    assert passed.wrong == Share(1, 2)
    assert (
        measured_bounds(
            store, site.id, read_policy(SOURCE.format(name="x", toxic=1, outcome="hold")), now=LATER
        )
        == []
    )
    with pytest.raises(BoundsMissed, match="measured 1 of 12 decisions") as refused:
        set_policy(store, site.id, promising(5), "mod_1", now=LATER)
    assert f"{rejected.more_needed} more decisions" in refused.value.message
    with pytest.raises(BoundsMissed, match="nobody has decided"):
        set_policy(store, other.id, promising(5), "mod_1", now=LATER)
    with pytest.raises(BoundsMissed):
        set_policy(store, site.id, promising(5), "mod_1", override="  ", now=LATER)
    assert list_versions(store, site.id) == []
    set_policy(store, site.id, promising(2), "mod_1", now=LATER)
    assert site_policy(store, site.id).toml == promising(2)
    set_policy(store, site.id, promising(5), "mod_1", override="A flood.", now=LATER)
    with store.read() as connection:
        query = (
            sa.select(audit.c.after_json)
            .where(audit.c.change == Change.POLICY_SET)
            .order_by(audit.c.number)
        )
        first, second = map(json.loads, connection.scalars(query))
    assert "override" not in first
    assert second["override"] == "A flood." and "measured 1 of 12" in second["bounds"]
