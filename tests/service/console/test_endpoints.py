"""The console's endpoints: added, changed, tested, sent again, removed; and who may not do so."""

import html
import os
import re

import pytest
import sqlalchemy as sa

from moderation.domain.delivery import Format, Payload, Response
from moderation.notify import deliveries, endpoints
from moderation.notify.deliver import Courier
from moderation.store.sql import schema
from tests.factories import hand_in, newspaper, reply
from tests.notify.site import Scripted
from tests.service.console.console_browser import now

HOME = "/console/endpoints"
URL = "https://hooks.example.com/gatehouse?token=abc"
TOKEN = "TIiajkdnlazkcOXrIdevi7FQ"


@pytest.fixture
def hook(site, store):
    return endpoints.add_webhook(store, site.id, URL, now=now(), entropy=os.urandom)[0]


def send(browser, path, page="", action="", **changes):
    page = HOME + (page or path.rpartition("/")[0])
    fields = browser.fields(page, f'action="{HOME}{action or path}"')
    return browser.post(HOME + path, fields | changes)


def stored(store, site):
    return endpoints.list_endpoints(store, {site.id})


def deliver_due(store, *answers):
    return Courier(
        store=store,
        send=Scripted(*answers),
        now=now,
        entropy=os.urandom,
        chance=lambda: 0.5,
        notify=lambda url, words, emails: Response(404),
    ).drain()


def test_a_webhook_is_added_and_its_secret_shown_once(editor, site, store):
    assert "None yet" in editor.get(HOME).text
    answer = send(
        editor, "/new", "/new", url=URL, payload="thin", format="cloudevents", batch="50",
        **{"comment.received": "on", "endpoint.disabled": "on"},
    )  # fmt: skip
    assert answer.status_code == 200
    [secret] = re.findall(r"<code>(whsec_[^<]+)</code>", answer.text)
    [endpoint] = stored(store, site)
    assert (endpoint.url, endpoint.types) == (URL, ("comment.received", "endpoint.disabled"))
    assert (endpoint.payload, endpoint.format, endpoint.batch) == (
        Payload.THIN,
        Format.CLOUDEVENTS,
        50,
    )
    with store.read() as connection:
        row = connection.execute(sa.select(schema.endpoints)).one()
    assert html.unescape(secret) == store.crypto.decrypt(row.secret_sealed, endpoint.id)
    for path in (HOME, f"{HOME}/{endpoint.id}"):
        page = editor.get(path).text
        assert "whsec_" not in page
        assert html.escape(URL) in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": "http://hooks.example.com/<b>"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": URL, "batch": "0"}, "batch"),
        ({"url": URL, "batch": "many"}, "batch"),
    ],
)
def test_a_refused_form_says_why_and_keeps_what_was_typed(editor, site, store, changes, field):
    answer = send(editor, "/new", "/new", payload="text", **{"comment.held": "on"}, **changes)
    assert answer.status_code == 422
    assert re.search(rf'id="{field}"[^>]* aria-invalid="true"', answer.text)
    assert f'value="{html.escape(changes["url"])}"' in answer.text
    assert re.search(r'name="comment.held" value="on" checked', answer.text)
    assert re.search(r'value="text" checked', answer.text)
    assert stored(store, site) == []


def test_a_channel_is_added_and_never_shown_whole(editor, site, store):
    answer = editor.follow(
        send(editor, "/new", "/new?kind=channel", url=f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}/#desk"),
    )
    assert "Send a test to see whether it arrives" in answer.text
    assert TOKEN not in answer.text + editor.get(HOME).text
    assert "Slack, slack://T" in answer.text
    assert "New secret" not in answer.text and 'name="url"' not in answer.text
    [channel] = stored(store, site)
    assert channel.types == (
        "endpoint.disabled",
        "note.mention",
        "queue.digest",
        "statistics.alarm",
    )
    send(editor, f"/{channel.id}/test", f"/{channel.id}")
    deliver_due(store)
    page = editor.get(HOME).text
    assert "failing" in page and "Nothing is accepted; the first failure was just now." in page
    assert "404; next try in" in re.sub(
        r" after [0-9,]+ ms", "", editor.get(f"{HOME}/{channel.id}").text
    )
    for url, why in [("json://x.test", "add a webhook"), ("moderators", "GATEHOUSE_MAIL_URL")]:
        refused = send(editor, "/new", "/new?kind=channel", url=url)
        assert refused.status_code == 422 and why in refused.text


def test_an_endpoint_is_changed(editor, site, store, hook):
    page = editor.get(f"{HOME}/{hook.id}").text
    assert "New secret" in page and ">Save<" in page
    changes = {"url": URL + "&2", "comment.approved": "on", "comment.held": "on", "batch": "9"}
    answer = editor.follow(send(editor, f"/{hook.id}", f"/{hook.id}", **changes))
    assert "The changes apply" in answer.text
    [changed] = stored(store, site)
    assert (changed.url, changed.batch) == (URL + "&2", 9)
    assert changed.types == ("comment.approved", "comment.held")
    wrong = send(editor, f"/{hook.id}", f"/{hook.id}", **changes | {"url": "https://localhost/"})
    assert wrong.status_code == 422
    assert 'value="https://localhost/"' in wrong.text
    assert stored(store, site) == [changed]


def test_types_that_a_form_does_not_offer_stay(editor, site, store, hook):
    endpoints.change_endpoint(store, {site.id}, hook.id, types=["webhook.test", "comment.spam"])
    send(editor, f"/{hook.id}", f"/{hook.id}", url=URL, batch="1", **{"comment.approved": "on"})
    assert stored(store, site)[0].types == ("comment.approved", "webhook.test")


def test_a_new_secret_is_shown_once_and_both_sign(editor, site, store, hook):
    answer = send(editor, f"/{hook.id}/secret", f"/{hook.id}", overlap="168")
    assert "The old secret stays valid for 168 hours" in answer.text
    assert answer.text.count("<code>whsec_") == 1
    assert "whsec_" not in editor.get(f"{HOME}/{hook.id}").text
    leaked = send(editor, f"/{hook.id}/secret", f"/{hook.id}", overlap="0")
    assert "The new secret" in leaked.text and "The old secret stays valid" not in leaked.text
    assert send(editor, f"/{hook.id}/secret", f"/{hook.id}", overlap="9000").status_code == 422


def test_an_endpoint_switched_off_and_on_is_sent_what_it_missed(editor, site, store, hook):
    off = editor.follow(send(editor, f"/{hook.id}/switch", f"/{hook.id}"))
    assert "It was switched off by hand." in off.text
    assert "Send a test" not in off.text and "Send many again" not in off.text
    hand_in(store, reply(site, at=now() - 1_000))
    on = editor.follow(send(editor, f"/{hook.id}/switch", f"/{hook.id}"))
    assert "Switched on." in on.text
    sent = editor.follow(send(editor, f"/{hook.id}/replay", f"/{hook.id}", what="missed"))
    assert "1 delivery is being sent again." in sent.text
    assert "comment.received" in sent.text


def test_deliveries_their_attempts_and_one_sent_again(editor, site, store, hook):
    [comment] = hand_in(store, reply(site, at=now()))
    deliver_due(store, 500)
    page = editor.get(f"{HOME}/{hook.id}").text
    assert re.search(r"500( after [0-9,]+ ms)?; (next try in|due now)", page)
    assert f"/console/comments/{comment}" in page
    answer = editor.follow(send(editor, f"/{hook.id}/resend", f"/{hook.id}"))
    assert "It is being sent again" in answer.text
    deliver_due(store, 200)
    page = editor.get(f"{HOME}/{hook.id}?state=delivered").text
    assert "2 attempts" in page
    assert re.search(r'<li value="1">.*: 500', page) and re.search(r'<li value="2">.*: 200', page)
    assert "None." in editor.get(f"{HOME}/{hook.id}?state=dead").text
    assert editor.get(f"{HOME}/{hook.id}?state=lost").status_code == 422


def test_dead_letters_are_listed_and_replayed_in_a_range(editor, site, store, hook):
    for _ in range(25):
        hand_in(store, reply(site, at=now()))
    endpoints.disable_endpoint(store, {site.id}, hook.id, now=now(), entropy=os.urandom)
    endpoints.enable_endpoint(store, {site.id}, hook.id)
    assert "25 given up" in editor.get(HOME).text
    first = editor.get(f"{HOME}/{hook.id}?state=dead").text
    assert first.count('<li class="row">') == 20
    following = html.unescape(re.search(r'href="([^"]+)" rel="next"', first)[1])
    second = editor.get(following.partition("#")[0]).text
    assert second.count('<li class="row">') == 5 and "First page" in second

    def replay(**fields):
        return send(editor, f"/{hook.id}/replay", f"/{hook.id}", what="dead", **fields)

    old = editor.follow(replay(since="2020-01-01T00:00", until="2020-01-02T00:00"))
    assert "0 deliveries are being sent again." in old.text
    for since, until in [("yesterday", ""), ("2020-01-02T00:00", "2020-01-01T00:00")]:
        wrong = replay(since=since, until=until)
        assert wrong.status_code == 422
        assert re.search(r'id="since"[^>]* aria-invalid="true"', wrong.text)
        assert f'value="{since}"' in wrong.text
    assert "25 deliveries are being sent again." in editor.follow(replay()).text
    assert deliver_due(store).delivered == 25


def test_an_endpoint_is_removed_after_a_question(editor, site, store, hook):
    question = editor.get(f"{HOME}/{hook.id}/remove").text
    assert "This cannot be undone" in question
    assert stored(store, site) == [hook]
    answer = editor.follow(send(editor, f"/{hook.id}/remove", f"/{hook.id}/remove"))
    assert "The endpoint was removed." in answer.text
    assert stored(store, site) == []


def test_the_links_of_notices_lead_here(editor, hook):
    assert editor.get(HOME).status_code == 200
    assert editor.get(f"{HOME}/{hook.id}").status_code == 200


def test_a_moderator_may_not_even_look(browser, site, store, hook):
    assert ">Endpoints<" not in browser.get().text
    token = browser.fields()["csrf"]
    for path in ("", "/new", f"/{hook.id}", f"/{hook.id}/remove"):
        assert browser.get(HOME + path).status_code == 403
    for path in ("/new", f"/{hook.id}", *(f"/{hook.id}/{verb}" for verb in ("test", "switch", "secret", "remove"))):  # fmt: skip
        assert browser.post(HOME + path, {"csrf": token, "url": URL}).status_code == 403
    assert stored(store, site) == [hook]


def test_the_endpoints_of_another_site_are_not_found(editor, site, store):
    other = newspaper(store, "Bob's Blog", "https://bob.test")
    bobs_endpoint, _ = endpoints.add_webhook(store, other.id, URL, now=now(), entropy=os.urandom)
    endpoints.send_test(store, {other.id}, bobs_endpoint.id, now=now(), entropy=os.urandom)
    [delivery] = deliveries.list_deliveries(store, {other.id}, bobs_endpoint.id)
    mine, _ = endpoints.add_webhook(store, site.id, URL, now=now(), entropy=os.urandom)
    fields = editor.fields(f"{HOME}/{mine.id}", "/test") | {
        "url": URL,
        "batch": "1",
        "overlap": "0",
    }
    for path in ("", "/remove"):
        assert editor.get(f"{HOME}/{bobs_endpoint.id}{path}").status_code == 404
    assert editor.get(f"{HOME}?site={other.id}").status_code == 404
    posts = ("", "/test", "/switch", "/secret", "/replay", "/remove")
    for path in posts:
        assert editor.post(f"{HOME}/{bobs_endpoint.id}{path}", fields).status_code == 404
    answer = editor.post(f"{HOME}/{mine.id}/resend", fields | {"delivery": delivery.id})
    assert answer.status_code == 404
    assert editor.post(HOME + "/new", fields | {"site": other.id}).status_code == 404
    assert stored(store, other) == [bobs_endpoint]


def test_the_endpoint_of_an_akismet_client_is_shown_and_cannot_be_changed(editor, site, store):
    made, _ = endpoints.add_webhook(store, site.id, URL, now=now(), entropy=os.urandom)
    with store.write() as connection:
        connection.execute(sa.update(schema.endpoints).values(format=Format.AKISMET.value))
    page = editor.get(f"{HOME}/{made.id}").text
    assert "Later decisions for a client of the Akismet-compatible API" in page
    assert ">Save<" not in page and "New secret" not in page
    token = editor.fields(HOME)["csrf"]
    fields = {"csrf": token, "url": URL, "batch": "2"}
    assert editor.post(f"{HOME}/{made.id}", fields).status_code == 409


def test_statements_of_reasons_are_asked_for_by_webhooks_alone(editor, site, store, hook):
    assert "A statement of reasons was made" in editor.get(f"{HOME}/{hook.id}").text
    asked = {"statement.made": "on"}
    send(editor, f"/{hook.id}", f"/{hook.id}", url=URL, batch="1", **asked)
    assert stored(store, site)[0].types == ("statement.made",)
    channel = editor.get(f"{HOME}/new?kind=channel").text
    assert "queue.digest" in channel and "statement.made" not in channel
