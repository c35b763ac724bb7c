"""The console's pages: what is shown, escaped, paged, filtered, decided, undone."""

import re

import pytest

from moderation.domain.comment import AuthorRef, PageRef, Status
from moderation.domain.decision import Outcome, Reason
from moderation.domain.score import Span
from moderation.review import queues
from moderation.store import moderators
from service.console.presenters import TextPiece, age, excerpt, marked_pieces
from service.console.queues import PAGE
from tests.factories import hand_in, newspaper, reply
from tests.service.console.console_browser import held, moderator, now

HTMX = {"HX-Request": "true"}


def cards(response) -> list[str]:
    return re.findall(r'<article class="card" id="c-(\w+)"', response.text)


def standing(desk, site, comment_id):
    return queues.get_card(desk.store, {site.id}, comment_id)


def test_a_held_comment_is_shown_with_all_that_helps(desk, site):
    held(
        desk.store,
        site,
        "You bad man, https://x.test",
        author=AuthorRef("Carol", "carol@private.test", "https://carol.test"),
    )
    text = desk.get().text
    assert 'You <mark title="toxic">bad</mark> man, https://x.test' in text
    assert "Toxicity 0.90, the limit is 0.8." in text
    assert "<dt>toxicity</dt>" in text and "<span>0.90</span>" in text
    assert "https://carol.test" in text and "https://herald.test/news/1" in text
    assert "carol@private.test" not in text
    assert "<a href" not in "".join(re.findall(r'<div class="text".*?</div>', text, re.S))


def test_an_empty_queue_says_so(desk):
    assert desk.get("/console").headers["location"].endswith("/console/")
    assert "Nobody waits at the gate" in desk.get().text
    assert "Nothing here for the reason" in desk.get("/console/?reason=toxic").text


def test_pages_are_oldest_first_and_lose_nobody(desk, site):
    ids = held(desk.store, site, *(f"bad {n}" for n in range(2 * PAGE + 3)))
    seen, url = [], "/console/"
    while url:
        page = desk.get(url)
        seen += cards(page)
        following = re.search(r'href="([^"]+)" rel="next"', page.text)
        url = following[1].replace("&amp;", "&") if following else ""
    assert seen == ids


def test_the_filter_keeps_one_reason(desk, site):
    held(desk.store, site, "bad")
    assert len(cards(desk.get("/console/?reason=toxic"))) == 1
    assert cards(desk.get("/console/?reason=spam")) == []


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("approve", Status.APPROVED), ("reject", Status.REJECTED), ("spam", Status.SPAM)],
)
def test_a_decision_without_javascript_leads_back_with_an_undo(desk, site, outcome, status):
    [one] = held(desk.store, site, "bad")
    page = f"/console/?site={site.id}&queue=held&reason=toxic"
    answer = desk.press(one, outcome, page)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(
        f"/console/?site={site.id}&queue=held&reason=toxic"
    )
    assert standing(desk, site, one).status is status
    back = answer.headers["location"].partition("#")[0]
    assert 'id="notice"' in desk.get(back).text
    assert desk.press(one, "undo", back).status_code == 303
    after = standing(desk, site, one)
    assert after.status is Status.HELD
    assert [d.outcome for d in after.decisions] == [Outcome.HOLD, Outcome(outcome), Outcome.HOLD]


def test_a_decision_by_htmx_answers_with_the_result_and_new_counts(desk, site):
    one, _ = held(desk.store, site, "bad one", "bad two")
    answer = desk.press(one, "approve", **HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.text and 'class="card stub"' in answer.text
    assert re.search(r'id="count-held" hx-swap-oob="true">1<', answer.text)
    assert f"/console/comments/{one}/undo" in answer.text


def test_undo_by_htmx_brings_the_card_back(desk, site):
    [one] = held(desk.store, site, "bad")
    desk.press(one, "spam", **HTMX)
    fields = desk.fields(f"/console/?done={one}", "undo")
    answer = desk.post(f"/console/comments/{one}/undo", fields, **HTMX)
    assert cards(answer) == [one]
    assert standing(desk, site, one).status is Status.HELD


def test_what_nobody_has_judged_yet_can_be_decided_and_undone_to_held(desk, site):
    [one] = hand_in(desk.store, reply(site, "bad", at=now()))
    page = "/console/?queue=pending"
    assert cards(desk.get(page)) == [one]
    assert desk.press(one, "approve", page).status_code == 303
    assert "Not judged yet" not in desk.get().text
    desk.press(one, "undo", f"/console/?done={one}")
    assert standing(desk, site, one).status is Status.HELD


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_who_was_quicker_is_named_and_nothing_changes(desk, open_desk, site, headers):
    [one] = held(desk.store, site, "bad")
    moderator(desk.store, "bo@herald.test", site)
    bo = open_desk()
    bo.log_in("bo@herald.test")
    seen = desk.fields("/console/", f"{one}/decisions")
    assert bo.press(one, "reject").status_code == 303
    answer = desk.post(
        f"/console/comments/{one}/decisions", seen | {"outcome": "approve"}, **headers
    )
    assert answer.status_code == 409
    assert "Nothing was changed" in answer.text and "bo@herald.test" in answer.text
    assert ("<html" in answer.text) is not bool(headers)
    assert cards(answer) == [one]
    assert standing(desk, site, one).status is Status.REJECTED
    # The fresh card knows where it stands, so deciding from it works.
    sequence = re.search(r'name="sequence" value="(\d+)"', answer.text)[1]
    again = desk.post(
        f"/console/comments/{one}/decisions", seen | {"outcome": "approve", "sequence": sequence}
    )
    assert again.status_code == 303


def test_the_history_names_who_decided(desk, site):
    [one] = held(desk.store, site, "bad")
    desk.press(one, "approve")
    text = desk.get(f"/console/comments/{one}").text
    assert "Held by <bdi>the policy “test”</bdi>" in text
    assert "Approved by <bdi>ada@herald.test</bdi>" in text


def test_another_sites_comment_is_like_none_at_all(desk, site):
    bobs = newspaper(desk.store, "Bob's Blog", "https://bob.test")
    [his] = held(desk.store, bobs, "bad secret", page=PageRef("https://bob.test/1"))
    [hers] = held(desk.store, site, "bad")
    fields = desk.fields("/console/", f"{hers}/decisions") | {"outcome": "approve"}
    for answers in (
        [desk.get(f"/console/comments/{one}") for one in (his, "cmt_nobody", "%22%3E")],
        [desk.post(f"/console/comments/{one}/decisions", fields) for one in (his, "cmt_nobody")],
        [desk.post(f"/console/comments/{one}/undo", fields) for one in (his, "cmt_nobody")],
        [desk.get(f"/console/?site={one}") for one in (bobs.id, "site_nobody")],
    ):
        assert {one.status_code for one in answers} == {404}
        assert len({one.text for one in answers}) == 1
    assert "bad secret" not in desk.get(f"/console/?done={his}").text
    assert standing(desk, bobs, his).status is Status.HELD


def test_a_membership_taken_away_is_gone_at_once(desk, site):
    [one] = held(desk.store, site, "bad")
    fields = desk.fields("/console/", f"{one}/decisions") | {"outcome": "approve"}
    with desk.store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        moderators.revoke(connection, ada.id, site.id)
    assert desk.post(f"/console/comments/{one}/decisions", fields).status_code == 404
    assert "No site to look after" in desk.get().text


HOSTILE = "</textarea></div><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}&amp;"


def test_everything_a_stranger_wrote_is_escaped(desk, site):
    [one] = held(
        desk.store,
        site,
        f"bad {HOSTILE}",
        author=AuthorRef(HOSTILE, "", "https://x.test/" + HOSTILE),
        page=PageRef("https://herald.test/" + HOSTILE, HOSTILE),
    )
    decided = desk.press(one, "approve", **HTMX)
    for page in (desk.get("/console/?queue=approved"), desk.get(f"/console/comments/{one}"), decided,
                 desk.get(f"/console/?done={one}")):  # fmt: skip
        assert "<script>" not in page.text and "<img src=x" not in page.text
        assert "&lt;script&gt;" in page.text
        assert "49" not in re.sub(r"\d{3,}", "", page.text.partition("{{7*7}}")[2][:20])


def test_addresses_that_make_no_sense_are_a_page_and_no_echo(desk):
    for path in (
        *("?queue=nothing", "?queue=erased", "?after=%00", "?reason=%3Cb%3E", "?site=" + "x" * 65),
        *("?after=" + "a" * 200, "comments/" + "a" * 300),
    ):
        answer = desk.get(f"/console/{path}")
        assert answer.status_code in (404, 422)
        assert "<html" in answer.text and "<b>" not in answer.text


def test_a_form_that_makes_no_sense_changes_nothing(desk, site):
    [one] = held(desk.store, site, "bad")
    for change in (
        *({"outcome": bad} for bad in ("", "delete", "APPROVE", "approve\x00")),
        *({"sequence": bad} for bad in ("", "-1", "x", "9" * 30, "1.0", "٣")),
    ):
        fields = desk.fields("/console/", f"{one}/decisions") | {"outcome": "approve"} | change
        assert desk.post(f"/console/comments/{one}/decisions", fields).status_code == 422
    assert standing(desk, site, one).sequence == 1


def test_the_way_back_stays_in_the_console(desk, site):
    bad = ("//evil.test", "x\r\nSet-Cookie: a=b", "javascript:alert(1)", "a" * 301, "%0d%0a")
    for one, back in zip(held(desk.store, site, *["bad"] * len(bad)), bad, strict=True):
        fields = desk.fields("/console/", f"{one}/decisions")
        fields |= {"outcome": "approve", "back": back}
        answer = desk.post(f"/console/comments/{one}/decisions", fields)
        assert re.fullmatch(r"/console/\?done=\w+#notice", answer.headers["location"])


def test_static_files_are_kept_and_only_they_are_served(desk):
    links = re.findall(r'(?:src|href)="(/console/static/[^"]+)"', desk.get().text)
    assert len(links) == 4
    for link in links:
        answer = desk.get(link)
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
    version = links[0].split("/")[3]
    for path in (f"{version}/../routes.py", f"{version}/nothing.css", "0/console.css"):
        assert desk.get(f"/console/static/{path}").status_code == 404


def reason(code, *spans):
    return Reason(code, "", spans=tuple(Span(*one) for one in spans))


@pytest.mark.parametrize(
    ("text", "reasons", "expected"),
    [
        ("", [], []),
        ("abc", [], [TextPiece("abc")]),
        ("abc", [reason("x", (0, 3))], [TextPiece("abc", "x")]),
        ("a😀c", [reason("x", (1, 2))], [TextPiece("a"), TextPiece("😀", "x"), TextPiece("c")]),
        ("abcd", [reason("x", (0, 2), (2, 4))], [TextPiece("abcd", "x")]),
        (
            "abcd",
            [reason("x", (0, 3)), reason("y", (1, 4))],
            [TextPiece("a", "x"), TextPiece("bc", "x, y"), TextPiece("d", "y")],
        ),
        ("abc", [reason("x", (-5, 1), (2, 99), (1, 1), (3, 2))],
         [TextPiece("a", "x"), TextPiece("b"), TextPiece("c", "x")]),
    ],
)  # fmt: skip
def test_pieces_are_the_text_and_mark_the_evidence(text, reasons, expected):
    assert marked_pieces(text, reasons) == expected
    assert "".join(one.text for one in marked_pieces(text, reasons)) == text


def test_thousands_of_spans_are_cut_quickly():
    text = "ab" * 30_000
    found = marked_pieces(text, [reason("x", *((n, n + 1) for n in range(0, len(text), 2)))])
    assert len(found) == len(text)


def test_words_for_times_and_openings():
    assert [age(n) for n in (-5, 59_000, 61_000, 7_200_000, 200_000_000)] == [
        "just now",
        "just now",
        "1 min ago",
        "2 h ago",
        "2 days ago",
    ]
    assert excerpt("a\n\n b") == "a b" and len(excerpt("x" * 500)) == 61
