"""The console's pages: what is shown, escaped, paged, filtered, decided, undone."""

import re

import pytest

from moderation.domain.comment import AuthorRef, PageRef, Status
from moderation.domain.decision import Outcome, Reason
from moderation.domain.score import Span
from moderation.review import queues
from moderation.store import memberships, moderators
from service.console.navigation import PAGE_SIZE
from service.console.presenters import TextPiece, age, excerpt, marked_pieces
from tests.factories import hand_in, newspaper, reply
from tests.service.console.console_browser import held, moderator, now

HTMX = {"HX-Request": "true"}


def cards(response) -> list[str]:
    return re.findall(r'<article class="card" id="c-(\w+)"', response.text)


def card_of(browser, site, comment_id):
    return queues.get_card(browser.store, {site.id}, comment_id)


def test_a_held_comment_is_shown_with_its_reasons_and_scores(browser, site):
    held(
        browser.store,
        site,
        "You bad man, https://x.test",
        author=AuthorRef("Carol", "carol@private.test", "https://carol.test"),
    )
    text = browser.get().text
    assert 'You <mark title="toxicity">bad</mark> man, https://x.test' in text
    assert "Toxicity 0.90, the limit is 0.8." in text
    assert "<dt>toxicity</dt>" in text and "<span>0.90</span>" in text
    assert "https://carol.test" in text and "https://herald.test/news/1" in text
    assert "carol@private.test" not in text
    assert "<a href" not in "".join(re.findall(r'<div class="text".*?</div>', text, re.S))


def test_an_empty_queue_says_so(browser):
    assert browser.get("/console").headers["location"].endswith("/console/")
    assert "No comments are waiting" in browser.get().text
    assert "No comments with the reason" in browser.get("/console/?reason=toxic").text


def test_pages_are_oldest_first_and_lose_no_comment(browser, site):
    ids = held(browser.store, site, *(f"bad {n}" for n in range(2 * PAGE_SIZE + 3)))
    seen, url = [], "/console/"
    while url:
        page = browser.get(url)
        seen += cards(page)
        following = re.search(r'href="([^"]+)" rel="next"', page.text)
        url = following[1].replace("&amp;", "&") if following else ""
    assert seen == ids


def test_the_reasons_are_those_of_the_whole_queue_with_their_counts(browser, site):
    ids = held(browser.store, site, *(f"bad {n}" for n in range(25)))
    code = "taken_back"
    assert reason_chips(browser.get().text) == {"toxic": "25"}
    browser.press(ids[-1], "approve", f"/console/comments/{ids[-1]}")
    browser.press(ids[-1], "undo", f"/console/?done={ids[-1]}")
    first = browser.get().text
    assert ids[-1] not in first, "it is on the second page"
    # What was taken back counts with the reasons that it goes back to.
    assert reason_chips(first) == {"toxic": "25", code: "1"}
    chosen = browser.get(f"/console/?reason={code}").text
    assert cards(browser.get(f"/console/?reason={code}")) == [ids[-1]]
    assert reason_chips(chosen) == {"toxic": "25", code: "1"}
    assert reason_chips(browser.get("/console/?queue=approved").text) == {}


def reason_chips(page: str) -> dict[str, str]:
    """The count on the chip of each reason code."""
    return dict(re.findall(r'reason=(\w+)"[^>]*>[^<]*<span class="count">([^<]*)<', page))


def test_a_comment_is_found_by_its_reasons_again_after_an_undo(browser, site):
    [comment_id] = held(browser.store, site, "A bad thought.")
    browser.press(comment_id, "reject")
    assert cards(browser.get("/console/?reason=toxic")) == []
    browser.press(comment_id, "undo", f"/console/?done={comment_id}")
    for path in ("/console/?reason=toxic", "/console/?status=held&reason=toxic"):
        assert cards(browser.get(path)) == [comment_id], path
    assert re.search(r'reason=toxic"[^>]*>toxicity <span class="count">1<', browser.get().text)


def test_the_filter_keeps_one_reason(browser, site):
    held(browser.store, site, "bad")
    assert len(cards(browser.get("/console/?reason=toxic"))) == 1
    assert cards(browser.get("/console/?reason=spam")) == []


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("approve", Status.APPROVED), ("reject", Status.REJECTED), ("spam", Status.SPAM)],
)
def test_a_decision_without_javascript_leads_back_with_an_undo(browser, site, outcome, status):
    [comment_id] = held(browser.store, site, "bad")
    page = f"/console/?site={site.id}&queue=held&reason=toxic"
    answer = browser.press(comment_id, outcome, page)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(
        f"/console/?site={site.id}&queue=held&reason=toxic"
    )
    assert card_of(browser, site, comment_id).status is status
    back = answer.headers["location"].partition("#")[0]
    assert 'id="notice"' in browser.get(back).text
    assert browser.press(comment_id, "undo", back).status_code == 303
    after = card_of(browser, site, comment_id)
    assert after.status is Status.HELD
    assert [decision.outcome for decision in after.decisions] == [
        Outcome.HOLD,
        Outcome(outcome),
        Outcome.HOLD,
    ]


def test_a_decision_by_htmx_answers_with_the_result_and_new_counts(browser, site):
    comment_id, _ = held(browser.store, site, "bad one", "bad two")
    answer = browser.press(comment_id, "approve", **HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.text and 'class="card stub"' in answer.text
    assert re.search(r'id="count-held" hx-swap-oob="true">1<', answer.text)
    assert f"/console/comments/{comment_id}/undo" in answer.text


def test_undo_by_htmx_brings_the_card_back(browser, site):
    [comment_id] = held(browser.store, site, "bad")
    browser.press(comment_id, "spam", **HTMX)
    fields = browser.fields(f"/console/?done={comment_id}", "undo")
    answer = browser.post(f"/console/comments/{comment_id}/undo", fields, **HTMX)
    assert cards(answer) == [comment_id]
    assert card_of(browser, site, comment_id).status is Status.HELD


def test_a_comment_not_judged_yet_can_be_decided_and_undone_to_held(browser, site):
    [comment_id] = hand_in(browser.store, reply(site, "bad", at=now()))
    page = "/console/?queue=pending"
    assert cards(browser.get(page)) == [comment_id]
    assert browser.press(comment_id, "approve", page).status_code == 303
    assert "Not judged yet" not in browser.get().text
    browser.press(comment_id, "undo", f"/console/?done={comment_id}")
    assert card_of(browser, site, comment_id).status is Status.HELD


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_moderator_who_decided_first_is_named_and_nothing_changes(
    browser, open_browser, site, headers
):
    [comment_id] = held(browser.store, site, "bad")
    moderator(browser.store, "bo@herald.test", site)
    bo = open_browser()
    bo.log_in("bo@herald.test")
    seen = browser.fields("/console/", f"{comment_id}/decisions")
    assert bo.press(comment_id, "reject").status_code == 303
    answer = browser.post(
        f"/console/comments/{comment_id}/decisions", seen | {"outcome": "approve"}, **headers
    )
    assert answer.status_code == 409
    assert "Nothing was changed" in answer.text and "bo@herald.test" in answer.text
    assert ("<html" in answer.text) is not bool(headers)
    assert cards(answer) == [comment_id]
    assert card_of(browser, site, comment_id).status is Status.REJECTED
    # The fresh card knows where it stands, so deciding from it works.
    sequence = re.search(r'name="sequence" value="(\d+)"', answer.text)[1]
    again = browser.post(
        f"/console/comments/{comment_id}/decisions",
        seen | {"outcome": "approve", "sequence": sequence},
    )
    assert again.status_code == 303


def test_the_history_names_who_decided(browser, site):
    [comment_id] = held(browser.store, site, "bad")
    browser.press(comment_id, "approve")
    text = browser.get(f"/console/comments/{comment_id}").text
    assert "Held by <bdi>the policy “test”</bdi>" in text
    assert "Approved by <bdi>ada@herald.test</bdi>" in text


def test_the_comments_of_another_site_are_not_found(browser, site):
    bobs = newspaper(browser.store, "Bob's Blog", "https://bob.test")
    [his] = held(browser.store, bobs, "bad secret", page=PageRef("https://bob.test/1"))
    [hers] = held(browser.store, site, "bad")
    fields = browser.fields("/console/", f"{hers}/decisions") | {"outcome": "approve"}
    for answers in (
        [
            browser.get(f"/console/comments/{comment_id}")
            for comment_id in (his, "cmt_nobody", "%22%3E")
        ],
        [
            browser.post(f"/console/comments/{comment_id}/decisions", fields)
            for comment_id in (his, "cmt_nobody")
        ],
        [
            browser.post(f"/console/comments/{comment_id}/undo", fields)
            for comment_id in (his, "cmt_nobody")
        ],
        [browser.get(f"/console/?site={site_id}") for site_id in (bobs.id, "site_nobody")],
    ):
        assert {answer.status_code for answer in answers} == {404}
        # Form tokens are masked anew in each answer.
        texts = {re.sub(r'value="[0-9a-f]{128}"', "", answer.text) for answer in answers}
        assert len(texts) == 1
    assert "bad secret" not in browser.get(f"/console/?done={his}").text
    assert card_of(browser, bobs, his).status is Status.HELD


def test_a_revoked_membership_ends_at_once(browser, site):
    [comment_id] = held(browser.store, site, "bad")
    fields = browser.fields("/console/", f"{comment_id}/decisions") | {"outcome": "approve"}
    with browser.store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.revoke(connection, ada.id, site.id)
    assert browser.post(f"/console/comments/{comment_id}/decisions", fields).status_code == 404
    assert "You do not moderate a site yet" in browser.get().text


HOSTILE = "</textarea></div><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}&amp;"


def test_everything_an_author_wrote_is_escaped(browser, site):
    [comment_id] = held(
        browser.store,
        site,
        f"bad {HOSTILE}",
        author=AuthorRef(HOSTILE, "", "https://x.test/" + HOSTILE),
        page=PageRef("https://herald.test/" + HOSTILE, HOSTILE),
    )
    decided = browser.press(comment_id, "approve", **HTMX)
    for page in (browser.get("/console/?queue=approved"), browser.get(f"/console/comments/{comment_id}"), decided,
                 browser.get(f"/console/?done={comment_id}")):  # fmt: skip
        assert "<script>" not in page.text and "<img src=x" not in page.text
        assert "&lt;script&gt;" in page.text
        assert "49" not in re.sub(r"\d{3,}", "", page.text.partition("{{7*7}}")[2][:20])


def test_invalid_addresses_get_an_error_page_without_an_echo(browser):
    for path in (
        "?queue=nothing",
        "?queue=erased",
        "?after=%00",
        "?reason=%3Cb%3E",
        "?site=" + "x" * 65,
        "?after=" + "a" * 200,
        "comments/" + "a" * 300,
    ):
        answer = browser.get(f"/console/{path}")
        assert answer.status_code in (404, 422)
        assert "<html" in answer.text and "<b>" not in answer.text


def test_an_error_page_keeps_the_navigation_and_the_site(browser, store, site):
    for path in (
        "?queue=nothing",
        "?after=%00",
        "comments/cmt_nobody",
        "nothing",
        "settings",
        "logout",
        "filters/nothing",
        "endpoints/nothing",
        "campaigns/nothing",
        "comments/a/decisions",
    ):
        mark = "&" if "?" in path else "?"
        answer = browser.get(f"/console/{path}{mark}site={site.id}", Accept="text/html")
        assert answer.status_code in (403, 404, 405, 422), path
        for part in ("Log out", f"/console/filters?site={site.id}", "Back to the queue"):
            assert part in answer.text, (path, part)
    browser.client.cookies.clear()
    answer = browser.get("/console/nothing", Accept="text/html")
    assert answer.status_code == 404 and "Log out" not in answer.text


def test_an_invalid_form_changes_nothing(browser, site):
    [comment_id] = held(browser.store, site, "bad")
    for change in (
        *({"outcome": bad} for bad in ("", "delete", "APPROVE", "approve\x00")),
        *({"sequence": bad} for bad in ("", "-1", "x", "9" * 30, "1.0", "٣")),
    ):
        fields = (
            browser.fields("/console/", f"{comment_id}/decisions") | {"outcome": "approve"} | change
        )
        assert browser.post(f"/console/comments/{comment_id}/decisions", fields).status_code == 422
    assert card_of(browser, site, comment_id).sequence == 1


def test_a_decision_never_leads_out_of_the_console(browser, site):
    bad = ("//evil.test", "x\r\nSet-Cookie: a=b", "javascript:alert(1)", "a" * 3_001, "%0d%0a")
    for comment_id, back in zip(held(browser.store, site, *["bad"] * len(bad)), bad, strict=True):
        fields = browser.fields("/console/", f"{comment_id}/decisions")
        fields |= {"outcome": "approve", "back": back}
        answer = browser.post(f"/console/comments/{comment_id}/decisions", fields)
        # Escapes are of a search; to a browser they are a part of the query.
        query = rf"(%0d%0a|site={site.id})&"
        assert re.fullmatch(rf"/console/\?{query}done=\w+#notice", answer.headers["location"])


def test_static_files_may_be_cached_and_only_they_are_served(browser):
    links = re.findall(r'(?:src|href)="(/console/static/[^"]+)"', browser.get().text)
    assert len(links) == 13
    for link in links:
        answer = browser.get(link)
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
    version = links[0].split("/")[3]
    for path in (f"{version}/../routes.py", f"{version}/nothing.css", "0/console.css"):
        assert browser.get(f"/console/static/{path}").status_code == 404


def reason(code, *spans):
    return Reason(code, "", spans=tuple(Span(*span) for span in spans))


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
    assert "".join(piece.text for piece in marked_pieces(text, reasons)) == text


def test_thousands_of_spans_are_cut_quickly():
    text = "ab" * 30_000
    pieces = marked_pieces(text, [reason("x", *((n, n + 1) for n in range(0, len(text), 2)))])
    assert len(pieces) == len(text)


def test_ages_and_excerpts():
    assert [age(n) for n in (-5, 59_000, 61_000, 7_200_000, 200_000_000)] == [
        "just now",
        "just now",
        "1 min ago",
        "2 h ago",
        "2 days ago",
    ]
    assert excerpt("a\n\n b") == "a b" and len(excerpt("x" * 500)) == 61
