"""The pictures of the console (tests/screenshots.py) leave out no page."""

import re
from collections import defaultdict

from fastapi.routing import APIRoute

from service.console.routes import router
from tests.screenshot_pages import paths

# Answers to scripts, downloads, and what only leads elsewhere.
NO_PAGES = re.compile(
    r"/static/|/login/provider|/(counts|events|context|colleagues|csv)$|/account/mentions/"
)


def test_every_page_of_the_console_is_photographed() -> None:
    shown = paths(defaultdict(lambda: "x1"), "site_1").values()
    addresses = {address.partition("?")[0] for address in shown}
    left_out = [
        route.path
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in route.methods
        if not NO_PAGES.search(route.path)
        if not any(
            re.fullmatch(re.sub(r"{[^}]+}", "[^/]+", route.path), each) for each in addresses
        )
    ]
    assert left_out == []
