"""What the honest people and the attacker send: made up from a seed, in the order they send it."""

import random
from dataclasses import dataclass

from bench.simulation.writers import Post as PostOfAWeek
from harness.texts import WORDS
from moderation.domain.comment import AuthorRef, Context, PageRef

MINUTE, DAY = 60_000, 86_400_000  # ms
ORIGIN = "https://herald.test"
# Of honest comments. Announcements come back: the same group writes under article after article.
ANNOUNCEMENT, QUOTE, LINK, PLAIN = "announcement", "quote", "link", "plain"
HONEST_KINDS = {ANNOUNCEMENT: 0.2, QUOTE: 0.25, LINK: 0.25, PLAIN: 0.3}
# Of the attacker's: copies of a comment with a link of their own, and without; quotes of an article with a
# link; spam that links to somebody else's site.
COPY, MIRROR, BAIT, BLAME = "copy", "mirror", "bait", "blame"
ATTACK_KINDS = {COPY: 0.3, MIRROR: 0.2, BAIT: 0.2, BLAME: 0.3}
CAMPAIGN = "campaign"  # an ordinary one: one offer with one link
_VICTIMS = ("charity.example", "mill.example", "bbc.co.uk", "library.example", "theguardian.com")
_OFFERS = (
    "Get a cheap payday loan today without any credit check, apply online now",
    "Best replica watches for sale, free shipping and discount prices, buy online",
    "Earn money fast from home, guaranteed income every week, click and join now",
    "Buy cheap pills online without prescription, trusted pharmacy and fast delivery",
)
_GROUPS, _PAGES = 12, 40
_ATTACK_FROM = DAY // 2


class Post(PostOfAWeek):
    """One comment. kind: one of HONEST_KINDS, of ATTACK_KINDS, or CAMPAIGN."""

    __slots__ = ()

    @property
    def is_honest(self) -> bool:
        return self.kind in HONEST_KINDS


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is sent. honest: comments in all; attacks: a day; addresses: of the attacker; campaign: copies."""

    days: int = 5
    honest: int = 1_000
    attacks: int = 200
    addresses: int = 20
    campaign: int = 60


SMALL = Plan(days=2, honest=60, attacks=40, addresses=10, campaign=10)


class _Section:
    """A comment section: its articles, and the groups that announce something below them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.leads = [self.sentence(16) for _ in range(_PAGES)]
        self.announcements = [
            f"{self.sentence(18)} https://group{number}.example/news" for number in range(_GROUPS)
        ]

    def sentence(self, words: int) -> str:
        return " ".join(self.chance.choices(WORDS.split(), k=words)).capitalize() + "."

    def page(self, number: int) -> PageRef:
        return PageRef(f"{ORIGIN}/news/{number}", f"News {number}")

    def announce(self, group: int, at: int) -> Post:
        """A group's announcement, always from the same browser, with some words of its own."""
        text = f"{self.announcements[group]} {self.sentence(self.chance.randint(2, 8))}"
        author = AuthorRef(f"Group {group}", identity=f"browser:{group}")
        page = self.page(self.chance.randrange(_PAGES))
        return Post(at, ANNOUNCEMENT, author, text, page, Context(ip=f"192.0.{group}.3"))

    def honest_text(self, kind: str, page: int) -> str:
        chance = self.chance
        if kind == QUOTE:
            return f"{self.leads[page]} {self.sentence(chance.randint(4, 12))}"
        if kind == LINK:
            link = f"https://{chance.choice(_VICTIMS)}/{chance.randrange(1_000)}"
            return f"{self.sentence(chance.randint(8, 30))} {link}"
        return self.sentence(chance.randint(8, 60))

    def attack_text(self, kind: str, page: int) -> str:
        chance = self.chance
        own = f"https://loans{chance.randrange(3)}.example/now"
        if kind == COPY:
            return f"{chance.choice(self.announcements)} {own}"
        if kind == MIRROR:
            return chance.choice(self.announcements)
        if kind == BAIT:
            return f"{self.leads[page]} {own}"
        link = f"https://{chance.choice(_VICTIMS)}/{chance.randrange(1_000)}"
        return f"{chance.choice(_OFFERS)}, {self.sentence(6)} {link}"


def posts(plan: Plan, seed: int, start: int) -> list[Post]:
    """All that is sent, in order; the same for the same seed. start: ms."""
    section = _Section(seed)
    chance = section.chance
    end = plan.days * DAY
    # Nobody can copy an announcement before it is published.
    sent = [section.announce(number, start + number * 30 * MINUTE) for number in range(_GROUPS)]
    for number in range(plan.honest - _GROUPS):
        kind = _kind(chance, HONEST_KINDS)
        page = chance.randrange(_PAGES)
        if kind == ANNOUNCEMENT:
            at = start + chance.randrange(_ATTACK_FROM, end)
            sent.append(section.announce(chance.randrange(_GROUPS), at))
            continue
        text = section.honest_text(kind, page)
        sent.append(
            Post(
                start + chance.randrange(end),
                kind,
                AuthorRef(f"Reader {number % 400}"),
                text,
                section.page(page),
                Context(ip=f"100.{64 + number % 50}.{number % 200}.7"),
            )
        )
    for _ in range(plan.attacks * plan.days):
        kind = _kind(chance, ATTACK_KINDS)
        page = chance.randrange(_PAGES)
        sender = chance.randrange(plan.addresses)
        text = section.attack_text(kind, page)
        sent.append(
            Post(
                start + chance.randrange(_ATTACK_FROM, end),
                kind,
                AuthorRef(f"Visitor {chance.randrange(10_000)}"),
                text,
                section.page(page),
                Context(ip=f"198.51.{sender}.9"),
            )
        )
    begin = start + end // 2
    offer = f"{_OFFERS[0]}, {section.sentence(12)} https://cash.example/join"
    for number in range(plan.campaign):
        sent.append(
            Post(
                begin + number * 10 * MINUTE,
                CAMPAIGN,
                AuthorRef(f"Winner {number}"),
                f"{offer} {section.sentence(3)}",
                section.page(number % _PAGES),
                Context(ip=f"203.0.{number % 100}.5"),
            )
        )
    return sorted(sent, key=lambda post: post.at)


def _kind(chance: random.Random, shares: dict[str, float]) -> str:
    [kind] = chance.choices(list(shares), list(shares.values()))
    return kind
