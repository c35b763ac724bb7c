"""Finds the words that raise a score by leaving them out: for models that cannot tell otherwise."""

import re
from collections.abc import Callable

# Words tried one by one: a long sentence. It costs as much as reading 40 comments of its length.
_WORDS_TRIED = 40
# Tokens read for that. Forty words of any language have 128 at most; random letters have many more.
_TOKENS_TRIED = 40 * 128
# Words count as evidence from this share of the strongest word's effect on, up to so many.
_EVIDENCE_SHARE, _EVIDENCE_LIMIT = 0.25, 8
_WORD = re.compile(r"\S+")
_SENTENCE = re.compile(r"[^.!?\n\u2026\u3002\uff01\uff1f]*[.!?\n\u2026\u3002\uff01\uff1f]*\s*")

# start, end: code points of a text.
Piece = tuple[int, int]


def occlude(
    text: str, logit: Callable[[str], float], count_tokens: Callable[[str], int] = len
) -> list[Piece]:
    """The words without which the logit of a text is lower, those with the most effect first.

    text: one that the model reads in one pass. Of a long one only the worst sentence is searched, and fewer of its
    words where it has many tokens. count_tokens: of a piece of text.
    The first piece is checked: the whole text without it has a lower logit. Where no single
    word does that (an insult used twice) it is the sentence; where nothing does, there is no evidence.
    Logits, not probabilities: near 1 a probability hardly moves. Leave-one-out as in Li, Monroe and
    Jurafsky, "Understanding Neural Networks through Representation Erasure" (2016).
    """
    sentence = max(_sentences(text), key=lambda piece: (logit(text[slice(*piece)]), -piece[0]))
    sentence_logit = logit(text[slice(*sentence)])
    tokens = count_tokens(text[slice(*sentence)])
    effects = [
        (sentence_logit - logit(_without(text, word, sentence)), word)
        for word in _words(text, sentence)[: max(1, _TOKENS_TRIED // max(tokens, 1))]
    ]
    effects.sort(key=lambda effect_and_word: (-effect_and_word[0], effect_and_word[1]))
    words = [
        word
        for effect, word in effects[:_EVIDENCE_LIMIT]
        if effect > 0 and effect >= _EVIDENCE_SHARE * effects[0][0]
    ]
    text_logit = logit(text)
    for position, word in enumerate(words):
        if logit(_without(text, word, (0, len(text)))) < text_logit:
            return words[position:]
    if effects and logit(_without(text, sentence, (0, len(text)))) < text_logit:
        return [sentence]
    return []


def _without(text: str, piece: Piece, part: Piece) -> str:
    return text[part[0] : piece[0]] + text[piece[1] : part[1]]


def _sentences(text: str) -> list[Piece]:
    """Sentences of at most _WORDS_TRIED words that cover the text; at least one, be it empty."""
    pieces = []
    for match in _SENTENCE.finditer(text):
        words = _words(text, match.span())
        for first in range(0, len(words), _WORDS_TRIED):
            part = words[first : first + _WORDS_TRIED]
            pieces.append((part[0][0], part[-1][1]))
    return pieces or [(0, len(text))]


def _words(text: str, part: Piece) -> list[Piece]:
    return [match.span() for match in _WORD.finditer(text, *part)]
