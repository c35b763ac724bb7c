"""The examples for Flask, Django and PHP as a reader, a moderator and a stranger meet them."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import escape, unescape

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook

from harness.gatehouse_process import free_port
from moderation.store.sql.schema import personal
from tests.journeys.conftest import PORTS, hidden, started

RUDE = "You are a stupid idiot, and so is your mill."


def id_in(location: str) -> str:
    return re.fullmatch(r"/\?reply=(cmt_\w+)#respond", location)[1]


def test_a_kind_comment_is_judged_told_and_shown(paper, running) -> None:
    text = 'Bread of <b>that</b> flour, and "nothing" else, for me & mine.'
    answer = paper.send(text=text, name="Carol <i>", email="carol@private.test")
    assert answer.status_code == 303
    where = answer.headers["location"]
    paper.wait_for("Your comment is published.", where)
    page = paper.read()
    replies = page.count('class="said"')  # other tests have published theirs
    assert (
        (f"{replies} replies<" if replies > 1 else "1 reply<") in page
        and text in unescape(page)
        and "<b>" not in page
        and "<i>" not in page
    )
    assert datetime.now(UTC).strftime("%d %B %Y") in page and "carol@private.test" not in page
    with running.store.read() as connection:
        mine = personal.c.comment_id == id_in(where)
        kept = connection.execute(sa.select(personal).where(mine)).one()
    assert kept.address_key == running.store.crypto.address_key("127.0.0.1")
    assert kept.user_agent.startswith("python-httpx2/")


def test_a_rude_one_waits_for_a_moderator(paper) -> None:
    where = paper.send(text=RUDE, name="Dan").headers["location"]
    paper.wait_for("A moderator looks at your comment", where)
    assert RUDE not in paper.read()
    paper.gatehouse.decide(id_in(where), "approve")
    paper.wait_for("Your comment is published.", where)
    assert RUDE in paper.read()
    paper.gatehouse.decide(id_in(where), "reject")
    paper.wait_for("Your comment was not published.", where)
    assert RUDE not in paper.read()


def test_what_was_typed_stays_after_an_error(paper) -> None:
    typed = '\nBefore.\r\n</textarea><script>alert(1)</script> "so" & on'
    refused = paper.send(text=typed, name='"><b>Eve', email="eve@")
    assert refused.status_code == 422
    page = refused.text
    assert "<script>alert" not in page and '"><b>' not in page
    [kept] = re.findall(r"<textarea[^>]*>\r?\n(.*?)</textarea>", page, re.DOTALL)
    assert unescape(kept).replace("\r\n", "\n").strip() == typed.replace("\r\n", "\n").strip()
    assert 'role="alert"' in page and "/author" not in page
    assert re.search(r'value="eve@" aria-invalid="true" aria-describedby="email-flaw"', page)
    assert re.search(r'id="email-flaw">[^<]*e-mail', page)
    corrected = paper.send(page, text="Before.", name="Eve", email="eve@private.test")
    assert corrected.status_code == 303


@pytest.mark.parametrize("missing", ["text", "name"])
def test_an_empty_field_is_named(paper, missing: str) -> None:
    page = paper.send(**{"text": "Not empty.", missing: ""})
    assert page.status_code == 422 and f'id="{missing}-flaw"' in page.text


def test_two_clicks_are_one_comment(paper) -> None:
    page = paper.read()
    first, second = (
        paper.send(page, text="Two sacks, please.").headers["location"] for _ in range(2)
    )
    assert first == second
    other = paper.send(page, text="Three sacks, please.").headers["location"]
    again = paper.send(text="Two sacks, please.").headers["location"]
    assert len({first, other, again}) == 3


def status_event(comment_id: str, sequence: int, status: str) -> str:
    data = {"comment_id": comment_id, "sequence": sequence, "status": status}
    return json.dumps({"type": f"comment.{status}", "timestamp": "", "data": data})


def signed(secret: str, body: str, time: datetime) -> dict[str, str]:
    return {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(time.timestamp())),
        "webhook-signature": Webhook(secret).sign("evt_1", time, body),
        "content-type": "application/json",
    }


def test_a_stranger_decides_nothing(paper) -> None:
    where = paper.send(text=f"{RUDE} Again.", name="Dan").headers["location"]
    paper.wait_for("A moderator looks at your comment", where)
    body, now = status_event(id_in(where), 9, "approved"), datetime.now(UTC)
    right = signed(paper.secret, body, now)
    forgeries = [
        (signed("whsec_" + "QUJD" * 8, body, now), body),
        (signed(paper.secret, body, now - timedelta(minutes=6)), body),
        (signed(paper.secret, body, now + timedelta(minutes=6)), body),
        (right, body + " "),
        ({**right, "webhook-signature": "v1"}, body),
        ({**right, "webhook-signature": "v1,%%%"}, body),
        ({**right, "webhook-timestamp": "noon"}, body),
        ({}, body),
    ]
    for headers, sent in forgeries:
        answer = paper.reader.post("/gatehouse", content=sent.encode(), headers=headers)
        assert answer.status_code == 400
    bytes_of_nothing = paper.reader.post("/gatehouse", content=b"\xff\xfe", headers=right)
    assert bytes_of_nothing.status_code == 400
    assert "A moderator looks at your comment" in paper.read(where)


def test_what_comes_late_or_twice_changes_nothing(paper) -> None:
    where = paper.send(text=f"{RUDE} Once more.", name="Dan").headers["location"]
    paper.wait_for("A moderator looks at your comment", where)

    def tell(body: str, *secrets: str) -> int:
        headers = [signed(secret, body, datetime.now(UTC)) for secret in secrets]
        both = " ".join(signature["webhook-signature"] for signature in headers)
        return paper.reader.post(
            "/gatehouse", content=body.encode(), headers={**headers[0], "webhook-signature": both}
        ).status_code

    # While a secret is changed, the other's signature stands beside ours.
    assert (
        tell(status_event(id_in(where), 5, "rejected"), "whsec_" + "QUJD" * 8, paper.secret) == 204
    )
    assert "was not published" in paper.read(where)
    for sequence in (0, 1, 5):
        assert tell(status_event(id_in(where), sequence, "approved"), paper.secret) == 204
    assert "was not published" in paper.read(where)
    test = json.dumps({"type": "webhook.test", "timestamp": "", "data": {"endpoint_id": "ep_1"}})
    assert tell(test, paper.secret) == 204


def test_what_is_no_reply_is_found_out(paper) -> None:
    assert "role=" not in paper.read("/?reply=cmt_nobody")
    assert "role=" not in paper.read("/?reply[]=x&reply=%00'%22%3Cb%3E")
    guarded = paper.reader.get("/").headers["content-security-policy"]
    assert guarded.startswith("default-src 'self'")


@pytest.mark.parametrize("name", PORTS)
def test_while_gatehouse_is_away_nothing_is_lost(name: str, tmp_path) -> None:
    settings = {
        "GATEHOUSE_URL": "http://127.0.0.1:9",  # discard: nobody listens
        "GATEHOUSE_KEY": "ghs_x",
        "GATEHOUSE_WEBHOOK_SECRET": "whsec_" + "QUJD" * 8,
    }
    with started(name, tmp_path, free_port(), **settings) as reader:
        article = reader.get("/")
        assert article.status_code == 200 and "cannot be shown just now" in article.text
        typed = {"text": "A <long> thought.", "name": "Carol", **hidden(article.text)}
        away = reader.post("/reply", data=typed)
    assert away.status_code == 503 and "Please try again shortly." in away.text
    assert escape("A <long> thought.") in away.text
