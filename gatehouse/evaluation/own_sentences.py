"""Our own test sentences by kind: threats and hate without ugly words, and harmless ones that look like them.

Written by hand for measuring. The first patterns of scorers/site/phrases.toml were written looking at the sentences with
even numbers; those with odd numbers (`kept`) were only measured. Later patterns were written from other sentences of
the same kinds, by somebody who had read both halves.
"""


def parted(text: str) -> tuple[str, ...]:
    """The sentences of a text with one a line or several, parted by bars."""
    return tuple(part.strip() for part in text.replace("\n", "|").split("|") if part.strip())


PLAIN_HATE = {
    "told to die": parted("""kys|unalive yourself|just neck yourself already|go play in traffic|please go drink bleach|do the world a favour and stop breathing
why don't you go and lie down on the train tracks|you should end it, nobody would notice|please step in front of a bus|go find a tall building and jump from the roof
nobody would miss you if you were gone tomorrow|log off for ever, and I mean from life|take a long walk off a short pier, for good|have you tried not being alive?
the river is deep, you know what to do|hurry up and expire|go hang from something|drink some rat poison and spare us|jump in front of a lorry, mate|off yourself
do everybody a favor, die|delete yourself|your family would be happier at your funeral|save us the oxygen"""),
    "death wished": parted("""I hope you get cancer|I hope he never wakes up|hope she chokes on it|I pray that they all drown|can't wait for the day you die|I will dance on his grave
hopefully the plane crashes with him in it|wish he had died in that accident|I hope they rot|hope your children get what you deserve|I hope you suffer slowly
may she burn|the sooner he is in the ground the better|the world would be a better place without you|I'd love to see him swing from a lamp post|one heart attack would solve this
shame the bullet missed him|pity the surgeon saved her|he deserves to die for that vote|they should have let him bleed out|better luck next time with the shooter
I'd love to watch these ministers burn|you should have been aborted|they deserve every bit of the plague"""),
    "threat": parted("""Somebody ought to pay her a visit, I know where she lives.|I know which school your kids go to|watch your back|sleep with one eye open|we are coming for you
you're a dead man walking|it would be a shame if something happened to your shop|accidents happen, you know.|I'll find you|I will come after you and your family
someone should teach him a lesson he won't forget|I'm going to break your legs|I'll snap that neck of yours|a bullet in the head is all he understands|your days are numbered
we know where you park|you're next|wait until I meet you outside|we have your address now|tell your wife to check under the car|nice house, would burn well
I'd be careful walking home if I were her|there is a bullet with your name on it|keep talking and see what happens to you|one of us will get to you"""),
    "violence called for": parted("""they should be gassing you|a couple of turrets would thin out that crowd|just run them over|drive through the protesters|every one of them should be shot
politicians should be hanged|someone needs to shoot that guy|line them up against a wall|bring back the guillotine|time for the gallows|string up the bankers
the whole board should be taken out back|let them drown|sink the boats|burn down the hostel|somebody should burn their mosque down|put him in a wood chipper
journalists should be thrown from a helicopter|rope. tree. journalist.|he needs to be put down|machine gun the dinghies|the only cure for them is lead
a good old lamp post would do for the mayor|open season on cyclists, aim for the heads|give the police live rounds and let them enjoy it"""),
    "jail wished": parted("""I hope he meets a friendly cellmate in prison|hope he gets raped in jail|inmates will take care of him|he won't last a week inside prison|drop the soap, mayor
the showers in prison will be fun for him|I hope she gets shanked|can't wait to see what the prisoners do to him|give him to the general population and lose the key
I hope his cell mates find out what he did and finish it|somebody tell his cellmates what he is in for|let's see how pretty she is after a year inside"""),
    "people as animals": parted("""They breed like rats and now they want our houses too.|immigrants are parasites|those people are animals|they are vermin|refugees spread like a virus
migrants are cockroaches|they multiply like rabbits|these people are a cancer|gypsies are an infestation|they swarm in like locusts|they are barely human
muslims are less than human|a flood of vermin is coming over the border|it is a zoo down there since they moved in|they live like pigs in there|more mouths crawling off the boats
the ghetto apes are at it again|you don't negotiate with rats|we have a pest problem on the south side, and it speaks Arabic|you can smell which floor they live on"""),
    "groups shut out": parted("""Deport every last one of them and sink the boats.|send them back to the jungle|go back to your country|foreigners don't belong here|women belong in the kitchen
too many of them here already|no place for gays in our town|they are taking over our streets too|never trust a gypsy|I would never rent to blacks|women should not be allowed to vote
round up all the muslims|kick all immigrants out|their kind are ruining this town|ship the lot back|get rid of them all|blacks can't be trusted|they only know how to steal
jews are behind everything|it's always the muslims|a woman can't lead anything, it is biology|the neighbourhood was nice before the darker folks came|disabled people should not be permitted to have children
your sort ruin every street you move to|keep the bloodline clean|they will never be one of us, whatever the passport says"""),
    "violence approved": parted("""killing jews is cool|Raping a woman like you should not be illegal.|beating gays is a public service|shooting migrants should be legal|hitler was right
hitler should have finished the job|we need another pinochet|what this country needs is a final solution|send them to the ovens|drowning them is the right policy
hunting them should be a sport|whoever did that to the mosque deserves a medal|not enough of them were in the building|first good thing anybody did for that synagogue
the attacker is a hero to me|I laughed when I heard how many migrants drowned|fewer of them, more room for us: good news|he hit her because she needed it"""),
    "slurs of politics": parted("""another libturd|Trumptards never learn|typical libtard|you demonrats ruined it|republicunts again|magats at it again|leftards everywhere|wokescum
brextards got what they voted for|FJB|rethuglicans lie|bidumb strikes again|femnazis run the paper|covidiots|tory scum lies|snpscum|conservaturds|what a cuckservative
lefty filth wrote this|obamabots and libfucks"""),
    "accusations": parted("""He is a paedophile and everybody knows it.|you're a pedo|the mayor is a kiddie fiddler|she is a groomer|sleepy old kid sniffer|they are all nonces
keep your kids away from him|he sniffs little girls|someone should check his hard drive|his name is on Epstein's list|drag queens are groomers|that priest likes little boys
ask him why he moved schools three times, and hide your children|bet he hangs around playgrounds"""),
}

HARMLESS = {
    "quotes that object": parted("""The player was called a nigger by fans and nobody did anything.|"Faggot" is what they wrote on his locker.|Nobody should have to read "kill yourself" on their phone.
He told me to go back to my country; I was born in Leeds.|Writing "they breed like rats" about families is disgusting.|She got letters saying she deserves to die, for reporting on parking.
"Hang the judges" has no place on a placard.|I was told that women belong in the kitchen. In 2024!|Whoever wrote that they should be shot ought to be ashamed.|Calling refugees vermin is how it begins.
People who say "sink the boats" have never seen one.|My son was called a retard at school today.|Stop calling everybody a Nazi.|"You're a dead man," read the note the councillor got.
He shouted that gays should be burned, and the crowd walked away.|The court heard that he threatened to kill his neighbour.|The word "kike" was sprayed on our door.|They chanted about gas chambers, at a football match.
Someone wrote "kys" under her post, and the site left it up for a week.|I reported the man who said all Muslims should be deported.|Saying "it was a joke" after "I hope you die" is not an apology.|Comments like "go drink bleach" should be removed.
The leaflet says immigrants are parasites. It is a lie.|No one is a cockroach. No one.|He was jailed for saying that he would burn the hostel down."""),
    "irony": parted("""Oh great, another car park, exactly what the town needed.|What a genius plan, close the library to save on books.|Brilliant, the bus is early for once: a day late.|Sure, because that worked so well last time.
I am shocked, shocked that the contract went to his cousin.|Let's build it out of sugar, it will last as long.|Give that man a medal for moving the bins.|I'd trust a cat with the fish sooner.
Can't wait for the next report about the report.|Lovely weather for ducks and ministers.|Clearly the bridge fell down to spite us.|My dog has better arguments, and she eats shoes.
Another triumph: the lift works on Tuesdays.|So the answer to flooding is more concrete. Inspired.|I am sure the consultants will sleep well on our money.|Nothing says summer like a train strike."""),
    "identity": parted("""I am a gay man and I liked this article.|My grandmother was a Jewish refugee.|As a Muslim I agree with the bishop.|Black people vote too.|My daughter is transgender and happy.
Two women run the garage, and it is the best in town.|There are very few disabled people at my school.|The lesbian couple next door bake for everybody.|I came as an immigrant in 1974.|Gypsies and travellers have used this field for a century.
The mosque opens its doors on Sunday.|White and black children sit side by side there.|Most refugees here work in care.|He is blind and plays the organ.|Being queer in a village is not easy.
The Polish shop sells good bread.|I married an Indian doctor.|Christians and Hindus share the hall.|Asian students won the prize.|Immigrants like my father built that line.
Mexicans make up half of the kitchen crew.|Trans people should be left alone.|Women earn less for the same work.|The Roma school needs a roof.|A deaf man conducted the choir."""),
    "politics": parted("""Trump's tariffs were a stupid idea from the first day.|The minister is a liar and should resign.|Democrats and Republicans both failed on this.|Biden should have stepped down earlier.
The council is useless.|I would never vote for the Conservatives again.|This is the worst government in my lifetime.|Immigration should be limited, in my opinion.|Illegal crossings must be stopped, by law and not by slogans.
They want to deport people without a hearing, and that is wrong.|The left has lost the plot.|The right has no answers.|Nobody trusts politicians any more.|He should be tried for what he did to the pensions.
The prime minister should be ashamed.|Lock the doors of parliament until they agree.|Taxes are killing small shops.|Their plan is dead on arrival.|Scrap the whole scheme.|What nonsense about the euro.
We should kick them out at the next election.|The party will be wiped out in May.|Our MP could not find his own office.|Throw the bill in the bin.|They are destroying the health service.
The mayor has blood on her hands over that road.|The border should be open.|The border should be shut.|Sack the board.|I hope they lose every seat."""),
    "medical": parted("""Breast cancer screening is free for women over fifty.|He died of cancer last year and we miss him.|The virus spreads like fire in closed rooms.|Bacteria multiply quickly in warm milk.|Suicide is the main cause of death of young men here; please talk about it.
My mother was put to sleep before the operation.|The dog had to be put down, and we cried.|Anal fissures are painful; see a doctor.|Sex education belongs in schools.|Parasites in the water made us ill.
The prostate is the size of a walnut.|A heart attack took him at fifty.|The pill made her gain weight.|I was suicidal, and the nurse listened.|Lice are back at the primary school.|Penis cancer is rare but real.
They shot him full of antibiotics.|The vaccine did not kill anybody I know.|Her depression nearly killed her.|Drinking bleach does not cure anything."""),
    "sport": parted("""He shot the ball into the top corner and killed the game.|We were slaughtered in the second half.|Our defence is a joke.|Hang the coach's picture in the hall, what a season.|They will bury us on Saturday if we play like that.
The Tigers were beaten to a pulp.|She destroyed her opponent in two sets.|The referee should be sacked.|That tackle was murder on his ankle.|He has a rocket of a left foot.|What a killer pass.
They ran over us in midfield.|The keeper was out for blood.|Kill the clock and take the point.|Batsmen should be shot down by bowling like that.|He attacked the hill like a madman.|Fans sang until they dropped.
United got what they deserved, nothing.|The striker is on fire.|We need to bring back the old badge."""),
    "violence in the news": parted("""The killer was sentenced to twenty years.|A man was stabbed outside the station.|The bomb exploded near the market.|Hundreds drowned when the boat sank.|The suspect was shot by police.
She was raped and then ignored by the court.|They burned the village and killed everyone.|The soldier said he had orders to shoot.|He was convicted of being a paedophile in 2009.|The priest abused boys for decades, and the church knew.
Two journalists were beheaded by the militia.|The hostel was set on fire last night.|Migrants were left to drown.|The regime hanged three students.|Jews were gassed there; my uncle was one of them.
The lorry drove into the crowd.|A grenade was found in the canal.|He kidnapped and tortured her.|Police found a noose at the school.|The death penalty should be abolished.|The murder trial begins on Monday.
Why was he not stopped before he killed her?|The victims' families deserve the truth.|Lynching was a crime that went unpunished.|The shooter had a list of names."""),
    "names and words": parted("""Mr Dick Cockburn of Scunthorpe asked about the buses.|Shital and Nishit won the quiz.|The pussy willow is in bloom.|Great tits at the feeder.|Rape seed is yellow in May.|Gay Street is closed.
Fanny Cradock's recipes.|The Cock Inn does a good lunch.|Hitler was a painter once, says the book.|Kill Bill is on tonight.|Dead Man Walking is a fine film.|Pratt and Whitney engines.|Lynch directed Blue Velvet.
Rats and rabbits breed in that field.|Cockroaches have lived in the kitchen for years.|Weeds spread like a plague after rain.|The vermin problem at the market is back.|Faggots and peas for dinner.|Sodom is in the Bible.
Execute the script again.|Kill the process and restart the server.|Abort the transaction.|The master key is lost.|Mount Slaughter is 900 metres.|We had a blast at the shooting range."""),
    "everyday": parted("""I would kill for a coffee.|My feet are killing me.|Break a leg tonight!|I laughed until I nearly died.|You nailed it.|I'm dead tired.|He's a beast on the drums.|This cake is to die for.|Watch your step on the ice.
I'll find you a chair.|We are coming for dinner.|I know where you live now, thanks to the map; see you at six.|Somebody should pay that bill.|Pay us a visit at the fair.|They should be proud.|We'll get you home.|I hope they die down, these winds.
You are next in the queue.|Go jump in the lake, the water is lovely.|Let them eat cake.|I could murder a curry.|Don't shoot the messenger.|I'm going to miss you.|He will be missed.|Someone should teach him to drive.
Look at the state of the pavement.|The children like the new swings.|What a lovely obituary.|The garden centre is shut.|I will come after lunch.|She fed the ducks.|They should be here by now.|We're out of milk again.
Send them back if they don't fit.|Get rid of the old sofa.|Go back to the start and read it again.|Keep your dog away from the lambs.|Round up to the nearest pound.|Burn the toast, scrape the toast.|The neighbours should be told.
Turn back at the bridge.|The lights should be put out at ten.|Throw it in the bin.|Hang the washing out.|Beat the eggs.|They deserve a holiday.|Every one of them passed.|He needs to be heard.|That joke was killer.|The kids want to see the boats."""),
}  # fmt: skip
