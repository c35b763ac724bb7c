"""A site's own policy: set, listed, taken back; its thresholds edited in the TOML that people wrote."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.comment import Status
from moderation.domain.errors import Conflict, Invalid, NotFound
from moderation.domain.policy_edit import thresholds_of
from moderation.policies import PROFILES, edit_thresholds, policy_source, read_policy
from moderation.review.site_policy import (
    earlier_version,
    list_versions,
    set_policy,
    site_policy,
)
from moderation.store import queues
from tests.factories import NOON, newspaper
from tests.review.test_policy_backtest import judged

OWN = 'name = "own"\nbased_on = "newsroom" # ours\n\n[thresholds]\ntoxic = 0.7 # they shout\n'


def test_a_policy_is_set_listed_and_taken_back(store):
    site = newspaper(store)
    assert site_policy(store, site.id).number == 0
    first = set_policy(store, site.id, OWN, "mod_1", 0, now=NOON)
    assert (first.number, first.version) == (1, read_policy(OWN).version)
    assert set_policy(store, site.id, OWN, "mod_2", 1, now=NOON) == first  # in force already
    set_policy(store, site.id, "", "command", now=NOON + 1)
    with pytest.raises(Conflict):
        set_policy(store, site.id, OWN, "mod_2", 1, now=NOON + 2)
    set_policy(store, site.id, earlier_version(store, site.id, 1).toml, "mod_2", 2, now=NOON + 2)
    assert [(each.number, each.version, each.set_by) for each in list_versions(store, site.id)] == [
        (3, first.version, "mod_2"),
        (2, "default", "command"),
        (1, first.version, "mod_1"),
    ]
    assert site_policy(store, site.id).toml == OWN
    with pytest.raises(NotFound):
        earlier_version(store, site.id, 9)
    with pytest.raises(Invalid, match="Line 1"):
        set_policy(store, site.id, 'name = ""\n', "mod_1", now=NOON)


def test_the_policy_that_was_set_judges(store):
    site = newspaper(store)
    set_policy(store, site.id, OWN, "mod_1", now=NOON)
    texts = (f"toxicity={toxicity} spam=0 language=1:en" for toxicity in (0.69, 0.7))
    passed, held = judged(store, site, *texts)
    with store.read() as connection:
        assert queues.by_id(connection, passed, [site.id]).status is Status.APPROVED
        assert queues.by_id(connection, held, [site.id]).status is Status.HELD


def test_a_threshold_is_changed_where_it_stands():
    changed = edit_thresholds(OWN, {"toxic": 0.5, "spam": 0.95})
    assert "toxic = 0.5 # they shout\n" in changed and "# ours" in changed
    assert tomllib.loads(changed)["thresholds"] == {"toxic": 0.5, "spam": 0.95}
    full = policy_source("newsroom")
    edited = edit_thresholds(full, {"likely_spam": 0.61, "toxic": 0.33})
    differing = [
        (old, new)
        for old, new in zip(full.splitlines(), edited.splitlines(), strict=True)
        if old != new
    ]
    assert [new.strip() for _, new in differing] == [
        "at_least = 0.33",
        '{ signal = "spam", at_least = 0.61 },',
    ]


@given(
    st.sampled_from(PROFILES),
    st.booleans(),
    st.lists(st.floats(0.01, 0.99).map(lambda value: round(value, 3)), min_size=20, max_size=20),
)
def test_every_threshold_of_every_profile_can_be_set(profile, by_name, values):
    source = f'name = "x"\nbased_on = "{profile}"\n' if by_name else policy_source(profile)
    codes = [each.code for each in thresholds_of(read_policy(source))]
    wanted = dict(zip(codes, values, strict=False))
    now = thresholds_of(read_policy(edit_thresholds(source, wanted)))
    assert {each.code: each.value for each in now} == wanted


def test_a_threshold_that_is_not_in_one_line_is_left_to_the_toml():
    source = (
        'name = "x"\n[[rules]]\ncode = "a"\nsignal = "s"\noutcome = "hold"\nmessage = "m"\n'
        '"at_least" = 0.5\n'
    )
    with pytest.raises(Invalid, match="in the TOML"):
        edit_thresholds(source, {"a": 0.6})
