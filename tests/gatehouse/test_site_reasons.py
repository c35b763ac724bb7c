"""`gatehouse site reasons` shows and replaces the list; `gatehouse export --corrections` writes what was called wrong."""

import json
from pathlib import Path

from moderation.domain.correction import Correction
from moderation.store import corrections
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from tests.factories import NOON, hand_in, reply
from tests.gatehouse.conftest import Run


def test_a_list_is_shown_and_replaced_and_corrections_are_written(
    gatehouse: Run, data_store: Store, herald: Site, tmp_path: Path
) -> None:
    store, site = data_store, herald
    [comment_id] = hand_in(store, reply(site, "A passage."))
    made = Correction(comment_id, 1, "insult", site.id, "mod_1", 0.9, "m", "0f", NOON)
    with store.write() as connection:
        corrections.put(connection, made)
    written = json.loads(gatehouse("export", "Herald", "--corrections").stdout)
    assert (written["label"], written["score"], written["text"]) == ("insult", 0.9, "A passage.")
    assert "moderator_id" not in written
    shown = json.loads(gatehouse("site", "reasons", "Herald", "--json").stdout)
    assert shown["reasons"][3]["code"] == "off_topic"
    file = tmp_path / "reasons.json"
    shown["reasons"][3]["sentences"] = {"en": "Please write about the article."}
    file.write_text(json.dumps(shown))
    told = gatehouse("site", "reasons", "Herald", "--file", str(file))
    assert "Please write about the article." in told.stdout, told.stderr
    file.write_text('{"reasons": [{"code": 1, "labels": {}}]}')
    refused = gatehouse("site", "reasons", "Herald", "--file", str(file))
    assert refused.returncode == 1 and "The file is no list" in refused.stderr
