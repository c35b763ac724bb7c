"""Agreement at the console: everybody sees their own line, editors all and what people differ about; trainees are tested."""

from moderation.domain.durations import HOUR_MS
from moderation.domain.roles import Role
from moderation.review import second_looks
from moderation.store import memberships, moderators
from tests.review.test_second_looks import looked_at
from tests.service.console.console_browser import moderator, now

HOME = "/console/agreement"


def role_of_ada(store, site, role):
    with store.write() as connection:
        ada = moderators.by_email(connection, "ada@herald.test")
        memberships.grant(connection, ada.id, site.id, role)


def test_everybody_sees_their_own_and_editors_all_and_settle(browser, site, store):
    looked_at(store, site, now() - HOUR_MS)
    page = browser.get(HOME).text
    assert "There is nothing to compare yet." in page and "mod_1" not in page
    assert "Second looks</h2>" not in page and "differ about" not in page
    role_of_ada(store, site, Role.EDITOR)
    fields = browser.fields(HOME, f"{HOME}/settle")
    assert browser.get(f"{HOME}/csv").text.count("\n") == 3
    answer = browser.post(f"{HOME}/settle", fields | {"verdict": "publish"})
    page = browser.get(answer.headers["location"].partition("#")[0]).text
    assert "The comment stays as it is." in page and "Nothing that waits for an editor." in page
    assert browser.post(f"{HOME}/settle", fields | {"verdict": "publish"}).status_code == 404
    fields = browser.fields(HOME, f"{HOME}/share")
    assert browser.post(f"{HOME}/share", fields | {"share": "101"}).status_code == 422
    assert browser.post(f"{HOME}/share", fields | {"share": "7"}).status_code == 303
    assert 'value="7"' in browser.get(HOME).text


def test_a_trainee_is_tested_without_knowing_which_it_is(browser, open_browser, site, store):
    looked_at(store, site, now() - HOUR_MS)
    role_of_ada(store, site, Role.EDITOR)
    bo = moderator(store, "bo@herald.test", site)
    with store.write() as connection:
        memberships.grant(connection, bo, site.id, Role.TRAINEE)
    fields = browser.fields(HOME, f"{HOME}/golden")
    assert browser.post(f"{HOME}/golden", fields | {"person": bo, "count": "51"}).status_code == 422
    assert browser.post(f"{HOME}/golden", fields | {"person": bo, "count": "9"}).status_code == 303
    trainee = open_browser()
    trainee.log_in("bo@herald.test")
    assert "Sample <span" in trainee.get().text
    assert "Sample <span" not in browser.get().text, "it is of one person"
    page = trainee.get("/console/sample").text
    assert "<time" not in page.partition("<article")[2].partition("</article>")[0]
    assert "two others" not in page
    [entry] = second_looks.next_blind(store, site.id, bo, only_asked=True, now=now())
    fields = trainee.fields("/console/sample", "/console/sample")
    answer = trainee.post("/console/sample", fields | {"verdict": "publish"})
    page = trainee.get(answer.headers["location"].partition("#")[0]).text
    assert "That comment was a test: two others agree that it should be removed." in page
    assert f"ask=approve&amp;comment={entry.id}" not in page
    assert browser.get(f"/console/sample?judged={entry.id}").status_code == 404
