"""Fills a database with what the lists of console and API show: comments decided, held, in campaigns, delivered."""

import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.made_comments import (
    SCORES,
    MadeComment,
    key_of,
    reasons_json,
    reported,
    signals_json,
    urgency_of,
)
from bench.rows import RowWriter
from harness.texts import made_up
from moderation.domain.durations import DAY_MS
from moderation.domain.ids import timed_id
from moderation.scorers.spam.spam_model import load_prior, pack_weights, unpack_weights
from moderation.store import sites
from moderation.store.pages import url_address
from moderation.store.sites import Site
from moderation.store.sql.engine import Store
from moderation.upkeep.search_index import index_due

LARGEST = 15_000  # members of the largest campaign among a million comments; the next has half, a third ...
OTHER_SITES = 39  # with a fifth of the comments between them
PAGE_URL = "https://herald.test/news/{}"
BUSY = 0  # the page with a twentieth of all comments
COMMON_WORD, RARE_WORD = (
    "government",
    "zyzzyva",
)  # of every fourth comment, and of one in ten thousand
_STATUSES = ("approved",) * 9 + ("held",) * 6 + ("spam",) * 4 + ("rejected",)
_OUTCOMES = {"approved": "approve", "held": "hold", "spam": "spam", "rejected": "reject"}
_PART = 20_000  # comments written at once


@dataclass(frozen=True, slots=True)
class Filled:
    """What pages can be asked for. middle: the comment in the middle, where deep pages begin."""

    held: str
    middle: str
    member: str
    largest_campaign: str
    later_campaign: str
    page_url: str
    delivery: str
    author: str
    moderator: str
    urgent: str
    urgent_middle: str
    day: str
    site_ids: Sequence[str]


def fill(
    store: Store,
    site: Site,
    endpoint_id: str,
    moderator_id: str,
    count: int,
    *,
    searchable: bool = True,
) -> Filled:
    """Adds `count` comments of the last 90 days and all that belongs to them, past the store's own functions.

    searchable: whether they are put into the search index, which takes most of the time.
    """
    writer = RowWriter(store)
    filling = _Filling(store, site, endpoint_id, moderator_id, count, searchable)
    for first in range(0, count, _PART):
        filling.add_comments(writer, range(first, min(first + _PART, count)))
    filling.add_campaigns(writer)
    writer.close()
    index_due(store)
    return Filled(
        held=filling.held,
        middle=filling.ids[count // 2],
        member=filling.member,
        largest_campaign=filling.campaign_ids[0],
        later_campaign=filling.campaign_ids[len(filling.campaign_ids) // 2],
        page_url=PAGE_URL.format(BUSY),
        delivery=filling.deliveries[len(filling.deliveries) // 2],
        author=key_of("author", 20),
        moderator=moderator_id,
        urgent=filling.urgent,
        urgent_middle=f"{filling.times[count // 2]}.{filling.ids[0]}",
        day=datetime.fromtimestamp(filling.times[count // 2] / 1000, UTC).date().isoformat(),
        site_ids=filling.site_ids,
    )


class _Filling:
    def __init__(
        self,
        store: Store,
        site: Site,
        endpoint_id: str,
        moderator_id: str,
        count: int,
        searchable: bool,
    ) -> None:
        self._chance = random.Random(1)
        self._searchable = searchable
        self._site, self._endpoint_id, self._moderator_id = site, endpoint_id, moderator_id
        self._now = time.time_ns() // 1_000_000
        self._texts = made_up(2_000, seed=3)
        with store.write() as connection:
            self._rules = sites.page_rules(connection, [site.id])[site.id]
            others = [
                sites.add_site(connection, f"Paper {n}", [], "en", self._now, os.urandom)
                for n in range(OTHER_SITES)
            ]
        self._site_ids = [site.id] * (4 * OTHER_SITES) + [other.id for other in others]
        self.site_ids = sorted({*self._site_ids})
        self.times = [self._now - 90 * DAY_MS * (count - n) // count for n in range(count)]
        self.ids = [timed_id("cmt", at, self._random()) for at in self.times]
        # Every eighth comment belongs to a campaign: 15,000 to the largest, 7,500 to the next ...
        sizes = [max(2, LARGEST * count // 1_000_000 // place) for place in range(1, count // 500)]
        self.campaign_ids = [
            timed_id("cmp", self._now - n, self._random()) for n in range(len(sizes))
        ]
        members = [
            id for id, size in zip(self.campaign_ids, sizes, strict=True) for _ in range(size)
        ]
        members = members[: count // 8]
        self._held_campaigns = set(self.campaign_ids[::2])
        self._sizes = dict(zip(self.campaign_ids, sizes, strict=True))
        self._chance.shuffle(members)
        self._member_of = dict(zip(range(0, count, 8), members, strict=False))
        self.deliveries: list[str] = []
        self.held = self.member = self.urgent = ""
        self._most_urgent = 0

    def _random(self) -> bytes:
        return self._chance.randbytes(10)

    def add_comments(self, writer: RowWriter, numbers: range) -> None:
        comments = list(self._comments(numbers))
        page_numbers = range(numbers.start // 100, (numbers.stop + 99) // 100)
        urls = {f"pg_{number}": PAGE_URL.format(number) for number in page_numbers}
        writer.add(
            "pages",
            "id site_id external_id url title state created_at",
            [(id, self._site.id, "", url, "News", "open", 0) for id, url in urls.items()],
        )
        writer.add(
            "page_addresses",
            "id site_id page_id url",
            [
                (url_address(self._site.id, url, self._rules), self._site.id, id, url)
                for id, url in urls.items()
            ],
        )
        writer.add(
            "comments",
            "id site_id page_id parent_id author_name author_url created_at revision status sequence decided_by campaign_id "
            "urgent_at reports first_report",
            [
                (c.id, c.site_id, f"pg_{c.number // 100 if c.number % 20 else BUSY}", "", f"Author {c.number % 5_000}", "", c.time, 1,
                 c.status, c.sequence, "moderator" if c.sequence > 1 else "policy", c.campaign_id,
                 urgency_of(c.time, c.number % 97), *reported(c))
                for c in comments
            ],
        )  # fmt: skip
        writer.add(
            "held_scores",
            "comment_id label site_id rank",
            [
                (c.id, name, c.site_id, -10_000 * (c.number % 97))
                for c in comments
                if c.status == "held"
                for name in SCORES
            ],
        )
        writer.add(
            "reports",
            "id comment_id site_id revision sequence reason note reporter_key address_key state created_at",
            [
                (reported(c)[1], c.id, c.site_id, 1, 1, "abuse", "", "", "", "open", c.time)
                for c in comments
                if reported(c)[0]
            ],
        )
        self._add_appeals(writer, comments)
        writer.add(
            "revisions",
            "comment_id number text created_at",
            [(c.id, 1, self._text(c.number), c.time) for c in comments],
        )
        writer.add(
            "personal",
            "comment_id email_key network address_key user_agent referrer author_key network_key expires_at",
            [
                (c.id, "", "198.51.100.0/24", key_of("address", c.number % 200_000), "Mozilla/5.0", "",
                 key_of("author", c.number % 60_000), key_of("network", c.number % 40_000), c.time + 30 * DAY_MS)
                for c in comments
            ],
        )  # fmt: skip
        writer.add(
            "decisions",
            "comment_id sequence revision outcome actor_kind actor_id actor_version reasons_json created_at campaign_id",
            [row for c in comments for row in self._decisions(c)],
        )
        writer.add(
            "comment_reasons",
            "comment_id code site_id status",
            [(c.id, code, c.site_id, c.status) for c in comments for code in c.codes],
        )
        writer.add(
            "findings",
            "comment_id revision attempt signals_json failed_json created_at",
            [(c.id, 1, 1, signals_json(c.number % 97), "[]", c.time) for c in comments],
        )
        if self._searchable:
            writer.add("search_due", "id", [(c.id,) for c in comments])
        self._add_deliveries(writer, [c for c in comments if c.number % 4 == 0])
        self._add_opinions(writer, [c for c in comments if c.sequence > 1])

    def _add_appeals(self, writer: RowWriter, comments: Sequence[MadeComment]) -> None:
        """Against every hundredth decision; a tenth of them wait."""
        writer.add(
            "appeals",
            "id comment_id site_id revision sequence outcome decider_id text created_at state answered_by note",
            [
                (f"apl_{c.id[4:]}", c.id, c.site_id, 1, 1, "reject", "", "It was a quotation.", c.time,
                 "open" if c.number % 1_000 == 0 else "upheld", "", "")
                for c in comments
                if c.number % 100 == 0
            ],
        )  # fmt: skip

    def _text(self, number: int) -> str:
        text = self._texts[number % 2_000]
        return text if number % 10_000 != 17 else f"{text} {RARE_WORD}"

    def _comments(self, numbers: range) -> Iterator[MadeComment]:
        for number in numbers:
            campaign_id = self._member_of.get(number, "")
            site_id = self._site.id if campaign_id else self._site_ids[number % len(self._site_ids)]
            status = _STATUSES[number % 20]
            if campaign_id:
                status = "held" if campaign_id in self._held_campaigns else "spam"
            comment = MadeComment(
                number,
                self.ids[number],
                self.times[number],
                site_id,
                status,
                campaign_id,
                2 if number % 10 == 0 and status != "held" else 1,
            )
            if site_id == self._site.id and status == "held":
                self.held = comment.id if not campaign_id else self.held
                urgency = urgency_of(comment.time, number % 97)
                if not campaign_id and (not self.urgent or urgency < self._most_urgent):
                    self.urgent, self._most_urgent = comment.id, urgency
                self.member = comment.id if campaign_id == self.campaign_ids[0] else self.member
            yield comment

    def _decisions(self, comment: MadeComment) -> Iterator[Sequence[object]]:
        reasons = reasons_json(tuple(comment.codes))
        last = _OUTCOMES[comment.status]
        first = last if comment.sequence == 1 else "hold"
        yield (comment.id, 1, 1, first, "policy", "newsroom", "0" * 12, reasons, comment.time, "")
        if comment.sequence > 1:
            by = self._moderator_id
            yield (comment.id, 2, 1, last, "moderator", by, "", reasons, comment.time + 1, "")

    def _add_deliveries(self, writer: RowWriter, comments: Sequence[MadeComment]) -> None:
        ids = [timed_id("dlv", comment.time, self._random()) for comment in comments]
        self.deliveries += ids
        pairs = list(zip(ids, comments, strict=True))
        writer.add(
            "events",
            "id site_id type comment_id sequence revision data_json created_at",
            [
                (
                    f"evt_{c.number}",
                    c.site_id,
                    f"comment.{c.status}",
                    c.id,
                    1,
                    1,
                    '{"a": 1}',
                    c.time,
                )
                for _, c in pairs
            ],
        )
        # The newest hundredth waits, and of the others one in a hundred was given up.
        writer.add(
            "deliveries",
            "id event_id endpoint_id state due_at attempts lease created_at",
            [
                (
                    id,
                    f"evt_{c.number}",
                    self._endpoint_id,
                    self._state(c.number),
                    c.time,
                    1,
                    "",
                    c.time,
                )
                for id, c in pairs
            ],
        )
        writer.add(
            "attempts",
            "delivery_id number started_at duration response_status error",
            [(id, 1, c.time, 20, 500 if self._state(c.number) != "delivered" else 200, "") for id, c in pairs],
        )  # fmt: skip

    def _state(self, number: int) -> str:
        if number >= len(self.ids) * 99 // 100:
            return "due"
        return "dead" if number % 400 == 0 else "delivered"

    def _add_opinions(self, writer: RowWriter, comments: Sequence[MadeComment]) -> None:
        """What moderators' decisions taught, and what they say of authors."""
        writer.add(
            "feedback",
            "id site_id comment_id revision is_spam teacher created_at version kin weight undone_in",
            [
                (f"{c.id}.2", c.site_id, c.id, 1, c.status == "spam", self._moderator_id, c.time,
                 c.number // 1_000 + 1, c.id, 0.5, 0)
                for c in comments
            ],
        )  # fmt: skip
        writer.add(
            "votes",
            "comment_id subject kind kin said created_at",
            [
                (c.id, f"author {c.site_id} {key_of('author', c.number % 60_000)}", "author", c.id,
                 "approved", c.time)
                for c in comments
            ],
        )  # fmt: skip
        writer.add(
            "reputations",
            "subject week site_id kind approved spam rejected",
            [
                (f"author {c.site_id} {key_of('author', c.number)}", 2_900, c.site_id, "author", 3, 1, 0)
                for c in comments
            ],
        )  # fmt: skip

    def add_campaigns(self, writer: RowWriter) -> None:
        writer.add(
            "campaigns",
            "id created_at formed_at comments addresses names networks pages sites domain letters share first_at last_at kept_apart",
            [
                (id, self._now, self._now, self._sizes[id], 50, 50, 40, 9, 1, "", 120, 0.8, self._now, self._now, False)
                for id in self.campaign_ids
            ],
        )  # fmt: skip
        writer.add(
            "rulings",
            "campaign_id site_id sequence outcome in_force moderator_id created_at done",
            [
                (id, self._site.id, 1, "spam", "spam", self._moderator_id, self._now, True)
                for id in self.campaign_ids[1::2]
            ],
        )
        versions, prior = len(self.ids) // 1_000 + 1, load_prior().version
        untaught = pack_weights(unpack_weights(b""))
        writer.add(
            "lessons",
            "site_id version model decisions spam undone created_at delta",
            [
                (self._site.id, n, prior, n * 80, n * 20, 0, self._now, untaught)
                for n in range(1, versions + 1)
            ],
        )
