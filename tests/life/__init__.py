"""The life of comments as a state machine; its parts say what differed when they fail."""

import pytest

for part in ("desk", "writers", "moderators", "workers", "stretches", "invariants"):
    pytest.register_assert_rewrite(f"tests.life.{part}")
