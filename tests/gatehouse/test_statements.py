"""`gatehouse statements`: a site's statements as CSV, since a time or for some days."""

import csv
import os
import time

from moderation.domain.decision import Outcome
from moderation.review import decisions
from moderation.review.explanation import Explanation
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from tests.factories import hand_in, reply
from tests.gatehouse.conftest import Run


def test_statements_are_written_as_csv(gatehouse: Run, data_store: Store, herald: Site) -> None:
    store, site = data_store, herald
    now = time.time_ns() // 1_000_000
    old, new = hand_in(store, reply(site, "One."), reply(site, "Two."))
    for comment_id, age_days in ((old, 40), (new, 10)):
        decisions.decide(
            store,
            "mod_1",
            {site.id},
            comment_id,
            Outcome.REJECT,
            Explanation("off_topic"),
            now=now - age_days * 86_400_000,
            entropy=os.urandom,
        )
    written = gatehouse("statements", "--site", "Herald")
    _, *cells = csv.reader(written.stdout.splitlines())
    assert [cell[0] for cell in cells] == [new], written.stderr
    assert written.stderr == "1 statements written.\n"
    both = gatehouse("statements", "--site", "Herald", "--since", "50d").stdout
    assert [cell[0] for cell in csv.reader(both.splitlines())] == ["comment_id", old, new]
    assert "mod_1" not in both
    refused = gatehouse("statements", "--site", "Herald", "--since", "soon")
    assert refused.returncode == 1
    assert "--since is written 30d, 12h or 2026-11-25T08:00Z." in refused.stderr
