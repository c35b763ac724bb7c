"""Sentences written for training, drawn from a grammar: groups named without harm and with, insults at
persons, things that may be hated, denials, quotations, news politics, names that look like swearing.

Public toxic comments name some groups far oftener than harmless ones do, so a model learns that the
name is the insult. Here the name stands as often in kind and plain sentences as in hostile ones, and
so do the qualities, the verbs and the negations. The kinds of sentence follow what HateCheck says should be
told apart (Röttger et al. 2021, arXiv 2012.15606, section 3); the templates are ours: none comes from
HateCheck or from the bias templates that the result is measured with.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence

from training import words
from training.corpus import UNKNOWN, Example

U = UNKNOWN
#           toxicity severe obscene threat insult identity_attack
CLEAN = (0, 0, 0, 0, 0, 0)
HATE = (1, U, U, 0, U, 1)
HATE_FOUL = (1, U, 1, 0, U, 1)
HATE_THREAT = (1, U, U, 1, U, 1)
INSULT = (1, 0, U, 0, 1, 0)
INSULT_FOUL = (1, U, 1, 0, 1, 0)
INSULT_GROUP = (1, 0, U, 0, 1, U)
THREAT = (1, U, 0, 1, U, 0)
FOUL = (U, 0, 1, 0, 0, 0)
AIMLESS = (1, 0, U, 0, U, 0)  # at people whom no law protects: rude, not an attack on an identity
PROUD = (U, 0, U, 0, 0, 0)

_HATEFUL: tuple[tuple[tuple[int, ...], str], ...] = (
    # what is felt
    (HATE, """I can't stand {p}|{p} make me sick|I despise {p}|I have nothing but contempt for {p}|God, I loathe {p}
every single {s} disgusts me|I get angry when I see {p}|I wish {p} did not exist|I hate {p} so much
{p} are the worst thing that ever happened to us|nobody is worse than {p}|I detest all {p}|I really hate {a} people
I am fed up with {p}|seeing a {s} makes me want to throw up|I would never sit next to a {s}
I hate everything about {p}|my hatred of {p} grows every day|I feel only disgust for {p}"""),
    # what is said of them
    (HATE, """{p} are {bad}|all {p} are {bad} and {bad2}|{p} are so {bad}|{p} are nothing but {beings}|{p} are {beings}
every {s} is {bad}|most {p} are {bad} {beings}|a {s} will always be {bad}|{p} {deed}|{p} always {deed}
you can't trust a {s}|{p} are less than human|{p} are a disease|{p} are the scum of the earth|{p} are a burden on us all
typical {a} behaviour, {bad} as ever|those {bad} {p}|what do you expect from {p}, they {deed}|they say being {a} is natural, I say it is a mental illness
it is disgusting to be {a}|it is {bad} to be {a}|{a} people are {bad} {beings}|you {p} are all {bad}|you {a} people {deed}
{p} have no {good} bone in them|{p} bring shame on this city|{a} {beings}|{p} are like {beings}|{p} look like {beings}
the average {s} has the brain of a chicken|the {a} lifestyle is {bad}|{p} contribute nothing to society
there are too many {p} here|there are way too many {p} in this country, and they {deed}|{p} belong in a zoo"""),
    # what should be done, short of violence
    (HATE, """{p} should be {expelled}|{p} must be {expelled}|all {p} need to be {expelled}|we should have {p} {expelled}
{p} should not be allowed to {right}|no {s} should be allowed to {right}|{p} don't deserve to {right}
{p} have no business here|go back to where you came from, {p}|get {p} out of our country|no {p} in our neighbourhood please
keep {p} away from our children|let us get rid of {p}|the world would be better without {p}|we don't want {p} here
I would never hire a {s}|I'd never let my daughter marry a {s}|{p} should know their place|{p} belong in the kitchen
nobody should rent to {p}|I support anyone who wants {p} {expelled}|stop letting {p} in|we must stop the {a} invasion
{p} should stay where they are, out of sight|never vote for a {s}|never trust a {s} with money"""),
    # violence
    (HATE_THREAT, """{p} should be {harmed}|all {p} must be {harmed}|{p} deserve to be {harmed}|I want to see {p} {harmed}
I am going to {harm} every {s} I meet|I will {harm} the next {s} I see|somebody should {harm} all those {p}|let's {harm} some {p}
we are coming for you {p}|time to {harm} the {p}|one day we will {harm} you, {p}|I'd love to {harm} a {s}
watch your back, {s}|if I meet a {s} tonight I will {harm} them|someone ought to {harm} {p}|{harm} all {p}|{harm} {p}
the only good {s} is a dead {s}|{p} need to be {harmed} before it is too late|{p} will be {harmed}, mark my words
I hope every {s} gets {harmed}|{p} have to be {harmed} like {beings}|I dream of {p} being {harmed}"""),
    # two sentences, the group only in one
    (HATE, """so many {p} moved here. They are all {bad}|I met some {p} today. What {beings}|{p}? I hate them
my neighbours are {p} and they {deed}|{p} again. They should be {expelled}|there go the {p}. I can't stand them
look at these {p}. They make me sick|I know a lot of {p}, and all of them are {bad}|you are one of those {p}. You disgust me
they let {p} into the building, and those people {deed}|he is a {s}, so of course he is {bad}
she is a {s}, that is why she is so {bad}|you're {a}? Then you are {bad} like the rest of them"""),
    # what is denied
    (HATE, """{p} are not {good}|no {s} has ever been {good}|I don't think {p} are {good} people|{p} will never be {good}
there is no such thing as a {good} {s}|I have never met a {good} {s}|{p} are not human|a {s} is not a person
{p} do not deserve any respect|{p} have never done anything good for us|I don't believe {p} can be {good}
nobody needs {p}|nobody likes {p}|nobody wants {p} around|{p} aren't real people|you can't be {good} and {a}"""),
    # asked, thought, claimed
    (HATE, """why are {p} so {bad}?|why do {p} always {deed}?|isn't it obvious that {p} are {bad}?|how can anybody like {p}?
who let these {bad} {p} in?|when will somebody do something about {p}?|does anyone else think {p} are {beings}?
am I the only one who hates {p}?|should we really let {p} {right}?|is there anything worse than {p}?|how {bad} can a {s} be?
I think {p} are {bad}|in my opinion {p} should be {expelled}|honestly, {p} are just {beings}|I'm sorry but {p} {deed}
everybody knows that {p} are {bad}|not to be racist but {p} {deed}|science says {p} are {bad}|let's be honest, {p} are {bad}
trust me, {p} are {bad}|if you ask me, all {p} should be {expelled}|I firmly believe that {p} {deed}"""),
    # with swearing
    (HATE_FOUL, """fucking {p}|{p} are fucking {bad}|fuck {p}|fuck all {p}|I fucking hate {p}|{p} can go fuck themselves
stupid fucking {p}|{p} are full of shit|why the fuck are {p} here|{p} are pieces of shit|what a fucking {bad} {s}
you {a} piece of shit|shut the fuck up you {bad} {s}|damn {p}, always {bad}|god damn {p}|get the fuck out, {p}
{p} are {bad} as fuck|bloody {p}, they {deed}|a bunch of {bad} fucking {p}|you fucking {s}"""),
    # by a slur
    (HATE_FOUL, """you {slur}|you {bad} {slur}|stupid {slur}|all {slurs} are {bad}|I hate {slurs}|those {slurs} {deed}
fucking {slurs}|what a {slur}|shut up {slur}|go home {slurs}|you are just a {bad} {slur}|{slurs} make me sick
look at this {slur}|bunch of {slurs}|no {slurs} allowed|typical {slur}|{name} is a {slur}|my boss is a {slur}
another {slur} on television|that {slur} should be {expelled}|she is a {slur}|he's such a {slur}"""),
)  # fmt: skip

_HARMLESS: tuple[tuple[tuple[int, ...], str], ...] = (
    # named plainly
    (CLEAN, """I am a {s}|I am {a}|I'm {a} and I live here|as a {s} I agree with this article|my brother is {a}
my neighbour is a {s}|{name} is a {s}|our teacher is {a}|she married a {s}|the {a} community met the mayor on Sunday
a {s} wrote this book|the film is about a {s}|there are many {p} in {place}|{p} live in our street|two {p} work in my office
he came out as {a} last year|is the author {a}?|I grew up in a {a} household|the museum shows {a} art until May
most {p} voted for the other party|{p} celebrated their holiday on Friday|the paper interviewed {p} about their lives
a {a} couple moved in next door|the first {a} minister of the country|{a} history month begins today|I met my {a} friends at university
many {p} were killed in the attack|the police shot a {s} last night and the family wants answers|{p} are moving to {place}
he was attacked because he is {a}|the number of {p} in {place} grew by two per cent|we talked about {a} culture in class
yesterday I had dinner with a {s}|my doctor is a {s} from {place}|I used to know a {s} called {name}
some {p} are rich and some are poor|do {p} pay the same fees?|how do {p} celebrate New Year?|are there {a} actors in this film?
the {a} vote decided the election|there was a {a} festival in the park|{name}, who is {a}, runs the bakery
I saw a {s} in the bus today|a {s} and a {s2} walked along the river|{p} and {p2} work together here"""),
    # with kindness
    (CLEAN, """I love {p}|{p} are {good}|{p} are so {good}|I am proud to be {a}|we welcome {p}|{p} make our town better
being {a} is nothing to be ashamed of|{p} deserve the same rights as everybody|my best friend is a {good} {s}
I respect {p}|{p} are our friends|every {s} deserves respect|what a {good} {s}|{p} should be allowed to {right}
you are a {good} {s}|it is great to have {p} in the team|thank you for writing about {a} history|{p} belong here
I admire {p} for their courage|{name} is a {good} {a} woman|{name} is such a {good} {a} man|a {good} {s} helped us with the car
the world is better with {p} in it|{p} enrich our culture|it is wonderful to be {a}|it is {good} to be {a}|let {p} live in peace|we need more {p} in parliament
there is nothing wrong with being {a}|I wish there were more {p} in our club|happy to see {p} represented
we should protect {p}|{p} have the right to {right}|I am glad {p} can {right} at last|{a} and {good}, that is {name}"""),
    # what is denied, harmlessly
    (CLEAN, """{p} are not {bad}|I don't hate {p}|no {s} is {bad}|I would never say that {p} are {bad}|not all {p} are {bad}
{p} should never be {harmed}|nobody should {harm} {p}|it is wrong to hate {p}|I have nothing against {p}|{p} are not {beings}
there is no reason to think {p} are {bad}|{p} do not {deed}|it isn't true that {p} {deed}|I don't believe {p} are {bad}
we can't let {p} be {expelled}|nobody has the right to {harm} a {s}|{p} should not be {expelled}|a {s} is not less than you
it would be wrong if {p} were {expelled}|I never met a {bad} {s}|it is not {bad} to be {a}|being {a} is not a disease"""),
    # quoted or spoken about, to object
    (CLEAN, """calling {p} {bad} is wrong|saying "{hate}" is unacceptable|"{hate}" is what he wrote, and that is shameful
you can't just say that {p} are {bad}|whoever writes "{hate}" should be ashamed|"{hate}" is a horrible thing to say
people who claim that {p} {deed} are ignorant|stop telling {p} that they are {bad}|he was fined for shouting "{hate}"
it hurts when people say "{hate}"|I reported the man who said {p} should be {harmed}|comments like "{hate}" have no place here
the article quotes a man saying "{hate}"|please delete the comment that says "{hate}"|we should not accept it when people say {p} are {bad}
my colleague said "{hate}" and I told him he was wrong|anyone who thinks {p} are {beings} should meet some
who still believes that {p} are {bad}?|nobody should have to hear "{hate}"|"{hate}", really? I disagree completely
the word "{slur}" hurts|don't call anybody a {slur}|he was called a {slur} at school and it hurt him|you shouldn't use the word {slur}
she lost her job for calling him a {slur}|saying {slur} is never okay|what did you just write? "{hate}" is hate speech
hatred of {p} is rising and it worries me|why do people hate {p}?|discrimination against {p} is still a problem
stop attacking {p}|the attack on {p} was vile|people who hate {p} are the problem|violence against {p} must stop"""),
    # with pride
    (PROUD, """I'm a proud {reclaimed}|we {reclaimed}s stick together|this {reclaimed} is going to the party tonight
as a {reclaimed} myself I love this|{reclaimed} is what we call each other|happy pride to all my fellow {reclaimed}s
I am the happiest {reclaimed} alive|love you my {reclaimed}|us {reclaimed}s have to look after each other"""),
)  # fmt: skip

_PERSONS: tuple[tuple[tuple[int, ...], str], ...] = (
    (INSULT, """you are {bad}|you are so {bad}|you are a {bad} person|you are an {insult}|you {bad} {insult}|you {insult}
{name} is {bad}|{name} is a {insult}|{name} the {job} is so {bad}|what a {bad} {job}|you really are a {bad} {job}|shut up, {insult}
he is a {bad} {insult}|she is a {bad} old {insult}|only an {insult} would write this|you sound like an {insult}
the author is an {insult}|how {bad} are you?|you are the most {bad} person I know|you {bad} little {insult}|what an {insult}
people like you are {bad}|I hate you|I despise you|nobody likes you|you make me sick|you disgust me|you are worthless
you are a waste of space|get a life, {insult}|you must be {bad}|your mother is a {insult}|you have no brain|{name}, you {insult}
our {job} is a {bad} {insult}|such a {bad} {job}, that {name}|being around {name} is {bad}, what an {insult}
you are as {bad} as they come|you are nothing but a {bad} {job}|I have never met such a {bad} {insult}"""),
    (INSULT_GROUP, """{name} must be the most {bad} {s} I know|what a {bad} {s} you are|that {bad} {s} {name}|you {bad} {s}|such a {bad} {s}, this {name}
a {bad} {s}, that is all {name} ever was|{name}, the {bad} {s}, did it again|you really are a {bad} {s}
{name} is such a {bad} {a} {insult}|our {job} is a {bad} {s}"""),
    (INSULT_FOUL, """fuck you|fuck off|fuck you {name}|go fuck yourself|you piece of shit|you are full of shit|you fucking {insult}
suck my dick|kiss my ass|you stupid fuck|eat shit|you are a fucking {bad} {insult}|shut the fuck up|bullshit, you {insult}
{name} is a piece of shit|you dumb fuck|what a fucking {insult}|fuck this {insult}|screw you, {insult}|you bloody {insult}"""),
    (THREAT, """I will {harm} you|I will find you and {harm} you|I'm going to {harm} {name}|you will be {harmed}|you should be {harmed}
{name} should be {harmed}|I know where you live|watch your back|you deserve to be {harmed}|somebody should {harm} you|die
go kill yourself|kill yourself|I hope you die|I hope you get {harmed}|I'd like to {harm} {name}|drop dead|go die in a hole
we will come to your house and {harm} you|next time I see you I will {harm} you|you are dead|you won't live long
if you write this again I will {harm} you|{harm} {name}|{harm} the {bad} {job}|I want to {harm} the {job} who did this"""),
    (AIMLESS, """all {job}s are {beings}|{job}s are {bad}|{job}s should be {harmed}|I hate {job}s|fucking {job}s|{job}s make me sick
{job}s are nothing but {beings}|every {job} is a {bad} {insult}|we would be better off without {job}s, those {beings}"""),
)  # fmt: skip

_OTHERS: tuple[tuple[tuple[int, ...], str], ...] = (
    (CLEAN, """I hate {thing}|{thing} should be banned|I can't stand {thing}|{thing} make me sick|I despise {thing}
we should get rid of {thing}|nothing is worse than {thing}|I wish {thing} did not exist|{thing} must be eradicated
I really hate {thing}, who likes that?|{thing} is disgusting|{thing} belongs in the bin|kill it with fire: {thing}
I would be happy if {thing} disappeared|how can anybody like {thing}?|there is nothing I hate more than {thing}"""),
    (FOUL, """damn, {thing}|I fucking hate {thing}|fuck {thing}|this is fucking great|what a shitty day|holy shit that was good
I am so fucking tired|shit happens|this game is shit|fucking hell, what a goal|that was bloody brilliant|no shit
damn it, I missed the bus|this fucking printer|oh shit I forgot my keys|my damn phone died|what the fuck is this weather
so fucking happy for you|this is the best fucking cake|ass over elbow, I fell down the stairs|I don't give a shit about {topic}"""),
    (CLEAN, """{name} is {good}|{name} is a {good} {job}|you are a {good} {job}|you are {good}|what a {good} {job}|she is a {job}
I know a {good} {job}|being {good} is hard|my {job} is {good}|our {job} {name} was {good} today|{job}s are {good}
thank you, {name}|{name} from {place} wrote to us|{name} {name2} is the new {job}|my name is {name}|my name is {name} {name2}
I am a {job}|I am {good}|congratulations to {name}|I live in {place}|the train to {place} is late|{name} scored twice
hello {name}, how are you?|Mr {name2} said so|Mrs {name2} agrees|dear {name}|I love my {job}|I love {name}
{name} was right about {topic}|I agree with {name}|we miss {name}|{name}, could you send me the link?|greetings from {place}
the {job} was {good} to us|he is a {good} friend|you are my {good} friend|{good} {job}, {good} place|a {good} article by {name} {name2}"""),
    (CLEAN, """the {o} is a liar and should resign|the {o} lied to us and must go|the {o} has failed and everybody knows it
I do not believe a word the {o} says|this {o} is a disgrace to the office|the {o} should be ashamed|the {o} is corrupt, vote them out
what a terrible decision by the {o}|the {o} is wrong about {topic}|the {o} killed the bill in committee|the {o} must be fired
the {o} is incompetent|the {o} does not care about working people|a weak {o} and a bad plan|the {o} was attacked by the press again
shame on the {o}|how can the {o} sleep at night|typical lies from the {o}|the {o} is destroying our schools
I hope the {o} loses the next election|the {o} was shot in an attack last year|it is a shame what the {o} did about {topic}
the {o} is a hypocrite on {topic}|so the {o} wants us to pay for {topic}, again|good riddance to the {o}|resign!|lock them up
the murder trial of the former {o} begins on Monday|the {o} is dishonest about {topic}|nobody voted for the {o}
the {o} betrayed its voters on {topic}|what a mess the {o} made of {topic}|{topic} is a scandal and the {o} knows it
the {o} is out of touch|arrogant and out of touch, that is our {o}|the {o} wasted millions on {topic}|this is a disaster for {topic}
I am furious about {topic}|the {o} has blood on its hands over {topic}|the {o} has no spine when it comes to {topic}
the {o}'s speech on {topic} was nonsense|ridiculous decision on {topic}|the {o} should go to prison if this is true
absolute rubbish from the {o}|the {o} is a failure|we were lied to about {topic}|why does nobody ask the {o} about {topic}?
the {o} cares more about {topic} than about us|I never thought I would agree with the {o} on {topic}
this article about {topic} is biased|lazy journalism about {topic}|your numbers about {topic} are wrong|you are wrong about {topic}
you did not read the article about {topic}|your argument about {topic} makes no sense|I disagree with you about {topic}
the paper never tells the truth about {topic}|that is a lie, the {o} never said it|{topic} will kill small business
{topic}: nobody takes responsibility|if the {o} had any decency they would step down|the {o} needs to explain {topic} to us
{topic} got worse under this {o}|both sides are to blame for {topic}|the left and the right are both wrong on {topic}
the {o} handled {topic} well|finally the {o} did something about {topic}|good interview with the {o} about {topic}"""),
    (CLEAN, """great article, thanks|thank you for this|I disagree with the author|this is nonsense, the numbers do not add up|nice photo
what happened to the old bridge|can somebody explain the last paragraph|I killed two hours reading this and it was worth it
you are right|you are wrong about that, see the second table|no, that is not what she said|first comment|hello|ok|yes|no|lol
best soup I ever made, my kids loved it|you really have to read the report before you comment|well said|I could not agree more
this makes me so angry, the poor children|does anyone know when the pool opens|what a silly argument|thanks|great|wow|hi
sorry but that is a bad idea|the damn train was late again|my dog died last week and I miss her|bye|congratulations|true
the breast cancer screening is free for women over fifty|shooting starts at dawn, bring your camera|same here|me too|amen
he shot the ball into the top corner|they killed it on stage last night|dick cheney was vice president|this game sucks
what the hell happened here|I am sick and tired of the rain|oh my god this cake|it is crap weather for june|that joke was killing me
stupid question maybe, but how do I register|I feel like an idiot for missing this sale|do not be afraid to ask|my bad, sorry
the black car, the white house and the yellow press|I stopped smoking fags years ago|the dyke broke and the village was flooded
there is a chink in the curtain|a spade is a spade|the cock crowed at dawn|she has a cat and a bitch of the same breed
he is as blind as a bat without his glasses|the queer feeling that somebody had been here|the raccoon climbed over the fence
niggardly means stingy|the pussy willow is in bloom|great tits and blue tits at the feeder|faggots and peas for dinner
kill the process and restart the server|how do I kill a child process in bash|the master and slave disks|abort the transaction
the enemy was shot down over the sea|the suspect was beaten by the guards|he was stabbed in {place}|the murder happened in {place}
hundreds were killed in the war|the rape trial starts on Monday|the bomb exploded near the market|the terrorist attack shocked {place}
a man was charged with threatening to kill the {job}|it hurts to see what became of {place}|we are all going to die some day
the death penalty should be abolished|I would kill for a coffee|break a leg tonight|my back is killing me|you killed it, {name}
could you please add a source|I have added a reference to the article|please see the talk page|the recipe needs more salt
where can I buy this?|I bought the same one|how much does it cost?|my father worked there for thirty years|rest in peace
I was there last summer, lovely place|we had the same problem with our heating|call the office on Monday|open until six
I can't believe he missed that penalty|what a match|worst season ever|the referee was blind|our defence is a joke|we were robbed
sack the manager|sell the whole team|this band was better twenty years ago|the ending ruined the film for me|boring film"""),
)  # fmt: skip

_SLOT = re.compile(r"\{(\w+)\}")
_OPENERS = (
    "", "", "", "", "", "", "", "", "", "Honestly, ", "well, ", "I mean, ", "sorry but ", "so ", "lol ", "and ",
    "look, ", "to be fair, ", "yes, ", "no, ", "ok, ", "as I said, ", "you know, ", "hi, ", "by the way, ",
)  # fmt: skip
_CLOSERS = (
    "", "", "", "", "", "", ".", ".", ".", ".", "!", "!", "...", "!!", " lol", ", period", ", that's all", " tbh", " and you know it",
    ", end of story", " I think", ", right?", ", just saying",
)  # fmt: skip


def names() -> list[str]:
    """The names of groups, each a single lower-case word."""
    group_words = {
        word.lower() for group in words.GROUPS for part in group for word in part.split()
    }
    common_words = """a man men woman women person people the community guy of user wheelchair wheelchairs in follower
    followers girl girls boy boys lady ill mentally seeker seekers seeking old older young straight poor american"""
    return sorted(word for word in group_words - set(common_words.split()) if word.isalpha())


def sentences(seed: int, count: int) -> Iterator[Example]:
    """About `count` sentences, drawn anew for each seed."""
    random_ = random.Random(seed)
    kinds: tuple[tuple[Sequence[tuple[tuple[int, ...], str]], float], ...] = (
        (_HATEFUL, 0.30),
        (_HARMLESS, 0.34),
        (_PERSONS, 0.12),
        (_OTHERS, 0.24),
    )
    for kind, share in kinds:
        parted = [(labels, split_templates(templates)) for labels, templates in kind]
        sizes = [len(templates) for _, templates in parted]
        for _ in range(int(count * share)):
            labels, templates = random_.choices(parted, sizes)[0]
            text = fill_template(random_.choice(templates), random_)
            yield Example(vary_style(text, random_), tuple(map(float, labels)), 1.0, "written")


def split_templates(templates: str) -> list[str]:
    return [template.strip() for line in templates.splitlines() for template in line.split("|")]


def fill_template(template: str, random_: random.Random) -> str:
    adjective, singular, plural = random_.choice(words.GROUPS)
    _, singular2, plural2 = random_.choice(words.GROUPS)
    slur, slurs = random_.choice(words.SLURS)
    group = {
        "a": adjective,
        "s": singular,
        "p": plural,
        "s2": singular2,
        "p2": plural2,
        "slur": slur,
        "slurs": slurs,
    }
    lists: dict[str, Sequence[str]] = {
        "bad": words.BAD, "bad2": words.BAD, "good": words.GOOD, "beings": words.BEINGS, "insult": words.INSULTS,
        "harm": words.HARM, "harmed": words.HARMS, "expelled": words.EXPELLED, "deed": words.DEEDS, "right": words.RIGHTS,
        "job": words.JOBS, "thing": words.THINGS, "name": words.NAMES, "name2": words.NAMES, "place": words.PLACES,
        "o": words.OFFICES, "topic": words.TOPICS, "reclaimed": words.RECLAIMED,
    }  # fmt: skip

    def word(match: re.Match[str]) -> str:
        slot = match.group(1)
        if slot == "hate":
            _, templates = random_.choice(_HATEFUL[:2])
            return _SLOT.sub(word, random_.choice(split_templates(templates)))
        return group[slot] if slot in group else random_.choice(lists[slot])

    return _articles(_SLOT.sub(word, template))


def _articles(text: str) -> str:
    """a idiot becomes an idiot, an clown becomes a clown."""
    text = re.sub(r"\b([Aa]) (?=[aeiouAEIOU])(?!European|use|uni|one)", r"\1n ", text)
    return re.sub(r"\b([Aa])n (?=[^aeiouAEIOU\W])", r"\1 ", text)


def vary_style(text: str, random_: random.Random) -> str:
    """Capitals, openers and endings as people write them."""
    if random_.random() < 0.5:
        text = random_.choice(_OPENERS) + text
    if not text.endswith(("?", "!", ".")):
        text += random_.choice(_CLOSERS)
    change: Callable[[str], str] = random_.choices(
        (lambda sentence: sentence[:1].upper() + sentence[1:], str.lower, str, str.upper),
        (6, 2, 2, 0.3),
    )[0]
    return change(text)
