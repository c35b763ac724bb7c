"""The form without JavaScript: what is taken, what is refused and how, and where one goes afterwards."""

import html
import os
import re

import pytest
import sqlalchemy as sa

from moderation.domain.decision import Outcome
from moderation.domain.errors import TooMany
from moderation.domain.ids import timed_id
from moderation.domain.reader_rules import ReaderRules
from moderation.review import decisions, reader_rules
from moderation.store.comment_fields import UNPROVEN
from moderation.store.sql.schema import personal, revisions
from service.embed.reply import landing, page_of, within
from tests.factories import NOON
from tests.service.embed.conftest import PAGE, problem_of

ORIGINS = ("https://herald.test", "http://127.0.0.1:8000")


def test_a_reply_is_stored_and_the_reader_goes_back(reader):
    answer = reader.send(
        comment="First line\r\nsecond", url="carol.example/blog", page_title="News"
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{PAGE}?gatehouse=received#respond"
    [row] = reader.stored()
    assert (row.text, row.author_name, row.author_url) == (
        "First line\nsecond",
        "Carol",
        "https://carol.example/blog",
    )
    assert (row.url, row.title, row.parent_id, row.status) == (PAGE, "News", "", "pending")


def test_a_multipart_form_is_as_good(reader):
    fields = {"author": "Zoë", "comment": "Schön 😀", "page_url": PAGE, "other[]": "x"}
    parts = [(name, (None, value)) for name, value in fields.items()]
    answer = reader.client.post(f"/reply/{reader.site.id}", files=parts)
    assert answer.status_code == 303
    [row] = reader.stored()
    assert (row.author_name, row.text) == ("Zoë", "Schön 😀")


def test_a_double_click_is_one_comment(reader):
    answers = [reader.send() for _ in range(3)]
    assert {answer.headers["location"] for answer in answers} == {
        f"{PAGE}?gatehouse=received#respond"
    }
    assert len(reader.stored()) == 1
    reader.send(comment="Another thought.")
    assert len(reader.stored()) == 2


def test_an_answer_belongs_to_a_comment_of_the_page(reader):
    reader.send()
    [first] = reader.stored()
    assert reader.send(comment="Yes!", comment_parent=first.id).status_code == 303
    refused = reader.send(comment="No!", comment_parent=timed_id("cmt", NOON, b"0" * 10))
    assert refused.status_code == 422 and "no such comment" in problem_of(refused)
    assert [row.parent_id for row in reader.stored()] == ["", first.id]


def test_the_number_of_an_article_does_not_carry_its_comments_away(reader):
    """Whoever is first to pair a number with an address must not decide where others' replies go."""
    reader.send(comment_post_ID="7", page_url="https://herald.test/elsewhere")
    reader.send(comment_post_ID="7", comment="Mine.")
    assert [row.url for row in reader.stored()] == ["https://herald.test/elsewhere", PAGE]


RULES = [
    ({"author": ""}, "author", "Name must not be empty."),
    ({"author": "   "}, "author", "Name must not be empty."),
    ({"author": None}, "author", "Name must not be empty."),
    ({"author": "x" * 246}, "author", "Name should have at most 245 characters."),
    ({"author": "a\x00b"}, "author", "Name must not contain control characters."),
    ({"author": "a\nb"}, "author", "Name must not contain control characters."),
    ({"email": "nobody"}, "email", "Email is not an e-mail address."),
    ({"email": "a@" + "b" * 99}, "email", "Email should have at most 100 characters."),
    ({"url": "javascript:alert(1)"}, "url", "Website must begin with"),
    ({"url": "https://x.test/" + "a" * 200}, "url", "Website should have at most 200 characters."),
    ({"comment": ""}, "comment", "Comment must not be empty."),
    ({"comment": " \r\n "}, "comment", "Comment must not be empty."),
    ({"comment": None}, "comment", "Comment must not be empty."),
    ({"comment": "a\x00b"}, "comment", "Comment must not contain NUL."),
    ({"comment": "é" * 32_763}, "comment", "Comment must not be longer than 65525 bytes."),
    ({"comment_parent": "x" * 65}, "comment_parent", "should have at most 64 characters."),
    ({"topic": "http://spam.test"}, "", "must stay empty"),
    ({"ak_hp_textarea": "x"}, "", "must stay empty"),
]


def test_each_broken_rule_is_named_and_what_was_typed_is_kept(reader):
    for change, field, message in RULES:
        typed = {"comment": "Long thought <b>out</b> & typed", "email": "carol@private.test"}
        answer = reader.send(**(typed | change))
        assert answer.status_code == 422, change
        assert message in html.unescape(problem_of(answer)), change
        if field not in ("", "comment_parent"):
            assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', answer.text), change
        if "comment" not in change:
            assert "Long thought &lt;b&gt;out&lt;/b&gt; &amp; typed</textarea>" in answer.text
        if "email" not in change:
            assert 'value="carol@private.test"' in answer.text
        assert answer.headers["cache-control"] == "no-store"
        # What a program filled in is empty again, so that the next try of a person passes.
        assert re.search(r'name="topic"[^>]*>', answer.text)[0].count("value") == 0
    assert reader.stored() == []


def test_all_that_is_wrong_is_told_at_once(reader):
    answer = reader.send(author="x" * 246, email="nobody", url="javascript:1", comment=" ")
    told = html.unescape(problem_of(answer))
    for field, message in (
        ("comment", "Comment must not be empty."),
        ("author", "Name should have at most 245 characters."),
        ("email", "Email is not an e-mail address."),
        ("url", "Website must begin with"),
    ):
        assert told.count(message) == 1
        named = rf'name="{field}"[^>]*aria-invalid="true" aria-describedby="flaw-{field}"'
        assert re.search(named, answer.text), field
        assert html.unescape(answer.text).count(f'id="flaw-{field}">{message}') == 1
    assert answer.text.count(" autofocus") == 1


def raw(reader, body, kind="application/x-www-form-urlencoded"):
    return reader.client.post(
        f"/reply/{reader.site.id}", content=body, headers={"Content-Type": kind}
    )


BOUNDARY = "multipart/form-data; boundary=x"


def part(name, value=b"v", more=b""):
    head = b'--x\r\nContent-Disposition: form-data; name="' + name + b'"' + more
    return head + b"\r\n\r\n" + value + b"\r\n"


def test_bytes_that_are_no_form_are_a_clear_4xx(reader):
    whole = b"author=Carol&comment=Hi&page_url=" + PAGE.encode()
    for body, kind, status in (
        (b"a=1&" * 100, None, 400),
        (b"&" * 100_000, None, 400),
        (b"", None, 422),
        (b"=", None, 422),
        (b"comment", None, 422),
        (b"comment=" + b"a" * 600_000, None, 413),
        (b"{}", "application/json", 415),
        (whole, "text/plain", 415),
        (whole, "", 415),
        (whole, "multipart/form-data", 415),
        (whole, BOUNDARY, 400),
        (b"", BOUNDARY, 400),
        (part(b"comment") * 2 + b"--x--", BOUNDARY, 422),
        (part(b"comment", more=b'; filename="a.php"') + b"--x--", BOUNDARY, 400),
        (part(b"n") * 100 + b"--x--", BOUNDARY, 400),
        (part(b"comment", b"\xed\xa0\x80") + b"--x--", BOUNDARY, 422),
        (part(b"n", more=b"\r\nA: b" * 50) + b"--x--", BOUNDARY, 400),
        (part(b"n", more=b"\r\nContent-Transfer-Encoding: base64"), BOUNDARY, 400),
        (b"--x\r\n\r\n\r\n--x--", BOUNDARY, 400),
        (b"\x00" * 1000, BOUNDARY, 400),
        (part(b"comment", b"x")[:-9], BOUNDARY, 400),
    ):
        answer = raw(
            reader, body, kind if kind is not None else "application/x-www-form-urlencoded"
        )
        assert answer.status_code == status, (body[:60], kind, answer.status_code)
        assert "<html" in answer.text and "x-request-id" in answer.headers
    assert reader.stored() == []


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("comment", "more", "kind", "text"),
    [
        (b"It took an hour %96 honestly", b"", FORM, "It took an hour – honestly"),
        (b"Le caf%E9", b"", FORM, "Le café"),
        (b"Le caf%C3%A9", b"", FORM, "Le café"),
        (b"Le caf%C3%A9", b"&_charset_=windows-1252", FORM, "Le café"),  # UTF-8, whatever it says
        (b"%CF%F0%E8%E2%E5%F2", b"&_charset_=windows-1251", FORM, "Привет"),
        (b"%CF%F0%E8%E2%E5%F2", b"", f"{FORM}; charset=windows-1251", "Привет"),
        (
            b"%93Le caf%E9%94",
            b"",
            f"{FORM}; charset=ISO-8859-1",
            "“Le café”",
        ),  # as browsers mean it
        (b"%80 5", b"&_charset_=us-ascii", FORM, "€ 5"),
        (b"%CA%C7%D2", b"&_charset_=windows-874", FORM, "สวา"),
        (b"%87%40", b"&_charset_=Shift_JIS", FORM, "①"),
        (b"%8F%F0%A8", b"&_charset_=IBM866", FORM, "ПЁи"),
        (b"caf%8E", b"&_charset_=macintosh", FORM, "café"),
        (b"caf%E9", b"&_charset_=zip", FORM, "café"),  # no charset
        (b"caf%E9", b"&_charset_=cp99999", FORM, "café"),
        (b"caf\xe9", b"", FORM, "café"),
        (b"%ED%A0%80x", b"", FORM, "í\xa0€x"),  # a lone surrogate
        (b"caf%E9 %81", b"", FORM, "café �"),  # a byte that windows-1252 does not have
    ],
)
def test_a_form_in_another_charset_is_read(reader, comment, more, kind, text):
    body = b"author=Jane&comment=" + comment + b"&page_url=" + PAGE.encode() + more
    assert raw(reader, body, kind).status_code == 303
    assert reader.stored()[0].text == text


def test_of_a_repeated_field_the_last_counts(reader):
    body = b"author=Jane&comment=First&comment_parent=0&page_url=" + PAGE.encode()
    assert raw(reader, body + b"&comment_parent=0&comment=Last").status_code == 303
    parts = part(b"author", b"Jane") + part(b"page_url", PAGE.encode())
    parts += part(b"comment", b"One") + part(b"comment", b"Caf\xe9") + b"--x--"
    assert raw(reader, parts, BOUNDARY).status_code == 303
    assert [row.text for row in reader.stored()] == ["Last", "Café"]


def test_what_was_typed_is_kept_where_it_cannot_be_sent_again_from_here(reader):
    body = b"author=Ren%E9&email=r%40x.test&url=x.test&comment=Le+caf%E9&page_url=https%3A%2F%2Fevil.test"
    answer = raw(reader, body)
    assert answer.status_code == 422 and "evil.test" not in answer.text
    for typed in ("Le café</textarea>", 'value="René"', 'value="r@x.test"', 'value="x.test"'):
        assert typed in answer.text


def test_what_can_be_read_of_a_broken_form_is_kept(reader):
    typed = (
        part(b"author", b"Jane")
        + part(b"comment", b"Le caf\xe9")
        + part(b"page_url", PAGE.encode())
    )
    picture = part(b"picture", b"GIF89a", b'; filename="a.gif"\r\nContent-Type: image/gif')
    for body, message in (
        (typed + picture + b"--x--", "A comment takes no files."),
        (typed + part(b"more"), "The form is not complete."),
        (
            typed + b"".join(part(b"x%d" % n) for n in range(58)) + b"--x--",
            "A form has at most 60 fields.",
        ),
    ):
        answer = raw(reader, body, BOUNDARY)
        assert answer.status_code == 400 and problem_of(answer) == message
        assert "Le café</textarea>" in answer.text and 'value="Jane"' in answer.text
        assert f'<a href="{PAGE}">Back to the page</a>' in answer.text
    assert reader.stored() == []


def test_of_a_form_with_too_many_fields_what_was_typed_is_kept(reader):
    body = b"author=Jane&comment=Fine&page_url=" + PAGE.encode()
    answer = raw(reader, body + b"".join(b"&x%d=" % n for n in range(58)))
    assert answer.status_code == 400 and problem_of(answer) == "A form has at most 60 fields."
    assert "Fine</textarea>" in answer.text and 'value="Jane"' in answer.text
    assert reader.stored() == []


def test_a_field_for_a_file_that_nobody_chose_is_ignored(reader):
    typed = part(b"author", b"Jane") + part(b"comment", b"Fine.") + part(b"page_url", PAGE.encode())
    empty = part(b"picture", b"", b'; filename=""\r\nContent-Type: application/octet-stream')
    assert raw(reader, typed + empty + b"--x--", BOUNDARY).status_code == 303
    assert [row.text for row in reader.stored()] == ["Fine."]


def test_a_refusal_leads_back_to_the_page(reader):
    assert f'<a href="{PAGE}">Back to the page</a>' in reader.send(author="").text
    assert 'accept-charset="utf-8"' in reader.send(author="").text


def test_a_form_on_a_foreign_page_is_refused(reader):
    for origin in ("https://evil.test", "https://herald.test.evil.test", "http://herald.test",
                   "https://herald.test:8443", "file://", "chrome-extension://abc"):  # fmt: skip
        answer = reader.send(headers={"Origin": origin})
        assert answer.status_code == 403, origin
    assert reader.stored() == []
    for n, origin in enumerate(("null", "https://herald.test", "https://HERALD.test",
                                "http://127.0.0.1:8000")):  # fmt: skip
        answer = reader.send(comment=f"From {n}", headers={"Origin": origin})
        assert answer.status_code == 303, origin


def test_sites_that_are_not_here_are_not_found(reader):
    for site in ("site_nobody", "x" * 100, "%3Cscript%3E", reader.site.id.upper()):
        answer = reader.send(site=site)
        assert answer.status_code == 404
        assert "script" not in answer.text.lower()


ELSEWHERE = [
    "https://evil.test/", "//evil.test", "https:evil.test", "https:/evil.test", "/news/1", "news/1",
    "https://herald.test@evil.test/", "https://herald.test:x@evil.test/", "https://herald.test.evil.test/",
    "https://herald.test\\@evil.test", "https://herald.test\\.evil.test", "https://evil.test/https://herald.test/",
    "https://evil.test#https://herald.test/", "https://evil.test?https://herald.test/", "http://herald.test/news/1",
    "https://herald.test:8443/", "https://herald.tes", "https://herald.test%2eevil.test/", "https://heraldxtest/",
    "https://herald.test%00.evil.test/", "https://herald.test\t/", "\thttps://herald.test/", " https://herald.test/",
    "https://herald.test/\r\nSet-Cookie: a=b", "https://herald.test/\nx", "https://herald.test/a b",
    "https://herald.test/\x00", "javascript:alert(1)//https://herald.test/", "data:text/html,x", "",
    "https://herald.test;evil.test/", "https://herald.test,evil.test/",
    "https://[herald.test]/", "https://herald。test/", "https://ℎerald.test/", "https://herald.test\u2028/",
    "https://herald.test/\\..\\evil", "https:///herald.test/", "https://herald.test\u00a0/", "ftp://herald.test/",
    "https://herald.test/" + "a" * 2_000, "blob:https://herald.test/x", "view-source:https://herald.test/",
]  # fmt: skip
HERE = [
    "https://herald.test", "https://herald.test/", "https://herald.test?a=b", "https://herald.test#x",
    "https://herald.test/news/1?x=https://evil.test/", "https://herald.test//evil.test", "https://herald.test/@evil.test",
    "https://herald.test/ü/日本", "HTTPS://HERALD.TEST/", "https://herald.test:443/x", "https://herald.test./x", "http://127.0.0.1:8000/demo",
]  # fmt: skip


def test_pages_of_others_are_never_gone_to(reader):
    for url in ELSEWHERE:
        assert not within(url, ORIGINS), url
        answer = reader.send(page_url=url)
        assert answer.status_code == 422, url
        assert "location" not in answer.headers
        assert "A fine article.</textarea>" in answer.text
        assert not re.search(r'<form[^>]*action="(?!/reply/)', answer.text)
    assert reader.stored() == []
    for url in ELSEWHERE:
        location = reader.send(redirect_to=url).headers["location"]
        assert location == f"{PAGE}?gatehouse=received#respond"


def test_pages_of_the_site_are_gone_back_to(reader):
    for url in HERE:
        assert within(url, ORIGINS), url
        if url.startswith("http:"):
            continue  # the demo's
        for fields in ({"page_url": url}, {"redirect_to": url}):
            location = reader.send(**fields).headers["location"]
            assert location.isascii() and not re.search(r"[\s\\]", location)
            assert re.match(r"https://herald\.test([/?]|$)", location)
            assert "gatehouse=received#respond" in location


@pytest.mark.parametrize(
    ("url", "page", "back"),
    [
        ("https://a.test/x", "https://a.test/x", "https://a.test/x?gatehouse=received#respond"),
        ("https://a.test/x#y", "https://a.test/x", "https://a.test/x?gatehouse=received#respond"),
        (
            "https://a.test/x?p=1&gatehouse=received&replytocom=c#respond",
            "https://a.test/x?p=1",
            "https://a.test/x?p=1&gatehouse=received#respond",
        ),
        ("https://a.test/ü?q=%20", "https://a.test/ü?q=%20",
         "https://a.test/%C3%BC?q=%20&gatehouse=received#respond"),
    ],
)  # fmt: skip
def test_what_we_add_is_no_part_of_the_page(url, page, back):
    assert page_of(url) == page
    assert landing(url) == back


def test_a_flood_is_told_to_wait_and_keeps_its_text(reader, monkeypatch):
    async def admit(site_id, address_key):
        assert site_id == reader.site.id and "127.0.0.1" not in address_key
        raise TooMany("Too many requests; please slow down.", 30)

    monkeypatch.setattr(reader.client.app.state.limits, "admit", admit)
    answer = reader.send()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert "again in 30 seconds" in answer.text and f'<a href="{PAGE}">' in answer.text
    assert "A fine article.</textarea>" in answer.text


def test_a_closed_page_says_so(reader):
    import sqlalchemy as sa

    from moderation.store.sql.schema import pages

    reader.send()
    with reader.store.write() as connection:
        connection.execute(sa.update(pages).values(state="closed"))
    answer = reader.send(comment="Too late?")
    assert answer.status_code == 403 and "no more comments" in problem_of(answer)
    assert "Too late?</textarea>" in answer.text
    assert "<form" not in answer.text  # it would be refused again
    assert f'<a href="{PAGE}">Back to the page</a>' in answer.text


@pytest.mark.parametrize("outcome", [Outcome.REJECT, Outcome.SPAM])
def test_a_reply_to_what_was_removed_keeps_what_was_typed(reader, outcome):
    reader.send()
    [parent] = reader.stored()
    clock = {"now": NOON, "entropy": os.urandom}
    decisions.decide(reader.store, "mod_1", {reader.site.id}, parent.id, outcome, **clock)
    answer = reader.send(comment="Well said!", comment_parent=parent.id)
    assert answer.status_code == 422
    assert problem_of(answer) == (
        "The comment you reply to has been removed, and takes no replies."
    )
    assert "Well said!</textarea>" in answer.text
    # Sent again from there it is taken: as a comment of its own, and the reader is told so.
    assert "yours is a comment of its own" in answer.text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
    assert hidden["comment_parent"] == ""
    assert reader.send(comment="Well said!", **hidden).status_code == 303
    assert reader.stored()[-1].parent_id == ""


def tokens(reader) -> list[str]:
    """As whom the comments were stored, oldest first."""
    with reader.store.read() as connection:
        rows = connection.execute(sa.select(personal).order_by(personal.c.comment_id))
        return [row.author_key for row in rows]


FROM_SITE = {"Origin": "https://herald.test"}


def test_a_browser_is_known_again_by_its_cookie(reader):
    first = reader.send(headers=FROM_SITE)
    cookie = first.headers["set-cookie"]
    assert f"gatehouse_author_{reader.site.id}=ghb_" in cookie
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Max-Age=15552000" in cookie
    reader.send(headers=FROM_SITE, comment="Once more.", author="Another name")
    reader.client.cookies.clear()
    reader.send(headers=FROM_SITE, comment="From another browser.")
    issued, same, different = tokens(reader)
    assert issued == same and different not in ("", issued)


def test_a_double_click_is_one_browser(reader):
    """The second click goes out before the first answer has brought the cookie."""
    answers = []
    for _ in range(2):
        answers.append(reader.send(headers=FROM_SITE))
        reader.client.cookies.clear()
    cookies = {answer.headers["set-cookie"] for answer in answers}
    assert len(cookies) == len(tokens(reader)) == 1


@pytest.mark.parametrize("origin", ["null", None])
def test_a_page_that_hides_where_it_is_writes_in_nobodys_name(reader, origin):
    reader.send(headers=FROM_SITE)
    held = reader.client.cookies.get(f"gatehouse_author_{reader.site.id}")
    answer = reader.send(
        headers={"Origin": origin} if origin else None, comment="In Carol's name, from elsewhere."
    )
    assert answer.status_code == 303 and "set-cookie" not in answer.headers
    assert tokens(reader)[1] == ""
    assert reader.client.cookies.get(f"gatehouse_author_{reader.site.id}") == held


@pytest.mark.parametrize("token", ["", "ghb_", "ghb_" + "0" * 64, "x" * 5_000])
def test_a_made_up_token_is_nobodys(reader, token):
    answer = reader.send(
        headers=FROM_SITE | {"Cookie": f"gatehouse_author_{reader.site.id}={token}"}
    )
    assert f"gatehouse_author_{reader.site.id}=ghb_" in answer.headers["set-cookie"]
    assert f"={token};" not in answer.headers["set-cookie"]
    assert len(tokens(reader)[0]) == 64


def test_another_sites_token_is_nobodys(reader):
    token = reader.store.crypto.browser_token(reader.demo.id, b"1" * 16)
    reader.send(headers=FROM_SITE | {"Cookie": f"gatehouse_author_{reader.site.id}={token}"})
    assert token not in str(reader.client.cookies.items())


@pytest.mark.parametrize(("asks", "expected"), [(0, ""), (1_000, UNPROVEN)])
def test_a_form_without_a_script_is_taken_and_noted_where_a_proof_of_work_is_asked(
    reader, asks, expected
):
    reader_rules.set_rules(reader.store, reader.site.id, ReaderRules(proof_of_work=asks))
    says_so = "A moderator looks at every comment"
    shown = reader.client.get("/embed/thread", params={"site": reader.site.id, "page_url": PAGE})
    assert (says_so in shown.text) is bool(asks)
    assert reader.send().status_code == 303
    as_staticman = {"fields": {"name": "Carol", "message": "Another."}, "options": {"origin": PAGE}}
    path = f"/reply/{reader.site.id}/staticman/v3/entry/github/x/y/main/comments"
    sent = reader.client.post(path, json=as_staticman, headers={"Origin": "https://herald.test"})
    assert sent.json()["success"]
    with reader.store.read() as connection:
        assert set(connection.scalars(sa.select(revisions.c.form_json))) == {expected}


def test_a_refused_form_has_the_field_for_a_website_where_it_had_one(reader):
    with_it = reader.send(author="", url="carol.example/<b>")
    assert 'name="url"' in with_it.text and 'value="carol.example/&lt;b&gt;"' in with_it.text
    assert 'name="url"' in reader.send(author="", url="").text
    assert 'name="url"' not in reader.send(author="", url=None).text


@pytest.mark.parametrize("on", [False, True])
def test_a_website_of_a_themes_own_form_is_kept_whatever_the_site_shows(reader, on):
    reader_rules.set_rules(reader.store, reader.site.id, ReaderRules(website=on))
    assert reader.send(url="carol.example").status_code == 303
    refused = reader.send(url="javascript:alert(1)", comment="Another.")
    assert refused.status_code == 422
    field = re.search(r'<input id="url"[^>]*>\s*<span[^>]*>([^<]*)</span>', refused.text)
    assert 'value="javascript:alert(1)" aria-invalid="true" aria-describedby="flaw-url"' in field[0]
    assert field[1].startswith("Website must begin with http:// or https://")
    assert "Another.</textarea>" in refused.text
    [row] = reader.stored()
    assert row.author_url == "https://carol.example"
