"""GET /api/v1/statistics: what was really handed in, judged, decided and counted, of the key's own site."""

import csv
import io
import os

from moderation.clock import now_ms
from moderation.domain.decision import Outcome
from moderation.review import decisions
from moderation.upkeep.day_totals import count_days
from tests.factories import key_of, newspaper
from tests.service.console.console_browser import held


def test_what_came_in_and_was_decided_is_told_of_the_own_site(api):
    blog = newspaper(api.store, "Bob's Blog", "https://blog.test")
    theirs = key_of(api.store, blog)
    empty = api.get("/api/v1/statistics").json()
    assert (empty["counted_at"], empty["whole"]["comments"], len(empty["days"])) == (None, 0, 30)
    ids = held(api.store, api.site, "bad", "bad again", "Fine.")
    held(api.store, blog, "bad")
    decisions.decide(
        api.store, "mod_1", {api.site.id}, ids[0], Outcome.REJECT, now=now_ms(), entropy=os.urandom
    )
    list(count_days(api.store, now_ms))
    found = api.get("/api/v1/statistics?days=7").json()
    assert len(found["days"]) == 7 and found["counted_at"] is not None
    assert found["whole"]["comments"] == sum(day["comments"] for day in found["days"]) == 3
    assert found["whole"]["machine"] == {"approve": 1, "hold": 2, "reject": 0, "spam": 0}
    assert found["whole"]["people"] == {"approve": 0, "hold": 0, "reject": 1, "spam": 0}
    assert found["whole"]["held_and_decided"] == 1
    assert found["reasons"] == {"toxic": 2}
    assert found["work"] == [{"id": "mod_1", "name": None, "decisions": 1}]
    [drift] = found["drift"]
    assert (drift["label"], drift["psi"], drift["shift"]) == ("toxicity", None, "unknown")
    assert sum(drift["now"]) == 3
    assert api.get("/api/v1/statistics", theirs).json()["whole"]["comments"] == 1
    assert api.get("/api/v1/statistics", api.publishable).status_code == 403
    assert api.get("/api/v1/statistics?days=0").status_code == 422
    rows = list(csv.DictReader(io.StringIO(api.get("/api/v1/statistics?format=csv").text)))
    assert {"machine", "person", "reason", "score"} <= {row["what"] for row in rows}
