"""Reads the public sets of spam and of honest replies, for the prior of the spam score."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gatehouse.evaluation.sets import rows
from training.corpus import talk

HAM = 4_000  # honest comments to learn from, of news sites and of Wikipedia talk each


@dataclass(frozen=True, slots=True)
class Reply:
    """A comment that is spam or is not, with the name it was written under where one is known.

    source: the dataset, and of YouTube the video.
    """

    text: str
    is_spam: bool
    source: str
    name: str = ""


def videos(folder: Path) -> list[Reply]:
    """Comments under YouTube videos (UCI YouTube Spam Collection, CC BY 4.0)."""
    return [
        Reply(row["CONTENT"].strip("\ufeff"), row["CLASS"] == "1", row["video"], row["AUTHOR"])
        for row in rows(folder, "youtube_spam_dev")
    ]


def messages(folder: Path) -> list[Reply]:
    """Text messages (UCI SMS Spam Collection, CC BY 4.0)."""
    return [Reply(row["text"], row["y"] == "spam", "SMS") for row in rows(folder, "sms_spam")]


def honest(folder: Path) -> list[Reply]:
    """Comments that are no spam: news sites (Civil Comments, CC0), Wikipedia talk (half of it)."""
    news = [
        Reply(row["comment_text"], False, "news")
        for row in rows(folder, "civil_toxic_spans_comments")
    ]
    return news + [
        Reply(example.text, False, "talk") for example in talk(folder) if example.labels[0] == 0
    ]


def split_honest(folder: Path, seed: int, count: int = HAM) -> tuple[list[Reply], list[Reply]]:
    """Honest comments to learn from, `count` of each source, and others that are not, forums among them."""
    replies = honest(folder)
    random.Random(seed).shuffle(replies)
    news = [reply for reply in replies if reply.source == "news"]
    talk = [reply for reply in replies if reply.source == "talk"]
    unseen = news[count : 2 * count] + talk[count : 2 * count] + forum(folder)
    return news[:count] + talk[:count], unseen


def forum(folder: Path) -> list[Reply]:
    """Comments of forums and news sites (Impermium; no licence: measured with, never learned from)."""
    table = rows(folder, "impermium_insults_dev")
    return [Reply(row["text"], False, "forum") for row in table if row["Insult"] == "0"]


def with_links(replies: Sequence[Reply], share: float, chance: random.Random) -> list[Reply]:
    """That share of the honest ones with a link or two at the end.

    The public sets have lost most links of their honest comments, and kept those of their spam: a prior
    made of them takes every link for spam.
    """

    def linked(reply: Reply) -> Reply:
        if reply.is_spam or chance.random() >= share:
            return reply
        link_count = 2 if chance.random() < 0.2 else 1
        links = (
            f"https://{chance.choice(_PLACES)}/{chance.randint(100, 99_999)}"
            for _ in range(link_count)
        )
        return replace(reply, text=" ".join((reply.text, *links)))

    return [linked(reply) for reply in replies]


# Hosts leave no trace in a prior (training.spam.measure_sample): only that there was a link.
_PLACES = ("www.example.com", "news.example.org", "example.co.uk", "blog.example.net")
