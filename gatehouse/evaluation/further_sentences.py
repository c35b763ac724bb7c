"""A second set of our own test sentences, of the kinds of own_sentences.py: only measured, none was learned from or looked at for a rule.

Written after version 8 of the bundled model was final, by somebody who had read the first set and the templates of training/plain.py;
tests/training/test_sentences.py holds that none is like one of these.
"""

from gatehouse.evaluation.own_sentences import parted

FURTHER_HATE = {
    "told to die": parted("""go jump off a pier with your pockets full of bricks|unalive already, nobody's reading your posts|have you considered simply not waking up?
Do your kids a kindness and disappear for good.|kindly remove yourself from the gene pool|there's a cliff twenty minutes from here, go and look over the edge, then keep going
KYS and take your column with you|swallow the whole packet, princess|why is someone like you still breathing|The motorway bridge is free tonight, treat yourself.
If you had any decency you would put a gun in your mouth.|nobody is stopping you from ending it, least of all us|step into the road without looking, just once, for me"""),
    "death wished": parted("""I hope his pacemaker stops tonight.|Would have been nice if the fire had started while she was inside.|Praying his chemo fails.|May your next flight be your last.
Some people improve the country only by leaving it in a hearse, and he is one of them.|I'd drink to his funeral tomorrow.|Too bad the paramedics were so quick.|Hope the tumour wins.
Wouldn't shed a tear if the entire front bench went down with the ferry.|she ought to have been strangled at birth|I want him to die in agony, and I want it televised.|Let covid take the lot of them.
The assassin should have practised more.|I look forward to reading that your lot froze to death this winter."""),
    "threat": parted("""We know what time you walk the dog.|You'd better start checking your brake lines, councillor.|Your daughter gets off the 14 bus at half past three, right?
Print that again and you won't have hands to type with.|I've got a shovel and a van, just saying.|Some night soon there will be a knock at your door, and it won't be the postman.
Keep writing, and we will see how well you swim with your arms tied.|I'm round the corner from your office. See you soon.|You should hire a bodyguard. A good one.
That pretty face of hers can be rearranged.|Mark my words, you will be carried out of that town hall.|petrol is cheap and your front door is made of wood|enjoy your last Christmas, judge
I never forget a number plate. Yours ends in KLP."""),
    "violence called for": parted("""Open fire on the boats and the problem is solved.|The editor wants a good kicking, any volunteers?|A few well-placed bricks through that window would shut them up.
hang the lot from the town hall balcony|Anyone blocking a road should be flattened, no questions asked.|Give me five minutes in a locked room with that judge and a baseball bat.
Time to start shooting bankers, one a day until they learn.|Someone torch that asylum hotel already.|We used to tar people like her and drag them behind a horse. Let's do it again.
bring out the firing squads, parliament first|tie them to the rails and let the 8.15 sort it out|patriots, get your rifles, you know what must be done on the sixth
the minister should be fed feet first into his own incinerator|Whoever puts that reporter in hospital gets a drink from me."""),
    "jail wished": parted("""I hope his cell has no lock and twelve big admirers outside.|Wait till the lifers get their hands on him.|He'll be somebody's girlfriend by Friday.
put her on the men's wing and turn the cameras off|Prison justice will finish what the court didn't dare.|Let's hope somebody sharpens a toothbrush for him.
May every shower he takes in there be a crowded one.|They know what to do with his kind in there, and I hope they take their time.|The guards should look the other way when he's in the yard.
I'd love it if he left that jail in a box.|bend over, mister chairman, the boys on D wing are waiting|Hope the old crook gets passed around for cigarettes."""),
    "people as animals": parted("""The estate has been crawling with them since the council let that vermin in.|Somalis are a plague on this city.|They drop a litter every year and send us the bill.
Travellers are lice, they live off everyone else's blood.|Call the exterminator, another family of Albanians has moved in.|It's feeding time at the benefits office, look at the herd of them.
These refugees are wild dogs and should be treated like it.|Pakistanis infest that whole road now.|Roma children are brought up like rats, to steal and to hide.
You can dress a savage in a suit, he's still a savage.|Homosexuals are a sickness that the body of this nation must sweat out.|Don't call them people, they're a swarm.
half ape, the lot of them, look at that team photo|Jews are leeches on every country that takes them in."""),
    "groups shut out": parted("""Put the Syrians back on the ferry and burn the landing stage.|No Muslim should be let near a police uniform.|Whites only, that's how this street used to be and should be again.
This is a Christian country, the rest of you can pack.|I wouldn't let one of them clean my car, never mind teach my kid.|Girls have no business in an engineering course, they only take a man's place.
Black families move in and your house is worth nothing, that's why we have to keep them out.|Deaf people shouldn't be let behind a wheel, or into a jury, or anywhere really.
there are already three mosques, that's three too many|Charter flights, one way, until the last Nigerian is gone.|Transgender people should be kept away from the rest of us.
Why are we letting Poles in at all? Shut the door and throw out those who are here.|You'll never be British, whatever it says on your papers.|Lesbians can't be mothers and should have their children taken away."""),
    "violence approved": parted("""beating up transgender people should be an Olympic event|Shooting up that mosque was a start.|The ovens were never the problem, they were too slow.|It's funny when cyclists get crushed.
slavery was the best thing that ever happened to them|That driver who ploughed into the march did what we all dream of.|Stoning gays is fine by me.|Some wives need a slap now and then, that's how they learn.
Mussolini knew what to do with reporters.|Every drowned migrant is a win.|Give the guy who stabbed that MP a statue.|Burning down synagogues is freedom of speech.
What Pol Pot did with teachers wasn't all bad.|raping her would be a favour, she can't get anyone else"""),
    "slurs of politics": parted("""magatards can't spell|leftoids crying again|Only democraps would believe this.|Trumpscum on parade|Libnuts ruined the schools.|greentards want us all in caves
typical republiturd logic|bidenistas and their shitlib friends|Torynazis strike again|you can smell the commietards from here|labourscum will tax the air|fakeservative traitors, all of them
not one dumbocrap can count to ten"""),
    "accusations": parted("""He's a child rapist, look it up.|everyone in that school knew what the caretaker did to the little ones, and you protect him|Your MP fiddles with kids.
she grooms children in that library, and the council pays her|The bishop is a nonce.|Funny how he always volunteers for the under-tens.|he was a regular on the island, with the girls
That coach has a thing for twelve year olds.|pedos, the whole film industry|The author of this piece wants access to your toddlers.|check his laptop, you'll need a bucket
predator in a dress, keep him out of the girls' toilets|She sold those kids to her friends in government."""),
}

FURTHER_HARMLESS = {
    "quotes that object": parted(""""Go home, you don't belong here": a stranger shouted that at my mother on the tram.|Nobody gets to tell a child to "unalive" themselves and call it banter.
My niece was sent "jump off a bridge" forty times in one evening, and the platform did nothing.|The banner read "Jews out", and the police stood next to it.
When he says migrants are "an infestation", he wants you to stop seeing people.|It is sickening that somebody wrote "I know where your kids go to school" to a referee.
"Women can't lead," said my first boss, and I have been running his company since 2011.|A man who posted "shoot them at the border" has rightly lost his job.
We scrubbed "kill all Arabs" off the wall of the kindergarten this morning.|I am tired of hearing "it was just a joke" from people who wish cancer on a reporter.
He called the nurse a monkey, and the whole ward heard it. Shameful.|Let me be clear: whoever says that gays should be stoned has no place in our party.
"They deserve it" is not something you say about people who drown.|The voicemail said "you will not see Christmas", and the mayor played it to the council.
The N-word was shouted from the stand again, and again the club says it is looking into it.|How can anyone defend a song that says "burn the gypsies"?"""),
    "irony": parted("""Wonderful, a third vape shop. Now we have everything.|Yes, let's put the bins on the cycle path, what could possibly go wrong?
I for one welcome our new parking app, which has already fined my late grandfather.|Another masterstroke from the people who brought us the roundabout to nowhere.
Of course the lifts are broken, it is a day ending in y.|Hold the front page: politician answers question.|If stupidity of planning were an export we would be rich.|Marvellous, the potholes have been painted.
Please, tell us more about how hard it is to live on two salaries and a castle.|Nice of the rail company to let us walk home and enjoy the fresh air.|I'll alert the Nobel committee.
Shoot me now, they have started the drilling at six again.|Great, our striker found the goal. Pity it was ours.|So we fight drought by watering the golf course. Bold.
Truly the sharpest minds of the parish council at work."""),
    "identity": parted("""My husband and I are both men and both terrible at gardening.|The imam and the vicar run the food bank together.|I'm a black woman in engineering, and yes, I fixed the bridge.
Jewish families have lived in this street since 1720.|Our new headteacher uses a wheelchair.|My brother is autistic and knows every bus timetable in the county.|Pakistani cricket fans were the loudest and the kindest there.
As a lesbian of seventy I have seen worse, and better.|Half of my ward are Filipino nurses.|The Sikh temple feeds four hundred people a day, no questions.|My parents fled from Vietnam in a fishing boat.
A Nigerian student lodged with us for three years.|Why do so few Chinese restaurants here open on Mondays?|She is deaf, so please face her when you speak.|He became the first gay captain of the side.
Arab traders brought oranges to these islands.|My daughter's best friend is Roma."""),
    "politics": parted("""This chancellor couldn't run a bath.|Vote the whole cabinet out.|The deportation flights cost more than they achieve.|I disagree with almost everything she says, and I'm glad she survived the attack.
We take in too few engineers and too many consultants.|The president lied about the numbers, twice.|Their manifesto is a suicide note.|Sunday's result was a massacre for the greens.
The bill should be killed in committee.|Strip him of his pension, he broke the law.|Border guards need better pay.|He is the worst mayor since the one who sold the swimming pool.
I don't want another supermarket on that corner, I want a park.|Liberals and conservatives agreed on something for once.|Both parties are bleeding voters.
Trump and Biden are both too old for this job, if you ask me.|The protesters had every right to be there.|Abolish the upper house, it's a retirement home."""),
    "medical": parted("""My father was given six months and lived for nine years.|The hospital took the rails out because patients had hanged themselves.|She tried to end her life at nineteen, and is a midwife now.
Overdoses have doubled since the clinic shut.|The drug kills the parasite, not the patient.|Cut off the blood supply and the tumour starves.|Ticks and lice carry it from one dog to the next.
Bowel screening saved my neck.|He stopped breathing for four minutes, and now he coaches football.|Rectal exams are embarrassing for a minute and useful for a lifetime.
Euthanasia should be a choice, with safeguards.|My vet put our old cat down at home, very gently.|Please don't swallow the whole packet at once; the leaflet says two a day.
The infection spreads when people share needles.|I had an abortion at forty and don't regret it.|Choking on a grape is how toddlers end up here."""),
    "sport": parted("""We got murdered on the left wing all afternoon.|He has killed off that tie with a free kick from forty yards.|Their bowlers will be hunting ours on Friday.
She knocked the champion out cold in the third.|Execute the set piece properly and we win.|Slaughtered 6-0 at home, and the coach smiles.|Bury it, man! Open goal!
Our pack ate theirs alive in the scrum.|Best assassin's smile in snooker.|The away end was a zoo when the equaliser went in.|They should drop him, he has not hit a thing since August.
Cheats never prosper, but that dive was worthy of an Oscar.|The Lions tore the Eagles apart.|Someone ought to teach our keeper to come off his line.
You're dead if you lose your serve on this grass.|Put a bullet of a pass through the middle."""),
    "violence in the news": parted("""The gunman shouted slurs at the worshippers before he fired.|She told the court that her ex had threatened to throw acid in her face.
A refugee hostel burned to the ground on Tuesday; three people are missing.|My grandfather was shot against that wall in 1944.
The coach was sentenced to nine years for abusing boys in the changing rooms.|Militias drove the villagers into the river.|He was lynched for whistling at a woman.
Two inmates beat the former mayor to death in the showers.|The sniper killed a nurse and her child.|Police shot the attacker after he stabbed four shoppers.|They found the girl's body in the reservoir.
The general ordered the prisoners to be gassed.|How many more women must be killed by their husbands?|The militia's leader called his victims insects.|The bomber's brother knew and said nothing.
A judge was murdered in front of her house, by somebody who had her address from a forum.|The trial heard that he had a list of journalists to kill."""),
    "names and words": parted("""Our GP is called Dr Slaughter, and she is lovely.|The Hancock Arms has quiz night on Thursdays.|Cumming is a town in Georgia.|The blue-footed booby is my favourite bird.
Shoot the scene again from the left.|Force quit the app, then kill the daemon.|The Hanging Gardens weren't in Babylon, some say.|Bastard cabbage is a weed, Wikipedia says so.
Coq au vin at the Bitchfield village hall.|Die Hard is a Christmas film.|Dyke Road needs resurfacing.|"The Killing Moon" still gives me goosebumps.|The slugs have eaten every hosta.
Mr Butt and Ms Gay were elected as wardens.|Wasps' nest in the loft again, who do I call?|Fat Cat is a decent café.|The Plague by Camus, chapter two."""),
    "everyday": parted("""My train was late, so I'm going to kill two hours in the museum.|You slayed in that dress, Gran.|The neighbours know where we keep the key.|I'm coming for that last slice.
We know where the good mushrooms are, and won't tell.|I'd die for my dog.|He'd better watch out, the paint is wet.|Get them out of the oven before they burn.
Somebody ought to visit Mrs Hall, she hasn't been at church.|Sleep well, you have earned it.|Send the lot back, the sizes are all wrong.|Drown your sorrows in tea like the rest of us.
The world is a better place with you in it.|She choked on her coffee, laughing.|That exam destroyed me.|See you outside the station at half past, bring an umbrella.
They ought to be here any minute.|Round them up before the rain, the lambs hate it."""),
}
