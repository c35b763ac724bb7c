"""Passwords in URLs that are not escaped: the start is refused, and nothing of them is said."""

import pytest

from moderation.settings import SettingsError
from moderation.startup import checked_settings


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("DATABASE_URL", "postgresql://u:p@S3cret@db.example:5432/d"),
        ("DATABASE_URL", "postgresql://u:p@S3cret/x@db.example/d"),
        ("REDIS_URL", "redis://:S3cret/x@broker.example:6379/0"),
        ("REDIS_URL", "redis://:S3cret#x@broker.example:6379/0"),
    ],
)
def test_a_password_that_is_not_escaped_is_never_quoted(name: str, url: str) -> None:
    with pytest.raises(SettingsError, match=f"GATEHOUSE_{name} is written") as refused:
        checked_settings({f"GATEHOUSE_{name}": url})
    assert "S3cret" not in str(refused.value)


def test_escaped_ones_are_taken() -> None:
    checked_settings(
        {
            "GATEHOUSE_DATABASE_URL": "postgresql://u:p%40S3cret@db.example:5432/d",
            "GATEHOUSE_REDIS_URL": "redis://:S3cret%2Fx@broker.example:6379/0",
        }
    )
