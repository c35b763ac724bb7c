"""The console's page of keys: making one, seeing that it is used, and revoking it."""

import re

from moderation.accounts import sites as accounts
from moderation.domain.audit import AuditQuery
from moderation.store import audit

HOME = "/console/keys"


def send(browser, site, path="", **fields):
    token = {"csrf": browser.fields(HOME, HOME)["csrf"], "site": site.id}
    return browser.post(HOME + path, token | fields)


def test_a_key_is_shown_once_opens_the_api_is_seen_in_use_and_ends(admin, site, store):
    page = send(admin, site, kind="secret").text
    key = re.search(r"ghs_[0-9a-f]{40}", page)[0]
    assert key not in admin.get(HOME).text and f"{key[:8]}…" in admin.get(HOME).text
    assert "never used" in admin.get(HOME).text

    def answer():
        return admin.client.get("/api/v1/moderators", headers={"Authorization": f"Bearer {key}"})

    assert answer().status_code == 200
    [listed] = accounts.list_keys(store, site.id)
    for _ in range(200):  # it is noted while nobody waits for it
        answer()
        [listed] = accounts.list_keys(store, site.id)
        if listed.used_at:
            break
    assert listed.used_at and "last used about" in admin.get(HOME).text
    asked = admin.get(f"{HOME}/{listed.id}/revoke").text
    assert "Revoke this key?" in asked and "no undo" in asked
    assert send(admin, site, f"/{listed.id}/revoke").status_code == 303
    assert send(admin, site, f"/{listed.id}/revoke").status_code == 404
    assert admin.get(f"{HOME}/{listed.id}/revoke").status_code == 404
    assert "Revoked" in admin.get(HOME).text
    admin.client.app.state.keys._cache.clear()  # which forgets by itself within seconds
    assert answer().status_code == 401
    with store.read() as connection:
        entries = audit.newest(connection, [site.id], AuditQuery(change="key"), None, 10)
    assert [(each.change, each.about) for each in entries] == [
        ("key.revoked", listed.id),
        ("key.created", listed.id),
    ]
    assert key not in str(entries)


def test_no_key_of_a_face_and_none_too_many_are_made(admin, site, store, monkeypatch):
    assert send(admin, site, kind="perspective").status_code == 422
    monkeypatch.setattr(accounts, "KEYS_LIMIT", 1)
    assert send(admin, site, kind="publishable").status_code == 200
    refused = send(admin, site, kind="publishable")
    assert refused.status_code == 409 and "at most 1 keys" in refused.text
