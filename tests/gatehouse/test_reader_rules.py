"""`gatehouse site readers`: shown, set, and refused in one sentence."""

import json

import pytest

from tests.gatehouse.conftest import Run

pytestmark = pytest.mark.usefixtures("herald")


def test_a_site_says_what_its_readers_may_do(gatehouse: Run) -> None:
    shown = gatehouse("site", "readers", "Herald")
    assert shown.stdout == (
        "Herald: writers may change a comment for 15 minutes; reports never hold it\n"
    )
    changed = gatehouse("site", "readers", "Herald", "--edit-minutes", "0", "--json")
    assert json.loads(changed.stdout) == {
        "edit_minutes": 0,
        "hold_after_reports": 0,
        "markdown": False,
        "forewarn": False,
        "proof_of_work": 0,
        "website": False,
    }
    gatehouse("site", "readers", "Herald", "--hold-after-reports", "5")
    assert gatehouse("site", "readers", "Herald").stdout == (
        "Herald: writers may change nothing; reports hold it from 5 readers on\n"
    )
    gatehouse("site", "readers", "Herald", "--markdown", "--forewarn", "--proof-of-work", "50000")
    assert gatehouse("site", "readers", "Herald", "--no-forewarn").stdout == (
        "Herald: writers may change nothing; reports hold it from 5 readers on; Markdown is shown; "
        "browsers try up to 50,000 hashes\n"
    )
    assert gatehouse("site", "readers", "Herald", "--website", "--proof-of-work", "0").stdout == (
        "Herald: writers may change nothing; reports hold it from 5 readers on; Markdown is shown; "
        "names lead to websites\n"
    )
    easy = gatehouse("site", "readers", "Herald", "--proof-of-work", "5")
    assert easy.returncode == 1 and "Hashes are 0 (none) or 1,000 to 1,000,000." in easy.stderr
    refused = gatehouse("site", "readers", "Herald", "--edit-minutes", "-1")
    assert refused.returncode == 1 and "Minutes are 0 (never) to 10,080." in refused.stderr
