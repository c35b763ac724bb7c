"""`gatehouse sample`: the size is set, comments are shown without what was decided, judged once, and agreement is printed."""

import json
import time

import pytest

from moderation.domain.durations import DAY_MS, WEEK_MS
from moderation.domain.samples import begin_of, week_of
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from moderation.upkeep.samples import draw_samples
from tests.gatehouse.conftest import Run
from tests.review.test_second_looks import looked_at
from tests.upkeep.test_day_totals import judged


def now() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def sampled(data_store: Store, herald: Site) -> list[str]:
    """Comments of last week that the policy approved and that wait to be looked at."""
    last_week = begin_of(week_of(now())) - WEEK_MS + DAY_MS
    ids = judged(data_store, herald, "A fine article.", "Another one.", at=last_week)
    assert sum(draw_samples(data_store, now())) == 1
    return ids


def test_what_waits_is_shown_without_what_was_decided_and_judged_once(
    gatehouse: Run, sampled: list[str]
) -> None:
    shown = gatehouse("sample", "next", "Herald", "--limit", "5", "--json").stdout
    entries = [json.loads(line) for line in shown.splitlines()]
    assert {entry["comment_id"] for entry in entries} == set(sampled)
    assert all(
        entry.keys() == {"comment_id", "text", "author_name", "page_url"} for entry in entries
    )
    assert gatehouse("sample", "next", "Herald").stdout.count("cmt_") == 1
    refused = gatehouse("sample", "judge", "Herald", sampled[0], "perhaps")
    assert refused.returncode == 1 and "publish, remove or unsure" in refused.stderr
    said = gatehouse("sample", "judge", "Herald", sampled[0], "remove")
    assert said.stdout == "weekly: it was decided to publish it.\n", said.stderr
    again = gatehouse("sample", "judge", "Herald", sampled[0], "publish")
    assert again.returncode == 1 and again.stderr.count("\n") == 1
    fields = gatehouse("sample", "judge", "Herald", sampled[1], "publish", "--json").stdout
    assert json.loads(fields) == {
        "comment_id": sampled[1],
        "kind": "weekly",
        "known": "publish",
        "agrees": True,
    }
    assert gatehouse("sample", "next", "Herald").stdout == ""
    ledger = gatehouse("policy", "errors", "--site", "Herald", "--csv").stdout.splitlines()
    assert ledger[2].startswith("weekly sample,,,,,0,0,,,1,2,")


@pytest.mark.usefixtures("herald")
def test_the_size_and_the_share_are_set_within_their_ranges(gatehouse: Run) -> None:
    assert "20 of each kind a week." in gatehouse("sample", "size", "Herald", "20").stderr
    assert "5 % of decisions" in gatehouse("sample", "share", "Herald", "5").stderr
    for what, wrong in (("size", "501"), ("share", "101")):
        refused = gatehouse("sample", what, "Herald", wrong)
        assert refused.returncode == 1 and refused.stderr.count("\n") == 1
    noted = [json.loads(line) for line in gatehouse("audit", "--json").stdout.splitlines()]
    assert [(each["change"], each["by"], each["after"]) for each in noted] == [
        ("site.reviews_changed", "command", {"share": 5}),
        ("site.sample_changed", "command", {"size": 20}),
    ]


def test_agreement_is_printed_as_csv(gatehouse: Run, data_store: Store, herald: Site) -> None:
    looked_at(data_store, herald, now() - DAY_MS)
    lines = gatehouse("sample", "agreement", "Herald").stdout.splitlines()
    assert lines[0].startswith("who,decisions,reversed")
    rows = [line.split(",") for line in lines[1:]]
    assert [(row[0], row[4], row[5]) for row in rows] == [("mod_1", "2", "1"), ("mod_2", "2", "1")]
