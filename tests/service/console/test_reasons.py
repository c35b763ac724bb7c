"""Reasons in the console: chosen with a decision, kept when it is refused, and edited by editors."""

import html

from moderation.review import corrections, notes, queues, site_reasons
from moderation.store import memberships, moderators
from tests.service.console.console_browser import held


def decide(browser, comment_id, **fields):
    path = f"/console/comments/{comment_id}"
    given = browser.fields(path, f"{comment_id}/decisions")
    return browser.post(f"{path}/decisions", given | fields)


def test_a_reason_a_sentence_and_a_question_go_with_a_decision(browser, store, site):
    [comment_id] = held(store, site, "bad")
    shown = browser.get().text
    assert '<option value="off_topic">4 · Off topic</option>' in shown
    words = "Please <b>write</b> about the quay."
    for outcome, text in (("approve", words), ("reject", "x" * 501)):
        refused = decide(browser, comment_id, outcome=outcome, reason="off_topic", sentence=text)
        assert refused.status_code == 422 and 'aria-invalid="true"' in refused.text
        assert html.escape(text, quote=False) in refused.text
        assert '<option value="off_topic" selected>' in refused.text
    assert decide(browser, comment_id, outcome="hold", note="The mayor?").status_code == 303
    [note] = notes.of_comment(store, {site.id}, comment_id)
    assert note.text == "The mayor?"
    said = {"reason": "off_topic", "sentence": words}
    assert decide(browser, comment_id, outcome="reject", **said).status_code == 303
    decision = queues.get_card(store, {site.id}, comment_id).decision
    assert decision.reasons[0].code == "off_topic" and decision.sentence == words
    history = browser.get(f"/console/comments/{comment_id}").text
    assert "Off topic" in history and "Please &lt;b&gt;write" in history


def test_a_score_is_called_wrong_and_that_is_taken_back(browser, store, site):
    [comment_id] = held(store, site, "bad")
    path = f"/console/comments/{comment_id}"
    given = browser.fields(path, f"{comment_id}/corrections")
    told = browser.post(
        f"{path}/corrections", given | {"wrong": "toxicity"}, **{"HX-Request": "true"}
    )
    assert "is wrong, says <bdi>ada@herald.test</bdi>" in told.text
    assert browser.post(f"{path}/corrections", given | {"right": "toxicity"}).status_code == 303
    assert corrections.of_comment(store, {site.id}, comment_id) == []


def test_editors_change_the_list(browser, store, site):
    path = "/console/reasons"
    given = browser.fields(path, path) if "<form class" in browser.get(path).text else {}
    assert "was" not in given and "Only editors and admins" in browser.get(path).text
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, "editor")

    def post(**fields):
        return browser.post(path, browser.fields(path, path) | {"do": "saved"} | fields)

    assert post(was="", code="dull", label_de="Fade", sentence_en="More, please.").is_redirect
    assert post(was="dull", do="up").is_redirect
    assert post(was="spam", do="removed").is_redirect
    codes = [each.code for each in site_reasons.get_reasons(store, site.id).reasons]
    assert codes[-2:] == ["dull", "other"] and "spam" not in codes
    refused = post(was="", code="Taken back", label_en="Kept as typed")
    assert refused.status_code == 422 and "Kept as typed" in refused.text
    stale = post(was="dull", do="removed", version="1")
    assert stale.status_code == 409 and "Somebody else has changed the list" in stale.text


def test_many_are_rejected_with_a_reason_and_a_sentence(browser, store, site):
    ids = held(store, site, "bad tea", "bad milk")
    page = f"/console/bulk/new?site={site.id}&outcome=reject&all=1&status=held"
    fields = browser.fields(page, "/console/bulk")
    said = {"with_reason": "off_topic", "sentence": "x" * 501}
    refused = browser.post("/console/bulk", fields | said)
    assert refused.status_code == 422 and "x" * 501 in refused.text
    assert '<option value="off_topic" selected>' in refused.text
    made = browser.post("/console/bulk", fields | said | {"sentence": "Not here, please."})
    assert made.status_code == 303
    for id in ids:
        decision = queues.get_card(store, {site.id}, id).decision
        assert decision.reasons[0].code == "off_topic"
        assert decision.sentence == "Not here, please."
