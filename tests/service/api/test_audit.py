"""GET /api/v1/audit: one site's changes, in pages, by who and what, as JSON and CSV."""

import csv
import io

from moderation.store import sites
from tests.factories import key_of, newspaper


def test_changes_are_listed_in_pages_and_never_another_sites(api) -> None:
    blog = newspaper(api.store, "Bob's blog", "https://blog.test")
    theirs = key_of(api.store, blog)
    for minutes in (5, 10, 20):
        body = {"edit_minutes": minutes, "hold_after_reports": 0}
        headers = {"Authorization": f"Bearer {api.secret}"}
        assert api.client.put("/api/v1/readers", json=body, headers=headers).status_code == 200
    api.post("/api/v1/filters", {"name": "x", "kind": "words", "action": "hold", "entries": ["x"]})
    with api.store.read() as connection:
        key = sites.find_key(connection, sites.key_digest(api.secret))
        key_id = key.id
    first = api.get("/api/v1/audit?limit=3").json()
    last = api.get(first["next"]).json()
    items = [*first["items"], *last["items"]]
    assert [item["action"] for item in items] == ["filter.added", *["site.readers_changed"] * 3]
    assert last["next"] is None
    assert items[1]["who"] == {"kind": "key", "id": key_id, "name": None}
    assert (items[1]["before"], items[1]["after"]) == ({"edit_minutes": 10}, {"edit_minutes": 20})
    assert len(api.get("/api/v1/audit?action=site").json()["items"]) == 3
    assert len(api.get(f"/api/v1/audit?who={key_id}&about={api.site.id}").json()["items"]) == 3
    assert api.get("/api/v1/audit?until=2020-01-01T00:00:00Z").json()["items"] == []
    assert api.get("/api/v1/audit", theirs).json()["items"] == []
    assert api.get(first["next"], theirs).status_code == 422  # a cursor of another site
    assert api.get("/api/v1/audit", api.publishable).status_code == 403
    refused = api.get("/api/v1/audit?action=nothing&since=now").json()
    assert "since" in str(refused["errors"])
    refused = api.get("/api/v1/audit?action=nothing").json()
    assert "no such change" in refused["errors"][0]["detail"]
    rows = list(csv.DictReader(io.StringIO(api.get("/api/v1/audit?format=csv").text)))
    assert [row["action"] for row in rows] == [item["action"] for item in items]
