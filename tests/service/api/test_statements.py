"""Statements of reasons by HTTP: to the writer with the token, to the site as pages of JSON and CSV."""

import csv

from moderation.domain.decision import Outcome
from tests.factories import key_of, newspaper
from tests.service.api.test_appeals import ask, own, rejected
from tests.service.api.test_changes import decide, delete


def lines(text):
    return list(csv.reader(text.splitlines()))


def test_a_writer_reads_why_and_where_to_appeal(api):
    receipt = api.hand_in().json()
    assert own(api, receipt)["statement"] is None
    path = f"/api/v1/comments/{receipt['id']}"
    api.post(f"{path}/decisions", {"outcome": "reject", "reason": "off_topic"})
    told = own(api, receipt)["statement"]
    assert (told["decision"], told["sequence"], told["ground"]) == ("reject", 1, "site_rules")
    assert told["facts"] == [{"code": "off_topic", "words": "Off topic", "automated": False}]
    assert (told["automated_detection"], told["automated_decision"]) == (False, False)
    assert (told["appeal"], told["appeal_path"]) == (None, f"{path}/appeal")
    assert "Ground: the rules for comments of Alice's Herald." in told["sentences"]
    assert "key_" not in str(told)
    assert api.client.post(
        told["appeal_path"],
        headers={"Authorization": f"Bearer {receipt['author_token']}"},
    ).is_success
    asked = own(api, receipt)["statement"]
    assert (asked["appeal"], asked["appeal_from"], asked["appeal_path"]) == ("open", None, None)
    decide(api, receipt, Outcome.APPROVE)
    assert own(api, receipt)["statement"] is None


def test_a_site_exports_every_statement_page_by_page(api):
    made = [rejected(api, text=f"Thought {n}.") for n in range(3)]
    decide(api, made[0], Outcome.SPAM)
    decide(api, made[1], Outcome.APPROVE)
    decide(api, api.hand_in(text="Approved.").json())
    ask(api, made[2])
    delete(api, made[2], key=api.secret)  # erased: the decision stays, without a word of it
    expected = {(receipt["id"], 1) for receipt in made} | {(made[0]["id"], 2)}
    first = api.get("/api/v1/statements?limit=3").json()
    rest = api.get(first["next"]).json()
    listed = first["items"] + rest["items"]
    assert rest["next"] is None
    assert {(each["comment_id"], each["sequence"]) for each in listed} == expected
    times = [each["decided_at"] for each in listed]
    assert times == sorted(times)
    answer = api.get("/api/v1/statements?limit=3&format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    following = answer.headers["link"].partition("<")[2].partition(">")[0]
    names, *cells = lines(answer.text) + lines(api.get(following).text)
    assert names[0] == "comment_id"
    assert [(cell[0], int(cell[1])) for cell in cells] == [
        (each["comment_id"], each["sequence"]) for each in listed
    ]
    assert cells[0][-1] == " ".join(listed[0]["sentences"])
    assert "Thought" not in answer.text and "Carol" not in answer.text
    assert api.get("/api/v1/statements?since=2100-01-01T00:00:00Z").json()["items"] == []
    other = key_of(api.store, newspaper(api.store, "Bob's Blog", "https://bob.test"))
    assert api.get("/api/v1/statements", other).json()["items"] == []
    assert api.get("/api/v1/statements", api.publishable).status_code == 403
    assert api.get("/api/v1/statements?after=1-x-2").status_code == 422
