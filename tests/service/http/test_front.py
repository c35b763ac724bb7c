"""What somebody with a browser gets at any address: a page, never a problem document."""

import json

import pytest

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def get(api, path, method="GET", **headers):
    return api.client.request(method, path, headers=BROWSER | headers)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/console/nothing", 404),
        ("GET", "/console/settings", 404),
        ("GET", "/console/static/0/none.css", 404),
        ("POST", "/console/nothing", 404),
        ("GET", "/console/logout", 405),
        ("GET", "/demo/", 404),
        ("GET", "/reply/site_1", 405),
        ("GET", "/wp-comments-post.php", 405),
        ("GET", "/embed/static/0/none.css", 404),
        ("GET", "/1.1/comment-check", 405),
        ("GET", "/metrics", 401),
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


def test_the_api_answers_programs_whatever_they_accept(api):
    answer = get(api, "/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_start_page_leads_to_every_part(api):
    start = get(api, "/")
    assert start.status_code == 200
    for path in ("/console/", "/demo", "/api/v1/openapi.json"):
        assert f'href="{path}"' in start.text or 'href="/docs"' in start.text


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
