"""Names that look alike are one name; names of staff and of the site belong to them."""

import pytest

from moderation.domain.names import SiteNames, looks_like, name_key, staff_names

HERALD = "Herald Editor"


@pytest.mark.parametrize(
    "name",
    [
        "Herald Editor",
        "HeraId Editor",
        "Hera1d Editor",
        "Hera|d Edit0r",
        "HeraldEditor",
        "herald_editor",
        "HERALD EDITOR",
        "The HERALD  EDlTOR",
        "Неrald Editor",  # with Cyrillic letters
        "H e r a l d Editor",
        "Herald-Editor (real)",
    ],
)
def test_what_looks_like_an_entry_is_found(name: str) -> None:
    assert looks_like(name, HERALD)


@pytest.mark.parametrize("name", ["Harold Editor", "Herald", "Editor", "Geraldine", ""])
def test_what_does_not_look_like_it_is_not(name: str) -> None:
    assert not looks_like(name, HERALD)


def test_rn_is_m_and_short_names_are_told_apart() -> None:
    assert name_key("Corner Shop") == name_key("Comer Shop")
    assert looks_like("Moderator Barn", "Moderator Bam") and looks_like("Hera1dine", "Herald*")
    assert name_key("Cian") != name_key("Clan") and name_key("Ali") != name_key("All")


SITE = SiteNames("The Herald", staff_names(["jane.doe@herald.example", "ada@herald.example"]))


@pytest.mark.parametrize(
    ("name", "used"),
    [
        ("The Herald", "site"),
        ("HeraId", "site"),
        ("Herald Editor", "site"),
        ("Official Hera1d Team", "site"),
        ("HERALD", "site"),
        ("Jane Doe", "staff"),
        ("JaneDoe", "staff"),
        ("ada@herald.example", "staff"),
        ("Moderator", "staff"),
        ("M0derat0r", "staff"),
        ("Ada", ""),
        ("Jane", ""),
        ("Harold", ""),
        ("Herald Reader", ""),
        ("Gerald", ""),
        ("Editor", ""),
        ("", ""),
        ("Admin", "staff"),
        ("M0derator", "staff"),
        ("Badmin", ""),
    ],
)
def test_names_of_staff_and_of_the_site(name: str, used: str) -> None:
    assert SITE.used_by(name) == used


@pytest.mark.parametrize(
    ("name", "used"),
    [
        ("HERALDEDITOR", "site"),
        ("theheraldteam", "site"),
        ("Herald\u200bEditor", "site"),
        ("Herald™", "site"),
        ("H€rald", "site"),
        ("The Herald's Moderator", "site"),
        ("Editor of the Herald", "site"),
        ("Herald 1", "site"),
        ("Jane Doe (Editor)", "staff"),
        ("Mod Jane Doe™", "staff"),
        ("Jane Doe – The Herald", "staff"),
        ("Doe, Jane", "staff"),
        ("The Moderators", "staff"),
        ("Adm1n", "staff"),
        ("Moderator 2", "staff"),
        ("Moderation Team", "staff"),
        ("Jane Dole", ""),
        ("Jane Herald", ""),
        ("Heraldry", ""),
        ("Herald Square", ""),
        ("Teddy Moderato", ""),
        ("The Team", ""),
    ],
)
def test_titles_numbers_and_signs_do_not_hide_a_name(name: str, used: str) -> None:
    assert SITE.used_by(name) == used


def test_a_long_name_is_compared_in_linear_time() -> None:
    assert SITE.used_by("moderatorsmods" * 17) == ""


def test_a_site_named_by_a_title_alone_is_compared_whole() -> None:
    site = SiteNames("The Editor")
    assert site.used_by("The Editor") == "site"
    assert site.used_by("The Desk") == "" == SiteNames().used_by("The")
