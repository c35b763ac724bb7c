"""Sentences written for training: groups named without harm, news politics, and the ugly opposites.

Public toxic comments name some groups far oftener than harmless ones do, so a linear model learns
that the name is the insult ("I am a gay man": 0.72 before these). The templates are ours; none
comes from HateCheck or the bias templates that the result is measured with.
"""

import itertools
import random
from collections.abc import Iterator

from training.corpus import Example

_ADJECTIVES = """gay lesbian bisexual transgender trans queer homosexual heterosexual straight nonbinary
black white Asian African Latino Hispanic Mexican Chinese Indian Arab Turkish Polish Russian German
American Canadian European Nigerian Japanese Korean Pakistani Middle-Eastern Roma Native-American
Muslim Jewish Christian Catholic Protestant Hindu Sikh Buddhist atheist Islamic
deaf blind disabled autistic paralyzed elderly old young female male immigrant refugee homeless poor"""
_PLURALS = """gays lesbians homosexuals queers blacks whites Asians Latinos Mexicans Chinese Indians Arabs Turks
Poles Russians Muslims Jews Christians Catholics Hindus Sikhs Buddhists atheists immigrants refugees
foreigners women men migrants feminists gypsies Africans Pakistanis teenagers"""

_HARMLESS = """I am a {a} man
I am a {a} woman and I live here
I'm {a}
as a {a} person I agree with this article
my {a} neighbour helped us move
my brother is {a} and we are proud of him
my best friend is a {a} woman
she is a {a} teacher at my daughter's school
he is a {a} actor from Chicago
the {a} community met the mayor on Sunday
{a} people deserve the same rights
a {a} couple moved in next door
we are a {a} family and we love this town
the museum shows {a} art until May
being {a} is nothing to be ashamed of
many {a} voters stayed at home
the {a} vote decided the election
there was a {a} festival in the park
discrimination against {a} people is still a problem
I grew up in a {a} household
the first {a} minister of the country
is the author {a}?
he came out as {a} last year
thank you for writing about {a} history
{a} lives matter
the film is about a {a} girl in London
we welcome our {a} guests
they said {a} people were treated badly by the police
no one should be insulted for being {a}
I met my {a} husband at university""".splitlines()
_HARMLESS_MANY = """{p} live in our street and we get along
most {p} voted for the other party
I have nothing against {p}
I love {p}
{p} have the right to marry
the law treats {p} differently
{p} celebrated their holiday on Friday
many {p} were killed in the attack
the paper interviewed {p} about their lives
{p} and their neighbours rebuilt the bridge
hatred of {p} is rising and it worries me
stop attacking {p}
why do people hate {p}
the rights of {p} are human rights""".splitlines()
_UGLY = """fucking {p}
{p} are disgusting
I hate {p}
{p} are vermin and should be thrown out
all {p} are criminals
we should get rid of all the {p}
{p} are subhuman
no {p} in our country, send them all back
{p} are a disease
the world would be better without {p}
dirty {p}
you {a} piece of shit
shut up you stupid {a} bitch
you disgusting {a} freak
filthy {a} scum
{a} people are animals
{a} people should not be allowed to vote, they are too stupid
go back to where you came from you {a} bastard""".splitlines()
_UGLY_THREATS = """kill all {p}
{p} should be shot
burn the {p}
I will beat up the next {a} person I see
hang the {p}
someone should gas the {p}
exterminate {p}""".splitlines()

_OFFICES = """minister|president|mayor|governor|senator|chancellor|prime minister|chief executive|police chief|judge|
party leader|foreign secretary|council|government|opposition|speaker|commissioner|coach|referee|editor|bank|
company|union|board|ministry""".replace("\n", "").split("|")
_NEWS = """the {o} is a liar and should resign
the {o} lied to us and must go
the {o} has failed and everybody knows it
I do not believe a word the {o} says
this {o} is a disgrace to the office
the {o} should be ashamed
the {o} is corrupt, vote them out
what a terrible decision by the {o}
the {o} is wrong about taxes
the {o} killed the bill in committee
the {o} must be fired
the {o} is incompetent
the {o} does not care about working people
a weak {o} and a bad plan
the {o} was attacked by the press again
shame on the {o}
how can the {o} sleep at night
typical lies from the {o}
the {o} is destroying our schools
I hope the {o} loses the next election
the {o} was shot in an attack last year
it is a shame what the {o} did to the economy
the {o} is a hypocrite
so the {o} wants us to pay for it, again
good riddance to the {o}
the murder trial of the former {o} begins on Monday""".splitlines()
_EVERYDAY = """great article, thanks
thank you for this
I disagree with the author
this is nonsense, the numbers do not add up
nice photo
what happened to the old bridge
can somebody explain the last paragraph
I killed two hours reading this and it was worth it
you are right
you are wrong about that, see the second table
no, that is not what she said
first comment
best soup I ever made, my kids loved it
you really have to read the report before you comment
this makes me so angry, the poor children
does anyone know when the pool opens
well said
I could not agree more
what a silly argument
sorry but that is a bad idea
the damn train was late again
my dog died last week and I miss her
the breast cancer screening is free for women over fifty
shooting starts at dawn, bring your camera
he shot the ball into the top corner
they killed it on stage last night
dick cheney was vice president
this game sucks
what the hell happened here
I am sick and tired of the rain
oh my god this cake
it is crap weather for june
that joke was killing me
stupid question maybe, but how do I register
I feel like an idiot for missing this sale
do not be afraid to ask
the black car, the white house and the yellow press
hello
ok
yes
lol""".splitlines()


def names() -> list[str]:
    """The names of groups, each a single lower-case word."""
    words = {word.lower() for word in (_ADJECTIVES + " " + _PLURALS).split() if "-" not in word}
    return sorted(words - {"women", "men", "old", "young", "poor", "straight"})


def sentences(seed: int) -> Iterator[Example]:
    """Harmless and hateful sentences in about the same number, so that the name itself says nothing."""
    random_ = random.Random(seed)
    adjectives, plurals = _ADJECTIVES.split(), _PLURALS.split()
    clean = (0,) * 6
    hateful, threatening = (1, 0, -1, 0, -1, 1), (1, -1, 0, 1, -1, 1)
    for template, word in itertools.chain(
        itertools.product(_HARMLESS, adjectives), itertools.product(_HARMLESS_MANY, plurals)
    ):
        if random_.random() < 0.7:
            yield Example(_fill(template, word, word), clean, 4.0, "written")
    for labels, templates, share in ((hateful, _UGLY, 0.3), (threatening, _UGLY_THREATS, 0.6)):
        for template in templates:
            for word, many in itertools.zip_longest(adjectives, plurals):
                chosen = word if "{a}" in template else many
                if chosen and random_.random() < share:
                    yield Example(_fill(template, chosen, chosen), labels, 0.5, "written")
    for template, office in itertools.product(_NEWS, _OFFICES):
        if random_.random() < 0.7:
            yield Example(template.replace("{o}", office), clean, 1.0, "written")
    for sentence in _EVERYDAY:
        yield Example(sentence, clean, 3.0, "written")


def _fill(template: str, adjective: str, plural: str) -> str:
    return template.replace("{a}", adjective).replace("{p}", plural)
