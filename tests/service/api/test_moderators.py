"""/api/v1/moderators: invited by a link, changed, logged out, removed; each for its own site alone."""

import os

from moderation.accounts import sign_in
from moderation.store import memberships, sessions
from tests.factories import NOON, key_of, newspaper
from tests.service.console.console_browser import moderator, now
from tests.service.console.test_second_factor import turned_on

PATH = "/api/v1/moderators"


def send(api, method, path, body=None, key=""):
    headers = {"Authorization": f"Bearer {key or api.secret}"}
    return api.client.request(method, f"{PATH}{path}", json=body, headers=headers)


def test_who_looks_after_a_site_is_listed_changed_and_removed(api) -> None:
    store = api.store
    ada, bo = (moderator(store, f"{name}@herald.test", api.site) for name in ("ada", "bo"))
    assert send(api, "PATCH", f"/{ada}", {"role": "admin"}).json()["role"] == "admin"
    with store.write() as connection:
        token = sessions.open_session(connection, ada, now(), os.urandom)
        other = sessions.open_session(connection, ada, now() + 1, os.urandom)
        link = sessions.add_login_link(connection, bo, now(), os.urandom)
    items = send(api, "GET", "").json()["items"]
    assert [(each["email"], each["role"], each["sessions"]) for each in items] == [
        ("ada@herald.test", "admin", 2),
        ("bo@herald.test", "moderator", 0),
    ]
    newest, oldest = send(api, "GET", f"/{ada}/sessions").json()["items"]
    assert send(api, "DELETE", f"/{ada}/sessions/{newest['id']}").status_code == 204
    assert sign_in.session_of(store, other, now()) is None
    assert sign_in.session_of(store, token, now())
    assert send(api, "DELETE", f"/{ada}/sessions/{newest['id']}").status_code == 404
    assert [each["id"] for each in send(api, "GET", f"/{ada}/sessions").json()["items"]] == [
        oldest["id"]
    ]
    # The last admin stays, whoever asks; with another one they may go, and are out at once.
    for method, body in (("DELETE", None), ("PATCH", {"role": "editor"})):
        refused = send(api, method, f"/{ada}", body)
        assert refused.status_code == 409 and "last admin" in refused.json()["detail"]
    send(api, "PATCH", f"/{bo}", {"role": "admin"})
    assert send(api, "DELETE", f"/{ada}").status_code == 204
    assert sign_in.session_of(store, token, now()) is None
    assert send(api, "DELETE", f"/{bo}/sessions").status_code == 204
    with store.read() as connection:
        assert not sessions.has_login_link(connection, link)
    refused = send(api, "PATCH", f"/{bo}", {"role": "owner"}).json()
    assert refused["errors"][0]["pointer"] == "/role"


def test_an_invitation_is_a_link_that_is_shown_once_and_can_be_withdrawn(api) -> None:
    body = {"email": " Cleo@Herald.test", "role": "editor"}
    first = send(api, "POST", "", body)
    assert first.status_code == 201
    link = first.json()["link"]
    assert link.startswith("http://127.0.0.1:8000/console/invitation?link=ghi_")
    listed = send(api, "GET", "").json()["items"]
    assert [(each["email"], each["state"]) for each in listed] == [("cleo@herald.test", "invited")]
    assert "link" not in listed[0] and "ghi_" not in repr(api.get("/api/v1/audit").json())
    again = send(api, "POST", "", body).json()
    assert again["link"] != link
    assert len(send(api, "GET", "").json()["items"]) == 1  # in place of the first
    assert send(api, "PATCH", f"/{again['id']}", {"role": "auditor"}).json()["role"] == "auditor"
    assert send(api, "DELETE", f"/{again['id']}").status_code == 204
    assert send(api, "GET", f"/{again['id']}").status_code == 404
    bad = send(api, "POST", "", {"email": "no address", "role": "editor"})
    assert bad.status_code == 422 and "no address" not in bad.text
    actions = [each["action"] for each in api.get("/api/v1/audit").json()["items"]]
    assert actions == [
        "moderator.invitation_withdrawn",
        "moderator.invitation_changed",
        *["moderator.invited"] * 2,
    ]


def test_another_site_sees_and_changes_nobody(api) -> None:
    blog = newspaper(api.store, "Bob's blog", "https://blog.test", NOON)
    theirs = key_of(api.store, blog)
    ada = moderator(api.store, "ada@herald.test", api.site)
    invited = send(api, "POST", "", {"email": "bo@herald.test", "role": "admin"}).json()["id"]
    assert send(api, "GET", "", key=theirs).json()["items"] == []
    for id in (ada, invited):
        assert send(api, "GET", f"/{id}", key=theirs).status_code == 404
        assert send(api, "PATCH", f"/{id}", {"role": "admin"}, theirs).status_code == 404
        assert send(api, "DELETE", f"/{id}", key=theirs).status_code == 404
    assert send(api, "GET", f"/{ada}/sessions", key=theirs).status_code == 404
    assert send(api, "DELETE", f"/{ada}/sessions", key=theirs).status_code == 404
    # The answer is the same whether the e-mail has an account on another site or not.
    with_account = send(api, "POST", "", {"email": "ada@herald.test", "role": "admin"}, theirs)
    assert with_account.status_code == 201
    assert send(api, "POST", "", {"email": "ada@herald.test", "role": "admin"}).status_code == 409


def test_a_second_factor_is_seen_and_reset_unless_another_site_has_a_say(api) -> None:
    store = api.store
    ada = moderator(store, "ada@herald.test", api.site)
    assert send(api, "GET", f"/{ada}").json()["second_factor"] is False
    assert send(api, "DELETE", f"/{ada}/second-factor").status_code == 404
    turned_on(store, ada)
    with store.write() as connection:
        token = sessions.open_session(connection, ada, now(), os.urandom)
    assert send(api, "GET", f"/{ada}").json()["second_factor"] is True
    blog = newspaper(store, "Bob's blog", "https://blog.test", NOON)
    theirs = key_of(store, blog)
    assert send(api, "DELETE", f"/{ada}/second-factor", key=theirs).status_code == 404
    with store.write() as connection:
        memberships.grant(connection, ada, blog.id, "auditor")
    for key in (api.secret, theirs):
        assert send(api, "DELETE", f"/{ada}/second-factor", key=key).status_code == 409
    assert sign_in.session_of(store, token, now()).has_second_factor
    with store.write() as connection:
        memberships.revoke(connection, ada, blog.id)
    assert send(api, "DELETE", f"/{ada}/second-factor").status_code == 204
    assert sign_in.session_of(store, token, now()) is None
    assert send(api, "GET", f"/{ada}").json()["second_factor"] is False
    [entry] = api.get("/api/v1/audit?action=moderator.second_factor_off").json()["items"]
    assert entry["about"] == ada and entry["who"]["kind"] == "key"


def test_somebody_is_limited_to_sections_and_to_all_of_the_site_again(api) -> None:
    ada = moderator(api.store, "ada@herald.test", api.site)
    body = {"email": "cleo@herald.test", "role": "trainee", "sections": ["/sport/", "/sport/cup"]}
    invited = send(api, "POST", "", body).json()
    assert invited["sections"] == ["/sport"]
    kept = send(api, "PATCH", f"/{invited['id']}", {"role": "editor"}).json()
    assert (kept["role"], kept["sections"]) == ("editor", ["/sport"])
    assert send(api, "GET", f"/{ada}").json()["sections"] == []
    limited = {"role": "moderator", "sections": ["/local", "/sport"]}
    assert send(api, "PATCH", f"/{ada}", limited).json()["sections"] == ["/local", "/sport"]
    assert send(api, "PATCH", f"/{ada}", {"role": "auditor"}).json()["sections"] == [
        "/local",
        "/sport",
    ]
    for sections, role in (
        (["sport"], "editor"),
        (["/"], "editor"),
        (["//evil.test/x"], "editor"),
        (["/sport?x"], "editor"),
        (["/sport"], "admin"),
        ([f"/{n}" for n in range(21)], "editor"),
    ):
        refused = send(api, "PATCH", f"/{ada}", {"role": role, "sections": sections})
        assert refused.status_code == 422, sections
        assert refused.json()["errors"][0]["pointer"].startswith("/sections")
        assert "evil" not in refused.text
    # As they were, and an admin has none.
    assert send(api, "PATCH", f"/{ada}", {"role": "admin"}).status_code == 422
    free = send(api, "PATCH", f"/{ada}", {"role": "admin", "sections": []}).json()
    assert (free["role"], free["sections"]) == ("admin", [])
    newest = api.get("/api/v1/audit").json()["items"][0]
    assert newest["before"] == {"role": "auditor", "sections": "/local /sport"}
