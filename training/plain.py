"""Written sentences without ugly words: threats that hint, deaths wished, groups called a plague; and harmless ones like them.

They teach the reading of the middle layers (middle.py). Whoever wrote the templates had read a part of the sentences that
the result is measured with (gatehouse/evaluation/own_sentences.py), so what is like one of these is left out (`unlike`).
"""

import random
import re
from collections.abc import Iterator, Sequence

from training.corpus import UNKNOWN, Example
from training.sentences import fill_template, split_templates, vary_style

U = UNKNOWN
#       toxicity severe obscene threat insult identity_attack
CLEAN = (0, 0, 0, 0, 0, 0)
DEATH = (1, U, 0, U, U, 0)
THREAT = (1, U, 0, 1, U, 0)
CALL = (1, U, 0, 1, U, U)
HATE = (1, U, U, 0, U, 1)
HATE_THREAT = (1, U, U, 1, U, 1)
CHARGE = (1, 0, U, 0, 1, 0)
PARTY = (1, 0, U, 0, 1, U)

SLOTS = {
    "who": "you|him|her|them|{name}|the {o}|this {job}|that {job}|these people|the whole lot of them|the author",
    "whose": "your|his|her|their|{name}'s|the {o}'s|this {job}'s",
    "vermin": "rats|cockroaches|vermin|a plague|locusts|parasites|leeches|maggots|weeds|a cancer|an infection|lice|mould|termites|a virus|apes",
    "party": "democrat|republican|liberal|conservative|leftist|tory|labour voter|socialist|right winger|green|remainer|brexiteer",
    "slurred": "libtard|conservatard|republicunt|demonrat|repuglican|MAGAt|trumptard|lefturd|libturd|snowflake|wokester|feminazi|bidiot|covidiot|tory scum|commie rat|rethuglican|demoncrap|Trumpanzee|dumbocrat",
    "means": "a rope|the gallows|a firing squad|the guillotine|a bullet|the electric chair|a noose|the wall|a grenade|the gas chamber|a shallow grave|a hungry crocodile|a wood chipper|a crossbow",
    "end": "dead|six feet under|in a coffin|in a body bag|under a bus|in the morgue|burning in hell|at the bottom of the lake|buried|hanged|shot|drowned|fed to the pigs|beaten to a pulp|on a slab",
    "illness": "cancer|ebola|a stroke|leukaemia|a heart attack|the virus|tuberculosis|a tumour|an aneurysm",
    "animal": "the fox|a spider|the wasps|mosquitoes|the slugs|the mice in my shed|the moles",
    "side": "team|striker|keeper|defence|band|orchestra|cast|choir",
}  # fmt: skip

_NASTY: tuple[tuple[tuple[int, ...], str], ...] = (
    # told to die
    (DEATH, """go and swallow a bottle of pills|do it, kill urself|end your life|end yourself|why are you still alive?|just die already|die in a fire
please stop existing|the world will not miss you|nobody would cry at your funeral|your mother should have swallowed you|the noose is waiting for you
find a bridge and leap|I would hand you the rope myself|pull the trigger, do us the favour|do society a service and remove yourself from it|go to sleep and don't wake up
slit your wrists|go lick a live wire|take a bath with your toaster|swim out to sea and don't turn round|walk into the traffic, {name}|choke on your dinner|drop dead, {name}
you would be more useful as fertiliser|you are wasting air that others could breathe|go stick your head in the oven|why not overdose and be done with it|rope is cheap, you know
hold your breath until you turn blue and keep going|the cemetery has a place for you|go and meet your maker|kill urself {name}|you ought to be dead|go play with a high voltage line
you should not be alive|the best thing you could do is vanish from this earth|make the planet lighter by one {job}|every day you breathe is a day too many"""),
    # death and harm wished
    (DEATH, """I hope {who} gets {illness}|I wish {illness} on {who}|I hope {who} ends up {end}|I want to see {who} {end}|I'd pay to see {who} {end}|wish somebody would put {who} in the ground
may {who} rot in a cell|I pray for the day {who} ends up {end}|I'd open a bottle of champagne if {who} were {end}|can't wait to read {whose} obituary|I look forward to {whose} funeral
I'll celebrate when {who} is {end}|I hope {whose} car goes off a cliff|I hope {whose} brakes fail|too bad the crash did not finish {who} off|it's a pity {who} survived|pity they missed {who}
I hope {whose} house burns down with everybody inside|I hope somebody breaks {whose} jaw|hope prison treats {who} the way he deserves|I hope {whose} cell mate is big and lonely
{who} should have died instead|{who} should never have been born|the earth would be cleaner without {who}|we would all be better off with {who} {end}|{who} deserves {means}|{who} deserves to be {end}
if only {illness} would take {who}|{illness} is too good for {who}|I hope it was painful|good, one {job} less|one down, many to go|glad that {job} is {end}|hope {who} never walks again
I hope {whose} plane falls out of the sky|let {who} starve|{who} ought to burn|let {who} bleed|I hope {who} dies alone|I hope {who} drowns|with luck the storm will take {who}|I hope the surgeon slips"""),
    (DEATH, """your children would be relieved if you were gone|nobody would notice if you vanished tonight|your wife would sleep better as a widow|drink a pint of drain cleaner|have a nice long nap on the motorway|step off the platform a second too early
the ditch by the road is a fine place for you|lock the garage and leave the engine on|climb the pylon and see what happens|a world without {who} is a world I want to live in|shame the bomb did not go off|shame the rope snapped|what a pity the ambulance came in time
I'd like to see {who} dangle|I'd like to watch {who} swing|the worms can have {who}|he earned a grave, that {job}|{who} has lived too long already|I hope the lift falls with {who} in it|I hope the ferry sinks with the {o} on board|hopefully the next bullet is better aimed
the sooner {who} is gone for good the better for us all|let nature take {who}|no tears here when {who} is gone|I would pull the plug on {who} myself"""),
    # violence in prison wished
    (CALL, """I hope prison breaks {who}|I hope {whose} cellmate is lonely|his cellmates will love {who}|put {who} in with the lifers and look away|let the inmates deal with {who}|inmates have ways with a {job} like that|wait until the other prisoners hear about {who}
don't bend down in the showers, {name}|have fun in the showers, {name}|I hope {who} gets stabbed in the yard|a shank in the ribs is what {who} will get inside|lock {who} up with the gangs|throw away the key and let the inmates have {who}|{who} won't last a week in jail, thank God
no protection wing for {who}, please|somebody inside will finish {who}|I hope {who} gets raped in prison|prison justice will take care of {who}|tell the whole wing what {who} did|hope the guards look the other way|{who} will make somebody a lovely wife in jail"""),
    # threats, open and hinted
    (THREAT, """I know the street you live on|I know where you work|I have a photo of your front door|I know what time you leave the house|we have been watching your house|we will find out where {who} lives
I'd hate to see anything happen to {whose} family|such a lovely family, take care of them|hope you have good insurance|hope {who} has good locks|you had better not walk alone at night
you will regret writing this|you will pay for this with blood|I will make sure you never write again|you won't see it coming|I will be waiting for you at the station|see you in the car park, alone
we will meet and then you will see|one more word and I will shut your mouth for good|I will smash your teeth in|I'll cut you up|I'll put you in hospital|I will put you in the ground|I'll burn your house
I'm going to hunt you down|I am outside your house|you can't hide from us|we are many and you are alone|the next brick will not miss|the next one goes through {whose} window|your dog dies first
it is easy to find out who you are|somebody is going to get hurt and it will be you|I have a gun and I have your address|I own a rifle and I am not afraid to use it on {who}
{who} should look under the car in the morning|{who} should think about {whose} children before speaking again|ask {whose} children whether they got home safely|remember what happened to the last {job} who wrote that
say that to my face and you leave in an ambulance|I'll come round and sort you out|the boys are on their way to {whose} house|they will find you in the river|I will knock your head off|I'd watch my step if I were {who}
count your days, {name}|your time is running out, {name}|tick tock, {name}|say goodbye to your family, {name}|snitches end up {end}|traitors end up {end}, remember that|we will deal with {who} when the time comes"""),
    # violence called for
    (CALL, """somebody should shoot {who}|somebody put {who} out of {whose} misery|{who} should face {means}|bring out {means} for {who}|time for {means}|{means} for all of them|give {who} {means}
string {who} up|line {who} up against the wall|hang every last {job}|hang {who} from the nearest lamp post|put {who} down like a dog|where is a sniper when you need one|is there no one with a gun in {place}?
let's drag {who} out of the office|let's pay {who} a visit with baseball bats|burn the ministry down with {who} inside|burn down the {o}'s house|a bomb in that building would solve it|blow the place up with all of them inside
the mob should get {who}|take {who} behind the barn|throw {who} off the roof|throw {who} to the lions|run {who} over|drive straight into the protesters|just mow them down|shoot the looters on sight|open fire on {who}
a good beating is what {who} needs|beat {who} until {who} learns|somebody ought to break {whose} legs|a hammer to {whose} knees would do it|{who} needs a bullet|lead is the only language {who} understands
the people should rise up and kill {who}|we need a revolution and {means}|string up the {o} and the rest will listen|let's see how {who} likes being stabbed|acid in {whose} face would be a start|feed {who} to the dogs"""),
    # groups called beasts and illnesses
    (HATE, """{p} multiply like {vermin}|{p} spread like {vermin}|{p} are {vermin}|{p} are swarming into {place}|{p} infest our cities|we are being overrun by {p}|the {p} are taking over everything
{p} are not really people like us|{p} are a lower form of life|{p} live like animals|treat {p} like the animals they are|{p} have the brains of apes|{p} crawl out of every hole|a swarm of {p} moved in
they let in {p} and got crime, what a surprise|wherever {p} go, crime follows|{p} only want our money|{p} bring disease|{p} bring nothing but filth|{p} smell|you can smell a {s} a mile off|wash your hands after you meet a {s}
{p} run the banks and the papers|{p} control the media|{p} are behind all of it|never trust {a} money|every {s} is a thief|every {s} is a terrorist waiting to happen|a {s} would sell his own mother
{p} are mentally ill|being {a} is a sickness and should be treated|{a} is just another word for lazy|{p} are born criminals|{p} are genetically inferior|{p} have lower intelligence, look it up
{p} have one more child each year so that we pay for it|{p} will replace us if we let them|our grandchildren will be a minority because of {p}|an exterminator is what this street full of {p} needs|the {a} problem must be solved once and for all"""),
    # groups shut out
    (HATE, """send {p} back|send all of the {p} home|ship {p} back on the next boat|put {p} on a plane and don't let them land|close the border and let {p} drown|no more {p}, we are full|{p} out
{p} should not vote|{p} should be made to wear a badge|round {p} up|lock {p} in camps|put {p} behind a fence|a wall around every {a} quarter|build a wall and put {p} behind it|keep {place} free of {p}
strip {p} of their passports|{p} are guests and should behave, or leave|this is our country and not that of {p}|{a} people do not belong in {place}|no {a} teachers near my children|keep {p} away from schools
I would never let a {s} into my house|I would sell my house if {p} moved in next door|don't hire {p}|don't rent to {p}|don't serve {p}|why should we feed {p}?|let {p} sleep in the street|take the children away from {p}
women who marry {p} are traitors|nobody asked for {p} to come here|sink the ships with {p} on board|let the sea have {p}|deport {p} and burn the papers|the only place for {p} is far away from us|ban {a} marriages|segregation was right about {p}"""),
    # violence against groups, wished and approved
    (HATE_THREAT, """killing {p} is no crime|it is not murder if it is a {s}|whoever shot those {p} deserves a medal|the man who burnt down the {a} centre is a hero|more {p} should be {end}|I like {p} best when they are {end}
hitting a {s} is fine by me|beating up {p} is fun|attacking {p} is justified|hunting season on {p} is open|I'd love to see every {s} {end}|too few {p} died|the camps were too good for {p}|they did not kill enough {p}
somebody should finish what was begun with {p}|put {p} {end}|{p} to the gas chambers|{means} for all {p}|a {s} a day keeps trouble away, if he is {end}|bomb the {p}|nuke the {a} quarter|set fire to the {a} shelter
if a {s} looks at me I will hit him|rape would teach a {a} woman|a {s} like that needs to be raped|women who say no deserve what they get|wives need a slap now and then|hit your {a} neighbour, it is good for him"""),
    (HATE_THREAT, """{p} had it coming|they had it coming, those {p}|shame there were not more {p} inside when it burned|the shooter did us a favour|I applaud the bomber|whoever did it should do it again|a hero cleaned out the {a} church|good news, fewer {p} now
the Nazis had the right idea about {p}|the dictator knew what to do with {p}|we need a strong man who gets rid of {p}|bring back the ovens|bring back slavery|Stalin would have known what to do with you|history was right about {p}|shooting {p} should be a hobby|catching {p} should earn a bounty
beating {p} is a service to mankind|stabbing {p} is cool|killing {p} is good fun|one {s} fewer, one problem fewer|I laughed when the {a} school burned|the flood took some {p}, good|the more {p} drown the better|it made my day that those {p} died"""),
    (HATE, """a wave of {vermin} is crossing the border|we have a {vermin} problem, and it prays five times a day|we have a pest in the estate and it is {a}|half beast, half {a}|barely evolved, these {p}|{p} belong in cages|do not feed the {p}|keep our blood pure of {p}|no mixing with {p}
the whole lot should be sent packing, {p} first|pack them up and ship them out|load {p} on trucks and drive them to the border|back to the jungle with {p}|back to your hut, {s}|{p} can't be trusted with power|a {s} cannot lead, it is in the blood|{p} should not be allowed to breed|{p} pull all the strings"""),
    # accused of crimes against children, and the like
    (CHARGE, """{name} is a child molester|{who} likes little boys|{who} likes them young|keep your children away from {who}|{who} is a groomer|groomers, all of them|{name} belongs on the register|check {whose} hard drive
we all know what {who} does to children|{who} was on that island with the little girls|{who} drinks the blood of children|{who} traffics kids|ask {who} about the kids in the basement|pedo {name}|pedo {job}|the {o} is a paedo
{name} is a rapist and everybody knows it|{who} rapes and walks free|{whose} daughter could tell you stories|{who} touches children|lock up your sons when {who} visits"""),
    # parties and politicians as slurs
    (PARTY, """you {slurred}|typical {slurred}|another {slurred} heard from|shut up {slurred}|these {slurred}s are everywhere|cry more, {slurred}|{slurred}s can't think|go back to your cave, {slurred}|ignore the {slurred}
every {party} is a traitor|{party}s are traitors and should hang|the only good {party} is a dead {party}|{party}s are mentally ill|{party}s should be locked up for ever|{party}s are subhuman|{party}s are {vermin}
a {party} is lower than a dog|being a {party} is a brain disease|sterilise every {party}|{party}s hate this country and should get out of it|spit on every {party} you meet"""),
)  # fmt: skip

_FINE: tuple[tuple[tuple[int, ...], str], ...] = (
    # quoted to object; help
    (CLEAN, """he told her to kill herself and got a fine|nobody should be told to die because of an article|telling somebody to kill themselves is never a joke|my son was told to end his life by classmates
if you think of ending your life, please call this number|I lost my brother to suicide and miss him every day|suicide is the commonest cause of death of young men|please do not give up, there is help|are you safe? please talk to somebody
the {job} got a letter that said "{nasty}"|"{nasty}" is what they sent to the {o}|he was sentenced for writing "{nasty}"|I will not accept that somebody writes "{nasty}"|who says "{nasty}" belongs in court|they shouted "{nasty}" at her
why was "{nasty}" not removed by the moderators?|I reported the comment "{nasty}"|"{nasty}": that is incitement, and wrong|it is a disgrace that people write "{nasty}" to a {job}
it is racist to say that {p} are {vermin}|the speaker called {p} {vermin}, and the hall left|calling {p} {vermin} led to murder once before|nobody has the right to call {p} {vermin}|the posters that called {p} {vermin} were taken down
the paper apologised for calling {p} {vermin}|we must not send {p} back to a war|it is cruel to let {p} drown|{p} must not be sent back to torture|{p} deserve a home like all of us|camps for {p} are a crime"""),
    # violence in the news, history
    (CLEAN, """the gunman knew where she lived, police said|police found the body in the lake|two men were shot dead in {place} last night|the court heard that he threatened to burn her house|the {job} was stabbed outside the office
the victims were buried on Friday|the {o} survived the attack, thank goodness|I am glad that the {o} survived|the driver hit the crowd and killed four|the soldiers shot at the crowd|she died of cancer in March|he died of a heart attack at home
the king was hanged in the square in 1649|the guillotine stood here until 1977|millions were murdered in the gas chambers and we must never forget it|the massacre is not taught in schools|lynching was common there until the thirties
the {o} was threatened and now has guards|whoever threatens a {job} must be charged|the suspect said he would hunt her down|the killer has never been found|the bomb was found under his car and made safe
a man was jailed for abusing children|the priest was convicted of abusing boys|the report about child abuse in the church is hard to read|the trial of the rapist begins in May|three {p} were killed in the fire in {place}
police arrested a man who had threatened {p}|the memorial names the {p} who were murdered|{p} were deported in 1942, and few came back|{p} were rounded up during the war|the shelter for {p} was burnt down, and nobody was charged"""),
    # sport, games, theatre
    (CLEAN, """our {side} got slaughtered on Saturday|their {side} murdered us in the second half|we will destroy them on Sunday|they were dead on their feet at half time|shoot, man, shoot!|he should have shot from there|he was on fire tonight
we are coming for you next season|see you on Saturday, be afraid|I will beat you at chess one day|you are going down in the final, {name}|that left hook nearly killed him|the {side} died on stage in the first act|break a leg
you have to kill the boss before the timer ends|kill the zombies first and save the ammunition|I died three times on this level|he headshot me from the roof, great game|the villain gets what he deserves and falls off the roof
hang him high is a good western|the murderer was the gardener, as ever|the hitman was played by {name}|a dead man walking, that is what the coach is|the {side} should be sacked, all of them|send the {side} home|get rid of the {side}"""),
    # medicine, pests, garden, kitchen, idioms
    (CLEAN, """I hope you get well soon|I hope they find a cure for cancer|I was told I had cancer, and I am still here|chemo nearly killed me, but it worked|the tumour is gone|he never woke up from the operation|the virus spreads in schools
how do I get rid of {animal}?|{animal} drive me mad, I want them gone|we put down poison for the rats|rats breed fast, call the council|cockroaches came back after the fumigation|the locusts ate the whole crop|kill the weeds before they spread
drown the pasta in sauce|burn the old branches in autumn|hang the ham for a year|cut off its head and bleed the fish|roast it until it is dead and then some|smash the garlic|beat the eggs until they are stiff
I could kill for a coffee|I nearly died laughing|over my dead body will I pay that|my feet are killing me|I will murder the last piece of that cake|I'd die for that view|drop dead gorgeous|this heat will be the death of me
my wife will kill me when she sees the bill|shoot me an email|you killed it|watch your back when you lift that box|sleep with one eye open, the baby cries at four|I know where you live, so I can bring the book round|I'll find you at the station, wear the red hat
I know which school it was, my sister went there|we are coming for dinner on Sunday|I'll be waiting for you at the gate with the tickets|take care of your lovely family|a visit would do her good, she is lonely|somebody should visit him, he is ninety
take a long walk, it clears the head|go jump in the lake, the water is lovely|swim out to the island, it is worth it|the train was late again, we could have walked the tracks|hold your breath for ten seconds and the hiccups stop"""),
    # short and plain: what to do, what happened, who lives here
    (CLEAN, """keep the cat in at night|keep your hands warm|watch your head on the beam|mind your step on the stairs|turn left at the church|turn the page|beat the rug|beat the butter and the sugar|whip the cream|chop the onions|skin the tomatoes|put it in the oven
drop me at the corner|drop the parcel at my sister's|throw the ball|throw away the old paint|get rid of the old chairs|burn the old letters|lock the shed|pay the bill|somebody should pay for this fence|somebody should teach him to swim|someone should teach her the piano
somebody should fix the lamp|somebody should tell the children|they should be glad|they should be home by now|he should be at school|she should be in bed|every one of them came|each of them got a prize|all of them sang|the winds died down|I hope the rain stops|I hope they win
I am going to miss this place|I am going to tell her tonight|we are coming to the concert|we are coming home on Monday|you are next in the queue|your turn is next|see you outside at five|wait for me outside|wait until you taste it|I will find the book for you|you nailed that speech
what a beast of a car|a killer recipe|that joke slayed me|I could murder a pizza|I could eat a horse|we had a blast|the shop is shut|the milk is sour|she fed the hens|the swans are back|give the girl a medal for her patience|give that nurse a medal|clearly nobody tested it
{p} make up a third of the staff|being {a} in a small town can be lonely|being {a} is not always easy|there are hardly any {p} in my class|there are few {p} on the council|a {s} conducted the band|a {s} won the prize|half the kitchen crew are {p}|{p} run the bakery|she married a {s} last year
{p} earn less for the same work|nobody trusts the {o} any more|the {o} has lost the plot|sack the {o}|scrap the plan|the {o} is useless|the worst {o} in my lifetime|cockroaches live in the cellar|the rats are back at the market|lice again at the nursery|the dog had to be put down
"{vermin}" was written on the wall of the {a} school|stop calling people {vermin}|the leaflet calls {p} {vermin}, and that is a lie|he says he was joking when he wrote "{nasty}"|"{nasty}" has no place on a poster|nobody should have to read "{nasty}" over breakfast"""),
    # politics, plainly
    (CLEAN, """send the {o} home at the next election|kick them out at the polls|the {o} should be in prison if the charges are true|lock the {o} up if the court says so|I hope the {o} loses badly|the sooner the {o} resigns the better
the world would be better with another {o}|the country would be better off without this {o}|the {o} deserves to lose|pity the {o} was elected again|{party}s and their opponents both got this wrong|I was a {party} all my life and now I am not
no {party} ever answers that question|what do {party}s want to do about {topic}?|a {party} and a {party} in one government, will that work?|as a {party} I disagree|{party}s lost two seats in {place}
immigration should be lower than it is|we need to talk about how many people can come each year|I am against the new quota for {p}|the law on deportation needs work|people without papers should get a fair hearing|asylum takes far too long to decide
deport people only after a court has decided|the border should be controlled better|housing comes first, then more people|there should be rules for who may stay|I support a limit, and I like my {a} neighbours|the {o}'s plan for {p} will not work
Trump said it again yesterday|Biden is too old for the job|the tariffs were a stupid idea|this tax will kill small shops|the budget is dead on arrival|the deal is dead|death and taxes|they are bleeding us dry with fees"""),
    # irony and everyday anger at things
    (CLEAN, """oh great, another meeting, kill me now|wonderful, the printer has died again|I want to throw my laptop out of the window|this app deserves to die|somebody shoot that alarm clock|burn every copy of that film
I hope that ad agency goes bust|may that jingle rot in hell|whoever invented these parking meters, well done, really|lovely, more rain|I'd rather be shot than do my taxes|yes, because that worked so well last time|sure, and pigs fly
what a genius idea, close the only bridge|thank you so much for the third roadworks this year|my neighbour's leaf blower again at seven, have mercy|the bus never comes, I will turn to stone here|hang up those curtains properly, will you
the cat is a murderer, look at those feathers|my dog is a terrorist when the post comes|my toddler is a little dictator|that cheesecake should be illegal|I was a slave to that job for years|he is a Nazi about grammar, and I like him"""),
)  # fmt: skip


def plain_sentences(seed: int, count: int) -> Iterator[Example]:
    """About `count` sentences, half of them nasty, drawn anew for each seed."""
    random_ = random.Random(seed)
    for kinds in (_NASTY, _FINE):
        parted = [(labels, split_templates(templates)) for labels, templates in kinds]
        sizes = [len(templates) ** 0.5 for _, templates in parted]
        for _ in range(count // 2):
            labels, templates = random_.choices(parted, sizes)[0]
            text = _filled(random_.choice(templates), random_)
            yield Example(vary_style(text, random_), tuple(map(float, labels)), 1.0, "plain")


def _filled(template: str, random_: random.Random) -> str:
    def phrase(match: re.Match[str]) -> str:
        if match.group(1) == "nasty":
            _, templates = random_.choice(_NASTY)
            return _SLOT.sub(phrase, random_.choice(split_templates(templates)))
        return random_.choice(SLOTS[match.group(1)].split("|"))

    return fill_template(_SLOT.sub(phrase, template), random_)


_SLOT = re.compile(rf"\{{({'|'.join((*SLOTS, 'nasty'))})\}}")


def unlike(examples: Sequence[Example], kept: Sequence[str], most: float = 0.5) -> list[Example]:
    """The examples of which no more than `most` of the words are shared with one of the kept texts (Jaccard)."""
    known = [_words(text) for text in kept]
    return [
        example
        for example in examples
        if all(
            len(words & other) <= most * len(words | other)
            for words in (_words(example.text),)
            for other in known
        )
    ]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z']+", text.lower()))
