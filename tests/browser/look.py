"""How pages look: nothing for axe to find, targets one can hit, nothing wider than the screen; pictures for who asks."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

WIDTHS = {"desktop": (1280, 860), "phone": (390, 844)}
# Each width and each scheme once; the pages of test_look.py, which all others are built like, in all four ways.
LOOKS = pytest.mark.parametrize(("width", "scheme"), [("desktop", "light"), ("phone", "dark")])
STACKED = "".join(chr(0x300 + n % 80) for n in range(120))


def screen(width: str, scheme: str = "light") -> dict[str, Any]:
    """Options of Playwright for a context. width: of `WIDTHS`. scheme: light or dark."""
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    return {"viewport": size, "color_scheme": scheme}


@cache
def _axe() -> str:
    from axe_playwright_python.base import AXE_SCRIPT  # here: without it the tests skip, loudly

    return AXE_SCRIPT


def faults(page: Any, *rules: str) -> list[str]:
    """What axe finds, one line each. rules: those to ask; without, all that are of level A and AA."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_axe())
    # Only what is wanted: what axe finds right is most of a page.
    return page.evaluate(
        """options => axe.run(options).then(found => found.violations.flatMap(violation =>
            violation.nodes.map(node => `${violation.id}: ${node.html.slice(0, 120)}`)))""",
        options,
    )


def too_small(page: Any) -> list[str]:
    """Controls lower than 44 px, links within a line of text aside (WCAG 2.5.8 and 2.5.5).

    A box inside its label is as large as the label: all of it can be hit.
    """
    return page.evaluate(
        """() => [...document.querySelectorAll('button, summary, input:not([type=hidden]), nav a, .chip[href]')]
            .filter(element => element.checkVisibility() && !element.closest('.pot') && !element.closest('.switch'))
            .filter(element => (element.closest('label') ?? element).getBoundingClientRect().height < 40)
            .map(element => element.outerHTML.slice(0, 90))"""
    )


def fits(page: Any) -> bool:
    """Whether nothing is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def picture(page: Any, name: str, *, full_page: bool = True) -> None:
    """Keeps a picture in the folder SCREENSHOTS, for those who set it; a large page takes three seconds of CPU."""
    if folder := os.environ.get("SCREENSHOTS"):
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        file = f"{name}-{'dark' if dark else 'light'}-{page.viewport_size['width']}.png"
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / file, full_page=full_page)
