"""`gatehouse site retention`: terms shown, tried without deleting anything, and set; what is out of range is one sentence."""

import json
import time

import pytest

from moderation.domain.durations import DAY_MS
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from tests.gatehouse.conftest import Run
from tests.upkeep.test_expiry import one_of_each, status

pytestmark = pytest.mark.usefixtures("herald")
UNSET = "approved as the installation; held as the installation; "


def retention(gatehouse: Run, *options: str) -> str:
    shown = gatehouse("site", "retention", "Herald", *options)
    assert shown.returncode == 0, shown.stderr
    return shown.stdout


def test_a_dry_run_says_what_would_go_and_deletes_and_sets_nothing(
    gatehouse: Run, data_store: Store, herald: Site
) -> None:
    old = time.time_ns() // 1_000_000 - 40 * DAY_MS
    ids = one_of_each(data_store, herald, old)
    one_of_each(data_store, herald, old + 20 * DAY_MS)
    assert retention(gatehouse, "--dry-run") == "There is no term: it would delete nothing.\n"
    tried = retention(gatehouse, "--spam", "30", "--held", "0", "--dry-run")
    [spam] = [line for line in tried.splitlines() if line.startswith("spam")]
    day = time.strftime("%Y-%m-%d", time.gmtime(old // 1_000))
    assert spam == f"spam: would delete 1 comments, the oldest of {day}"
    rows = json.loads(retention(gatehouse, "--spam", "10", "--dry-run", "--json"))["would_delete"]
    assert [(each["status"], each["days"], each["comments"]) for each in rows] == [("spam", 10, 2)]
    assert retention(gatehouse).startswith(f"Herald: {UNSET}")
    assert [status(data_store, herald, id) for id in ids.values()] == list(ids)


def test_terms_are_set_one_by_one_and_taken_back(gatehouse: Run) -> None:
    assert retention(gatehouse, "--spam", "30", "--approved", "0") == (
        "Herald: approved for ever; held as the installation; rejected as the installation; "
        "spam 30 days; withdrawn as the installation\n"
    )
    terms = json.loads(retention(gatehouse, "--held", "90", "--json"))
    assert terms == {
        "approved": 0,
        "held": 90,
        "rejected": None,
        "spam": 30,
        "withdrawn": None,
    }
    assert json.loads(retention(gatehouse, "--spam", "-1", "--json"))["spam"] is None
    noted = [json.loads(line) for line in gatehouse("audit", "--json").stdout.splitlines()]
    changes = [each for each in noted if each["change"] == "site.retention_changed"]
    assert [each["after"]["days"] for each in changes] == [
        {"approved": 0, "held": 90},
        {"approved": 0, "held": 90, "spam": 30},
        {"approved": 0, "spam": 30},
    ]
    assert changes[0]["before"]["days"] == changes[1]["after"]["days"]


@pytest.mark.parametrize("options", [("--spam", "-2"), ("--spam", "40000"), ("--held", "soon")])
def test_what_is_no_term_is_refused(gatehouse: Run, options: tuple[str, ...]) -> None:
    refused = gatehouse("site", "retention", "Herald", *options)
    assert refused.returncode in (1, 2) and "Traceback" not in refused.stderr
    assert refused.stdout == ""
    assert retention(gatehouse).startswith(f"Herald: {UNSET}")
