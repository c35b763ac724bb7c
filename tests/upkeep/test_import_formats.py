"""The readers of other systems' exports: every shape they are known to have, and files that are broken or hostile."""

import gzip
import io
import json
import sqlite3
from pathlib import Path

import pytest

from moderation.domain.comment import Status
from moderation.domain.errors import Invalid
from moderation.domain.imported import Entry, ImportedComment, Remark, time_of
from moderation.upkeep.import_formats import formats
from moderation.upkeep.import_formats.html_text import plain

WXR = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>The blog</title><link>https://herald.test</link><wp:base_blog_url>https://herald.test</wp:base_blog_url>
<item><title>Harbour</title><link>https://herald.test/harbour</link><content:encoded xmlns:content="c"><![CDATA[<p>Long</p>]]></content:encoded>
<wp:comment><wp:comment_id>2</wp:comment_id><wp:comment_author><![CDATA[Carol]]></wp:comment_author>
<wp:comment_author_email>carol@private.test
</wp:comment_author_email><wp:comment_author_url>https://carol.example</wp:comment_author_url><wp:comment_author_IP>192.0.2.1</wp:comment_author_IP>
<wp:comment_date>2014-01-14 18:32:12</wp:comment_date><wp:comment_date_gmt>2014-01-14 17:32:12</wp:comment_date_gmt>
<wp:comment_content><![CDATA[Two
lines & <em>more</em> ]]]]><![CDATA[> end]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved>
<wp:comment_type>comment</wp:comment_type><wp:comment_parent>0</wp:comment_parent>
<wp:commentmeta><wp:meta_key>akismet_result</wp:meta_key><wp:meta_value><![CDATA[false]]></wp:meta_value></wp:commentmeta></wp:comment>
<wp:comment><wp:comment_id>3</wp:comment_id><wp:comment_date>2014-01-15 00:00:00</wp:comment_date><wp:comment_date_gmt>0000-00-00 00:00:00</wp:comment_date_gmt>
<wp:comment_content>Plain</wp:comment_content><wp:comment_approved>trash</wp:comment_approved><wp:comment_parent>2</wp:comment_parent></wp:comment>
<wp:comment><wp:comment_id>4</wp:comment_id><wp:comment_type>pingback</wp:comment_type><wp:comment_approved>1</wp:comment_approved></wp:comment></item>
<item><wp:comment><wp:comment_id>5</wp:comment_id><wp:comment_content>x</wp:comment_content><wp:comment_approved>0</wp:comment_approved></wp:comment></item>
</channel></rss>"""

DISQUS = """<?xml version="1.0"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
<category dsq:id="1"><forum>herald</forum></category>
<thread dsq:id="2"><id>harbour</id><link>http://herald.test/harbour</link><title>Harbour</title><message/><author><name>Ed</name></author></thread>
<thread dsq:id="3"><id/></thread>
<post dsq:id="4"><id/><message><![CDATA[<p>First.</p><p><a href="https://a.example/long/path">https://a.example/long...</a></p>]]></message>
<createdAt>2013-10-10T19:20:29Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam>
<author><email>c@private.test</email><name>Carol</name><username>carol</username></author><ipAddress>192.0.2.1</ipAddress><thread dsq:id="2"/></post>
<post dsq:id="5"><message>Reply</message><createdAt>2013-10-11T06:51:33Z</createdAt><isDeleted>true</isDeleted><author><username>dan</username></author><thread dsq:id="2"/><parent dsq:id="4"/></post>
<post dsq:id="6"><message>Buy</message><createdAt>2013-10-11T06:51:33Z</createdAt><isDeleted>true</isDeleted><isSpam>true</isSpam><thread dsq:id="2"/></post>
<post dsq:id="7"><message/><createdAt>2013-10-11T06:51:33Z</createdAt><isDeleted>true</isDeleted><thread dsq:id="2"/></post>
<post dsq:id="8"><message>Lost</message><createdAt>2013-10-11T06:51:33Z</createdAt><thread dsq:id="1337"/></post>
</disqus>"""

REMARK42 = "\n".join(
    (
        '{"version":1,"users":[],"posts":[]}',
        json.dumps({"id": "a", "pid": "", "text": "<p>HTML</p>", "orig": "*Typed*", "user": {"name": "Carol", "id": "github_1", "ip": "9f3"}, "locator": {"site": "s", "url": "https://herald.test/1"}, "time": "2018-12-20T15:18:22.123456789-06:00", "title": "One"}),
        json.dumps({"id": "b", "pid": "a", "text": "<p>Old</p>", "user": {"name": "Dan"}, "locator": {"site": "s", "url": "https://herald.test/1"}, "time": "2018-12-21T00:00:00Z", "delete": True}),
        "not json",
    )
)  # fmt: skip

COMMENTO = {
    "version": 1,
    "comments": [
        {"commentHex": "c1", "domain": "herald.test", "url": "/1", "commenterHex": "u1", "markdown": "Typed.", "parentHex": "root", "state": "approved", "creationDate": "2021-03-12T11:21:56Z", "deleted": False},
        {"commentHex": "c2", "domain": "herald.test", "url": "/1", "commenterHex": "anonymous", "markdown": "Waits.", "parentHex": "c1", "state": "unapproved", "creationDate": "2021-03-17T12:09:47.722181Z", "deleted": False},
    ],
    "commenters": [{"commenterHex": "u1", "email": "c@private.test", "name": "Carol", "link": "undefined"}],
}  # fmt: skip

ISSO_JSON = [{"id": "/1/", "title": "One", "comments": [{"id": 0, "author": "Carol", "text": "Typed.", "created": "2005-02-24 04:03:37", "remote_addr": "0.0.0.0", "email": "", "website": ""}]}]  # fmt: skip


def read(tmp_path: Path, content: str | bytes, name: str = "") -> tuple[str, list[Entry]]:
    """The name of the recognised format, and what its reader makes of the content."""
    path = tmp_path / "export"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with formats.opened(path) as (file, _):
        found, reader = formats.reader_of(file, name)
        return found, list(reader(file))


def test_wordpress(tmp_path):
    name, [first, second, ping, lost] = read(tmp_path, WXR)
    assert name == "wxr"
    assert isinstance(first, ImportedComment) and isinstance(second, ImportedComment)
    assert first.text == "Two\nlines & more ]]> end"
    assert (first.author, first.email.strip(), first.url, first.ip) == ("Carol", "carol@private.test", "https://carol.example", "192.0.2.1")  # fmt: skip
    assert (first.page_url, first.page_title) == ("https://herald.test/harbour", "Harbour")
    assert first.created_at == time_of("2014-01-14T17:32:12Z") and first.place == "line 5"
    assert (second.parent_id, second.status) == (first.id, Status.REJECTED)
    assert second.created_at == time_of("2014-01-15")
    assert isinstance(ping, Remark)
    assert isinstance(lost, ImportedComment) and lost.page_url == ""  # not that of the item before


def test_disqus(tmp_path):
    name, [first, deleted, spam, emptied, lost] = read(tmp_path, DISQUS)
    assert name == "disqus"
    assert isinstance(first, ImportedComment) and isinstance(deleted, ImportedComment)
    assert first.text == "First.\n\nhttps://a.example/long/path"
    assert (first.page_url, first.page_title, first.author) == ("http://herald.test/harbour", "Harbour", "Carol")  # fmt: skip
    assert (deleted.status, deleted.parent_id, deleted.author) == (Status.REJECTED, "4", "dan")
    assert isinstance(spam, ImportedComment) and spam.status is Status.SPAM
    assert isinstance(emptied, ImportedComment) and emptied.status is Status.ERASED
    assert lost == Remark("line 12", "Its thread is not in the file.")


def test_remark42(tmp_path):
    name, [first, deleted, broken] = read(tmp_path, gzip.compress(REMARK42.encode()))
    assert name == "remark42"
    assert isinstance(first, ImportedComment) and isinstance(deleted, ImportedComment)
    assert (first.text, first.author, first.ip) == ("*Typed*", "Carol", "")
    assert first.created_at == time_of("2018-12-20T21:18:22.123Z")
    assert (deleted.status, deleted.parent_id) == (Status.ERASED, first.id)
    assert broken == Remark("line 4", "Not a JSON object.")


def test_remark42_escapes_what_is_beside_the_text_and_once_did_so_with_the_text(tmp_path):
    first = json.loads(REMARK42.splitlines()[1])
    url = "https://herald.test/1?a=1&b='2'"
    escaped = {
        "user": {"name": "Zoë O'Brien &amp; Co"},
        "locator": {"site": "s", "url": "https://herald.test/1?a=1&amp;b=&#39;2&#39;"},
        "title": 'Harbour &amp; "Sea" it\'s',
    }
    typed = [
        ('> it\'s < 5 & "more" &lt;', '> it\'s < 5 & "more" &lt;'),  # as of today
        ("&gt; it&#39;s &lt; 5 &amp; &#34;more&#34; <b>x</b>", '> it\'s < 5 & "more" <b>x</b>'),
        ("`a &amp;&amp; b` & c", "`a &amp;&amp; b` & c"),
    ]
    lines = [json.dumps(first | escaped | {"id": str(n), "orig": orig}) for n, (orig, _) in enumerate(typed)]  # fmt: skip
    _, entries = read(tmp_path, "\n".join(('{"version":1,"users":[],"posts":[]}', *lines)))
    assert [each.text for each in entries] == [text for _, text in typed]
    for each in entries:
        assert (each.author, each.page_url, each.page_title) == ("Zoë O'Brien & Co", url, 'Harbour & "Sea" it\'s')  # fmt: skip


def test_commento(tmp_path):
    name, [first, waiting] = read(tmp_path, json.dumps(COMMENTO))
    assert name == "commento"
    assert isinstance(first, ImportedComment) and isinstance(waiting, ImportedComment)
    assert (first.page_url, first.author, first.url, first.parent_id) == ("https://herald.test/1", "Carol", "", "")  # fmt: skip
    assert (waiting.status, waiting.parent_id, waiting.author) == (Status.HELD, first.id, "")


def test_isso_as_json(tmp_path):
    name, [only] = read(tmp_path, json.dumps(ISSO_JSON))
    assert name == "isso" and isinstance(only, ImportedComment)
    assert (only.page_url, only.author, only.text, only.parent_id) == ("/1/", "Carol", "Typed.", "")
    assert only.id and only.created_at == time_of("2005-02-24T04:03:37Z")


# As Isso 0.14 writes it: what is beside the text is escaped; older versions did not escape the website.
ISSO_ROWS = """
CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER,
    created FLOAT NOT NULL, modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR NOT NULL,
    author VARCHAR, email VARCHAR, website VARCHAR, likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0,
    voters BLOB NOT NULL, notification INTEGER DEFAULT 0);
INSERT INTO threads VALUES (1, '/1/', 'One');
INSERT INTO comments VALUES (1, 1, NULL, 1400000000.5, NULL, 1, '192.0.2.0', 'Typed.', 'Carol', NULL, NULL, 0, 0, x'00', 0);
INSERT INTO comments VALUES (1, 2, 1, 1400000001, NULL, 2, NULL, 'Waits.', NULL, NULL, NULL, 0, 0, x'00', 0);
INSERT INTO comments VALUES (1, 3, 1, 1400000002, NULL, 4, NULL, '', NULL, NULL, NULL, 0, 0, x'00', 0);
INSERT INTO comments VALUES (1, 4, 1, 1400000003, 1400000004, 1, NULL, 'A &lt; B', 'Ben &amp; Zoë &lt;x&gt;', 'a&amp;b@mail.example', 'https://zoe.example/?a=1&amp;b=&#x27;2&#x27;', 0, 0, x'00', 0);
INSERT INTO comments VALUES (1, 5, 1, 1400000005, NULL, 1, NULL, 'Older.', 'Ben & Zoë', NULL, 'https://zoe.example/?a=1&copy=2', 0, 0, x'00', 0);
"""


def isso_database() -> bytes:
    with sqlite3.connect(":memory:") as connection:
        connection.executescript(ISSO_ROWS)
        return connection.serialize()


def test_isso_as_database(tmp_path):
    path = tmp_path / "comments.db"
    path.write_bytes(isso_database())
    with formats.opened(path) as (file, _):
        name, reader = formats.reader_of(file, "")
        first, waiting, deleted, escaped, older = list(reader(file))
    assert name == "isso"
    assert isinstance(first, ImportedComment) and isinstance(waiting, ImportedComment)
    assert (first.page_url, first.created_at, first.ip) == ("/1/", 1_400_000_000_500, "192.0.2.0")
    assert (waiting.parent_id, waiting.status) == (first.id, Status.HELD)
    assert isinstance(deleted, ImportedComment) and deleted.status is Status.ERASED
    assert isinstance(escaped, ImportedComment) and isinstance(older, ImportedComment)
    assert (escaped.author, escaped.text) == ("Ben & Zoë <x>", "A &lt; B")
    assert (escaped.url, escaped.email) == ("https://zoe.example/?a=1&b='2'", "a&b@mail.example")
    assert (older.author, older.url) == ("Ben & Zoë", "https://zoe.example/?a=1&copy=2")


@pytest.mark.parametrize("created", ["9e999", "-9e999", "1e308"])
def test_a_time_of_isso_that_no_clock_shows_is_none(tmp_path, created):
    with sqlite3.connect(":memory:") as connection:
        connection.executescript(ISSO_ROWS)
        connection.execute(f"UPDATE comments SET created = {created} WHERE id = 1")
        connection.commit()
        content = connection.serialize()
    _, [first, second, *_] = read(tmp_path, content)
    assert isinstance(first, ImportedComment) and first.created_at is None
    assert isinstance(second, ImportedComment) and second.created_at


LINE = {"id": 7, "page_url": "https://herald.test/1", "author": "Carol", "text": "=Typed", "created_at": "2019-03-01T12:00:00Z", "status": "approved"}  # fmt: skip


def test_json_lines(tmp_path):
    lines = [json.dumps(LINE), "", "[1]", json.dumps(LINE | {"status": "fine"}), '{"status": "held"}', "{" * 100_000, json.dumps(LINE | {"parent_id": None, "author": 5, "text": ["x"]})]  # fmt: skip
    name, entries = read(tmp_path, "\n".join(lines))
    assert name == "jsonl"
    first, *remarks, last = entries
    assert isinstance(first, ImportedComment) and (first.id, first.place) == ("7", "line 1")
    assert [each.place for each in remarks] == ["line 3", "line 4", "line 5", "line 6"]
    assert all(isinstance(each, Remark) for each in remarks)
    assert isinstance(last, ImportedComment) and (last.parent_id, last.text) == ("", "")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv(tmp_path, separator):
    head = separator.join(LINE)
    row = ["7", "https://herald.test/1", "Carol", '"\'=Two\nlines"', "2019-03-01", "approved"]
    table = "\ufeff" + "\r\n".join((head, separator.join(row), "a" + separator + "b", separator.join(row)))  # fmt: skip
    name, [first, short, last] = read(tmp_path, table)
    assert name == "csv"
    assert isinstance(first, ImportedComment) and (first.text, first.place) == (
        "=Two\nlines",
        "line 2",
    )
    assert isinstance(short, Remark) and short.place == "line 4"
    assert last.place == "line 5"


BOMB = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&a;</title></item></channel></rss>'
REFUSED = {
    "entities": ("wxr", BOMB),
    "entity from a file": ("wxr", OUTSIDE),
    "unknown entity": ("wxr", "<rss>&nbsp;</rss>"),
    "deep": ("wxr", "<a>" * 5_000),
    "torn": ("wxr", WXR[: len(WXR) // 2]),
    "unknown encoding": ("wxr", '<?xml version="1.0" encoding="bogus-8"?><rss/>'),
    "encoding of many bytes": ("wxr", '<?xml version="1.0" encoding="utf-7"?><rss/>'),
    "encoding of no text": ("wxr", '<?xml version="1.0" encoding="zlib"?><rss/>'),
    "encoding of hosts": ("wxr", '<?xml version="1.0" encoding="idna"?><rss/>'),
    "attribute": ("disqus", '<disqus><post dsq:id="1"><thread dsq:id=2/></post></disqus>'),
    "no xml": ("disqus", "hello"),
    "empty": ("wxr", ""),
    "nothing": ("", ""),
    "only lines": ("", "\ufeff\n\n"),
    "zip": ("", b"PK\x03\x04" + b"x" * 50),
    "utf-16": ("", WXR.encode("utf-16")),
    "gzip of nothing": ("", gzip.compress(b"")),
    "empty json": ("commento", ""),
    "json list": ("commento", "[]"),
    "wrong list": ("commento", '{"comments": [1]}'),
    "deep json": ("isso", "[" * 200_000),
    "no database": ("isso", b"SQLite format 3\x00" + b"x" * 2_000),
    "no columns": ("csv", "a,b\n1,2"),
    "not utf-8": ("csv", b"id,page_url,author,text,created_at,status\n\xff\xfe"),
    "open quote": ("csv", "id,page_url,author,text,created_at,status\n\"" + "x" * 1_100_000),
    "torn gzip": ("jsonl", gzip.compress(b"{}" * 10_000)[:-10]),
    "no gzip": ("jsonl", b"\x1f\x8bnothing"),
    "no format": ("blogger", "{}"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_is_none_is_refused_in_a_sentence(tmp_path, kind):
    name, content = REFUSED[kind]
    with pytest.raises(Invalid) as refusal:
        read(tmp_path, content, name)
    assert len(refusal.value.message) < 200 and "root:" not in refusal.value.message


def test_what_stands_before_the_torn_place_is_read(tmp_path):
    path = tmp_path / "export"
    path.write_text(WXR.replace("</channel>", "<"))
    seen: list[Entry] = []
    with formats.opened(path) as (file, _), pytest.raises(Invalid, match=r"^Line"):  # noqa: PT012
        for entry in formats.READERS["wxr"](file):
            seen.append(entry)
    assert len(seen) == 4


def test_what_wordpress_writes_though_xml_forbids_it_is_read(tmp_path):
    torn = "\ufeff\n\n" + WXR.replace("Two", "T\x08wo\x0b").replace("Plain", "Ünïcode \x1f😀")
    name, [first, second, _, lost] = read(tmp_path, torn)
    _, [clean, *_] = read(tmp_path, WXR)
    assert isinstance(first, ImportedComment) and isinstance(second, ImportedComment)
    assert (name, first.text) == ("wxr", "T wo\nlines & more ]]> end")
    assert second.text == "Ünïcode  😀"
    lines = [int(each.place.removeprefix("line ")) for each in (clean, first)]
    assert lines == [5, 7], "as an editor counts them"
    assert isinstance(lost, ImportedComment)
    with pytest.raises(Invalid, match=r"^Line 9: "):
        read(tmp_path, "\n" * 7 + "<rss>\n<a></b>")


def test_utf_16_is_read_where_the_format_is_named(tmp_path):
    wide = WXR.replace('encoding="UTF-8"', "").replace("Plain", "Ūnicode").encode("utf-16")
    _, [_, second, *_] = read(tmp_path, wide, "wxr")
    assert isinstance(second, ImportedComment) and second.text == "Ūnicode"


def test_a_backup_of_remark42_without_its_first_line(tmp_path):
    name, entries = read(tmp_path, REMARK42.partition("\n")[2])
    assert name == "remark42" and len(entries) == 3


def test_html_becomes_the_text_that_was_seen():
    cases = {
        "a < b & c": "a < b & c",
        "<p>One</p><p>Two<br>three</p>": "One\n\nTwo\nthree",
        '<a href="https://x.example/">words</a>': "words (https://x.example/)",
        '<a href="https://x.example/">https://x.example/</a>': "https://x.example/",
        '<a href="javascript:x">words</a>': "words",
        "<script>alert(1)</script>&lt;b&gt;": "<b>",
        "I <3 it": "I <3 it",
    }
    assert {html: plain(html) for html in cases} == cases


@pytest.mark.parametrize(
    "section", ["<![foo[x]]>", "<![1]>", "<![ ]>", "<!x>", "<?x>", "<!-- <b> -->"]
)
def test_no_section_stops_an_import(section):
    """WordPress keeps what a stranger wrote as it was sent."""
    assert plain(f"One {section}<b>two</b>") == "One two"


def test_a_text_of_beginnings_stays_text():
    for begun in ("<a ", "<a a='", "<!--", "<?", "</", "<![", "<!", "<a a=\"x' "):
        text = (begun * 20_000)[:65_000]  # minutes, for a parser that looks for each end anew
        assert plain(f"{text}<b>end</b>") == f"{text}end"
        assert plain(f"<!-- {text} --><b>end</b>") == "end"


def test_reading_needs_no_more_memory_for_a_longer_file():
    """A file without end is read as far as somebody asks."""

    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.post = 0

        def read(self, size: int = -1) -> bytes:
            self.post += 1
            return b"<disqus>" if self.post == 1 else b'<post dsq:id="%d"/>' % self.post

    posts = formats.READERS["disqus"](Endless())
    assert len([next(posts) for _ in range(1_000)]) == 1_000
