"""`gatehouse second-opinion`: switched, tried and refused by command; `gatehouse doctor` asks the endpoint."""

import json

import pytest

from tests.gatehouse.conftest import Run
from tests.gatehouse.test_doctor import findings
from tests.workers.chat_stub import ChatStub

pytestmark = pytest.mark.usefixtures("herald")


def test_a_site_is_switched_on_tried_and_off(gatehouse: Run) -> None:
    endpoint = {"second_opinion_url": "http://127.0.0.1:9/v1"}
    assert "no endpoint is set; comments may not be sent" in (
        gatehouse("second-opinion", "backtest", "Herald").stdout
    )
    assert gatehouse("second-opinion", "on", "Herald").stdout == (
        "Herald: the texts of held comments may be sent.\n"
    )
    refused = gatehouse("second-opinion", "ask-past", "Herald")
    assert refused.returncode == 1 and "GATEHOUSE_SECOND_OPINION_URL" in refused.stderr
    asked = gatehouse("second-opinion", "ask-past", "Herald", **endpoint)
    assert asked.stdout.startswith("0 comments will be asked about")
    found = json.loads(
        gatehouse("second-opinion", "backtest", "Herald", "--json", **endpoint).stdout
    )
    assert (found["model"], found["trial"]["answered"]) == ("llama3.1", 0)
    refused = gatehouse("second-opinion", "permit", "Herald", **endpoint)
    assert refused.returncode == 1 and "100 more" in refused.stderr
    assert "approve nothing" in gatehouse("second-opinion", "forbid", "Herald").stdout
    assert gatehouse("second-opinion", "off", "Herald").stdout == "Herald: nothing is sent.\n"


def test_the_doctor_says_whether_the_endpoint_answers(gatehouse: Run) -> None:
    assert findings(gatehouse("doctor").stdout)["opinion"] == [
        "off: GATEHOUSE_SECOND_OPINION_URL is not set"
    ]
    with ChatStub() as stub:
        report = findings(gatehouse("doctor", second_opinion_url=stub.url).stdout)
        assert report["opinion"] == ["llama3.1 answers: fine 0.92"]
        stub.modes += ["401"]
        report = findings(gatehouse("doctor", second_opinion_url=stub.url).stdout)
    assert report["opinion"][0].startswith("FAULT llama3.1 gave no answer (status)")
