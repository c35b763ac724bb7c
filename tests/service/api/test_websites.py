"""An author's website: asked for and shown where the site has it on, judged always, never anything but a plain address."""

import json
import os

import pytest

from moderation.domain.comment import AuthorRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.filter import FilterAction, FilterDraft, FilterKind
from moderation.domain.imported import ImportedComment
from moderation.domain.reader_rules import ReaderRules
from moderation.judging.judge import judge
from moderation.reading.thread_versions import NamedPage, answer_versions
from moderation.review import decisions, filters, reader_rules
from moderation.scorers.site.filter_signals import FilterSignals
from moderation.upkeep.erase import erase
from moderation.upkeep.importing import import_comments
from tests.domain.test_website import NEVER, SHOWN
from tests.factories import NOON, Scripted, hand_in, panel, reply
from tests.judging.test_protected_names import POLICY

PAGE = "https://herald.test/news/1"
SITE = "https://carol.example/blog"


def turn(api, on):
    reader_rules.set_rules(api.store, api.site.id, ReaderRules(website=on))


def published(api, url=SITE, **changes):
    [comment_id] = hand_in(
        api.store, reply(api.site, author=AuthorRef("Carol", "carol@private.test", url), **changes)
    )
    by = (api.store, "mod_1", {api.site.id}, comment_id, Outcome.APPROVE)
    decisions.decide(*by, now=NOON, entropy=os.urandom)
    return comment_id


def thread(api, **query):
    answer = api.client.get("/api/v1/threads", params={"page_url": PAGE} | query)
    assert answer.status_code == 200
    return answer.json()


def fragment(api, **query):
    query = {"site": api.site.id, "page_url": PAGE} | query
    return api.client.get("/embed/thread", params=query).text


def feed(api):
    query = {"site": api.site.id, "page_url": PAGE}
    return api.client.get("/embed/feed", params=query).text


def link(url):
    return f'<bdi><a href="{url}" rel="nofollow ugc noopener">Carol</a></bdi>'


def test_readers_see_it_only_where_the_site_has_it_on_and_at_once(api):
    comment_id = published(api)
    for _ in range(2):  # made, then kept
        assert thread(api)["comments"][0]["author"]["url"] is None and "asks" not in thread(api)
        assert "carol.example" not in fragment(api) and 'name="url"' not in fragment(api)
        assert "carol.example" not in feed(api)
    about = NamedPage(api.site.id, PAGE)
    before = answer_versions(api.store, [about], NOON)
    turn(api, True)
    assert answer_versions(api.store, [about], NOON) != before  # readers' streams hear of it
    for _ in range(2):
        shown = thread(api)
        assert shown["comments"][0]["author"] == {"name": "Carol", "url": SITE, "badge": None}
        assert shown["asks"] == {"forewarn": False, "proof_of_work": False, "website": True}
        assert link(SITE) in fragment(api)
        assert f"<author><name>Carol</name><uri>{SITE}</uri></author>" in feed(api)
        assert 'name="url" type="text" inputmode="url" maxlength="200" autocomplete="url"' in fragment(api)  # fmt: skip
        assert link(SITE) in fragment(api, before="cmt_" + "z" * 26)
    turn(api, False)
    for sort in ("oldest", "newest", "replies", "picks"):
        assert "carol.example" not in json.dumps(thread(api, sort=sort))
    assert "carol.example" not in fragment(api) + feed(api)
    assert api.get(f"/api/v1/comments/{comment_id}").json()["author"]["url"] == SITE


def test_only_what_hides_nothing_is_a_link_whoever_stored_it(api):
    """As from an old row or another system's export: what could not be handed in, too."""
    turn(api, True)
    for number, url in enumerate((*NEVER, *SHOWN)):
        if "\x00" not in url and "\ud800" not in url:  # what no database takes
            published(api, url, text=f"Comment {number}.", id=f"cmt_{number:026}")
    shown = {each["text"]: each["author"]["url"] for each in thread(api)["comments"]}
    hidden = [url for text, url in shown.items() if int(text[8:-1]) < len(NEVER)]
    assert len(hidden) > 50 and set(hidden) == {None}
    assert [shown[f"Comment {len(NEVER) + n}."] for n in range(len(SHOWN))] == [*SHOWN.values()]
    html = fragment(api)
    assert html.count('rel="nofollow ugc noopener"') == len(SHOWN)
    assert feed(api).count("<uri>") == len(SHOWN)
    for bad in ("evil.example", "javascript:", "\u202e", "onclick", "127.0.0.1/"):
        assert bad not in html


@pytest.mark.parametrize("on", [False, True])
def test_it_is_taken_and_refused_as_before_whatever_the_site_shows(api, on):
    turn(api, on)
    assert api.hand_in(author={"name": "Carol", "url": SITE}).status_code == 202
    for url in ("javascript:alert(1)", "https://x.example/" + "a" * 2_000, "https://x.example/\x01", "example", "https://"):  # fmt: skip
        refused = api.hand_in(author={"name": "Carol", "url": url})
        assert refused.status_code == 422
        assert [error["pointer"] for error in refused.json()["errors"]] == ["/author/url"]


def test_a_writer_cannot_put_another_one_behind_a_published_comment(api):
    turn(api, True)
    receipt = api.hand_in(author={"name": "Carol", "url": SITE}).json()
    token = {"Authorization": f"Bearer {receipt['author_token']}"}
    path = f"/api/v1/comments/{receipt['id']}"
    for body in ({"author": {"url": "https://evil.example/"}}, {"text": "Hm.", "url": "https://evil.example/"}):  # fmt: skip
        assert api.client.patch(path, json=body, headers=token).status_code == 422
    # With the new text it is judged again.
    assert api.client.patch(path, json={"text": "Hm."}, headers=token).status_code == 202
    assert api.get(path).json()["author"]["url"] == SITE


def test_a_domain_on_a_filter_is_held_as_a_website_too(api):
    draft = FilterDraft("Spam", FilterKind.DOMAINS, FilterAction.HOLD, ("evil.com",))
    filters.add_filter(api.store, api.site.id, draft, "mod_1", now=NOON, entropy=os.urandom)
    turn(api, True)
    urls = ["https://evil.com/", "https://www.EVIL.com:8080/x", "https://ｅｖｉｌ.com/", "https://u@evil.com/", SITE]  # fmt: skip
    ids = hand_in(api.store, *(reply(api.site, author=AuthorRef("C", url=url)) for url in urls))
    judge(
        api.store,
        panel(FilterSignals(), Scripted()),
        POLICY,
        lease="test",
        lease_ms=60_000,
        limit=50,
        now=lambda: NOON + 1_000,
        entropy=os.urandom,
    )
    statuses = [api.get(f"/api/v1/comments/{id}").json()["status"] for id in ids]
    assert statuses == ["held"] * 4 + ["approved"]


def test_it_is_gone_with_an_erased_comment(api):
    turn(api, True)
    comment_id = published(api)
    published(api, text="Below.", parent_id=comment_id)
    erase(api.store, {api.site.id}, comment_id, now=NOON + 1, entropy=os.urandom)
    removed, below = thread(api)["comments"]
    assert removed["author"] is None and below["author"]["url"] == SITE
    assert fragment(api).count("carol.example") == 1
    assert api.get(f"/api/v1/comments/{comment_id}").json()["author"]["url"] is None


def test_an_imported_one_is_shown_only_where_the_site_has_it_on(api):
    at = NOON - 86_400_000
    entry = ImportedComment("line 1", "1", PAGE, "Old.", at, Status.APPROVED, "Carol", url=SITE)
    import_comments(api.store, api.site, "wxr", [entry], personal_days=30, now=NOON, remark=print)
    assert "carol.example" not in json.dumps(thread(api)) + fragment(api) + feed(api)
    turn(api, True)
    assert thread(api)["comments"][0]["author"]["url"] == SITE and link(SITE) in fragment(api)
