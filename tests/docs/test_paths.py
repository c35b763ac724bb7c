"""What the pages link to and what they name is there."""

from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, links, paths, prose


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target, anchor in links(page):
        assert target.exists(), target
        assert not anchor or anchor in anchors(target), (target, anchor)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    for path in paths(prose(page)):
        assert any(ROOT.glob(path.rstrip("/"))), path


def test_the_pages_have_links_and_paths_to_check() -> None:
    architecture = ROOT / "docs" / "architecture.md"
    assert architecture in PAGES
    assert "moderation/store/" in paths(prose(architecture))
    assert (architecture, "glossary") in links(ROOT / "CONTRIBUTING.md")


def test_the_page_of_the_architecture_names_every_room() -> None:
    named = paths(prose(ROOT / "docs" / "architecture.md"))
    rooms = [folder for folder in (ROOT / "moderation").iterdir() if any(folder.glob("*.py"))]
    assert len(rooms) > 10
    for room in rooms:
        assert f"moderation/{room.name}/" in named


def test_the_list_of_pages_has_every_page() -> None:
    listed = {target for target, _ in links(ROOT / "docs" / "README.md")}
    pages = {
        page for page in PAGES if page.is_relative_to(ROOT / "docs") and page.name != "README.md"
    }
    assert pages - listed == set()
