"""How the Python client reads what an older or newer service answers."""

import pytest

from gatehouse_client.answers import Claim, Decision

DECISION = {
    "sequence": 1,
    "outcome": "hold",
    "actor": {"kind": "policy", "id": "newsroom", "version": "v1"},
    "reasons": [],
    "created_at": "2026-11-25T12:00:00.000Z",
}


def test_what_an_older_service_leaves_out_has_its_default():
    read = Decision.read(DECISION)
    assert (read.actor, read.actor_id, read.version) == ("policy", "newsroom", "v1")
    assert (read.scope, read.revision, read.sentence) == (None, 1, None)


def test_what_a_newer_service_adds_is_left_out():
    newer = DECISION | {"mood": "calm", "actor": DECISION["actor"] | {"mood": "calm"}}
    assert Decision.read(newer) == Decision.read(DECISION)


def test_what_must_be_there_is_named_when_it_is_not():
    with pytest.raises(TypeError, match="actor_id"):
        Claim.read({"until": "2026-11-25T12:00:00.000Z"})
