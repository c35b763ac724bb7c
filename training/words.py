"""The words that the written sentences are filled with: groups, qualities, things, names, offices."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace("\n", " ").split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", " ").split("|") if part.strip())


# adjective | one | many: of groups that the law of most countries protects.
GROUPS = tuple(
    tuple(part.strip() for part in line.split("|"))
    for line in """gay|gay man|gay people
gay|gay guy|gays
lesbian|lesbian|lesbians
lesbian|lesbian woman|lesbian women
bisexual|bisexual|bisexuals
homosexual|homosexual|homosexuals
heterosexual|heterosexual|heterosexuals
straight|straight person|straight people
trans|trans woman|trans women
trans|trans man|trans men
trans|trans person|trans people
transgender|transgender person|transgender people
transgender|transgender woman|transgenders
queer|queer person|queers
nonbinary|nonbinary person|nonbinary people
LGBT|LGBT person|LGBT people
LGBTQ|LGBTQ person|the LGBTQ community
female|woman|women
female|girl|girls
female|lady|females
male|man|men
male|boy|boys
black|black man|blacks
black|black person|black people
black|black woman|black women
African American|African American|African Americans
white|white man|whites
white|white person|white people
Asian|Asian|Asians
Asian|Asian person|Asian people
African|African|Africans
Latino|Latino|Latinos
Latina|Latina|Latinas
Hispanic|Hispanic|Hispanics
Mexican|Mexican|Mexicans
Chinese|Chinese person|Chinese people
Japanese|Japanese person|the Japanese
Korean|Korean|Koreans
Vietnamese|Vietnamese person|the Vietnamese
Filipino|Filipino|Filipinos
Indian|Indian|Indians
Pakistani|Pakistani|Pakistanis
Bangladeshi|Bangladeshi|Bangladeshis
Arab|Arab|Arabs
Middle Eastern|Middle Eastern man|Middle Eastern people
Turkish|Turk|Turks
Iranian|Iranian|Iranians
Afghan|Afghan|Afghans
Syrian|Syrian|Syrians
Somali|Somali|Somalis
Nigerian|Nigerian|Nigerians
Israeli|Israeli|Israelis
Palestinian|Palestinian|Palestinians
Polish|Pole|Poles
Romanian|Romanian|Romanians
Russian|Russian|Russians
Ukrainian|Ukrainian|Ukrainians
German|German|Germans
French|Frenchman|the French
Italian|Italian|Italians
Irish|Irishman|the Irish
English|Englishman|the English
American|American|Americans
Canadian|Canadian|Canadians
European|European|Europeans
Brazilian|Brazilian|Brazilians
Roma|Roma man|Roma people
gypsy|gypsy|gypsies
indigenous|indigenous person|indigenous people
Native American|Native American|Native Americans
aboriginal|aboriginal person|aboriginals
Muslim|Muslim|Muslims
Muslim|Muslim woman|Muslim women
Islamic|follower of Islam|followers of Islam
Jewish|Jew|Jews
Jewish|Jewish person|Jewish people
Christian|Christian|Christians
Catholic|Catholic|Catholics
Protestant|Protestant|Protestants
evangelical|evangelical|evangelicals
Mormon|Mormon|Mormons
Orthodox|Orthodox Christian|Orthodox Christians
Hindu|Hindu|Hindus
Sikh|Sikh|Sikhs
Buddhist|Buddhist|Buddhists
Taoist|Taoist|Taoists
atheist|atheist|atheists
disabled|disabled person|disabled people
disabled|disabled man|the disabled
handicapped|handicapped person|handicapped people
blind|blind person|blind people
deaf|deaf person|deaf people
autistic|autistic person|autistic people
paralysed|wheelchair user|people in wheelchairs
mentally ill|mentally ill person|mentally ill people
elderly|old person|old people
old|pensioner|pensioners
older|older person|the elderly
young|young person|young people
young|teenager|teenagers
middle-aged|middle-aged man|middle-aged people
millennial|millennial|millennials
immigrant|immigrant|immigrants
foreign|foreigner|foreigners
migrant|migrant|migrants
refugee|refugee|refugees
asylum-seeking|asylum seeker|asylum seekers
undocumented|undocumented immigrant|undocumented immigrants
homeless|homeless man|the homeless
poor|poor person|poor people""".splitlines()
)

# Slurs, one and many; with whether some of those meant use the word with pride.
SLURS = (
    ("faggot", "faggots"), ("fag", "fags"), ("dyke", "dykes"), ("homo", "homos"), ("tranny", "trannies"),
    ("shemale", "shemales"), ("nigger", "niggers"), ("nigga", "niggas"), ("coon", "coons"), ("chink", "chinks"),
    ("gook", "gooks"), ("paki", "pakis"), ("spic", "spics"), ("wetback", "wetbacks"), ("beaner", "beaners"),
    ("kike", "kikes"), ("raghead", "ragheads"), ("towelhead", "towelheads"), ("muzzie", "muzzies"), ("sandnigger", "sandniggers"),
    ("gyppo", "gyppos"), ("retard", "retards"), ("spastic", "spastics"), ("cripple", "cripples"), ("mongoloid", "mongoloids"),
    ("bitch", "bitches"), ("whore", "whores"), ("slut", "sluts"), ("cunt", "cunts"), ("hoe", "hoes"), ("thot", "thots"),
    ("redskin", "redskins"), ("jap", "japs"), ("polack", "polacks"), ("whitey", "whiteys"), ("cracker", "crackers"),
)  # fmt: skip
RECLAIMED = (
    "dyke",
    "fag",
    "queer",
    "nigga",
    "bitch",
    "homo",
    "tranny",
    "faggot",
    "slut",
    "cripple",
    "crip",
)

BAD = _words(
    """stupid dumb idiotic moronic disgusting filthy dirty vile nasty ugly evil wicked rotten worthless useless
pathetic horrible terrible awful despicable repulsive revolting repugnant vicious dishonest deceitful corrupt lazy
greedy selfish ignorant retarded brainless spineless cowardly hateful loathsome inferior subhuman degenerate
perverted sick twisted insane crazy demented deranged ridiculous laughable miserable wretched slimy sleazy
creepy gross crappy shitty lousy bloody rude arrogant obnoxious annoying unbearable foolish gullible clueless
incompetent treacherous sneaky violent dangerous murderous savage primitive backward uncivilised barbaric trashy
detestable contemptible abominable appalling foul putrid hideous smelly fat fake lying cheating thieving cruel heartless
narcissistic sadistic hypocritical whiny pitiful infantile senile"""
)
GOOD = _words(
    """kind clever smart brilliant honest decent lovely friendly generous brave gentle patient polite funny cheerful
wonderful amazing excellent great good nice fantastic superb admirable talented gifted creative loyal thoughtful
considerate helpful caring loving warm sincere trustworthy reliable hard-working diligent skilful capable wise
beautiful handsome charming elegant graceful sensible reasonable fair just humble modest calm happy interesting
fascinating inspiring remarkable successful respected beloved favourite best fabulous marvellous splendid sweet
adorable courageous heroic noble virtuous ethical proud quiet tall young busy tired retired local new famous
ordinary normal typical average religious married single curious hopeful grateful worried sad angry hungry late sick
unemployed lonely nervous shy quiet serious"""
)
BEINGS = _words(
    """vermin scum filth parasites rats cockroaches animals pigs dogs monkeys apes insects leeches maggots garbage
trash dirt sewage waste savages subhumans criminals rapists terrorists thieves murderers paedophiles perverts freaks
monsters demons devils liars cheats crooks idiots morons imbeciles cowards losers traitors degenerates barbarians
invaders lice snakes plague disease cancer poison leeches beasts"""
)
INSULTS = _words(
    """idiot moron imbecile fool loser clown coward liar crook jerk creep pig rat scumbag bastard asshole dickhead
prick wanker twat dumbass jackass douchebag shithead fuckwit arsehole tosser cretin halfwit dimwit nitwit simpleton
troll parasite hypocrite sleazebag dirtbag weasel snake worm slimeball bigot racist nutjob lunatic psycho weirdo
freak pervert brat cow hag bitch cunt whore slut motherfucker cocksucker bellend knobhead numpty muppet git"""
)
HARMS = _phrases(
    """killed|shot|hanged|beaten|exterminated|eradicated|wiped out|gassed|burned alive|stabbed|drowned|castrated|sterilised|
executed|lynched|tortured|beaten up|put down|slaughtered|thrown in the sea|lined up against a wall|buried|stoned to death|
put to death|rounded up and shot|eliminated|strung up"""
)
HARM = _phrases(
    """kill|shoot|hang|beat|exterminate|eradicate|wipe out|gas|burn|stab|drown|castrate|execute|lynch|torture|beat up|
slaughter|strangle|punch|attack|assault|rape|murder|run over|hurt|smash|crush|choke"""
)
EXPELLED = _phrases(
    """deported|sent back|thrown out|locked up|kicked out of the country|banned from voting|put in camps|kept away from
children|banned|segregated|fired from every job|denied medical care|driven out|kept out of our schools|removed from society|
treated like the animals they are|stripped of their rights|silenced|excluded"""
)
DEEDS = _phrases(
    """ruin everything|steal our jobs|lie all the time|destroy this country|spread disease|rape our women|breed like rats|
live off our taxes|hate us|commit all the crimes|corrupt our children|take what is ours|smell|control the media|
make everything worse|refuse to work|cannot be trusted|think they own the place|cheat everyone|cause all our problems|
poison our society|behave like animals|get away with everything|whine about everything|bring nothing but crime"""
)
RIGHTS = _phrases(
    """vote|work here|have children|own property|be near our children|run a business|go to university|hold office|marry|
live in our town|drive|be on television|teach|be doctors|speak in public|raise kids|join the army|be in parliament|
have the same rights as us|exist|breathe the same air|be treated as equals"""
)

JOBS = _phrases(
    """banker|lawyer|doctor|teacher|nurse|plumber|driver|politician|journalist|artist|actor|landlord|accountant|baker|
farmer|student|professor|engineer|referee|coach|manager|waiter|architect|butcher|carpenter|dentist|economist|electrician|
firefighter|footballer|gardener|hairdresser|judge|librarian|mechanic|musician|novelist|painter|pilot|police officer|
priest|programmer|salesman|scientist|secretary|shopkeeper|singer|soldier|tailor|vegan|cyclist|smoker|hipster|boxer|
capitalist|communist|liberal|conservative|democrat|republican|socialist|striker|golfer|influencer|blogger|realtor"""
)
THINGS = _phrases(
    """tomatoes|broccoli|this weather|mondays|Mondays|this song|spiders|mosquitoes|wasps|the new update|this app|
cold coffee|traffic jams|this printer|my old phone|the sequel|this sandwich|cigarettes|plastic bags|this virus|the flu|
this chair|these shoes|winter|homework|maths|the tax form|potholes|advertising|this policy|the new logo|the referee's decision|
pineapple on pizza|mushrooms|leaf blowers|scooters on pavements|waiting in line|this film|the finale|the carpet|weeds|
these prices|mould|the traffic|rats in the cellar|cockroaches in the kitchen|paperwork|slow internet|boiled cabbage"""
)
NAMES = _words(
    """Alice Bob Maria Ahmed Fatima Jo John Sarah David Anna Wei Mei Yuki Haruto Priya Arjun Ravi Aisha Omar Yusuf
Chidi Ngozi Kwame Amina Olga Ivan Dmitri Sofia Lucas Emma Noah Liam Olivia Carlos Juan Lucia Pedro Ana Pierre Marie
Hans Greta Giulia Marco Elif Mehmet Leila Hassan Moshe Rivka Levi Sven Ingrid Aoife Sean Siobhan Kim Min-jun Thanh
Linh Siti Budi Kofi Zanele Thabo Tariq Zainab Nadia Deepak Sunita Rahul Anjali Harpreet Gurpreet Jamal Keisha LaToya Tyrone
Hitesh Nishit Shital Harshit Akshit Dikshit Lakshita Rakshit Ashita Sumit Phuc Bich Dung Dong Wang Fuk Titus Dick
Willy Randy Gaylord Fanny Shitole Kuntz Hooker Cox Butts Weiner Dyke Cummings Hancock Hitchcock Babcock Cockburn Dickinson
Assad Fuchs Fischer Kaka Semen Anusha Sexton Moron Wankhede Titmuss Lipschitz Shittu Nigel Analise Kumshaw Raper Slutsky"""
)
PLACES = _words(
    """Scunthorpe Penistone Essex Sussex Middlesex Cockermouth Clitheroe Lightwater Arsenal Niger Nigeria Montenegro
Shitterton Fukushima Condom Hell Dildo Pratt Phuket Titicaca Wankdorf Fucking Intercourse Bangkok Assisi Dickson Cockfosters
Bumpass Virginia Beaver Hooker Kissing Wetwang Upton London Berlin Chicago Leeds Toronto Mumbai Lagos"""
)
OFFICES = _phrases(
    """minister|president|mayor|governor|senator|chancellor|prime minister|chief executive|police chief|judge|
party leader|foreign secretary|council|government|opposition|speaker|commissioner|coach|referee|editor|bank|company|union|board|
ministry|parliament|health secretary|finance minister|party|administration|committee|regulator|central bank|supreme court|
congressman|candidate|attorney general|CEO|school board|police|army|church|BBC|Senate|White House|EU|opposition leader"""
)
TOPICS = _phrases(
    """taxes|the budget|immigration|the pension reform|health care|the war|climate policy|the election|the new stadium|
the housing crisis|the trade deal|the strike|gun control|abortion|the vaccine|education|the referendum|inflation|energy prices|
the railway|the airport|the court ruling|the investigation|the debate|parking|the bike lane|the school closures|sanctions|
the merger|minimum wage|border security|the protest|crime|the shooting|the scandal|the transfer window|the penalty"""
)
