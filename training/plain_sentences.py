"""Sentences written for training that hurt without an ugly word, by what they do, and harmless ones that look like them.

Threats that only hint, deaths and harm wished, people called animals, crimes approved or alleged, scorn among readers; beside each
news, quotations that object, medicine, sport, jokes and plain disagreement with the same words. They were written by
these kinds; none shares five words in a row with the sentences kept for measuring (gatehouse/evaluation/own_sentences.py).
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence

from gatehouse.evaluation.own_sentences import HARMLESS, PLAIN_HATE
from training.corpus import UNKNOWN, Example
from training.sentences import (
    CLEAN,
    HATE,
    HATE_THREAT,
    INSULT,
    THREAT,
    fill,
    split_templates,
    vary_style,
)

U = UNKNOWN
SCORN = (0.75, 0, 0, 0, 0.8, 0)  # at somebody present: rude, as news sites mind it

_HOSTILE: tuple[tuple[tuple[float, ...], str], ...] = (
    # told to die
    (THREAT, """{please} {diedo}|why don't you {diedo}|you should {diedo}|just {diedo}|have you considered that you could {diedo}|nobody would mind if you {did}
everyone would cheer if you {did}|the best thing you can do is {diedo}|your {kin} would be relieved if you {did}|do us all a favour and {diedo}
do the planet a favour: {diedo}|the kindest thing you could do is to {diedo}|{name}, {diedo}|be a hero and {diedo}|when will you {diedo}?|hurry and {diedo}
{diedo}, {name}|I hope you {diedo}|you'd be doing your {kin} a kindness if you {did}|we would all sleep better if you {did}|kys {name}|kys already|you know what the {tool} is for
the {tool} is right there|use the {tool} on yourself|a {tool} would solve your problem|there is a {tool} with your name on it, go find it|your life is not worth the electricity
you are not worth the air you breathe|your existence helps no one|stop existing|cease to exist|the graveyard has room for you|quit living|you will not be missed, go|uninstall life
the exit of this world is that way|the sooner you go, the better, and I don't mean from this site|nothing of value would be lost if you {did}|make your mother happy and {diedo}
what are you waiting for, {diedo}|some people should simply {diedo}, you for one|try holding your head under water|forget to breathe tonight|end your miserable life
I'd hand you the {tool} myself|you would look better in a coffin|you'd make a nice corpse|may tonight be your last"""),
    # death and illness wished
    (THREAT, """I hope {he} {dies}|hope {he} {dies}|I wish {he} would just {die}|may {he} {die}|I pray {he} {dies}|here's hoping {he} {dies}|with luck {he} {dies}
fingers crossed {he} {dies}|I'd celebrate if {he} {died}|I would open champagne if {he} {died}|we'll have a party when {he} {dies}|can't wait until {he} {dies}
if only {he} had {died}|{he} should have {died} that day|why couldn't {he} have {died}|too bad {he} survived|sad that {he} survived the {mishap}|what a pity {he} lived
pity the {mishap} did not finish {him}|shame the {mishap} wasn't fatal|the {mishap} was too kind to {him}|next time let the {mishap} be fatal|bring on the {mishap} for {him}
a {mishap} would be the best thing for {him}|one {mishap} and our problems are over|someone like that deserves a {mishap}|{he} deserves a slow death|death is too good for {him}
{he} deserves to {die}|a painful end is what {he} deserves|I won't shed a tear when {he} {dies}|the day {he} {dies} will be a holiday|the grave can't come soon enough for {him}
let {him} {die}|nobody should treat {him} in hospital, let {him} go|the doctors should have left {him} on the table|hope the {mishap} gets {him}|I hope {him} and all {his} {kin} {die}
karma will come as a {mishap}, I hope|looking forward to {his} funeral|I look forward to reading {his} obituary|{his} obituary will make my day|hell has a seat ready for {him}
I want {him} gone, permanently, under the earth|wish the {mishap} had taken {him} and not the {animal}|may {his} {kin} bury {him} this year|I hope every one of those {job}s {dies}
you and your {kin} should all have {died}|I wish you a {mishap}|get a {mishap}|I hope you catch something fatal|my only wish is that {he} {dies}|may it be slow and hurt"""),
    # jail violence
    (THREAT, """I hope {he} gets {jailed} in {jail}|hope {he} gets {jailed} in {jail}|{he} will get {jailed} in {jail}, and good|wait until {he} gets {jailed} in {jail}
the other {cons} will deal with {him}|the {cons} know what to do with people like {him}|may the {cons} find out|I hope the {cons} have a long talk with {him}, with a {tool}
I'd pay the {cons} to get to {him}|the {cons} should have five minutes alone with {him}|leave {him} alone with the {cons} for a night|big {name} in {jail} will love {him}
{he} will be somebody's girlfriend in {jail}|{he} is going to be very popular in the showers|{he} will learn to fear bath time in {jail}|{he} won't come out of {jail} walking
hope {he} never leaves {jail} alive|put {him} in with the {cons} who have children|no protection for {him}: let the {cons} sort it out|hope the guards look away
guards, look the other way|I hope the guards are on a break when it happens|somebody in {jail} will get {him}|let prison justice do its work on {him}|{jail} justice is coming
I want {him} {jailed} every day in {jail}|a long sentence and a violent {con}|I hope {his} first night in {jail} is {his} last|someone slip the {cons} {his} file
hope {he} shares a cell with a killer|enjoy the showers, {name}|can't wait for {him} to meet the {cons}|solitary is too safe for {him}|you'll be {jailed} in {jail} and I will laugh
{he} will cry for {his} mother once the lights go out in {jail}|pretty boys like {him} don't do well in {jail}|may {he} be {jailed} by every {con} there
what happens to {him} in {jail} is none of my concern, I hope it hurts|they have ways of dealing with {his} kind in {jail}"""),
    # threats that hint or say it
    (THREAT, """I know where {you} {lives}|we know where {you} {lives}|I have seen where {you} {lives}|it's easy to find where {you} {lives}|I found out where {you} {lives}
we are watching {your} {house}|nice {house} {you} have, pity if it burned|your {house} would burn nicely|{your} {house} has big windows, and I have bricks|I drove past {your} {house} last night
your {kin} walk home alone, don't they?|I know what time your {kin} leave {house2}|say goodbye to your {kin}|you should worry about your {kin}|how are your {kin}? Are they safe?
we will be waiting for {you} outside|see you in the car park|see you soon, in the dark|you will get a visit one of these nights|expect a visit|some lads I know will call on {you}
my friends and I will pay {you} a call|you had better hire a bodyguard|you'll need a hospital when I'm done|I hope your insurance covers broken bones|pray we never meet
don't go out alone tonight|don't turn your back on us|lock your doors tonight, {name}|check your brakes before you drive|careful when you start your car tomorrow|I would not sleep if I were you
you have been warned, there won't be a second time|this is your last warning|this is the last thing you will ever write|we never forget and we know your {house}|we have a list and you are on it
your name is on a list|your turn will come|the day of reckoning comes for {you}|people disappear, {name}|people like you have accidents|things happen to people who talk
{you} won't see Christmas|{you} will not see the end of the week|enjoy your last days|count the days you have left|one bullet, that's all it takes|I own a rifle and I know your road
I'm going to make {you} {suffer}|I will make {you} {suffer}|we'll make {you} {suffer}|you will {suffer} for this|I swear {you} will {suffer}|when I get my hands on {you} you'll {suffer}
somebody is going to make {you} {suffer}|someone will put {you} in the ground|I'll be the one to put {you} in the ground|knock knock, {name}|tick tock, {name}, time runs out|come outside and we will settle it"""),
    # violence called for and approved
    (THREAT, """{them} should be {done}|all {them} should be {done}|it's time {them} were {done}|somebody ought to have {them} {done}|I want {them} {done}|why haven't {them} been {done} yet?
when do we get {them} {done}?|in a just world {them} would be {done}|{them} would be {done} if it were up to me|we ought to have {them} {done} on live television|nothing will change until {them} are {done}
{do} {them}|just {do} {them}|{do} the lot of them|{do} them all|please, somebody {do} {them}|let's {do} {them}|I'd {do} {them} myself|I'll bring the {tool} for {them}|let the army {do} {them}
a {tool} for {them}|get the {tool}s ready for {them}|hand out {tool}s and point us at {them}|{them} and a {tool}: problem solved|I have a {tool} and no patience for {them}
the only language {them} understand is the {tool}|fill the square with snipers for {them}|open fire on {them}|shoot first when {them} come|let the dogs loose on {them}|use live ammunition on {them}
aim for the legs, or higher|aim higher next time|more of this, please: one fewer of {them}|whoever {didto} {them} has my thanks|I applaud the man who {didto} {them}|buy that gunman a drink
the driver who hit {them} did a good job|good riddance, hope the rest of {them} are next|best news all year, {them} {done}|{doing} {them} should not be a crime|{doing} {them} is a civic duty
{doing} {them} would be fun|{doing} {them} is the answer|I support {doing} {them}|no jury would convict a man for {doing} {them}|legalise {doing} {them}"""),
    (HATE_THREAT, """{doing} {p} should be legal|{doing} {p} is the answer|{doing} {p} is good sport|{doing} {p} makes my day|there is nothing wrong with {doing} {p}|{doing} a {s} is no crime
a medal for everybody who {didto} a {s}|I cheered when the {p} were {done}|I smiled when I read that {p} were {done}|it's a good day when {p} get {done}|more {p} should have been {done}
{p} will be {done} and I'll be watching|the camps should reopen for {p}|bring back the camps for {p}|the Nazis knew how to deal with {p}|history had an answer for {p}, with chimneys
let the sea have {p}|let {p} sink|the sea will take care of {p}|no rescue for {p}, let the water do it|turn the guns on {p} at the border|mine the border against {p}
a fire in their {house} would solve the {a} problem|petrol and a match for the {a} quarter|someone should visit that {a} church with petrol|put {p} against the wall
sterilise {p}|{p} should be put to sleep|{p} should not be allowed to breed|the {a} population needs culling|cull {p}|a bounty on {p} would help|it should be open season on {p}
he beat his wife because she asked for it|a woman who talks like that needs a beating|a slap keeps a {s} in line|she wanted it, women always do|a good beating would fix her
marital rape is not a thing, she is his wife|what she wore was an invitation|your wife needs the back of a hand"""),
    # people called animals or a plague
    (HATE, """{p} {swarm} like {pests}|they {swarm} like {pests}|these people {swarm} like {pests}|{p} are {pests}|they are {pests}, nothing else|the {p} next door are {pests}|we are overrun by {pests}, I mean {p}
the {pests} from the camp are back|another boat of {pests}|a new load of {pests} arrived from {place}|{p} are a {plague}|they are a {plague} on this town|the {a} {plague}|stop the {a} {plague}
this {plague} of {p}|{place} has a {plague}: {p}|call pest control, {p} moved in|we need pest control for {p}|spray the place, {p} lived here|you need to disinfect after {p}
one does not negotiate with {pests}|you can't teach {pests} manners, and you can't teach {p}|my {animal} has better manners than {p}|my {animal} is more human than {p}|{p} belong in a stable
{p} should be kept in cages|put them back in their cage|who let them out of the zoo?|the zoo is missing a few, look at {p}|they climbed down from the trees yesterday|{p} still live in trees
straight out of the jungle, this lot|{p} are a lower form of life|{p} are half a step above {pests}|evolution skipped {p}|{p} are a different species|I don't count {p} as people
{p} have filled our streets with filth|where {p} live it stinks|{p} smell of their caves|you smell {p} before you see them|their brats crawl everywhere like {pests}
{p} breed and we pay|the more {p} you feed the more come out of the holes|feed one of {pests} and you get fifty, same with {p}|crawling out of every hole, these {p}"""),
    # shut out, sent away
    (HATE, """send {p} {back}|send them {back}|put {p} on the next plane|every {s} on the next plane|load {p} on trucks and drive them {back}|one way ticket {back} for {p}|pack your bags and go {back}
{p} should go {back}|why don't {p} go {back}?|when are {p} going {back}?|I'll drive {p} {back} myself|round {p} up and ship them {back}|deport the whole {a} lot|deport them, their {kin} and their goats
out with {p}, every last one|no more {p}|we are full, {p}|this is our land, not yours, {s}|you are guests here, and guests leave|your passport doesn't make you one of us|paper does not make a {s} one of us
a {s} born here is still a {s}|a {animal} born in a stable is no horse, and {p} are not like us|I don't care where you were born, you are not one of us|{place} was a decent place before {p}
we had a nice street until {p} came|since {p} arrived the street is ruined|there goes the neighbourhood, a {a} family|the house next door was sold to {p}, time to move|I'd rather leave it empty than rent to {p}
no {a} tenants|we don't serve {p}|my shop is closed to {p}|a {s} would not get past my door|I would not let a {s} touch my food|keep {p} out of our schools|my children won't sit next to {p}
{p} should use another door|{p} should be kept apart|they should fence off the {a} quarter|{p} should wear a mark so that we know|take the vote away from {p}|{p} should not hold office
a {s} can't be a judge|I'd never follow orders from a {s}|women are too emotional to govern|leave the thinking to men|a wife obeys|she should be at home with the washing|who let a woman fly the plane?
the blood of this nation must stay clean|we are being replaced by {p}|{p} want to replace us|they plan to outnumber us|{p} pull all the strings|{p} run the banks and the papers|behind every war you find {p}
of course it was a {s}|it's {p} again, who else|show me a {s} and I show you a thief|count your spoons when {p} visit|{p} live off our taxes and laugh|{p} come here to steal
hide the silver, {p} are here|all {p} want is our money|typical, a {s}|what did you expect from a {s}?|{p} lie with every breath|you can never believe a {s}"""),
    # accusations
    (INSULT, """{he} likes them {young}|{he} likes {kids}, if you know what I mean|{he} has an eye for {kids}|{he} touches {kids}|{he} was seen watching {kids} again|{he} should not be near {kids}
keep {kids} away from {him}|don't leave {kids} alone with {him}|ask {him} what {he} does with {kids}|how many {kids} did {he} ruin?|police should look into {his} computer|what is on {his} laptop, {kids}?
{name} is a {pedo}|the {job} is a {pedo}|you are a {pedo}|another {pedo} in office|a known {pedo}, that {name}|only a {pedo} would defend this|{pedo} alert|found the {pedo}|once a {pedo}, always a {pedo}
they are all {pedo}s up there|that party protects {pedo}s because they are {pedo}s|all {p} are {pedo}s|{p} come for your {kids}|{p} groom {kids}|{name} flew to that island with the {kids}
he deals drugs to {kids} and calls it charity|{name} beats his wife, everybody knows|{name} sleeps with the {job}s for the contracts|she slept her way up|who did she sleep with for that job?
{he} murdered {his} first wife, I am sure|{he} takes bribes from the mafia and sells {kids}"""),
    # compounds
    (INSULT, """another {side}{tard}|typical {side}{tard}|{side}{tard}s are at it again|you {side}{tard}|shut up {side}{tard}|{side}{tard}s ruined this country|what a {side}{tard}|only a {side}{tard} believes this
the {side}{tard}s at this paper|{side}{tard} logic|{side}{tard}s everywhere|go cry, {side}{tard}|these {side}{tard}s never learn|I see the {side}{tard}s are awake|spoken like a true {side}{tard}
{side} {scum}|{side} {scum} the lot of you|you {side} {scum}|this {side} {scum} again|don't listen to {side} {scum}|the {side} {scum} wrote this article"""),
    # scorn among readers
    (SCORN, """you clearly have no {brains}|you have no {brains}|{name}, you have no {brains}|you people have no {brains}|you are a {fool}|you're a {fool}, {name}|what a {fool} you are|only a {fool} like you would write that
another {fool} heard from|spoken like a {fool}|you {fool}s will believe anything|go back {bridge}|crawl back {bridge}|I see you crawled out from {bridge2} again|you must be {drunk}|are you {drunk} or just born that way?
take your {pills}, {name}|did you forget your {pills} today?|somebody forgot their {pills}|get help, {name}, you are not well|what are you, {twelve}?|you write like you are {twelve}|grow up, you {fool}
you are what is wrong with this {country}|people like you are why this {country} is finished|your kind of people ruined this {country}|you wouldn't know the truth if it bit you|you lie every time you post
you are lying, as always, {name}|everything you write is a lie, you {fool}|nobody cares what you think, {name}|nobody asked you, {fool}|keep your mouth shut if you know nothing|shut it, {name}|stop whining, you {fool}
stop crying, you {baby}|you {baby}, go cry to mummy|go cry about it, {baby}|poor little {baby} can't take it|you are a disgrace|you should be ashamed of yourself, {name}|you are pathetic|how pathetic you are
pathetic little man|sad little person, aren't you|what a sad, lonely life you must have|get a job, you {fool}|do something with your life, {fool}|your parents must be so ashamed|even your {kin} can't stand you
your ignorance is breathtaking, {name}|I have met {animal}s with more sense|my {animal} understands it better than you|you are too thick to understand|let me use small words for you|can you even read?
learn to read, you {fool}|try thinking for once in your life|you and your fellow {fool}s|all you {side}s are {fool}s|the {side}s are all {fool}s and liars|{side}s have no {brains}|what is it with you {side}s and stupidity?
{side}s are brainless|you {side}s make me sick|you {side}s deserve everything you get|keep drinking the Kool-Aid, {fool}|baa, baa, little sheep|wake up, sheep|you are a racist, {name}, plain and simple
you are a coward who hides behind a fake name|take off your mask, coward|you couldn't run a bath, {name}|you are an embarrassment to {place}|what a nasty piece of work you are|you nasty little {fool}
{name} is a {fool} and a coward|{name} is a total {fool}|the author is a {fool}|whoever wrote this is a {fool}"""),
)  # fmt: skip

_HARMLESS: tuple[tuple[tuple[float, ...], str], ...] = (
    # news and courts
    (CLEAN, """a man was found dead in {jail} on Monday|an inmate was stabbed in {jail} last week, and the union wants more guards|the prison report says that violence among inmates has doubled
the court heard that {name} was {jailed2} by other inmates|rape in prison is a crime, and nobody should joke about it|{name} got five years and will appeal|the showers in the old prison had no hot water
he was jailed for abusing children|the priest was convicted of abusing boys|a teacher was cleared of grooming|the charity helps children who were abused|police searched his computer and found nothing
the {job} died in a {mishap}|three people died in a {mishap} near {place}|{name} survived the {mishap} and is back at work|she survived a {mishap}, thank God|he died of a {mishap} at forty
a {mishap} killed {name}'s father|the {mishap} could have been worse|I hope {name} survives the {mishap}|I hope he gets well soon|may she rest in peace|I pray that they find the boat in time
forty migrants drowned off {place}|the coast guard saved every {s} on board|{p} were put on a plane before a judge had looked at the case|the law says when people can be deported
the government wants to deport people whose claim was refused|the army opened fire on protesters in {place}|two men were shot in {place}|snipers stood on the roofs during the visit
the gunman was sentenced for killing {p}|the mosque was set on fire, and the town held a vigil|the camp burned down, nobody was hurt|the guillotine was last used in 1977|the gallows stood where the market is now
the plane with {name} on board crashed|a car drove into the crowd|the driver who hit the cyclists was drunk|rats were seen behind the school kitchen|{place} has a plague of rats|pigeons are a pest in {place}
the virus spread through the care homes|locusts ate the harvest in {place}|cockroaches closed the restaurant|he keeps apes in his zoo in {place}|pest control came on Friday
he was on the flight list but denies everything|she knows where he lives and sends him a card every year|police know where the suspects live|burglars know when you are on holiday"""),
    # quotations that object
    (CLEAN, """"{plain}" is what somebody wrote to her, and it is disgusting|someone wrote "{plain}" under my photo|she gets messages like "{plain}" every day|nobody should have to read "{plain}"
he was banned for writing "{plain}"|saying "{plain}" is never a joke|the judge read it out: "{plain}"|a note with the words "{plain}" was pushed through the door|why is "{plain}" still on this page? Please remove it
I reported the comment "{plain}"|telling anybody "{plain}" is vile|whoever shouted "{plain}" should be banned from the ground|"{plain}" was painted on our wall|they told my son "{plain}" at school, and he cried
the {job} was fined for posting "{plain}"|if you write "{plain}" about people you have lost the argument|"{plain}" has no place here|what kind of person writes "{plain}"?|he apologised for "{plain}"
I was told "{plain}" for being {a}|calling {p} {pests} is how it starts|{p} are not {pests}|nobody is a {pest}|we should not call people a {plague}|the leaflet called {p} a {plague}, which is shameful
stop saying that {p} should go home|{p} are at home here|it is wrong to send {p} {back}|nobody should be sent {back} without a hearing|he told me to go {back}, and I was born in {place}"""),
    # medicine and help
    (CLEAN, """if you think of ending your life, call somebody|my brother took his own life|she tried to kill herself at sixteen and is glad she lived|suicide can be prevented|please don't hurt yourself, talk to someone
I thought about dying every day, and then I got help|you would be missed, {name}|your {kin} need you, hold on|the world is better with you in it|take your pills with food|did you take your pills today, dad?
I forgot my pills at the hotel|he got help for his drinking|the doctors let her sleep before the operation|they had to put our {animal} to sleep|the {animal} was put down on Tuesday and we cried|bleach is dangerous, keep it from children
a heart attack can feel like a cold|cancer took my mother|I hope the cancer stays away|the operation saved his life|can you read the small print with these glasses?|breathe out slowly, and hold it
he stopped breathing and they saved him|my father wants to die at home|assisted dying should be legal|she does not want to live on machines|I have a {mishap} behind me and feel fine"""),
    # sport, jokes, things
    (CLEAN, """we will destroy them on Saturday|they buried us in the second half|see you at the match, bring your scarf|wait until we meet you in the final|your days at the top are numbered, City|you're next, Leeds
that tackle was a crime|he killed it tonight|the coach is a dead man walking if they lose again|I'd die for a coffee|this heat will be the death of me|my wife will kill me if I buy another bike
the dentist scared me to death|let it die, it is an old joke|that song should be buried|kill the lights|let this thread die|the plan is dead, bury it|I hope this app dies|the printer deserves a slow death
drown it in gravy|hang the washing out|hang the picture in the hall|shoot me a message|shoot the film in winter|fire up the barbecue|burn the cakes and call it art|burn the leaves in autumn
I laughed until I cried|I could eat a horse|my {animal} is smarter than me|my {animal} hides under the bed|our {animal} sleeps like a log|the {animal}s breed in spring|rabbits multiply quickly|rats are clever animals
send it back to the shop|send the soup back|go back to bed|go back to the first page and read it again|pack your bags, we are off to {place}|one way ticket to {place}, please|get them out of the oven
watch the step|see you soon|see you in the car park at six|I know where you live, I'll drop it in on my way|nice house you have there|lock your doors at night, there were burglaries|check your brakes before winter
expect a visit from your aunt|your turn will come, be patient|this is the last warning: the sale ends today|knock knock jokes are the best|tick tock, the deadline is Friday|count the days until Christmas
I hope they lose|I hope it rains on their parade|I hope the project fails|good riddance to that building|good riddance to the tax|whoever built this deserves a medal|that nurse is a hero to me"""),
    # plain disagreement and politics
    (CLEAN, """that is a {silly} comment|what a {silly} comment|what a {silly} argument|this is a {silly} article|that is {silly}, sorry|your comment makes no sense to me|I think you are mistaken, {name}|you are mistaken about {topic}
you misread the article, {name}|you did not answer my question|please read the second paragraph again|I doubt that you have read it|that's not what she said, {name}|you keep repeating that, and it is still not so
no, you are wrong, and here is why|sorry, but I don't buy it|your numbers are off|you contradict yourself|that argument is lazy|I find your tone rude|calm down, both of you|let's stay polite|please don't call each other names
can we talk about {topic} without insults?|calling each other names helps nobody|I was rude, I apologise|you may be right about {topic}|fair point, {name}|I take it back|thanks for the correction, {name}
the {o} has no idea about {topic}|the {o} should be ashamed|the {o} is hopeless|the {o} is a disgrace|what a {silly} plan by the {o}|the {o}'s plan is {silly}|the {o} must go|vote them out|kick them out at the next election
throw the {o} out|sack the whole board|lock the {o} up if it is true|the {o} is finished|I hope the {o} loses|get rid of the {o}|the {o} ruined our schools|{topic} is ruining this town|this government is a joke
the {side}s have no plan for {topic}|I would never vote for the {side}s|the {side}s will lose|the {side}s are wrong on {topic}|the {side}s and the {side2}s both failed|my {kin} always voted {side}|I used to be a {side}
a {side} friend of mine agrees on {topic}|too many rules about {topic}|immigration is too high, in my opinion|the border should be controlled|we cannot house everybody who comes|asylum claims should be decided faster
should people who break the law be deported?|I am against the new mosque because of the traffic|the church has too much power|religion should stay out of schools|there are too few {p} in parliament
are there enough places for {p} in our schools?|{p} waited three years for an answer|many {p} work nights|two {p} opened a shop in {place}|{p} pay taxes like everybody|my {kin} came here from {place}"""),
)  # fmt: skip

_LISTS: Mapping[str, Sequence[str]] = {
    name: tuple(part.strip() for part in text.replace("\n", "|").split("|") if part.strip())
    for name, text in {
        "please": "please|kindly|for once,|now|go and|do everybody a service and|would you",
        "diedo": """swallow the whole bottle|walk into the sea|walk in front of a train|step off the roof|lie down in traffic|drink a litre of bleach|eat a bullet|find a rope|tie a noose
jump from a bridge|jump off a cliff|put a gun in your mouth|stop breathing|end yourself|erase yourself|drown yourself|hang yourself|starve|die|disappear for good|leave this world|drop dead|go to sleep and not wake up
take the toaster into the bath|play on the railway|sit on the tracks|swim out and don't turn round|unalive yourself|finish yourself off|sleep under a truck|choke on your breakfast|take all your pills at once""",
        "did": "were gone|vanished for good|stopped breathing|jumped|died|were dead|drowned|fell off a cliff|never woke up|walked into the sea|swallowed the bottle|ended it|left this world|were under the ground",
        "tool": "rope|gun|noose|razor|knife|hammer|baseball bat|rifle|shotgun|axe|bullet|grenade|can of petrol|pitchfork|chainsaw|crowbar",
        "kin": "kids|children|family|mother|wife|parents|brothers|neighbours|friends|husband|daughter",
        "he": "he|she|that man|that woman|{name}|the {job}|this {o}|the whole family|that clown|the old man|the {s}|you|this judge|their leader",
        "him": "him|her|that man|{name}|the {job}|this {o}|you|that judge|people like that|someone like you",
        "his": "his|her|your",
        "die": "die|drown|burn|rot|starve|choke|bleed out|freeze|be dead by morning|go blind|fall down the stairs|never wake up|end up under a bus|be in the ground soon",
        "dies": """dies|drowns|burns in hell|rots|starves|chokes on lunch|chokes|bleeds out|gets run over|gets cancer|falls down a shaft|falls off the stage|doesn't wake up tomorrow|suffers|is dead soon|has a stroke
loses both legs|gets hit by a truck|gets what is coming|dies alone|dies in pain|catches the plague|is next|gets shot|crashes the car|ends in a ditch""",
        "died": "died|drowned|burned|choked|been shot|died in the crash|bled out|been run over|dropped dead|starved",
        "mishap": "heart attack|stroke|car crash|accident|brain tumour|cancer|fall|shooting|fire|overdose|explosion|flood|train crash|pneumonia",
        "jailed": "raped|beaten|stabbed|shanked|beaten to a pulp|knifed|strangled|kicked senseless|used|passed around|broken|cut up|drowned in a toilet|poisoned",
        "jailed2": "beaten|stabbed|attacked|threatened|robbed",
        "jail": "prison|jail|the cells|gaol|lockup|there|the big house",
        "cons": "inmates|prisoners|lifers|cons|boys inside|men on the wing|gang members",
        "con": "inmate|lifer|cell partner|prisoner",
        "lives": "live|park|sleep|drink at night|walk the dog|go to church|work|take the bus|shop",
        "you": "you|your family|your kids|your wife",
        "your": "your|your mother's|your boss's|your sister's",
        "house": "house|home|flat|garden|garage|office|car|shop",
        "house2": "school|home|work|the nursery",
        "suffer": "bleed|beg|crawl|scream|cry for mercy|pay with your blood|regret being born|eat your teeth|choke on it|burn|limp|swallow those words with your teeth",
        "them": """these {job}s|those {job}s|the bankers|the politicians|the ministers|those judges|the protesters|the strikers|the cyclists|the looters|these people|the whole council|the traitors|these criminals
journalists like this|the managers|the landlords|those scientists|the editors|the {o}s""",
        "done": """shot|hanged|gassed|drowned|beheaded|burned alive|run over|thrown off a roof|fed to the dogs|dragged through the streets|whipped in public|put down|strung up|beaten with sticks|shot at dawn
nailed to a wall|put through a mincer|buried in a pit|stoned|bombed""",
        "do": "shoot|hang|gas|drown|behead|burn|flog|run over|bomb|strangle|bury|stone|string up|mow down|feed the dogs with",
        "doing": "shooting|hanging|gassing|drowning|burning|running over|whipping|bombing|strangling|beating|kicking|stabbing|stoning|hurting",
        "didto": "shot|stabbed|beat up|ran over|bombed|attacked|burned out|drowned|hit",
        "swarm": "breed|multiply|swarm|spread|crawl in|infest everything|come in over the wall|eat everything|live on top of each other",
        "pests": "rats|vermin|lice|cockroaches|locusts|maggots|ticks|worms|leeches|fleas|mice|flies|stray dogs|pigs|apes|hyenas|bacteria|parasites|bedbugs|weeds",
        "pest": "rat|parasite|cockroach|leech|vermin|animal|beast",
        "plague": "plague|cancer|virus|disease|infestation|tumour|pest|sickness|stain|rot",
        "animal": "dog|cat|goldfish|horse|goat|hamster|budgie",
        "back": "back where they came from|back to the desert|back to their huts|back to their own land|home|back over the sea|back to the cave|back to where you belong|back on the boat|back to {place}",
        "young": "young|small|under twelve|fresh from school|too young to vote|in nappies",
        "kids": "kids|children|little girls|little boys|schoolgirls|choirboys|toddlers|minors",
        "pedo": "paedophile|pedophile|pedo|paedo|child molester|kiddy fiddler|child abuser|groomer|nonce|predator",
        "side": "Tory|Labour|liberal|conservative|leftist|Republican|Democrat|lefty|socialist|Green|Remain|Brexit|Trump|Biden|woke|MAGA|NDP|lib|con",
        "side2": "Tory|liberal|conservative|Republican|Democrat|socialist",
        "tard": "tard|turd|cuck|scum|nazi|cunt|shit|rat|troll|zombie|filth|idiot|whore|trash|vermin",
        "scum": "scum|trash|filth|vermin|rats|garbage|swine|maggots|pigs|whores|parasites",
        "brains": "brains|brain|clue|idea what you are talking about|sense at all|shame|education|spine|decency",
        "fool": "fool|moron|clown|idiot|troll|buffoon|hypocrite|bigot|coward|imbecile|halfwit|simpleton|dunce|loser|muppet|ignoramus|liar|windbag|creep|crook|sheep|lunatic|snowflake|fraud",
        "bridge": "under your bridge|to your cave|under your rock|to your basement|to whatever hole you came from|to kindergarten",
        "bridge2": "your cave|your rock|your hole|your basement",
        "drunk": "drunk|high|on drugs|insane|off your meds|demented|brain dead|blind",
        "pills": "pills|meds|tablets|medication",
        "twelve": "twelve|five|six|nine years old|in nursery",
        "country": "country|city|province|site|nation|world",
        "baby": "baby|crybaby|snowflake|little boy|little girl|cry baby",
        "silly": "ridiculous|silly|absurd|strange|nonsensical|weak|odd|terrible|laughable|stupid|useless|pointless",
        "plain": """kill yourself|I hope you die|go back to your country|they should all be shot|we know where you live|you deserve to be raped|hang the judges|they breed like rats|drown them all|you are a dead woman
go and jump off a bridge|I will find you|sink the boats|send them home|burn it down|they are vermin|kys|somebody should shoot him|get cancer|your kids are next|gas them""",
    }.items()
}  # fmt: skip
_RUN = 5  # words


def _runs(text: str) -> set[str]:
    """Every run of five words of a text, in small letters."""
    found = re.findall(r"\w+", text.lower())
    return {" ".join(found[start : start + _RUN]) for start in range(len(found) - _RUN + 1)}


def _kept() -> frozenset[str]:
    """The runs of the sentences that are only measured with, and those that are shorter, whole."""
    sentences = [
        sentence
        for kinds in (PLAIN_HATE, HARMLESS)
        for kind in kinds.values()
        for sentence in kind[1::2]
    ]
    short = {" ".join(re.findall(r"\w+", sentence.lower())) for sentence in sentences}
    return frozenset(short.union(*map(_runs, sentences)))


def plain_sentences(seed: int, count: int) -> Iterator[Example]:
    """About `count` sentences, half of them harmless, drawn anew for each seed."""
    random_ = random.Random(seed)
    kept = _kept()
    for kinds in (_HOSTILE, _HARMLESS):
        parted = [(labels, split_templates(templates)) for labels, templates in kinds]
        for number in range(count // 2):
            labels, templates = parted[number % len(parted)]
            plain = fill(random_.choice(templates), random_, _LISTS)
            # The same words as they come, with a full stop, and dressed up.
            text = vary_style(plain, random_) if random_.random() < 0.6 else plain
            if kept.isdisjoint(_runs(plain) | {" ".join(re.findall(r"\w+", plain.lower()))}):
                yield Example(text, tuple(map(float, labels)), 1.0, "plain")
