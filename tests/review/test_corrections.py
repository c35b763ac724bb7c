"""People say that a score is wrong: about a text that was measured, retractable, and gone with the comment."""

import os

import pytest

from moderation.domain.errors import Invalid, NotFound
from moderation.review import corrections
from moderation.upkeep.erase import erase
from tests.accounts.test_audit import changed
from tests.factories import NOON, newspaper
from tests.review.test_decisions import judged


def test_a_score_is_called_wrong_and_right_again(store):
    site, other = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    kept, gone = judged(store, site, "a bad word", "another bad word")
    target = (store, "mod_1", {site.id}, kept)
    made = corrections.correct(*target, "toxicity", now=NOON)
    assert (made.revision, made.label, made.moderator_id) == (1, "toxicity", "mod_1")
    assert made.score > 0.5 and made.model
    corrections.correct(store, "mod_2", {site.id}, kept, "toxicity", now=NOON + 1)
    [stands] = corrections.of_comment(store, {site.id}, kept)
    assert stands.moderator_id == "mod_2"
    corrections.correct(store, "mod_1", {site.id}, gone, "toxicity", now=NOON)
    written = list(corrections.each_correction(store, site.id))
    assert [(each.correction.comment_id, each.text) for each in written] == [
        (kept, "a bad word"),
        (gone, "another bad word"),
    ]
    erase(store, {site.id}, gone, now=NOON, entropy=os.urandom)
    assert len(list(corrections.each_correction(store, site.id))) == 1
    with pytest.raises(Invalid, match="toxicity"):
        corrections.correct(*target, "charm", now=NOON)
    with pytest.raises(Invalid):
        corrections.correct(store, "mod_1", {site.id}, gone, "toxicity", now=NOON)
    with pytest.raises(NotFound):
        corrections.correct(store, "mod_1", {other.id}, kept, "toxicity", now=NOON)
    corrections.retract(store, {site.id}, kept, "toxicity", "mod_3")
    [*_, noted] = changed(store, site.id)
    before = {"label": "toxicity", "by": "mod_2"}
    assert noted == ("mod_3", "comment.correction_removed", kept, before, {})
    with pytest.raises(NotFound):
        corrections.retract(store, {site.id}, kept, "toxicity")
    assert corrections.of_comment(store, {site.id}, kept) == []
