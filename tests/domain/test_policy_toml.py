"""The TOML of a policy is read or refused with a sentence, whatever was typed, and in a time that grows with its length."""

import pytest

from moderation.domain.errors import Invalid
from moderation.domain.policy_modes import own_rule_codes
from moderation.domain.policy_toml import read_toml

REFUSED = {
    "parts without end": "a" + ".a" * 20_000 + " = 1",
    "the same with spaces": "a" + " . a" * 20_000 + " = 1",
    "the same in a table": "x = { a" + ".a" * 20_000 + " = 1 }",
    "the same in a header": "[a" + '."a"' * 20_000 + "]",
    "a list in a list": "a = " + "[" * 5_000,
    "a table in a table": "a = " + "{ a = " * 5_000,
    "a number of 5,000 digits": "toxic = " + "9" * 5_000,
    "no TOML": "toxic: 1",
}


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_with_a_sentence(source):
    for read in (read_toml, own_rule_codes):
        with pytest.raises(Invalid, match="The policy is not valid"):
            read(source)


def test_what_a_policy_has_is_read():
    source = 'needs = ["a.b.c.d"]\n[bounds]\n"x.y" = 1.5\nversions.of.this = "1.2.3.4.5.6.7.8"'
    assert read_toml(source)["bounds"] == {
        "x.y": 1.5,
        "versions": {"of": {"this": "1.2.3.4.5.6.7.8"}},
    }
