"""Forms made for WordPress and Staticman, as their themes have them."""

import json

import pytest

from service.embed.form_formats import STATICMAN_NAMES
from tests.service.embed.conftest import PAGE, problem_of

# What the forms are made of does not depend on the database; test_reply.py has both.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ORIGIN = "https://herald.test"
# Field by field what a theme of 2020 has, its hidden ones included.
STATICMAN = {
    "options[redirect]": f"{PAGE}#comment-submitted",
    "options[redirectError]": f"{PAGE}#comment-error",
    "options[slug]": "news-1",
    "options[origin]": PAGE,
    "options[parent]": "news-1",
    "options[subscribe]": "email",
    "fields[reply_to]": "",
    "fields[name]": "Carol",
    "fields[email]": "carol@private.test",
    "fields[website]": "carol.example",
    "fields[message]": "A fine article.",
    "submit": "Go",
}


def wordpress(reader, path: str, headers: dict[str, str] | None = None, **changes: object):
    fields = {
        "author": "Carol",
        "email": "carol@private.test",
        "url": "",
        "comment": "A fine article.",
        "comment_post_ID": "17",
        "comment_parent": "0",
        "wp-comment-cookies-consent": "yes",
        "ak_js": "1790000000000",
        "ak_hp_textarea": "",
        "submit": "Post Comment",
    } | changes
    data = {name: value for name, value in fields.items() if value is not None}
    return reader.client.post(path, data=data, headers=headers)


def staticman(reader, rest: str = "", headers: dict[str, str] | None = None, **changes: object):
    fields = {name: value for name, value in (STATICMAN | changes).items() if value is not None}
    path = f"/reply/{reader.site.id}/staticman{rest}"
    return reader.client.post(path, data=fields, headers=headers)


def test_wordpress_s_form_as_it_is_on_the_site_s_own_host(reader) -> None:
    """The site's proxy hands /wp-comments-post.php on; the browser says which article it was on."""
    headers = {"Referer": f"{PAGE}?replytocom=3#respond", "Origin": ORIGIN}
    answer = wordpress(reader, "/wp-comments-post.php", headers)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{PAGE}?gatehouse=received#respond"
    [row] = reader.stored()
    assert (row.site_id, row.url, row.text) == (reader.site.id, PAGE, "A fine article.")


def test_wordpress_s_form_with_the_site_named(reader) -> None:
    path = f"/reply/{reader.site.id}/wp-comments-post.php"
    assert wordpress(reader, path, redirect_to=f"{PAGE}#comments").status_code == 303
    assert reader.stored()[0].url == PAGE


def test_a_number_of_wordpress_s_own_comments_is_no_reason_to_refuse(reader) -> None:
    answer = wordpress(reader, "/wp-comments-post.php", page_url=PAGE, comment_parent="4711")
    assert answer.status_code == 303
    assert reader.stored()[0].parent_id == ""


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Referer": f"{ORIGIN}/"},  # all that a browser tells another host
        {"Referer": "https://evil.test/news/1"},
        {"Referer": f"{ORIGIN}.evil.test/news/1"},
    ],
)
def test_a_form_without_its_page_is_told_what_to_add(reader, headers) -> None:
    answer = wordpress(reader, f"/reply/{reader.site.id}", headers)
    assert answer.status_code == 422 and "page_url" in problem_of(answer)
    assert "A fine article." in answer.text  # what was typed is not lost
    assert reader.stored() == []


def test_wordpress_s_address_knows_no_strangers(reader) -> None:
    answer = wordpress(reader, "/wp-comments-post.php", {"Referer": "https://evil.test/x"})
    assert answer.status_code == 404
    elsewhere = {"Referer": PAGE, "Origin": "https://evil.test"}
    assert wordpress(reader, "/wp-comments-post.php", elsewhere).status_code == 403


@pytest.mark.parametrize("rest", ["", "/", "/v3/entry/github/carol/blog/main/comments"])
def test_a_theme_for_staticman_needs_another_endpoint_and_nothing_else(reader, rest) -> None:
    answer = staticman(reader, rest)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{PAGE}#comment-submitted"
    [row] = reader.stored()
    assert (row.author_name, row.author_url) == ("Carol", "https://carol.example")
    assert (row.text, row.url, row.parent_id) == ("A fine article.", PAGE, "")


def test_a_reply_to_a_comment_of_ours(reader) -> None:
    staticman(reader)
    [first] = reader.stored()
    answer = staticman(reader, **{"fields[reply_to]": first.id, "fields[message]": "Yes!"})
    assert answer.status_code == 303
    assert [row.parent_id for row in reader.stored()] == ["", first.id]


def test_a_script_is_answered_with_json_it_may_read(reader) -> None:
    plain = {"options[redirect]": None, "options[redirectError]": None}
    answer = staticman(reader, headers={"Origin": ORIGIN, "Accept": "*/*"}, **plain)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    [row] = reader.stored()
    assert answer.json() == {"success": True, "fields": {"_id": row.id}}
    refused = staticman(
        reader, headers={"Origin": ORIGIN, "Accept": "*/*"}, **plain | {"fields[message]": " "}
    )
    assert refused.status_code == 422
    assert refused.headers["access-control-allow-origin"] == ORIGIN
    assert refused.json() == {
        "success": False,
        "message": "Comment must not be empty.",
        "errorCode": "MISSING_REQUIRED_FIELDS",
        "data": ["message"],
    }


@pytest.mark.parametrize("slug", ["post-1", None])
def test_a_script_without_a_page_is_told_which_field_is_missing(reader, slug) -> None:
    nowhere = {"options[redirect]": None, "options[redirectError]": None, "options[origin]": None}
    answer = staticman(
        reader, headers={"Origin": ORIGIN, "Accept": "*/*"}, **nowhere, **{"options[slug]": slug}
    )
    told = answer.json()
    assert (answer.status_code, told["errorCode"]) == (422, "INVALID")
    assert told["data"] == ["options[origin]"] and "options[origin]" in told["message"]


def test_json_after_a_preflight(reader) -> None:
    path = f"/reply/{reader.site.id}/staticman"
    preflight = reader.client.options(path, headers={"Origin": ORIGIN})
    assert (preflight.status_code, preflight.headers["access-control-allow-headers"]) == (
        204,
        "content-type",
    )
    assert (
        "access-control-allow-origin"
        not in reader.client.options(path, headers={"Origin": "https://evil.test"}).headers
    )
    body = {
        "fields": {"name": "Carol", "message": "By script.", "age": 7},
        "options": {"origin": PAGE},
    }
    answer = reader.client.post(path, json=body, headers={"Origin": ORIGIN})
    assert answer.json()["success"] is True
    assert reader.stored()[0].text == "By script."


def test_redirects_lead_to_the_site_and_nowhere_else(reader) -> None:
    away = {"options[redirect]": "https://evil.test/", "options[redirectError]": "//evil.test/x"}
    browser = {"Accept": "text/html,*/*"}
    answer = staticman(reader, headers=browser, **away)
    assert answer.headers["location"] == f"{PAGE}?gatehouse=received#respond"
    refused = staticman(reader, headers=browser, **away | {"fields[name]": ""})
    assert refused.status_code == 422 and "A fine article." in refused.text
    refused = staticman(reader, headers=browser, **{"fields[name]": ""})
    assert refused.headers["location"] == f"{PAGE}#comment-error"


HOSTILE = ["\x00", "\ud800".encode("utf-8", "surrogatepass"), "x" * 70_000, "<script>", "a\nb", "%"]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_fields_are_no_accident(reader, value) -> None:
    for name in sorted(STATICMAN_NAMES):
        fields = {key: value for key, value in STATICMAN.items() if "redirect" not in key}
        answer = reader.client.post(
            f"/reply/{reader.site.id}/staticman",
            data=fields | {name: value},
            headers={"Accept": "*/*"},
        )
        assert answer.status_code < 500
        assert "carol@private.test" not in answer.text
    for body in ("[]", '"x"', "{", '{"fields": []}', '{"options": {"a": {}}}', "null", "1" * 99):
        answer = reader.client.post(
            f"/reply/{reader.site.id}/staticman",
            content=body,
            headers={"Content-Type": "application/json"},
        )
        assert 400 <= answer.status_code < 500 and json.loads(answer.text)["success"] is False
