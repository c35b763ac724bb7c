"""Comments of up to 65 kB that are made to be slow to process."""

import string
from collections.abc import Iterator
from itertools import islice, product

SIZE = 65_000  # bytes; what a comment may have


def traps() -> Iterator[tuple[str, str]]:
    """Pairs of a description and the text."""
    yield "20,000 links", _full("a.co ", 20_000)
    yield "links with a scheme", _full("http://a.co/b ")
    yield "links in BBCode", _full("[url=http://a.co]b[/url]")
    yield "links in HTML, none closed", _full("<a href=http://a.co>")
    yield "links in Markdown", _full("[a](http://a.co)")
    yield "one link of 65 kB", "http://a.co/" + "b" * (SIZE - 12)
    yield "one host of 65 kB", "http://" + _full("a.")[: SIZE - 11] + "com"
    yield "links with a user and a port", _full("http://b.com@a.co:80/ ")
    yield "domains, each another one", " ".join(f"site{n}.com" for n in range(5_000))[:SIZE]
    yield "masked links", _full("a dot com ")
    yield "masked links, apart", _full("a(.)com hxxp://b ")
    yield "a word of 65 kB", "a" * SIZE
    yield "a word of 65 kB, no two letters alike", _full("qwertyuiopasdfghjklzxcvbnm")
    yield "spaced letters", _full("a b ")
    yield "spaced letters of several widths", _full("a b  c.d_")
    yield "letters stretched", _full("aaaabbbb ")
    yield "digits for letters", _full("v1agr4 ")
    yield "digits", "1" * SIZE
    yield "telephone numbers", _full("+1 202 555 0100 ")
    yield "digits with spaces", _full("1 2 ")
    yield "numbers spelled out", _full("one two three four five six seven ")
    yield "e-mails", _full("a@b.co ")
    yield "e-mails spelled out", _full("a at b dot com ")
    yield "signs of e-mails", _full("a@")
    yield "dots", "." * SIZE
    yield "at signs", "@" * SIZE
    yield "opening brackets", "[" * SIZE
    yield "opening tags", "<a " * (SIZE // 3)
    yield "quotes", "> a\n" * (SIZE // 4)
    yield "line breaks", "\n" * SIZE
    yield "spaces", " " * SIZE
    yield "zero-width spaces", "a\u200b" * (SIZE // 4)
    yield "marks on one letter", "a" + "\u0301" * (SIZE // 2 - 1)
    yield "look-alikes", "\u0430a" * (SIZE // 3)
    yield "look-alikes, word by word", "p\u0430y " * (SIZE // 5)
    yield (
        "look-alikes, each word another one",
        _words("\u0430\u0435\u043e\u0440\u0441\u0445aeopcx", 5),
    )
    yield "every letter there is", "".join(map(chr, range(0x100, 0xD800)))[: SIZE // 3]
    yield "every word there is", _words(string.ascii_lowercase, 4)
    yield "marks on letters of another alphabet", "\u0438\u0306" * (SIZE // 4)
    yield "marks on every other letter", "ae\u0301" * (SIZE // 4)
    yield "letters of another alphabet", "\u0436" * (SIZE // 2)
    yield "Chinese without a space", "\u6f22" * (SIZE // 3)
    yield "emoji", "\U0001f600" * (SIZE // 4)
    yield "emoji inside words", "a\U0001f600" * (SIZE // 5)
    yield "full-width letters", "\uff41" * (SIZE // 3)
    yield "ligatures of eighteen letters", "\ufdfa" * (SIZE // 3)
    yield "punctuation", _full("!?.,;:")
    yield "capitals", _full("BUY NOW ")
    yield "sales talk", _full("check out my channel ")
    yield "one word again and again", _full("buy ")


def _words(letters: str, length: int) -> str:
    """Words of these letters, no two alike."""
    return (
        " ".join(map("".join, islice(product(letters, repeat=length), SIZE // length)))
        .encode()[:SIZE]
        .decode("utf-8", "ignore")
    )


def _full(piece: str, times: int = 0) -> str:
    return (piece * (times or SIZE // len(piece)))[: SIZE if not times else None]
