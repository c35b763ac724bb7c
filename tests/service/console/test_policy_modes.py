"""The modes in the form over a policy: first-time authors, links and closed hours, tried and saved; what is wrong stays beside its field."""

import html
import re

import pytest

from moderation.domain.comment import PageState
from moderation.domain.page_state import PageDefault
from moderation.policies import read_policy
from moderation.review.page_states import set_default
from moderation.review.site_policy import set_policy, site_policy
from moderation.store import memberships, moderators
from tests.service.console.console_browser import now
from tests.service.console.test_policy import HOME, try_out

WRITTEN = 'name = "x"\nbased_on = "newsroom"\n\n[closed_hours]\nzone = "Europe/Berlin" # the desk\nthen = "hold"\nhours = [\n  "mon-fri 22:00-07:00", # nights\n]\n'


def days(row, *names):
    return {f"{name}{row}": "on" for name in names}


def field(page, name):
    """What stands in a field."""
    return html.unescape(re.search(rf'<input [^>]*name="{name}"[^>]* value="([^"]*)"', page)[1])


def try_modes(browser, **fields):
    return try_out(browser, "modes", **fields)


def test_modes_are_tried_and_saved(editor, site, store):
    page = html.unescape(editor.get(HOME).text)
    assert "Comments appear at once where no rule stops them" in page
    typed = {"zone": "Europe/Berlin", "then": "refuse", "from0": "22", "until0": "7:00"}
    typed |= days(0, "mon", "tue", "wed", "thu", "fri") | {"from1": "0.00", "until1": "24:00"}
    typed |= days(1, "sun")
    saving, answer = try_modes(editor, first_comment="on", **typed)
    assert answer.status_code == 200
    said = "Closed: mon-fri 22:00-07:00, sun 00:00-24:00 (Europe/Berlin). Comments that come in then are refused."
    assert said in html.unescape(answer.text)
    assert editor.post(HOME, saving).status_code == 303
    policy = read_policy(site_policy(store, site.id).toml)
    assert policy.closed_hours.in_words() in said
    codes = [rule.code for rule in policy.rules]
    assert "first_comment" in codes and "any_link" not in codes
    # What is in force stands in the fields.
    page = editor.get(HOME).text
    assert (field(page, "from0"), field(page, "until1")) == ("22:00", "24:00")
    assert re.search(r'name="first_comment" value="on" checked', page)
    assert re.search(r'name="fri0" value="on" checked', page)
    assert not re.search(r'name="sat0" value="on" checked', page)
    assert re.search(r'value="refuse" checked', page)
    # Two more rows, and they stay empty.
    assert field(page, "from3") == "" and 'name="from4"' not in page
    # Both times emptied: it is removed, and so is what is unticked.
    kept = {"zone": "UTC", "then": "hold", "from1": "00:00", "until1": "24:00"} | days(1, "sun")
    saving, _ = try_modes(editor, any_link="on", **days(0, "mon"), **kept)
    assert editor.post(HOME, saving).status_code == 303
    policy = read_policy(site_policy(store, site.id).toml)
    assert policy.closed_hours.in_words() == "sun 00:00-24:00 (UTC)"
    codes = [rule.code for rule in policy.rules]
    assert "first_comment" not in codes and "any_link" in codes
    saving, _ = try_modes(editor, zone="UTC", then="hold")
    assert editor.post(HOME, saving).status_code == 303
    assert site_policy(store, site.id).toml == 'name = "own"\nbased_on = "newsroom"\n'


def test_what_the_form_does_not_show_stays_in_the_toml(editor, site, store):
    set_policy(store, site.id, WRITTEN, "command", now=now())
    typed = {"zone": "Europe/Berlin", "then": "hold", "from0": "22:00", "until0": "07:00"}
    typed |= days(0, "mon", "tue", "wed", "thu", "fri")
    saving, _ = try_modes(editor, **typed)
    assert saving["toml"] == WRITTEN
    saving, _ = try_modes(editor, **typed | {"then": "refuse"})
    assert saving["toml"] == WRITTEN.replace('"hold"', '"refuse"')
    dotted = 'closed_hours = { zone = "UTC", then = "hold", hours = ["22:00-07:00"] }\nname = "x"\nbased_on = "newsroom"\n'
    set_policy(store, site.id, dotted, "command", now=now())
    everyday = days(0, "mon", "tue", "wed", "thu", "fri", "sat", "sun")
    same = {"zone": "UTC", "then": "hold", "from0": "22:00", "until0": "07:00"} | everyday
    saving, _ = try_modes(editor, **same)
    assert saving["toml"] == dotted
    saving, answer = try_modes(editor, **same | {"from0": "21:00"})
    assert answer.status_code == 422 and not saving
    assert "These closed hours have to be changed in the TOML." in html.unescape(answer.text)
    assert field(answer.text, "from0") == "21:00"


@pytest.mark.parametrize(
    ("name", "typed", "why"),
    [
        ("from1", "25:00", "A time is written like 22:00."),
        ("from1", "24:00", "A time is written like 22:00."),
        ("until1", "", "A time is written like 22:00."),
        ("until1", '"><b>', "A time is written like 22:00."),
        ("zone", "", "Closed hours need a time zone"),
        ("zone", "Europe/Bärlin", "There is no time zone 'Europe/Bärlin'"),
        ("then", "burn", 'is "hold" or "refuse"'),
    ],
)
def test_what_is_wrong_stays_beside_its_field(editor, site, store, name, typed, why):
    sent = {"zone": "UTC", "then": "hold", "from0": "21.30", "until0": "7"} | days(0, "sat")
    sent |= {"from1": "12:00", "until1": "13:00", "any_link": "on"} | days(1, "sun")
    saving, answer = try_modes(editor, **sent | {name: typed})
    assert answer.status_code == 422 and not saving
    page = html.unescape(answer.text)
    assert page.count(why) == 1
    if name != "then":
        tag = re.search(rf'<input [^>]*name="{name}"[^>]*>', answer.text)[0]
        assert 'aria-invalid="true"' in tag and 'aria-describedby="flaw"' in tag
        assert field(answer.text, name) == typed
    assert (field(answer.text, "from0"), field(answer.text, "until0")) == ("21.30", "7")
    assert re.search(r'name="sun1" value="on" checked', answer.text)
    assert re.search(r'name="any_link" value="on" checked', answer.text)
    assert not re.search(r'name="first_comment" value="on" checked', answer.text)
    assert site_policy(store, site.id).toml == ""


def test_days_without_times_are_told(editor):
    _, answer = try_modes(editor, zone="UTC", then="hold", **days(1, "sun"))
    assert answer.status_code == 422 and "A time is written like 22:00." in answer.text


def test_a_full_form_has_room_for_all_its_fields(editor):
    windows = ", ".join(f'"22:{n:02}-07:00"' for n in range(50))
    toml = f'name = "x"\nbased_on = "newsroom"\n[closed_hours]\nzone = "UTC"\nthen = "hold"\nhours = [{windows}]\n'
    sent = {"zone": "UTC", "then": "hold", "toml": toml}
    for n in range(50):
        sent |= days(n, "mon", "tue", "wed", "thu", "fri", "sat", "sun")
        sent |= {f"from{n}": f"22:{n:02}", f"until{n}": "07:00"}
    saving, answer = try_modes(editor, **sent)
    assert answer.status_code == 200 and saving["toml"] == toml


def test_a_language_has_no_hours_and_a_profile_keeps_its_rules(editor, site, store):
    children = 'name = "x"\nbased_on = "children"\n'
    set_policy(store, site.id, children, "command", scope="language:de", now=now())
    page = html.unescape(editor.get(f"{HOME}?scope=language:de").text)
    assert "A policy for a language has no closed hours of its own" in page
    assert 'name="from0"' not in page and page.count("It comes with the profile.") == 2
    assert re.search(r'name="any_link" value="on" checked disabled', page)
    saving, _ = try_modes(editor, toml=children, scope="language:de")
    assert saving["toml"] == children


def test_premoderation_is_told_and_an_auditor_only_reads(editor, site, store):
    set_default(store, site.id, PageDefault(state=PageState.PREMODERATED))
    set_policy(store, site.id, WRITTEN, "command", now=now())
    assert "(pre-moderation)" in editor.get(HOME).text
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, "auditor")
    page = editor.get(HOME).text
    assert "Try these modes" not in page and 'name="from1"' not in page
    assert field(page, "from0") == "22:00"


def test_fields_of_modes_follow_what_was_tried_without_loading_the_page(editor):
    _, answer = try_out(editor, "thresholds", {"HX-Request": "true"}, t0="0.25")
    carried = re.search(
        r'<input type="hidden" name="toml" value="([^"]*)" id="modes-toml"', answer.text
    )
    assert "toxic = 0.25" in html.unescape(carried[1])
