"""The console's policies for parts of a site: added, tried, saved, taken back; what is no part; who may not."""

import html
import re

from moderation.domain.comment import PageRef
from moderation.review.site_policy import list_versions, scoped_policies, set_policy
from tests.review.test_policy_backtest import SOURCE, judged
from tests.service.console.console_browser import now
from tests.service.console.test_policy import HOME, TRY

SPORT = "section:/sport"
STRICT = SOURCE.format(name="strict", toxic=0.3, outcome="hold")
NIGHT = '[closed_hours]\nzone = "Europe/Berlin"\nthen = "refuse"\nhours = ["22:00-07:00"]\n'


def forms(text, action):
    """The fields of each form of a page that posts to an address."""
    found = re.findall(rf'<form method="post" action="{action}".*?</form>', text, re.S)
    return [
        {
            name: html.unescape(value)
            for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)
        }
        for form in found
    ]


def try_toml(browser, toml, scope=SPORT):
    page = browser.get(f"{HOME}?scope={scope}").text
    [sent] = [form for form in forms(page, TRY) if form.get("do") == "toml"]
    assert sent["scope"] == scope
    return browser.post(TRY, sent | {"toml": toml})


def test_a_section_gets_a_policy_that_is_tried_on_its_comments_alone(editor, site, store):
    at = now() - 60_000
    texts = [f"toxicity=0.{n} spam=0 language=1:en" for n in range(1, 9)]
    judged(store, site, *texts, at=at, now=at + 1_000)
    page = PageRef("https://herald.test/sport/1")
    [comment] = judged(store, site, texts[3], at=at, now=at + 1_000, page=page)
    listed = editor.get(HOME).text
    assert 'name="value"' in listed and "/sport" in listed
    asked = editor.get(f"{HOME}?kind=section&value=%2Fsport%2F")
    assert asked.status_code == 200
    text = html.unescape(asked.text)
    assert "Policy for <bdi>the section /sport</bdi>" in text
    assert "There is none yet" in text and "newsroom" in text  # it begins as the site's
    answer = try_toml(editor, STRICT)
    assert answer.status_code == 200
    assert "Would hold 100.0 %" in answer.text and "All 1 comments" in answer.text
    assert "Run it beside the one in force" not in answer.text
    [saving] = forms(answer.text, HOME)
    assert scoped_policies(store, site.id) == []
    saved = editor.post(HOME, saving)
    assert saved.status_code == 303
    assert saved.headers["location"].startswith(f"{HOME}?site={site.id}&scope=section%3A%2Fsport")
    [only] = scoped_policies(store, site.id)
    assert (only.scope, only.toml) == (SPORT, STRICT)
    assert list_versions(store, site.id) == []
    shown = html.unescape(editor.get(HOME).text)
    assert "<bdi>the section /sport</bdi>" in shown and "<bdi>strict</bdi>, version" in shown
    # The next comment there is decided by it, and its page says so.
    [held] = judged(store, site, texts[3], at=at, now=at + 2_000, page=page)
    card = html.unescape(editor.get(f"/console/comments/{held}").text)
    assert "the policy “strict” for the section /sport" in card
    before = html.unescape(editor.get(f"/console/comments/{comment}").text)
    assert "for the section" not in before
    record = editor.get(f"{HOME}/record?scope={SPORT}")
    assert "Errors of the policy for <bdi>the section /sport</bdi>" in html.unescape(record.text)
    assert editor.get(f"{HOME}/record/csv?scope={SPORT}").status_code == 200


def test_a_scope_is_left_to_the_site_again_and_that_is_undone(editor, site, store):
    answer = try_toml(editor, STRICT)
    editor.post(HOME, forms(answer.text, HOME)[0])
    [without] = [form for form in forms(editor.get(HOME).text, TRY) if form.get("scope") == SPORT]
    tried = editor.post(TRY, without)
    assert tried.status_code == 200 and "Leave it to the site's policy" in html.unescape(tried.text)
    assert len(scoped_policies(store, site.id)) == 1
    assert editor.post(HOME, forms(tried.text, HOME)[0]).status_code == 303
    assert scoped_policies(store, site.id) == []
    [back] = forms(editor.get(f"{HOME}?scope={SPORT}").text, f"{HOME}/back")
    # The list of versions is of this scope, and goes back in it.
    assert editor.post(f"{HOME}/back", back).status_code == 303
    assert [each.toml for each in scoped_policies(store, site.id)] == [STRICT]
    # Somebody else was quicker.
    stale = editor.post(f"{HOME}/back", back)
    assert stale.status_code == 409 and len(list_versions(store, site.id, scope=SPORT)) == 3


def test_what_is_no_part_of_the_site_stays_in_the_form_with_its_reason(editor):
    for kind, value, why in (
        ("section", "sport", "the beginning of the path"),
        ("section", "/", "the whole site"),
        ("language", "xx", "ever found to be in the language"),
        ("language", "de-AT", "by its first part alone"),
        ("page", "https://bob.test/1", "not on the site"),
        ("author", "ada", "written page:URL"),
    ):
        answer = editor.get(f"{HOME}?kind={kind}&value={value}")
        assert answer.status_code == 422, (kind, value)
        text = html.unescape(answer.text)
        assert why in text and f'value="{value}"' in text
    answer = try_toml(editor, STRICT + NIGHT, "language:de")
    assert answer.status_code == 422 and "no [closed_hours]" in html.unescape(answer.text)


def test_closed_hours_are_told_in_a_sentence(editor):
    answer = try_toml(editor, STRICT + NIGHT)
    assert answer.status_code == 200
    sentence = "Closed: 22:00-07:00 (Europe/Berlin). Comments that come in then are refused."
    assert sentence in html.unescape(answer.text)
    wrong = try_toml(editor, STRICT + NIGHT.replace("22:00-07:00", "22-7"))
    assert wrong.status_code == 422
    assert "Line 19: '22-7' is not written like" in html.unescape(wrong.text)


def test_a_moderator_sees_no_policy_and_changes_none(browser, site, store):
    set_policy(store, site.id, STRICT, "command", scope=SPORT, now=now())
    for path in (f"{HOME}?scope={SPORT}", f"{HOME}/record?scope={SPORT}"):
        assert browser.get(path).status_code == 403
    [token] = set(re.findall(r'name="csrf" value="(\w+)"', browser.get("/console/").text))
    sent = {"csrf": token, "site": site.id, "scope": SPORT, "toml": "", "number": "1", "back": "1"}
    for path in (TRY, HOME, f"{HOME}/back"):
        assert browser.post(path, sent | {"do": "toml"}).status_code == 403
    assert len(list_versions(store, site.id, scope=SPORT)) == 1
