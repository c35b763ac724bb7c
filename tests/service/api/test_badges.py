"""The badge beside a name: given by the site's server alone, shown to everybody, gone with the comment."""

import os

import pytest

from moderation.domain.decision import Outcome
from moderation.domain.names import SiteNames
from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate
from moderation.review import decisions
from moderation.scorers.site.protected_names import ProtectedNames
from moderation.store.sql.schema import comments
from moderation.upkeep.erase import erase
from tests.factories import NOON

PAGE = "https://herald.test/news/1"
CLAIMS = [({"staff": True}, "staff"), ({"article_author": True}, "author"), ({"staff": True, "article_author": True}, "author"), ({}, None)]  # fmt: skip


def published(api, author):
    comment_id = api.hand_in(author={"name": "Ida Quist"} | author).json()["id"]
    by = (api.store, "mod_1", {api.site.id}, comment_id, Outcome.APPROVE)
    decisions.decide(*by, now=NOON, entropy=os.urandom)
    return comment_id


@pytest.mark.parametrize(("claims", "badge"), CLAIMS)
def test_the_sites_server_says_who_is_staff_and_who_wrote_the_article(api, claims, badge):
    comment_id = published(api, claims)
    [shown] = api.client.get("/api/v1/threads", params={"page_url": PAGE}).json()["comments"]
    assert shown["author"] == {"name": "Ida Quist", "url": None, "badge": badge}
    assert api.get(f"/api/v1/comments/{comment_id}").json()["author"]["badge"] == badge
    html = api.client.get("/embed/thread", params={"site": api.site.id, "page_url": PAGE}).text
    words = {"staff": "Staff", "author": "Author", None: ""}
    shown_words = [word for word in ("Staff", "Author") if f">{word}</strong>" in html]
    assert shown_words == [word for word in [words[badge]] if word]


@pytest.mark.parametrize("claim", ["staff", "article_author"])
def test_nobody_else_gets_a_badge(api, claim):
    author = {"name": "Ida Quist", claim: True}
    refused = api.hand_in(api.publishable, author=author, headers={"Origin": "https://herald.test"})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [f"/author/{claim}"]
    form = {"author": "Ida Quist", "comment": "Mine.", "page_url": PAGE, claim: "true", "badge": "staff"}  # fmt: skip
    taken = api.client.post(f"/reply/{api.site.id}", data=form, follow_redirects=False)
    assert taken.status_code == 303
    with api.store.read() as connection:
        [row] = connection.execute(comments.select()).all()
    assert row.author_badge == ""


def test_staff_by_the_word_of_the_server_may_bear_a_name_of_staff():
    def signals(badge):
        text, names = "Thanks.", SiteNames("The Herald", ("ida quist",))
        return ProtectedNames().signals(
            Candidate(
                text, normalise(text), author_name="Ida Quist", author_badge=badge, names=names
            )
        )

    assert [signal.name for signal in signals("")] == ["staff_name"]
    assert signals("staff") == signals("author") == ()


def test_an_erased_comment_has_no_badge(api):
    comment_id = published(api, {"staff": True})
    erase(api.store, {api.site.id}, comment_id, now=NOON + 1, entropy=os.urandom)
    assert api.get(f"/api/v1/comments/{comment_id}").json()["author"]["badge"] is None
