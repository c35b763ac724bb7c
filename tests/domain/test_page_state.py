"""What a page does with a comment: its own setting, the site's, and its age to the millisecond."""

import pytest

from moderation.domain.comment import PageState
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Invalid
from moderation.domain.page_state import (
    PageDefault,
    PageSetting,
    check_days,
    closes_at,
    parse_state,
    state_at,
)
from tests.factories import NOON

OPEN, PREMODERATED, CLOSED = PageState
AGED = 14 * DAY_MS


@pytest.mark.parametrize(
    ("default", "own", "age", "state"),
    [
        (PageDefault(), PageSetting(), 10_000 * DAY_MS, OPEN),
        (PageDefault(PREMODERATED), PageSetting(), 0, PREMODERATED),
        (PageDefault(CLOSED), PageSetting(OPEN), 0, OPEN),
        (PageDefault(), PageSetting(CLOSED), 0, CLOSED),
        (PageDefault(OPEN, 14), PageSetting(), AGED - 1, OPEN),
        (PageDefault(OPEN, 14), PageSetting(), AGED, CLOSED),
        (PageDefault(PREMODERATED, 14), PageSetting(), AGED, CLOSED),
        (PageDefault(OPEN, 14), PageSetting(OPEN), AGED, OPEN),  # opened again by a person
        (PageDefault(OPEN, 14), PageSetting(PREMODERATED), AGED - 1, PREMODERATED),
        (PageDefault(OPEN, 14), PageSetting(PREMODERATED), AGED, CLOSED),
        (PageDefault(OPEN, 14), PageSetting(None, 0), AGED, OPEN),
        (PageDefault(OPEN, 14), PageSetting(None, 20), AGED, OPEN),
        (PageDefault(), PageSetting(OPEN, 14), AGED, CLOSED),
    ],
)
def test_its_own_setting_goes_before_the_sites(default, own, age, state):
    page = PageSetting(own.state, own.close_after_days, NOON)
    assert state_at(default, page, NOON + age) is state


def test_a_page_that_is_not_known_has_no_age():
    assert closes_at(PageDefault(OPEN, 14), PageSetting()) is None
    assert state_at(PageDefault(OPEN, 14), PageSetting(), NOON) is OPEN


def test_nonsense_is_refused():
    for days in (-1, 36_501):
        with pytest.raises(Invalid, match="0 \\(never\\) to 36500"):
            check_days(days)
    with pytest.raises(Invalid, match="open, premoderated, closed"):
        parse_state("ajar")
