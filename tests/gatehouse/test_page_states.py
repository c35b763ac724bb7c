"""`gatehouse page state` and `gatehouse site state`: shown, set, and refused in one sentence."""

import json

import pytest

from tests.gatehouse.conftest import Run

URL = "https://herald.test/1"


pytestmark = pytest.mark.usefixtures("herald")


def test_a_page_is_closed_and_follows_the_site_again(gatehouse: Run) -> None:
    def state(*arguments: str) -> dict[str, object]:
        done = gatehouse("page", "state", URL, *arguments, "--site", "Herald", "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert state()["state"] == "open"
    assert state("closed")["state"] == "closed"
    assert state()["set"] == {"state": "closed", "close_after_days": None}
    shown = gatehouse("page", "state", f"{URL}#respond", "--site", "Herald").stdout
    assert shown == f"{URL}  closed\n"
    default = gatehouse("site", "state", "Herald", "premoderated", "--close-after", "14")
    assert default.stdout == "Herald: pages are premoderated, and close after 14 days\n"
    assert state("default")["state"] == "premoderated"
    old = state("--published", "2020-01-01T00:00:00+02:00")
    assert (old["state"], old["closes_at"]) == ("closed", "2020-01-14T22:00:00.000Z")
    assert state("--close-after", "0")["state"] == "premoderated"
    assert json.loads(gatehouse("site", "state", "Herald", "--json").stdout) == {
        "state": "premoderated",
        "close_after_days": 14,
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("page", "state", URL, "ajar", "--site", "Herald"),
        ("page", "state", URL, "closed", "--site", "Nobody"),
        ("page", "state", "https://elsewhere.test/", "closed", "--site", "Herald"),
        ("page", "state", URL, "--close-after", "soon", "--site", "Herald"),
        ("site", "state", "Herald", "default"),
        ("site", "state", "Herald", "--close-after", "36501"),
    ],
)
def test_what_cannot_be_set_is_one_sentence(gatehouse: Run, arguments: tuple[str, ...]) -> None:
    refused = gatehouse(*arguments)
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1, refused.stderr
    assert refused.stderr.startswith("gatehouse: ")
