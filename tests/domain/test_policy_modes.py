"""Closed hours and rules put into a policy's TOML: what else stands there stays, comments too; what a person has to change is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.closed_hours import DAYS, parse_closed_hours, window_on
from moderation.domain.errors import Invalid
from moderation.domain.policy_modes import with_closed_hours
from moderation.policies import profile_source, read_policy
from moderation.policies.modes import CODES, edit_modes, modes_of

PLAIN = 'name = "x"\nbased_on = "newsroom"\n'
WRITTEN = """# Ours.
name = "x"
based_on = "newsroom"

[closed_hours] # agreed with the union
zone = "Europe/Berlin" # where the desk is
then = "hold"
# nights
hours = [
  # week
  "Mon-Fri  22:00-07:00", # the night desk ended
  'sat,sun 20:00-09:00',
]

# What follows is of the lawyers.
[thresholds]
toxic = 0.3 # low
"""


def hours(*windows, zone="Europe/Berlin", then="hold"):
    return parse_closed_hours({"zone": zone, "then": then, "hours": list(windows)})


def edited(source, wanted):
    changed = with_closed_hours(source, wanted, profile_source)
    assert read_policy(changed).closed_hours == wanted
    return changed


def test_hours_are_added_changed_and_removed_and_the_rest_stays():
    night = hours("22:00-07:00", then="refuse")
    added = edited(PLAIN, night)
    assert added.startswith(PLAIN) and 'hours = ["22:00-07:00"]' in added
    assert edited(added, None) == PLAIN
    changed = edited(WRITTEN, hours("mon-fri 22:00-07:00", "sat 12:00-24:00", zone="UTC"))
    assert changed == WRITTEN.replace("Europe/Berlin", "UTC").replace(
        '"Mon-Fri  22:00-07:00"', '"mon-fri 22:00-07:00"'
    ).replace("'sat,sun 20:00-09:00'", '"sat 12:00-24:00"')
    assert (
        edited(WRITTEN, None)
        == WRITTEN[: WRITTEN.index("\n[closed")] + (WRITTEN[WRITTEN.index("\n# What follows") :])
    )
    # The same hours change nothing, however they are written.
    assert with_closed_hours(WRITTEN, read_policy(WRITTEN).closed_hours, profile_source) == WRITTEN


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("[ # two", '[ # two\n  "sun 01:00-02:00",\n  "mon 22:00-07:00",\n]'),
        (
            '["mon 22:00-07:00", # beside',
            '[\n  "sun 01:00-02:00",\n  "mon 22:00-07:00", # beside\n]',
        ),
        ('[  "sat 00:00-24:00", # gone', '["sun 01:00-02:00", "mon 22:00-07:00"]'),
        (
            "['mon  22:00-07:00', \"sat 00:00-24:00\", # both",
            '[\n  # both\n  "sun 01:00-02:00",\n  "mon 22:00-07:00",\n]',
        ),
        ('["fri 22:00-07:00"] # ] nobody', '["sun 01:00-02:00", "mon 22:00-07:00"] # ] nobody'),
        ('["tue 22:00-07:00"] # end', '["sun 01:00-02:00", "mon 22:00-07:00"] # end'),
    ],
)
def test_what_is_said_on_the_line_of_the_list_stays(written, kept):
    rest = "" if "]" in written.partition("#")[0] else '\n  "wed 22:00-07:00"]'
    table = f'{PLAIN}[closed_hours]\nzone = "UTC"\nthen = "hold"\nhours = '
    wanted = hours("sun 01:00-02:00", "mon 22:00-07:00", zone="UTC")
    assert edited(f"{table}{written}{rest}\n", wanted) == f"{table}{kept}\n"


@pytest.mark.parametrize(
    "source",
    [
        'closed_hours = { zone = "UTC", then = "hold", hours = ["22:00-07:00"] }\n' + PLAIN,
        'closed_hours.zone = "UTC"\nclosed_hours.then = "hold"\nclosed_hours.hours = ["22:00-07:00"]\n'
        + PLAIN,
        PLAIN + '["closed_hours"]\nzone = "UTC"\nthen = "hold"\nhours = ["22:00-07:00"]\n',
    ],
)
def test_what_is_written_in_another_way_is_left_to_a_person(source):
    assert read_policy(source).closed_hours
    for wanted in (None, hours("01:00-02:00")):
        with pytest.raises(Invalid, match="have to be changed in the TOML"):
            with_closed_hours(source, wanted, profile_source)


@given(
    st.lists(
        st.tuples(st.sets(st.integers(0, 6)), st.integers(0, 1439), st.integers(0, 1440)),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(["hold", "refuse"]),
    st.sampled_from([PLAIN, WRITTEN]),
)
def test_any_hours_of_the_form_are_read_as_the_same(windows, then, source):
    wanted = [window_on(days, begin, end) for days, begin, end in windows]
    found = parse_closed_hours(
        {"zone": "UTC", "then": then, "hours": [window.text for window in wanted]}
    )
    assert list(found.windows) == wanted
    for window, (days, _begin, _end) in zip(wanted, windows, strict=True):
        assert window.days == (days or set(range(7)))
    edited(source, found)


def test_days_are_written_as_people_do():
    assert window_on({0, 1, 2, 3, 4}, 0, 60).text == "mon-fri 00:00-01:00"
    assert window_on({5, 6, 2}, 0, 60).text == "wed,sat,sun 00:00-01:00"
    assert window_on(range(7), 1320, 1440).text == "22:00-24:00"
    assert window_on((), 1320, 420).days == set(range(len(DAYS)))


def test_hours_keep_their_words_where_they_close_the_same():
    before = hours("Mon,Tue  22:00-00:00", "sat 00:00-24:00")
    windows = [window_on({0, 1}, 1320, 1440), window_on({5}, 0, 0), window_on({6}, 0, 60)]
    after = before.windowed("UTC", "refuse", windows)
    assert [each.text for each in after.windows] == [
        "mon,tue 22:00-00:00",
        "sat 00:00-24:00",
        "sun 00:00-01:00",
    ]


@pytest.mark.parametrize("code", CODES)
def test_a_mode_is_switched_on_and_off_again(code):
    night = read_policy(WRITTEN).closed_hours
    on = edit_modes(WRITTEN, read_policy(WRITTEN), [code], night)
    assert on.startswith(WRITTEN)
    policy = read_policy(on)
    assert [mode.code for mode in modes_of(on, policy) if mode.is_on] == [code]
    children = read_policy(profile_source("children"))
    assert [r for r in policy.rules if r.code == code] == [
        r for r in children.rules if r.code == code
    ]
    assert edit_modes(on, policy, [], night) == WRITTEN
    both = edit_modes(on, policy, CODES, None)
    assert {rule.code for rule in read_policy(both).rules} >= set(CODES)
    assert "of the lawyers" in both and "closed_hours" not in both


def test_what_comes_with_a_profile_stays():
    source = 'name = "x"\nbased_on = "children"\n'
    assert all(mode.is_inherited for mode in modes_of(source, read_policy(source)))
    assert edit_modes(source, read_policy(source), [], None) == source


def test_rules_in_a_list_are_left_to_a_person():
    rule = '{ code = "any_link", signal = "links", at_least = 1, outcome = "hold", message = "." }'
    for rules, wanted in ((f"[{rule}]", []), ("[]", ["any_link"])):
        source = f"{PLAIN}rules = {rules}\n"
        with pytest.raises(Invalid, match="in the TOML"):
            edit_modes(source, read_policy(source), wanted, None)
