"""Who is limited to a section never gets a word of a comment elsewhere, and changes nothing there: every route of the console, generated from
the router, in every role.
"""

import html
import itertools
import os
import re
import shutil
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from harness.servers import SECRET
from moderation.domain.comment import AuthorRef, Context, PageRef
from moderation.domain.decision import Outcome
from moderation.domain.mention import Mention
from moderation.domain.roles import Role
from moderation.review import decisions
from moderation.store import memberships, mentions, moderators, sites
from moderation.store.sql.engine import Store
from moderation.store.sql.schema import (
    appeals,
    comments,
    notes,
    pages,
    proposals,
    reports,
    revisions,
)
from tests.factories import newspaper
from tests.service.console.conftest import ada, console_browsers, read
from tests.service.console.console_browser import ConsoleBrowser, held, moderator, now
from tests.service.console.test_guard import (
    COPY,
    FOR_SCRIPTS,
    GETS,
    POSTS,
    build,
    snapshot,
)

SECRET_WORD = "zanzibar"  # in whatever was written elsewhere
SECTION = "/sport"
DAN = AuthorRef("Dan", "dan@writers.test", identity="id:dan")
HOME = Context(ip="198.51.100.7")
ROLES = [role for role in Role if role is not Role.ADMIN]
# What somebody changes of their own account, whatever they look after.
OWN = ("/console/account", "/console/login", "/console/logout", "/console/invitation")
WORDS = (
    (revisions, "text"),
    (comments, "author_name"),
    (pages, "title"),
    (notes, "text"),
    (reports, "note"),
    (appeals, "text"),
    (proposals, "sentence"),
)


@dataclass
class Paper:
    """here: a comment in the section. elsewhere: all others. browsers: of people who are limited to the section, by role."""

    store: Store
    site_id: str
    here: str
    elsewhere: list[str]
    ids: dict[str, str]
    forms: dict[str, dict[str, str]]
    browsers: dict[Role, ConsoleBrowser]


@pytest.fixture(scope="module")
def paper(_sqlite_template, _session_broker, tmp_path_factory):
    """What stands elsewhere on a site is what test_guard.py builds: something for every route."""
    folder = tmp_path_factory.mktemp("sections")
    file = shutil.copy(_sqlite_template, folder / "gatehouse.db")
    store = Store(f"sqlite+pysqlite:///{file}", SECRET)
    settings = read(folder, f"sqlite+pysqlite:///{file}", _session_broker.url)
    with console_browsers(settings, store) as open_browser:
        site = newspaper(store)
        scene = build(ada(open_browser, store, site), open_browser, site)
        held(store, site, f"bad: by the same author, {SECRET_WORD}", author=DAN)
        held(store, site, "bad, below sports", page=PageRef("https://herald.test/sports/1"))
        held(store, site, "bad, with a capital", page=PageRef("https://herald.test/Sport/1"))
        with store.write() as connection:
            elsewhere = list(connection.scalars(sa.select(comments.c.id)))
            for table, column in WORDS:
                connection.execute(sa.update(table).values({column: SECRET_WORD}))
        there = PageRef("https://herald.test/sport/1?from=home", "Cup")
        [here] = held(store, site, f"bad goal. {COPY}", page=there, author=DAN, context=HOME)
        browsers = {}
        for role in ROLES:
            who = moderator(store, f"{role}@herald.test")
            with store.write() as connection:
                memberships.grant(connection, who, site.id, role, (SECTION,))
            browsers[role] = open_browser()
            browsers[role].sign_in(who)
        forms = {path: fields for path, (_browser, fields) in scene.forms.items()}
        yield Paper(store, site.id, here, elsewhere, scene.ids, forms, browsers)
    store.close()


def assert_nothing_of(paper, text, asked=""):
    """That a page has no word and no id of a comment elsewhere. asked: what stands there because somebody asked for it."""
    said = html.unescape(text).replace(asked, "") if asked else html.unescape(text)
    assert SECRET_WORD not in said
    found = [id for id in paper.elsewhere if id in said]
    assert found in ([], [asked])


@pytest.mark.parametrize("path", [*GETS, *sorted(FOR_SCRIPTS - {"/console/events"})])
def test_no_page_has_a_word_of_what_is_elsewhere(paper, path):
    for role, about in itertools.product(ROLES, (paper.ids["comment_id"], paper.here)):
        url = path.format_map(paper.ids | {"comment_id": about})
        sites = ("", paper.site_id, f"{paper.site_id}.part", "all")
        for site in sites if about == paper.here else sites[1:2]:
            answer = paper.browsers[role].get(f"{url}?site={site}" if site else url)
            assert answer.status_code < 500, (role, site)
            assert_nothing_of(paper, answer.text)


_ASKED_BY_PAGES = re.compile(r'\s(?:href|src|hx-get|data-[a-z-]+)="(/console/[^"]*)"')


@pytest.mark.parametrize("role", ROLES)
def test_whatever_a_page_of_theirs_links_to_or_asks_for_is_there(paper, role):
    browser = paper.browsers[role]
    pages = [
        "/console/",
        *(f"/console/?site={paper.site_id}&queue={queue}" for queue in QUEUES),
        f"/console/comments/{paper.here}",
        f"/console/comments/{paper.here}/context",
        "/console/account",
    ]
    asked = set()
    for path in pages:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        asked |= set(map(html.unescape, _ASKED_BY_PAGES.findall(answer.text)))
    assert any("/colleagues?" in url for url in asked) == (role is not Role.AUDITOR)
    assert {url: code for url in asked if (code := browser.get(url).status_code) >= 400} == {}


QUEUES = ("held", "pending", "approved", "rejected", "spam", "reported", "proposed", "mine")
ASKED = (
    *(f"queue={queue}" for queue in QUEUES),
    *(f"status={status}&order=oldest" for status in QUEUES[:5]),
    f"query={SECRET_WORD}",
    "query=bad",
    "query=dan%40writers.test",
    "author=Dan",
    "page_url=https%3A%2F%2Fherald.test%2Fnews%2F1",
    "status=held&score=toxicity&score_from=0",
    "status=held&order=urgency",
    "status=held&order=toxicity",
    "status=held&reason=toxic",
    "status=held&age=under-24h",
    "decided_by=moderator",
)


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("role", [Role.MODERATOR, Role.AUDITOR])
def test_no_list_and_no_search_has_what_is_elsewhere(paper, role, asked):
    for more in ("", f"&done={paper.elsewhere[0]}&open={paper.elsewhere[0]}"):
        answer = paper.browsers[role].get(f"/console/?site={paper.site_id}&{asked}{more}")
        assert answer.status_code == 200
        sent = SECRET_WORD if SECRET_WORD in asked else paper.elsewhere[0] if more else ""
        assert_nothing_of(paper, answer.text, sent)


@pytest.mark.parametrize("role", ROLES)
def test_each_comment_elsewhere_is_as_if_it_were_not(paper, role):
    for id in paper.elsewhere:
        for path in ("", "/context"):
            answer = paper.browsers[role].get(f"/console/comments/{id}{path}")
            assert answer.status_code == 404
            assert_nothing_of(paper, answer.text)
    assert paper.browsers[role].get(f"/console/comments/{paper.here}").status_code == 200


@pytest.mark.parametrize("path", [path for path in POSTS if not path.startswith(OWN)])
def test_nothing_elsewhere_is_changed(paper, path):
    url = path.format_map(paper.ids)
    for role, browser in paper.browsers.items():
        token = re.search(r'name="csrf" value="(\w+)"', browser.get("/console/").text)[1]
        before = snapshot(paper.store)
        for site, headers in (
            *((site, {}) for site in (paper.site_id, f"{paper.site_id}.part", "all", "")),
            (paper.site_id, {"HX-Request": "true"}),
        ):
            answer = browser.post(url, paper.forms[path] | {"csrf": token, "site": site}, **headers)
            assert answer.status_code < 500, (role, site)
            # That a comment waits for nobody is said of one that there is not, too.
            assert_nothing_of(paper, answer.text, paper.forms[path].get("comments", ""))
        assert snapshot(paper.store) == before, role


def seen_by(paper, role):
    """The answers of pages and lists about what is here, without what differs from one answer to the next."""
    browser, answers = paper.browsers[role], {}
    # A new secret each time.
    paths = [path for path in GETS if path != "/console/account/second-factor"]
    urls = [path.format_map(paper.ids | {"comment_id": paper.here}) for path in paths]
    context = f"/console/comments/{paper.here}/context"
    lists = [f"/console/?site={paper.site_id}&{asked}" for asked in ASKED]
    for url in (*urls, context, *lists):
        text = re.sub(r"[0-9a-f]{128}", "", browser.get(url).text)
        answers[url] = re.sub(r"<time[^>]*>[^<]*</time>|just now|\d+ min ago", "", text)
    return answers


@pytest.mark.parametrize("role", ROLES)
def test_what_happens_elsewhere_changes_no_count_and_no_mention(paper, role):
    before = seen_by(paper, role)
    with paper.store.read() as connection:
        site = sites.get_site(connection, paper.site_id)
        who = moderators.by_email(connection, f"{role}@herald.test").id
    elsewhere = {
        "author": DAN,
        "context": HOME,
        "page": PageRef(f"https://herald.test/news/{role}"),
    }
    texts = (f"bad goal. {COPY}", f"bad {SECRET_WORD}", f"bad http://{SECRET_WORD}.example/")
    ids = held(paper.store, site, *texts, **elsewhere)
    paper.elsewhere.extend(ids)
    decisions.decide(
        paper.store, "mod_1", {site.id}, ids[0], Outcome.SPAM, now=now(), entropy=os.urandom
    )
    named = [
        Mention(f"note_{role}_{about}", who, site.id, about, ids[0], "mod_1", now())
        for about in (ids[0], paper.store.crypto.author_key(site.id, DAN.identity))
    ]
    with paper.store.write() as connection:
        mentions.add(connection, named)
    after = seen_by(paper, role)
    assert [url for url in before if after[url] != before[url]] == []


def test_what_is_here_is_there_to_be_seen(paper):
    """Else this file would prove nothing."""
    for browser in paper.browsers.values():
        page = browser.get(f"/console/?site={paper.site_id}")
        assert page.status_code == 200 and paper.here in page.text
    with paper.store.read() as connection:
        assert len(list(connection.scalars(sa.select(comments.c.id)))) > 10
