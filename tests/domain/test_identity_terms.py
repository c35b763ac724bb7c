"""Words that name groups of people: each is found where it stands as a word, in every language; what only looks like one is not."""

import pytest

from moderation.domain.identity_terms import GROUPS, LANGUAGES, named_groups, terms_of


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", GROUPS)
def test_every_term_is_found_in_small_and_capital_letters_and_beside_punctuation(group, language):
    terms = list(terms_of(group, language))
    assert len(terms) >= 3
    for term in terms:
        word = term.rstrip("*")
        for written in (word, word.upper(), f"... „{word}“, ...", f"x {word.title()}: x"):
            assert group in named_groups(written), written
        if " " not in term:
            assert group not in named_groups(f"x{word}")


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("The black coffee in the old white house was blind luck, man.", set()),
        ("", set()),
        ("We welcome immigrants.", {"origin"}),
        ("Elderly women and Muslims", {"age", "gender", "religion"}),
        ("M.u.s.l.i.m.s and j3ws", {"religion"}),  # as scorers read it
        ("Die Flüchtlinge und die Ausländerinnen", {"origin"}),
        ("die fluchtlinge", {"origin"}),
        ("L'islam et les réfugiés", {"religion", "origin"}),
        ("Kadınlar ve mülteciler", {"gender", "origin"}),
        ("Про мусульман и женщин", {"religion", "gender"}),
        ("ПРО ЕВРЕЕВ", {"religion"}),
        ("Las personas con discapacidad", {"disability"}),
        ("As mulheres lésbicas", {"gender", "orientation"}),
        ("gli anziani", {"age"}),
        ("#GayPride", {"orientation"}),
        ("womenswear, gaydar, raceway", set()),
        ("Non è male. Ich male ein Bild. Forza Roma!", set()),
        ("Jude Bellingham, Christian Bale, Kurt Cobain, Alberto Sordi, Julio Iglesias", set()),
        ("Ha chiesto scusa, chiese perdono. Oh Christ, not again: whisk the egg whites.", set()),
        ("El polen, en protestant; ateşin alevi; Frau Merkel besuchte Polen", set()),
        ("My account was disabled. Der Unfall behindert den Verkehr.", set()),
        ("Menschen mit Behinderungen und die Juden", {"disability", "religion"}),
        ("\ud83d" * 10 + "\x00 gay \u202e", {"orientation"}),
    ],
)
def test_what_a_text_names(text, groups):
    assert named_groups(text) == groups
