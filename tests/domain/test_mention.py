"""Whom a note mentions: by the part of the e-mail before the @ or all of it, and nobody by chance."""

import pytest

from moderation.domain.mention import mentioned, names_of

EMAILS = {
    "ada": "ada@herald.test",
    "bo": "Bo.Berg@herald.test",
    "cy": "cy@herald.test",
    "cy2": "cy@other.test",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@ada, please look.", {"ada"}),
        ("Please look, @Ada.", {"ada"}),
        ("(@ada) and @bo.berg: see", {"ada", "bo"}),
        ("@ada@herald.test", {"ada"}),
        ("@ada@herald.test.", {"ada"}),
        ("first line\n@bo.berg", {"bo"}),
        ("@cy", set()),  # two are called so
        ("@cy@other.test", {"cy2"}),
        ("write to ada@herald.test", set()),
        ("x@ada", set()),
        ("@adam @ad @ @@ada", set()),
        ("@ada2 @ada-lena", set()),
        ("@nobody @all", set()),
        ("", set()),
    ],
)
def test_who_is_mentioned(text, expected):
    assert mentioned(text, EMAILS) == expected


def test_a_name_that_two_have_is_the_whole_e_mail():
    names = names_of(EMAILS.values())
    assert names["ada@herald.test"] == "ada" and names["cy@other.test"] == "cy@other.test"
    for id, email in EMAILS.items():
        assert mentioned(f"@{names[email]} ", EMAILS) == {id}
