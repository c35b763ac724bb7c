"""Heuristics about gibberish: words that no language has, and letters of another alphabet than the page's."""

import re
import string
from collections import Counter
from collections.abc import Iterator

import re2

from moderation.domain.normalised_text import NormalisedText
from moderation.domain.patterns import contains
from moderation.domain.score import Candidate, Signal
from moderation.scorers.spam.heuristic import heuristic_signal, word_set

# Pairs of letters that are under 0.012 % of all pairs in each of English, German, Dutch, French,
# Italian, Polish, Portuguese and Spanish (words of 4 to 15 letters, accents taken off); random
# letters make one in four times.
_RARE_PAIRS = word_set(
    "bd bm bp bq bx cb cd cf cg cp cq cv cw cx df dj dp dq dx fb fc fj fk fn fp fq fw fx fz gc gf gj gp"
    " gq gv gx hf hj hq hv hx jb jc jj jq jt jx jy jz kb kd kf kg kj km kp kq kv kx kz lx mc mf mq mv mw"
    " mx nx pb pj pq pv pw px pz qa qb qc qd qe qf qg qh qi qj qk ql qm qn qo qp qq qr qs qt qv qw qx qy"
    " qz rx sx tq tx uq vb vc vd vf vg vh vj vn vp vq vt vw vx vz wb wc wf wg wj wm wp wq wt wv ww wx xb"
    " xd xf xg xh xj xk xl xm xn xq xr xs xu xv xw xx xy xz yf yh yq yv yx yy zf zh zp zq zs zx"
)
_WORD = re.compile(r"(?<![\w./@-])[A-Za-z]{5,30}(?![\w/@]|\.\w)")
# The keyboard from left to right.
_KEYBOARD_ROWS = "asdf|sdfg|dfgh|fghj|ghjk|hjkl|zxcv|xcvb|cvbn|uiop"
_KEYBOARD_ROW = re.compile(_KEYBOARD_ROWS)


def _suspicious_pattern() -> str:
    """A pattern for two rare pairs in one word, apart or with a letter in common, or a row of the keyboard."""
    pair = f"(?:{'|'.join(sorted(_RARE_PAIRS))})"
    triples = []
    for middle in string.ascii_lowercase:
        before = "".join(sorted(rare[0] for rare in _RARE_PAIRS if rare[1] == middle))
        after = "".join(sorted(rare[1] for rare in _RARE_PAIRS if rare[0] == middle))
        if before and after:
            triples.append(f"[{before}]{middle}[{after}]")
    return f"(?i){pair}[a-z]*{pair}|{'|'.join(triples)}|{_KEYBOARD_ROWS}"


# A first check of all words at once: hardly any text has such a word.
_SUSPICIOUS_WORD = re2.compile(_suspicious_pattern())
_READ_LIMIT = 4_000  # characters; nonsense begins at the beginning
_FEWEST_LETTERS = 5  # letters in words long enough to be judged

# Alphabets by their first and last letters.
_SCRIPTS = (
    ("Latin", "A", "\u024f"), ("Greek", "\u0370", "\u03ff"), ("Cyrillic", "\u0400", "\u052f"),
    ("Armenian", "\u0530", "\u058f"), ("Hebrew", "\u0590", "\u05ff"), ("Arabic", "\u0600", "\u06ff"),
    ("Devanagari", "\u0900", "\u097f"), ("Bengali", "\u0980", "\u09ff"), ("Tamil", "\u0b80", "\u0bff"),
    ("Thai", "\u0e00", "\u0e7f"), ("Georgian", "\u10a0", "\u10ff"), ("Hangul", "\u1100", "\u11ff"),
    ("Latin", "\u1e00", "\u1eff"), ("Greek", "\u1f00", "\u1fff"), ("Kana", "\u3040", "\u30ff"),
    ("Han", "\u3400", "\u9fff"), ("Hangul", "\uac00", "\ud7a3"),
)  # fmt: skip
# The alphabets that a language is written in; Latin where it is not listed.
_SCRIPTS_BY_LANGUAGE = {
    "ru": "Cyrillic", "uk": "Cyrillic", "be": "Cyrillic", "bg": "Cyrillic", "mk": "Cyrillic",
    "kk": "Cyrillic", "mn": "Cyrillic", "sr": "Cyrillic Latin", "el": "Greek", "he": "Hebrew",
    "ar": "Arabic", "fa": "Arabic", "ur": "Arabic", "hi": "Devanagari Latin", "mr": "Devanagari",
    "ne": "Devanagari", "bn": "Bengali", "ta": "Tamil", "th": "Thai", "ka": "Georgian",
    "hy": "Armenian", "ko": "Hangul Han", "ja": "Kana Han", "zh": "Han",
}  # fmt: skip
_FOREIGN_LETTERS = 8  # fewer may be a name or a quotation


def find_heuristics(candidate: Candidate) -> Iterator[Signal]:
    """`gibberish`: share of the letters, 0..1. `foreign_script`: likewise; note: the alphabet."""
    share = gibberish_share(candidate.view.text)
    if share:
        yield heuristic_signal("gibberish", share)
    yield from _foreign_script(candidate.view, candidate.language)


def gibberish_share(text: str) -> float:
    """Share, 0..1, of the letters of words of five letters and more that are in words no language has."""
    ordinary = gibberish = 0
    text = text[:_READ_LIMIT]
    if not contains(_SUSPICIOUS_WORD, text):
        return 0.0
    for word in _WORD.findall(text):
        if word.isupper():  # an abbreviation, or shouting
            continue
        lower = word.lower()
        rare = sum(
            lower[position : position + 2] in _RARE_PAIRS for position in range(len(lower) - 1)
        )
        if (rare >= 2 and rare * 7 >= len(lower)) or _KEYBOARD_ROW.search(lower):
            gibberish += len(lower)
        else:
            ordinary += len(lower)
    return gibberish / (ordinary + gibberish) if ordinary + gibberish >= _FEWEST_LETTERS else 0.0


def _foreign_script(view: NormalisedText, language: str) -> Iterator[Signal]:
    text = view.text[:_READ_LIMIT]
    code = language.partition("-")[0].lower()
    if not code or (text.isascii() and "Latin" in _SCRIPTS_BY_LANGUAGE.get(code, "Latin")):
        return
    # By letter first: a text has few different ones.
    letters = {letter: count for letter, count in Counter(text).items() if letter.isalpha()}
    scripts: Counter[str] = Counter()
    for letter, count in letters.items():
        scripts[script_of(letter)] += count
    expected = _SCRIPTS_BY_LANGUAGE.get(code, "Latin").split()
    foreign = {
        script: count for script, count in scripts.items() if script and script not in expected
    }
    # Latin names and links occur in every language.
    if expected != ["Latin"] and "Latin" not in expected:
        foreign = {script: count for script, count in foreign.items() if script != "Latin"} or (
            foreign if scripts["Latin"] == sum(letters.values()) else {}
        )
    if (total := sum(foreign.values())) >= _FOREIGN_LETTERS:
        commonest = max(foreign, key=lambda name: foreign[name])
        yield heuristic_signal("foreign_script", total / sum(letters.values()), note=commonest)


def script_of(letter: str) -> str:
    """The alphabet a letter belongs to; '' for a rare one."""
    return next((name for name, first, last in _SCRIPTS if first <= letter <= last), "")
