"""What is kept of a person, at the console: found without a trace in a URL, handed out as a file, erased after a second question."""

import json

import pytest

from moderation.domain.comment import AuthorRef
from moderation.domain.roles import Role
from moderation.store import memberships, moderators
from tests.accounts.test_audit import changed
from tests.factories import hand_in, newspaper, reply

HOME = "/console/personal-data"
DAN = AuthorRef("Dan", "dan@private.test", identity="email:dan@private.test")  # confirmed


@pytest.fixture
def admin(browser, site, store):
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, Role.ADMIN)
    browser.id = ada.id
    return browser


@pytest.fixture
def ids(store, site):
    return hand_in(store, *(reply(site, f"canary-{n}", author=DAN) for n in range(2)))


def post(admin, act, **typed):
    fields = admin.fields(HOME, f"{HOME}/find") | {"kind": "email", "who": DAN.email}
    return admin.post(f"{HOME}/{act}", fields | typed)


def test_a_person_is_found_handed_out_and_erased(admin, ids, site, store):
    assert f"{HOME}?site={site.id}" in admin.get("/console/people").text
    other = newspaper(store, "Bob's Blog", "https://bob.test")
    [elsewhere] = hand_in(store, reply(other, "canary-bob", author=DAN))
    found = post(admin, "find").text
    assert "<strong>2</strong> comments" in found and "canary" not in found
    assert changed(store, site.id) == [], "to look is no change"

    handed_out = post(admin, "export")
    assert handed_out.headers["content-disposition"] == 'attachment; filename="personal-data.json"'
    assert handed_out.headers["cache-control"] == "no-store"
    document = json.loads(handed_out.text)
    assert [comment["id"] for comment in document["comments"]] == ids, "of this site alone"
    assert document.keys() == {"found_by", "comments", "reports_sent", "notices_sent"}

    unsure = post(admin, "erase")
    assert unsure.status_code == 422 and "say that you are sure" in unsure.text
    assert "<strong>2</strong> comments" in unsure.text
    erased = post(admin, "erase", sure="yes").text
    assert "2 comments were erased" in erased and "There is more" not in erased
    assert "Nothing is kept of this person." in post(admin, "find").text
    assert "Nothing is kept of this person." in post(admin, "erase", sure="yes").text
    assert json.loads(post(admin, "export").text)["comments"] == []
    with store.read() as connection:
        texts = connection.exec_driver_sql("SELECT comment_id, text FROM revisions").all()
    assert {id: text for id, text in texts if text} == {elsewhere: "canary-bob"}
    who = {"found_by": "email"}
    assert changed(store, site.id) == [
        (admin.id, "person.exported", "", {}, who),
        (admin.id, "person.erased", "", {}, who | {"comments": 2}),
        (admin.id, "person.exported", "", {}, who),
    ]


def test_who_wrote_a_comment_is_found_by_it(admin, ids, site, store):
    by_comment = {"kind": "comment_id", "who": f" {ids[1]} "}
    assert "<strong>2</strong> comments" in post(admin, "find", **by_comment).text
    assert len(json.loads(post(admin, "export", **by_comment).text)["comments"]) == 2
    assert "2 comments were erased" in post(admin, "erase", sure="yes", **by_comment).text
    assert "look by something else, too" in post(admin, "find", **by_comment).text
    [elsewhere] = hand_in(store, reply(newspaper(store, "Bob's Blog", "https://bob.test")))
    strange = by_comment | {"who": elsewhere}
    refused = post(admin, "find", **strange)
    assert refused.status_code == 422 and "There is no such comment." in refused.text
    assert elsewhere in refused.text, "what was typed stays"
    for act in ("export", "erase"):
        assert post(admin, act, sure="yes", **strange).status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"who": "dan"}, "Is not an e-mail address."),
        ({"who": " "}, "Say who it is."),
        ({"kind": "name"}, "does not say by what"),
    ],
)
def test_what_names_nobody_is_refused(admin, ids, typed, said):
    for act in ("find", "export", "erase"):
        refused = post(admin, act, sure="yes", **typed)
        assert refused.status_code == 422 and said in refused.text
    assert "<strong>2</strong> comments" in post(admin, "find").text


def test_of_very_many_comments_the_first_go_and_it_is_said(admin, ids, monkeypatch):
    monkeypatch.setattr("service.console.personal_data.ERASED_AT_ONCE", 1)
    assert "There is more" in post(admin, "erase", sure="yes").text
    assert "There is more" in post(admin, "erase", sure="yes").text
    assert "Nothing is kept of this person." in post(admin, "erase", sure="yes").text
