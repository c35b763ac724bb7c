"""Ages as conditions: what is read, and what is refused."""

import pytest

from moderation.domain.age import AgeRange, read_age
from moderation.domain.durations import DAY_MS, HOUR_MS, MINUTE_MS
from moderation.domain.errors import Invalid


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("under-24h", AgeRange(24 * HOUR_MS, is_over=False)),
        ("over-4h", AgeRange(4 * HOUR_MS, is_over=True)),
        ("over-30m", AgeRange(30 * MINUTE_MS, is_over=True)),
        ("under-9999d", AgeRange(9999 * DAY_MS, is_over=False)),
    ],
)
def test_an_age_is_a_side_and_a_length(text, age):
    assert read_age(text) == age


@pytest.mark.parametrize(
    "text", ["", "4h", "over-0h", "over-4", "over-4w", "over--4h", "about-4h", "over-12345d", "over-4h\n", "over-٤h"]
)  # fmt: skip
def test_what_is_no_age_is_refused(text):
    with pytest.raises(Invalid) as refused:
        read_age(text)
    assert refused.value.pointer == "/age"
