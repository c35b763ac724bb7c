"""The console's words: all of them in the catalogue, and every catalogue complete."""

import re

import pytest

from deploy import words

CATALOGUES = {path.parts[-3]: words.read(path) for path in words.CATALOGUES}
LANGUAGE = pytest.mark.parametrize("language", CATALOGUES)
# What a translation has to keep: what is filled in, and elements.
KEPT = re.compile(r"%\(\w+\)s|%%|\{\w+\}|</?\w+[^>]*>")
UNSAFE = set('"<>&')


def forms(message):
    """Each form of a message with its translation."""
    if isinstance(message.id, str):
        return [(message.id, message.string)]
    return [(message.id[0], message.string[0]), *((message.id[1], s) for s in message.string[1:])]


def test_no_page_has_words_outside_the_catalogue():
    assert words.bare_words() == [], 'wrap them in {{ _("…") }} or {% trans %}'


def test_no_script_has_sentences_of_its_own():
    assert words.bare_words_of_scripts() == [], "they belong into templates/script_words.html"


def test_words_that_are_not_wrapped_are_found():
    page = """{# none #}<h1>{{ _("Known") }}</h1><p title="{{ 'bare' if x }}">by {{ who }}</p>
        {% trans %}fine{% endtrans %}<b>{{ "off" if x == "on" else _("on") }}</b><code>make</code>"""
    flat = words._NO_WORDS.sub("", words._flat(page))
    assert list(words._bare(flat)) == ["bare", "by", "off"]


@LANGUAGE
def test_a_catalogue_has_all_words(language):
    missing = words.missing(CATALOGUES[language], words.messages())
    told = "; `python deploy/words.py write` puts them into the .po:\n" + "\n".join(missing)
    assert missing == [], f"{len(missing)} words have no translation into {language}{told}"


@LANGUAGE
def test_translations_keep_what_is_filled_in(language):
    wrong = [
        (source, translated)
        for message in CATALOGUES[language]
        if message.id
        for source, translated in forms(message)
        if sorted(KEPT.findall(source)) != sorted(KEPT.findall(translated))
    ]
    assert wrong == []


@LANGUAGE
def test_translations_are_safe_in_attributes(language):
    """Templates put them into attributes as they are, as they do with the English ones."""
    unsafe = [
        translated
        for message in CATALOGUES[language]
        if message.id
        for source, translated in forms(message)
        if set(KEPT.sub("", translated)) & UNSAFE - set(source)
    ]
    assert unsafe == []
