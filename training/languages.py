"""Writes weights/language/english.txt, and measures the language rule: English that it holds, other languages that it lets pass.

    python -m training.languages --data DIR [--write]

The words are those of the Jigsaw training comments and of Civil Comments (CC0, comments CC BY-SA 3.0), without
the words that foreign.toml gives to another language. What is measured was not learned from: the comments of the
Unhealthy Comments Corpus, and HateCheck in ten languages on an English page. The lists in foreign.toml were
completed after looking at this half of the latter.
"""

import argparse
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from gatehouse.evaluation.sets import rows
from moderation.domain.normalise import normalise
from moderation.domain.score import Candidate
from moderation.scorers.language import Language
from moderation.scorers.language_guess import FOLDER

COMMON = 12_000  # with 5,000 a few more fine comments are held, with 20,000 more Italian and Spanish passes
# Written in every comment section, and rarely on Wikipedia.
CHAT = """thx lol omg wow haha hahaha yay nope congrats yep yup hmm ugh pls plz btw imo imho lmao wtf rofl tbh awesome
bravo kudos cheers oops meh nah gonna wanna gotta dunno tosh hogwash rubbish bollocks moron morons stupid"""


def english(data: Path) -> list[str]:
    """The commonest words, in the order of the alphabet."""
    counts: Counter[str] = Counter()
    for name in ("jigsaw_train_pool", "civil_toxic_spans_comments"):
        for row in rows(data, name):
            text = row.get("text") or row["comment_text"]
            counts.update(
                set(re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower().replace("\u2019", "'")))
            )
    words = {word for word, _ in counts.most_common(COMMON) if len(word) > 1 or word in "ai"}
    lists = tomllib.loads((FOLDER / "foreign.toml").read_text("utf-8")).values()
    foreign = {word for kinds in lists for kind in kinds.values() for word in kind.split()}
    return sorted((words | set(CHAT.split())) - foreign)


def held(texts: list[str]) -> list[bool]:
    """Which of the texts are held as not in English, on an English page."""
    scorer = Language(frozenset({"en"}))
    candidates = [Candidate(text, normalise(text), language="en") for text in texts]
    return [
        any(signal.name == "language_unsupported" for signal in signals)
        for signals in scorer.measure(candidates)
    ]


def table(data: Path) -> Iterator[str]:
    """Lines to print."""
    fine = [
        row["text"]
        for row in rows(data, "ucc_val")
        if row["healthy"] == "1" and row["hostile"] == "0"
    ]
    yield f"fine news comments held   {sum(held(fine)) / len(fine):7.2%} of {len(fine):,}"
    hateful: dict[str, list[str]] = {}
    for row in rows(data, "multilingual_hatecheck_dev"):
        if row["label_gold"] == "hateful":
            hateful.setdefault(row["lang"], []).append(row["test_case"])
    for language, texts in hateful.items():
        passed = 1 - sum(held(texts)) / len(texts)
        yield f"hateful {language:<12} passed {passed:7.2%} of {len(texts):,}"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="training.languages", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="write english.txt")
    options = parser.parse_args(arguments)
    if options.write:
        (FOLDER / "english.txt").write_text("\n".join(english(options.data)) + "\n", "utf-8")
    print(*table(options.data), sep="\n")


if __name__ == "__main__":
    main()
