"""Closed hours: midnight, days, changes of the clock, several windows, and what cannot be read."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from moderation.domain.closed_hours import DAYS, parse_closed_hours
from moderation.domain.errors import Invalid
from moderation.policies import edit_thresholds, load_policy, read_policy

BERLIN = ZoneInfo("Europe/Berlin")
BASE = 'name = "x"\nbased_on = "newsroom"\n'


def hours(*windows, zone="Europe/Berlin", then="hold"):
    return parse_closed_hours({"zone": zone, "then": then, "hours": list(windows)})


def at(text, zone=BERLIN, fold=0):
    moment = datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)
    return int(moment.timestamp() * 1000)


def shown(ms, zone=BERLIN):
    return datetime.fromtimestamp(ms / 1000, zone).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("windows", "moment", "opens"),
    [
        (["22:00-07:00"], "2026-11-30T22:00", "2026-12-01T07:00+01:00"),
        (["22:00-07:00"], "2026-11-30T06:59", "2026-11-30T07:00+01:00"),
        (["22:00-07:00"], "2026-11-30T07:00", None),
        (["22:00-07:00"], "2026-11-30T21:59", None),
        # A night belongs to the day on which it begins: that of Friday lasts into Saturday, that of Sunday is open.
        (["mon-fri 22:00-07:00"], "2026-12-05T03:00", "2026-12-05T07:00+01:00"),
        (["mon-fri 22:00-07:00"], "2026-12-07T03:00", None),
        (["fri-mon 22:00-07:00"], "2026-12-07T03:00", "2026-12-07T07:00+01:00"),
        (["fri-mon 22:00-07:00"], "2026-12-09T03:00", None),
        # Windows that touch are one, over a whole week-end.
        (["sat,sun 00:00-24:00", "22:00-07:00"], "2026-12-05T12:00", "2026-12-07T07:00+01:00"),
        (["12:00-12:00"], "2026-12-05T11:00", None),  # for ever
        (["00:00-24:00"], "2026-12-05T11:00", None),
    ],
)
def test_what_is_closed_and_when_it_opens(windows, moment, opens):
    closed = hours(*windows)
    found = closed.opens_at(at(moment))
    assert (shown(found) if found is not None else None) == opens
    always = windows in (["12:00-12:00"], ["00:00-24:00"])
    assert closed.is_closed(at(moment)) == (opens is not None or always)


def test_the_hour_that_comes_twice_is_closed_until_its_second_end():
    closed = hours("22:00-02:30")
    for moment, fold in (("02:10", 0), ("02:29", 0), ("02:45", 0), ("02:10", 1), ("02:29", 1)):
        assert closed.is_closed(at(f"2026-10-25T{moment}", fold=fold)), (moment, fold)
    assert not closed.is_closed(at("2026-10-25T02:30", fold=1))
    assert closed.opens_at(at("2026-10-25T01:00")) == at("2026-10-25T02:30", fold=1)
    # One that begins in it begins the first time.
    assert hours("02:30-05:00").is_closed(at("2026-10-25T02:00", fold=1))


def test_the_hour_that_is_left_out_is_closed_nowhere_and_the_night_is_an_hour_shorter():
    night = hours("22:00-07:00")
    begins, ends = at("2026-03-28T22:00"), at("2026-03-29T07:00")
    assert ends - begins == 8 * 3_600_000
    assert night.opens_at(begins) == ends
    assert not any(hours("02:00-03:00").is_closed(begins + n * 60_000) for n in range(600))
    assert hours("22:00-02:30").opens_at(begins) == at("2026-03-29T03:30")


def test_clocks_that_change_at_midnight_or_by_half_an_hour():
    """Cairo has no 00:00 on 24 April 2026, and goes through 23:00 twice on 29 October; Lord Howe changes by 30 minutes."""
    cairo = ZoneInfo("Africa/Cairo")
    night = hours("thu 22:00-24:00", "fri 00:00-06:00", zone="Africa/Cairo")
    begins = at("2026-04-23T22:00", cairo)
    assert night.opens_at(begins) == at("2026-04-24T06:00", cairo) == begins + 7 * 3_600_000
    late = hours("thu 22:00-23:30", zone="Africa/Cairo")
    begins = at("2026-10-29T22:00", cairo)
    assert late.opens_at(begins) == at("2026-10-29T23:30", cairo, fold=1) == begins + 150 * 60_000
    day = hours("thu 00:00-24:00", zone="Africa/Cairo")
    assert day.opens_at(begins) == begins + 3 * 3_600_000
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    night = hours("sat 22:00-07:00", zone="Australia/Lord_Howe")
    begins = at("2026-10-03T22:00", lord_howe)
    assert night.opens_at(begins) == begins + (8 * 60 + 30) * 60_000


@given(
    st.sampled_from(["Europe/Berlin", "Africa/Cairo", "America/New_York", "Australia/Lord_Howe"]),
    st.integers(0, 1439),
    st.integers(0, 1440),
    st.sets(st.sampled_from(DAYS), min_size=1),
    st.integers(0, 364 * 24 * 4),
)
def test_every_day_of_a_year_opens_when_it_says(zone, begin, end, days, quarter):
    """On days when the clock is changed too: closed up to that moment, open from it on."""
    times = f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"
    closed = hours(f"{','.join(sorted(days))} {times}", zone=zone)
    now = at("2026-01-01T00:00", UTC) + quarter * 900_000
    opens = closed.opens_at(now)
    if opens is None:
        return
    assert closed.is_closed(now) and not closed.is_closed(opens)
    assert all(closed.is_closed(moment) for moment in range(now, opens, 450_000))
    assert closed.is_closed(opens - 1)


@given(
    st.integers(0, 1439),
    st.integers(0, 1440),
    st.sets(st.sampled_from(DAYS), min_size=1),
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),
)
@example(0, 1440, set(DAYS), datetime(2026, 3, 29, 2, 30))
def test_without_changes_of_the_clock_the_clock_decides(begin, end, days, moment):
    window = (
        f"{','.join(sorted(days))} {begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"
    )
    closed = hours(window, zone="UTC")
    minutes = 60 * moment.hour + moment.minute
    today, before = DAYS[moment.weekday()], DAYS[moment.weekday() - 1]
    if begin < end:
        expected = today in days and begin <= minutes < end
    else:
        expected = (today in days and minutes >= begin) or (before in days and minutes < end)
    now = int(moment.replace(tzinfo=UTC).timestamp() * 1000)
    assert closed.is_closed(now) == expected
    opens = closed.opens_at(now)
    if opens is not None:
        assert expected and opens > now
        assert not closed.is_closed(opens) and closed.is_closed(opens - 1)


@pytest.mark.parametrize(
    ("zone", "is_closed"), [("Asia/Tokyo", True), ("Europe/Berlin", False), ("UTC", False)]
)
def test_the_clock_of_the_zone_counts(zone, is_closed):
    assert hours("22:00-07:00", zone=zone).is_closed(at("2026-12-01T20:30", UTC)) == is_closed


@pytest.mark.parametrize("then", ["hold", "refuse"])
def test_what_is_stored_is_read_as_the_same(then):
    night = hours("Mon-Fri  22:00 - 07:00", "sat,sun 00:00-24:00", then=then)
    assert parse_closed_hours(night.as_table()) == night


HOURS = '\n[closed_hours]\nzone = "Europe/Berlin"\nthen = "hold"\nhours = [\n  "22:00-07:00",\n  "sat,sun 20:00-09:00", # shorter\n]\n'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Europe/Berlin", "Europe/Bärlin", "Line 5: There is no time zone 'Europe/Bärlin'"),
        ("Europe/Berlin", "../../etc/passwd", "Line 5: There is no time zone"),
        ("Europe/Berlin", "Europe", "Line 5: There is no time zone"),
        ("Europe/Berlin", "localtime", "Line 5: There is no time zone"),
        ("Europe/Berlin", "", "Line 5: There is no time zone"),
        ('"hold"', '"reject"', "Line 6: What becomes of comments in closed hours"),
        ("22:00-07:00", "22-7", "Line 8: '22-7' is not written like"),
        ("sat,sun", "sab", "Line 9: 'sab' is none of mon, tue"),
        ("20:00-09:00", "24:00-09:00", "Line 9: .*a day ends at 24:00"),
        ("20:00-09:00", "20:00-25:00", "Line 9: .*a day ends at 24:00"),
        ('zone = "Europe/Berlin"\n', "", "Line 4: Closed hours lack 'zone'"),
        ("zone =", "timezone =", "Line 5: Closed hours have no 'timezone'"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(old, new, message):
    assert old in HOURS
    with pytest.raises(Invalid, match=message):
        read_policy(BASE + "\n" + HOURS.lstrip("\n").replace(old, new))


def test_closed_hours_are_part_of_the_content_and_survive_an_edit():
    policy = read_policy(BASE + HOURS)
    assert policy.closed_hours.in_words() == "22:00-07:00, sat,sun 20:00-09:00 (Europe/Berlin)"
    assert policy.version != read_policy(BASE).version
    edited = read_policy(edit_thresholds(BASE + HOURS, {"toxic": 0.3}))
    assert edited.closed_hours == policy.closed_hours
    with pytest.raises(Invalid, match="'closed_hours' is a table"):
        read_policy(BASE + "closed_hours = 7\n")
    with pytest.raises(Invalid, match="is a list such as"):
        read_policy(BASE + '[closed_hours]\nzone = "UTC"\nthen = "hold"\nhours = []\n')


def test_the_installations_policy_has_none(tmp_path):
    """It is for sites in any time zone."""
    file = tmp_path / "own.toml"
    file.write_text(BASE + HOURS)
    with pytest.raises(Invalid, match="only a site's policy may have"):
        load_policy(str(file))


def test_a_date_in_a_policy_is_no_crash():
    assert read_policy(BASE + "since = 2026-11-30\n").name == "x"
