"""What somebody with a browser gets at any address: a page, never a problem document."""

import json

import pytest

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def get(api, path, method="GET", *, follow_redirects=True, **headers):
    return api.client.request(
        method, path, headers=BROWSER | headers, follow_redirects=follow_redirects
    )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/console/nothing", 404),
        ("GET", "/console/settings", 404),
        ("GET", "/console/static/0/none.css", 404),
        ("POST", "/console/nothing", 404),
        ("GET", "/console/logout", 405),
        ("GET", "/demo/a/b/", 404),
        ("GET", "/reply/site_1", 405),
        ("GET", "/wp-comments-post.php", 405),
        ("GET", "/embed/static/0/none.css", 404),
        ("GET", "/1.1/comment-check", 405),
    ],
)
def test_an_error_is_a_page_for_a_browser_and_a_document_for_a_program(api, method, path, status):
    shown = get(api, path, method)
    assert shown.status_code == status
    assert shown.headers["content-type"].startswith("text/html")
    assert "<h1>" in shown.text and "{" not in shown.text.partition("<body>")[2]
    assert "script-src 'self'" in shown.headers["content-security-policy"]
    told = api.client.request(method, path, headers={"Accept": "application/json"})
    assert told.status_code == status
    if not told.headers["content-type"].startswith("text/html"):  # the console has only pages
        assert json.loads(told.text)["status"] == status


def test_a_slash_at_the_end_leads_to_the_page_without_it(api):
    shown = [
        route.path
        for route in api.client.app.router.routes
        if "GET" in (getattr(route, "methods", None) or ()) and not route.include_in_schema
        if "{" not in route.path and not route.path.endswith("/")
        if not route.path.startswith(("/api/", "/healthz", "/readyz", "/metrics"))
        if route.path != "/console"  # with a slash it is there
    ]
    assert {"/demo", "/docs", "/console/login", "/embed/v1.js"} < set(shown)
    for path in [*shown, "/demo/ferry", "/console/comments/cmt_1"]:
        for slashes in ("/", "//"):
            answer = get(api, f"{path}{slashes}?a=1&b=%2F", follow_redirects=False)
            assert answer.status_code == 307, path
            assert answer.headers["location"] == f"{path}?a=1&b=%2F"
    # A path alone, never another host; and what is sent stays where it was sent to.
    assert (
        get(api, "http://testserver//demo/", follow_redirects=False).headers["location"] == "/demo"
    )
    assert get(api, "http://testserver//evil.example/").status_code == 404
    assert get(api, "/reply/site_1/", "POST").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/v1/threads/"), ("POST", "/api/v1/comments/"), ("GET", "/readyz/")]
)  # fmt: skip
def test_programs_are_told_of_the_slash(api, method, path):
    answer = get(api, path, method)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "without the slash at its end" in answer.json()["detail"]
    assert "slash" not in get(api, "/api/v1/nothing/").text


@pytest.mark.parametrize(("path", "status"), [("/api/v1/nothing", 404), ("/metrics", 401)])
def test_the_api_answers_programs_whatever_they_accept(api, path, status):
    answer = get(api, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_start_page_leads_to_every_part(api):
    start = get(api, "/")
    assert start.status_code == 200
    for path in ("/console/", "/demo", "/docs"):
        assert f'href="{path}"' in start.text
    assert get(api, "/docs").status_code == 200


def test_robots_stay_out_of_console_and_api(api):
    from urllib.robotparser import RobotFileParser

    robots = RobotFileParser()
    answer = api.client.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    robots.parse(answer.text.splitlines())
    for path in ("/console", "/console/login", "/api/v1/threads", "/reply/site_1"):
        assert not robots.can_fetch("Googlebot", path), path
    assert robots.can_fetch("Googlebot", "/demo") and robots.can_fetch("Googlebot", "/")


def test_there_is_an_icon(api):
    icon = api.client.get("/favicon.ico")
    assert icon.status_code == 200 and icon.headers["content-type"] == "image/svg+xml"
    assert "<svg" in icon.text
