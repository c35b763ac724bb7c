"""The console's page of a policy: tried, saved only after that, taken back; and who may not."""

import html
import re

from moderation.domain.decision import Outcome
from moderation.policies import load_policy, read_policy
from moderation.review.site_policy import list_versions, site_policy
from moderation.store import memberships, moderators
from tests.review.test_policy_backtest import decide, judged
from tests.service.console.console_browser import now

HOME = "/console/policy"
TRY, SHADOW = f"{HOME}/try", f"{HOME}/shadow"


def try_out(browser, do, headers=None, **fields):
    """Sends one of the page's forms; the fields of the form that saves, where there is one, and the answer."""
    page = browser.get(HOME).text
    [token] = set(re.findall(r'name="csrf" value="(\w+)"', page))
    toml = html.unescape(re.search(r'name="toml" value="([^"]*)"', page)[1])
    sent = {"csrf": token, "do": do, "toml": toml} | fields
    answer = browser.post(TRY, sent, **(headers or {}))
    saving = re.findall(
        r'<form method="post" action="/console/policy">.*?</form>', answer.text, re.S
    )
    found = re.findall(r'name="(\w+)" value="([^"]*)"', saving[0]) if saving else []
    return {name: html.unescape(value) for name, value in found}, answer


def test_a_threshold_is_tried_and_then_saved(editor, site, store):
    at = now() - 60_000
    texts = [f"toxicity=0.{tenth} spam=0 language=1:en" for tenth in range(1, 9)]
    ids = judged(store, site, *texts, at=at, now=at + 1_000)
    decide(store, site, ids[0], Outcome.APPROVE)
    page = editor.get(HOME).text
    assert "The installation's policy, <bdi>newsroom</bdi>" in html.unescape(page)
    assert f"version {load_policy('newsroom').version}." in page
    assert "Hold where toxicity reaches 0.47." in page
    assert "No advice: needs 377 more decisions and 20 more removals" in page
    assert page.count('<tr><th scope="row">') == 20 and "<style" not in page
    saving, answer = try_out(editor, "thresholds", t0="0,25")
    assert answer.status_code == 200
    assert "Would hold 75.0 %, about 0.1 more a day" in answer.text
    assert "2 approved would be held: toxicity 2" in answer.text
    assert list_versions(store, site.id) == []
    assert editor.post(HOME, saving | {"seen": "0" * 12}).status_code == 422
    assert list_versions(store, site.id) == []
    assert editor.post(HOME, saving).status_code == 303
    [version] = list_versions(store, site.id)
    assert "toxic = 0.25\n" in version.toml and version.version == saving["seen"]
    page = editor.get(f"{HOME}?did=saved").text
    assert "Saved." in page and "ada@herald.test" in page
    # Nothing but the slider was moved: no script coupled it with its number.
    saving, _ = try_out(editor, "thresholds", t0="0.25", s0="0.33", t1="0.3", s1="0.3")
    assert "toxic = 0.33\n" in saving["toml"] and "severely" not in saving["toml"]


def test_htmx_gets_the_trial_alone(editor):
    _, answer = try_out(editor, "thresholds", {"HX-Request": "true"}, t0="0.5")
    assert answer.text.lstrip().startswith('<section class="panel trial sticky" id="trial"')
    assert "<form" in answer.text and "<main" not in answer.text
    _, answer = try_out(editor, "thresholds", {"HX-Request": "true"}, t0="1.5")
    assert answer.status_code == 200 and "up to 1." in answer.text


def test_what_cannot_be_read_stays_with_its_line_and_reason(editor, site, store):
    typed = 'name = "x"\nbased_on = "newsroom"\n[thresholds]\ntoxik = 0.1 # <b>\n'
    saving, answer = try_out(editor, "toml", toml=typed)
    assert answer.status_code == 422 and not saving
    assert "Line 4: No rule has the code" in html.unescape(answer.text)
    assert "toxik = 0.1 # &lt;b&gt;\n</textarea>" in answer.text
    _, answer = try_out(editor, "thresholds", t0="much")
    assert answer.status_code == 422 and 'value="much"' in answer.text
    assert "toxicity: a threshold is a number" in answer.text
    assert list_versions(store, site.id) == []


def test_a_profile_is_chosen_and_one_click_goes_back(editor, site, store):
    for profile in ("strict", "children", ""):
        saving, _ = try_out(editor, "profile", profile=profile)
        assert editor.post(HOME, saving).status_code == 303
    assert site_policy(store, site.id).toml == ""
    back = editor.fields(HOME, f"{HOME}/back")
    assert editor.post(f"{HOME}/back", back).status_code == 303
    assert read_policy(site_policy(store, site.id).toml).name == "children"
    assert editor.post(f"{HOME}/back", back).status_code == 409  # made before
    assert editor.post(TRY, back | {"do": "profile", "profile": "lax"}).status_code == 422


def test_what_was_tried_runs_beside_the_policy_in_force_and_is_adopted(editor, site, store):
    saving, answer = try_out(editor, "profile", profile="strict")
    assert 'formaction="/console/policy/shadow"' in answer.text
    assert editor.post(SHADOW, saving | {"do": "shadow"}).status_code == 303
    assert site_policy(store, site.id).toml == ""
    page = editor.get(SHADOW).text
    assert "0 of 0 comments would be decided otherwise" in page and "ada@herald.test" in page
    candidate = editor.fields(SHADOW, SHADOW)
    assert editor.post(SHADOW, candidate | {"do": "burn"}).status_code == 422
    assert editor.post(SHADOW, candidate | {"do": "adopt"}).status_code == 303
    assert read_policy(site_policy(store, site.id).toml).name == "strict"
    assert "No candidate" in editor.get(SHADOW).text


def test_a_moderator_sees_no_policy(browser, site):
    assert ">Policy</a>" not in browser.get("/console/").text
    for page in (HOME, SHADOW, f"{HOME}/record"):
        assert browser.get(page).status_code == 403


def test_a_policy_that_misses_its_bounds_is_saved_by_an_admin_alone_who_says_why(
    editor, site, store
):
    toml = 'name = "x"\nbased_on = "newsroom"\n[bounds]\nwrongly_rejected = "1 in 200"\n'
    saving, answer = try_out(editor, "toml", toml=toml)
    assert "nobody has decided about any of it. 765 more decisions" in answer.text
    assert "Only an admin can" in answer.text and "Save this policy" not in answer.text
    refused = editor.post(HOME, saving)
    assert refused.status_code == 422 and "Nothing was changed. Of what" in refused.text
    assert editor.post(HOME, saving | {"override": "Threats."}).status_code == 403
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, "admin")
    saving, answer = try_out(editor, "toml", toml=toml)
    assert 'name="override"' in answer.text and "Save this policy" in answer.text
    assert editor.post(HOME, saving).status_code == 422
    assert list_versions(store, site.id) == []
    assert editor.post(HOME, saving | {"override": "Threats."}).status_code == 303
    assert site_policy(store, site.id).toml == toml
