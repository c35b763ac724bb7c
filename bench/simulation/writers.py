"""The simulated writers, and what each submits during the week.

Honest people; three campaigns (random tails, rotating domains, paraphrases); an SEO writer; somebody who
insults and returns under other names; and single spam comments, each by somebody else.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bench.simulation import wording
from bench.simulation.texts import Texts
from moderation.domain.comment import AuthorRef, Context, PageRef

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000  # ms
HONEST, TROLL = "honest", "troll"
CAMPAIGNS = ("tails", "domains", "paraphrase")
SPAM = (*CAMPAIGNS, "seo", "single")
ORIGIN = "https://herald.test"

# Of an honest comment, by kind of place; shares of what the folder has.
_PLACES = {"news": 0.6, "forum": 0.25, "talk": 0.15}
_SHORT = (
    "Thanks!",
    "Great article",
    "This.",
    "So true",
    "Well said.",
    "I agree",
    "Great article, thank you.",
)
_FINE = """https://www.nytimes.com/2026/11/12/{n}.html https://www.bbc.co.uk/news/uk-{n} https://en.wikipedia.org/wiki/Item_{n}
https://www.youtube.com/watch?v=q{n} https://www.theguardian.com/p/{n} https://www.reuters.com/a/{n} https://www.gov.uk/g/{n}
https://apnews.com/article/{n} https://www.nature.com/articles/{n} https://herald.test/news/{n}"""
_BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
    "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Mobile Safari/537.36",
)
_PROGRAMS = ("python-requests/2.32", "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)", "")
_SENTENCE = re.compile(r"[^.!?\n]{15,160}[.!?]*")
_LINK = re.compile(r"(?i)(?:https?://|www\.)\S+")


@dataclass(frozen=True, slots=True)
class Post:
    """One comment of the week. kind: HONEST, TROLL or one of SPAM."""

    at: int
    kind: str
    author: AuthorRef
    text: str
    page: PageRef
    context: Context

    @property
    def is_spam(self) -> bool:
        return self.kind in SPAM


@dataclass(frozen=True, slots=True)
class Plan:
    """How much happens. honest, singles, seo, insults: comments a day. tails, domains, paraphrases: in all."""

    days: int = 7
    honest: int = 700
    singles: int = 12
    seo: int = 6
    insults: int = 6
    tails: int = 200
    domains: int = 150
    paraphrases: int = 120


SMALL = Plan(days=2, honest=60, singles=3, seo=2, insults=2, tails=30, domains=24, paraphrases=20)


def week(texts: Texts, plan: Plan, seed: int, start: int) -> list[Post]:
    """Everything that is submitted, in order of time. start: ms, a midnight."""
    writers = _Writers(texts, plan, random.Random(seed), start)
    posts = [
        *writers.honest(), *writers.tails(), *writers.domains(), *writers.paraphrases(), *writers.seo(), *writers.singles(), *writers.troll(),
    ]  # fmt: skip
    return sorted(posts, key=lambda post: post.at)


@dataclass(frozen=True, slots=True)
class _Person:
    """browser: the name in a token that it keeps, '' for one that keeps nothing."""

    name: str
    address: str
    agent: str
    browser: str = ""
    email: str = ""
    url: str = ""

    @property
    def identity(self) -> str:
        return f"browser:{self.browser}" if self.browser else ""


class _Writers:
    """All writers, with one source of randomness."""

    def __init__(self, texts: Texts, plan: Plan, chance: random.Random, start: int) -> None:
        self._texts, self._plan, self._chance, self._start = texts, plan, chance, start
        self._sources = [wording.domain(chance) for _ in range(200)]  # places that few people know
        self._carriers = [
            self._network() for _ in range(10)
        ]  # of telephones and offices, shared by many
        self._spam: list[str] = []
        self._left: dict[str, list[str]] = {source: [] for source in texts.honest}
        self._pages = [
            (
                start + round((number / 40) ** 1.1 * plan.days * DAY) - DAY,
                PageRef(f"{ORIGIN}/news/{number}", f"Article {number}"),
            )
            for number in range(40)
        ]

    # --- honest -----------------------------------------------------------------------------------

    def honest(self) -> Iterator[Post]:
        """Regulars who come back in the same browser write six of ten comments, passers-by the others."""
        chance, plan = self._chance, self._plan
        regulars = [self._reader(keeps=True) for _ in range(max(12, plan.honest // 5))]
        earlier: list[str] = []
        for number in range(plan.days * plan.honest):
            person = chance.choice(regulars) if chance.random() < 0.6 else self._reader(keeps=False)
            text = self._remark()
            if earlier and chance.random() < 0.02:  # an answer with what it answers to
                text = f"> {chance.choice(earlier[-50:])[:200]}\n\n{text}"
            earlier.append(text)
            post = self._post(self._daytime(number // plan.honest), HONEST, person, text)
            yield post
            if chance.random() < 0.004:  # clicked twice
                yield replace(post, at=post.at + chance.randint(1, 8) * 1_000)

    def _reader(self, *, keeps: bool) -> _Person:
        chance = self._chance
        address = (
            self._address(chance.choice(self._carriers))
            if chance.random() < 0.2
            else self._address()
        )
        name = wording.name(chance)
        return _Person(
            name,
            address,
            chance.choice(_BROWSERS),
            f"{chance.getrandbits(40):x}" if keeps else "",
            f"{name.replace(' ', '.').lower()}{chance.randint(1, 999)}@mail.example"
            if chance.random() < 0.5
            else "",
            f"https://{wording.domain(chance)}/" if chance.random() < 0.03 else "",
        )

    def _remark(self) -> str:
        chance = self._chance
        if chance.random() < 0.04:
            return chance.choice(_SHORT)
        places = [source for source in _PLACES if source in self._texts.honest]
        source = chance.choices(places, [_PLACES[source] for source in places])[0]
        text = self._drawn(self._left[source], self._texts.honest[source])
        if chance.random() < 0.04:
            links = chance.choices((1, 2, 3), (80, 18, 2))[0]
            text = " ".join((text, *(self._source() for _ in range(links))))
        return text

    def _source(self) -> str:
        """A link to something fit to read: half the time to what everybody knows."""
        number = self._chance.randint(100, 9999)
        if self._chance.random() < 0.5:
            return self._chance.choice(_FINE.split()).format(n=number)
        return f"https://{self._chance.choice(self._sources)}/{number}"

    # --- campaigns --------------------------------------------------------------------------------

    def tails(self) -> Iterator[Post]:
        """One text with random tails, by fifty authors from seventy networks."""
        pitch = self._pitch(60)
        names = [wording.name(self._chance) for _ in range(50)]
        networks = [self._network() for _ in range(60)] + self._carriers
        yield from self._spread(
            "tails",
            self._plan.tails,
            0.4,
            names,
            networks,
            lambda number: f"{pitch} {wording.tail(self._chance)}",
        )

    def domains(self) -> Iterator[Post]:
        """Four wordings of one offer; every six comments or so another domain that was registered today."""
        pitch = _LINK.sub("", self._pitch(70)).strip()
        wordings = [wording.spun(pitch, self._chance, 0.4) for _ in range(4)]
        names = [wording.name(self._chance) for _ in range(40)]
        networks = [self._network() for _ in range(40)]
        fresh: dict[int, str] = {}

        def text(number: int) -> str:
            host = fresh.setdefault(number // 6, wording.domain(self._chance))
            return f"{self._chance.choice(wordings)} https://{host}/{wording.tail(self._chance).replace(' ', '-')}"

        yield from self._spread("domains", self._plan.domains, 0.7, names, networks, text)

    def paraphrases(self) -> Iterator[Post]:
        """Two to four of ten sentences in any order, every word that has a like replaced at random; they
        lead to one of three domains or to a messenger."""
        chance = self._chance
        sentences: list[str] = []
        while len(sentences) < 10:
            parts = [
                sentence.strip() for sentence in _SENTENCE.findall(_LINK.sub("", self._pitch(40)))
            ]
            sentences += [sentence for sentence in parts if len(sentence.split()) > 4][:3]
        places = [wording.domain(chance) for _ in range(3)]
        handle = wording.name(chance).replace(" ", "_").lower()
        names = [wording.name(chance) for _ in range(60)]
        networks = [self._network() for _ in range(50)]

        def text(number: int) -> str:
            chosen = " ".join(
                wording.spun(sentence, chance)
                for sentence in chance.sample(sentences, chance.randint(2, 4))
            )
            if chance.random() < 0.7:
                return f"{chosen} https://{chance.choice(places)}/{chance.randint(1, 99)}"
            return f"{chosen} {chance.choice(('Telegram: @', 'write me on telegram @', 'WhatsApp me at @'))}{handle}"

        yield from self._spread("paraphrase", self._plan.paraphrases, 1.0, names, networks, text)

    def _spread(
        self,
        kind: str,
        count: int,
        begins: float,
        names: Sequence[str],
        networks: Sequence[str],
        text: Callable[[int], str],
    ) -> Iterator[Post]:
        """So many comments from the day `begins` to the end: half in bursts of four hours, half in between."""
        chance = self._chance
        first, last = self._start + round(begins * DAY), self._start + self._plan.days * DAY
        bursts = [chance.randrange(first, last - 4 * HOUR) for _ in range(3)]
        times = [
            chance.choice(bursts) + chance.randrange(4 * HOUR)
            if chance.random() < 0.5
            else chance.randrange(first, last)
            for _ in range(count)
        ]
        for number, time in enumerate(sorted(times)):
            person = _Person(
                chance.choice(names), self._address(chance.choice(networks)), self._spam_agent()
            )
            if chance.random() < 0.3:
                person = replace(person, email=f"{chance.getrandbits(32):x}@mail.example")
            yield self._post(time, kind, person, text(number))

    # --- the others ---------------------------------------------------------------------------------

    def seo(self) -> Iterator[Post]:
        """Somebody who praises the article and wants the link on the name; half the time a name of a person."""
        chance = self._chance
        clients = [wording.domain(chance) for _ in range(6)]
        networks = [self._network(), self._network()]
        for number in range(self._plan.days * self._plan.seo):
            name = wording.name(chance) if chance.random() < 0.5 else wording.keywords(chance)
            url = f"https://www.{chance.choice(clients)}/"
            opening = chance.choice(
                (
                    "Nice post.",
                    "Very informative article, thank you.",
                    "I enjoyed reading this.",
                    "Great points.",
                )
            )
            person = _Person(
                name, self._address(chance.choice(networks)), chance.choice(_BROWSERS), url=url
            )
            yield self._post(
                self._daytime(number // self._plan.seo),
                "seo",
                person,
                f"{opening} {self._remark()}",
            )

    def singles(self) -> Iterator[Post]:
        """Spam of all sorts, each by somebody else."""
        for number in range(self._plan.days * self._plan.singles):
            person = _Person(wording.name(self._chance), self._address(), self._spam_agent())
            yield self._post(
                self._daytime(number // self._plan.singles), "single", person, self._spam_text()
            )

    def troll(self) -> Iterator[Post]:
        """Insults, under another name every time, in the same browser most of the time, from two networks."""
        chance = self._chance
        browser = f"{chance.getrandbits(40):x}"
        networks = [self._network(), self._network()]
        for number in range(self._plan.days * self._plan.insults if self._texts.insults else 0):
            person = _Person(
                wording.name(chance),
                self._address(chance.choice(networks)),
                chance.choice(_BROWSERS),
                browser if chance.random() < 0.8 else "",
            )
            text = chance.choice(self._texts.insults)
            yield self._post(self._daytime(number // self._plan.insults), TROLL, person, text)

    # --- what all have in common ----------------------------------------------------------------------

    def _post(self, time: int, kind: str, person: _Person, text: str) -> Post:
        page = self._page(time)
        return Post(
            time,
            kind,
            AuthorRef(person.name, person.email, person.url, person.identity),
            text,
            page,
            Context(person.address, person.agent, page.url if person.agent in _BROWSERS else ""),
        )

    def _page(self, time: int) -> PageRef:
        """Most comments stand below what was published in the last two days."""
        out = [(published, page) for published, page in self._pages if published <= time]
        weights = [0.5 ** ((time - published) / DAY) + 0.02 for published, _ in out]
        return self._chance.choices([page for _, page in out], weights)[0]

    def _daytime(self, day: int) -> int:
        """Some time of a day: few write at night."""
        hour = min(23.99, max(0.0, self._chance.gauss(14.5, 4.5)))
        return self._start + day * DAY + round(hour * HOUR)

    def _spam_text(self) -> str:
        return self._drawn(self._spam, self._texts.spam)

    def _drawn(self, remaining: list[str], stock: Sequence[str]) -> str:
        """One of what nobody has said yet; where all has been said, anything again."""
        if not remaining:
            remaining += stock
            self._chance.shuffle(remaining)
        return remaining.pop()

    def _pitch(self, least: int) -> str:
        """A piece of spam of so many characters at least, and not much more than three hundred."""
        pitches: Sequence[str] = [self._spam_text() for _ in range(min(200, len(self._texts.spam)))]
        fitting = (pitch for pitch in pitches if least <= len(pitch) <= 320)
        return next(fitting, max(pitches, key=len))[:400]

    def _spam_agent(self) -> str:
        return self._chance.choice(_PROGRAMS if self._chance.random() < 0.25 else _BROWSERS)

    def _network(self) -> str:
        return f"{self._chance.randint(11, 198)}.{self._chance.randint(0, 255)}.{self._chance.randint(0, 255)}"

    def _address(self, network: str = "") -> str:
        return f"{network or self._network()}.{self._chance.randint(1, 254)}"
