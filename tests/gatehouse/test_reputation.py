"""`gatehouse reputation` and `gatehouse spam`: shown, reset, taken back."""

import json
import time

import pytest
import sqlalchemy as sa

from moderation.learning import lessons
from moderation.scorers.spam.spam_model import load_prior
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import comments
from tests.gatehouse.conftest import Run
from tests.review.test_reputation import (
    APPROVE,
    SPAM,
    harmless_text,
    record_decision,
    submit_and_judge,
)


@pytest.fixture
def store(data_store: Store, herald: Site) -> Store:
    """Of Herald, with one comment approved and one, with a link, called spam."""
    store, site = data_store, herald
    now = time.time_ns() // 1_000_000
    good, bad = submit_and_judge(
        store, site, harmless_text(1), f"{harmless_text(2)} http://shop.example/", at=now - 9_000
    )
    record_decision(store, site, good, APPROVE, now - 5_000)
    record_decision(store, site, bad, SPAM, now - 5_000)
    lessons.learn(store, load_prior(), now + 200_000)
    return store


def test_reputations_are_shown_reset_and_taken_back(gatehouse: Run, store: Store) -> None:
    listed = gatehouse("reputation", "list", "Herald", "--json")
    assert listed.returncode == 0, listed.stderr
    assert json.loads(listed.stdout)["name"] == "shop.example"
    with store.read() as connection:
        [bad] = connection.scalars(sa.select(comments.c.id).where(comments.c.status == "spam"))
    shown = gatehouse("reputation", "show", "Herald", "--comment", bad).stdout
    assert "author" in shown and "1 approved, 1 spam by your moderators" in shown
    subject = ("Herald", "domain", "shop.example")
    assert gatehouse("reputation", "reset", *subject).returncode == 0
    reputation = gatehouse("reputation", "show", *subject).stdout
    assert "nothing decided yet" in reputation and "(does not count)" in reputation
    assert "reset by command" in reputation
    assert "0 approved, 1 spam" in gatehouse("reputation", "undo", *subject).stdout


@pytest.mark.usefixtures("store")
def test_what_was_learned_is_shown_and_taken_back(gatehouse: Run) -> None:
    status = gatehouse("spam", "status", "Herald").stdout
    assert "Herald has learned from 2 decisions, 1 of them spam; 0 wait. Version 1." in status
    both = gatehouse("spam", "undo", "Herald", "1", "--moderator", "mod_a")
    assert both.returncode == 1 and both.stderr.count("\n") == 1
    undone = gatehouse("spam", "undo", "Herald", "--moderator", "mod_a", "--since", "2020-01-01")
    assert undone.returncode == 0 and "version 2" in undone.stdout, undone.stderr
    facts = json.loads(gatehouse("spam", "status", "Herald", "--json").stdout)
    assert (facts["decisions"], facts["lessons"][0]["undone"]) == (0, 1)
