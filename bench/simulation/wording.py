"""Names of writers, and how spammers vary their texts."""

import random


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words("""Anna Ben Carla David Elena Frank Grace Hugo Irene Jack Karin Liam Maria Noah Olga Paul Quinn Rosa Sam Tina
Umar Vera Will Xenia Yusuf Zoe Amir Beth Chen Dora Emil Fatima George Hanna Ivan Julia Kofi Lena Mark Nadia""")
_LAST = _words("""Adams Brown Clark Diaz Evans Fischer Garcia Hill Ito Jones Klein Lopez Meyer Novak Olsen Patel Quist Reed Smith
Tanaka Usman Vogel White Young Zimmer Bauer Costa Dubois Egger Ferrari Grant Hansen Ivanov Jensen""")
_NICKS = _words("river sunny old north blue tired happy lone second still rusty green plain quiet")
_NOUNS = _words(
    "reader walker commuter teacher gardener owl fox cyclist voter neighbour dad nurse cat pilot"
)
_KEYWORDS = """cheap flights online;best vpn service;roof repair dallas;buy essay online;packers and movers pune;crypto trading signals;
seo services london;online casino bonus;web hosting deals;emergency plumber near me""".replace(
    "\n", ""
).split(";")
_FILLER = _words("""great really today maybe thanks people world always never house water light green friend music happy story street
window number little summer winter paper orange table river simple second early""")
_SYLLABLES = _words("ba co da fi go ha ka lo mi na pe qua ri so tu ve wa xo yu zi")
_SUFFIXES = _words("com net org info biz top xyz online shop club")
# Words that can stand for each other, as programs that "spin" a text know them.
_ALIKE = [group.split() for group in """
get obtain receive;make earn gain;money cash income;help assist support;need want require;good great excellent superb;free complimentary;
quick fast rapid speedy;easy simple effortless;buy purchase order;cheap affordable inexpensive;best top finest;check see view visit;
start begin launch;job work employment;people folks persons;now today immediately;amazing awesome incredible wonderful;love adore like;
video clip film;channel page profile;please kindly;subscribe follow join;win score grab;click press tap;site website page;
friend buddy pal;week month;watch view see;song track tune;music tunes songs;new fresh latest;call phone ring;prize reward award;
claim collect redeem;text message;just simply only;online web internet;give offer provide;guys everyone all;share spread post;big huge large;
real genuine true;chance opportunity;thing stuff;find discover locate;show present display;try test attempt;nice lovely pleasant;
how what;hey hi hello;every each;day evening morning;home house;trust believe;life living;also too;tell inform;very really truly;million thousand""".replace("\n", "").split(";")]  # fmt: skip
_SPUN = {word: group for group in _ALIKE for word in group}


def name(chance: random.Random) -> str:
    """A person's name or a nickname."""
    if chance.random() < 0.35:
        number = str(chance.randint(1, 99)) if chance.random() < 0.4 else ""
        return f"{chance.choice(_NICKS)}{chance.choice(_NOUNS)}{number}"
    return f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"


def keywords(chance: random.Random) -> str:
    """The name that an SEO writer signs with."""
    return chance.choice(_KEYWORDS)


def domain(chance: random.Random) -> str:
    """A new domain."""
    stem = "".join(chance.choices(_SYLLABLES, k=chance.randint(3, 5)))
    return f"{stem}.{chance.choice(_SUFFIXES)}"


def tail(chance: random.Random) -> str:
    """Unrelated words, or random letters."""
    if chance.random() < 0.5:
        return " ".join(chance.choices(_FILLER, k=chance.randint(1, 9)))
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz ", k=chance.randint(4, 40))).strip()


def spun(text: str, chance: random.Random, share: float = 0.8) -> str:
    """The text with this share of the words that have synonyms replaced by one of them."""
    return " ".join(
        _other(word, chance) if chance.random() < share else word for word in text.split()
    )


def _other(word: str, chance: random.Random) -> str:
    bare = word.strip(".,!?:;").lower()
    if bare not in _SPUN:
        return word
    return word.lower().replace(
        bare, chance.choice([synonym for synonym in _SPUN[bare] if synonym != bare])
    )
