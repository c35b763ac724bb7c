"""Classic advertising with a link or a contact, by what it offers, and honest comments of the same words: ours, only for measuring.

Of each kind every second one was kept back: the patterns of scorers/spam/advertising.py were written looking at the others alone.
"""

from gatehouse.evaluation.own_sentences import parted

ADVERTISING = {
    "pharmacy": parted("""Buy cheap pills http://pills.example.com http://meds.example.com|Generic viagra from 0.89 per tablet, discreet delivery: https://rx.example.com/v
No prescription needed, order tramadol and xanax today at https://fastmeds.example.com|Ozempic without a prescription, worldwide shipping, see https://slim.example.com
Canadian pharmacy, best prices for cialis https://can-rx.example.com|I bought my Adderall from this vendor, legit and fast, https://adderall-shop.example.com
Get your pain killers delivered overnight www.painmeds.example.com|Medical marijuana, carts and edibles for sale, text +1 213 555 0176
Top quality research chemicals and steroids for sale https://gear.example.com|Purchase oxycodone online safely: oxy4you.example.com/order"""),
    "casino": parted("""Best online casino 2026, 200 free spins for new players https://spin.example.com|Win real money every day at https://luckyslots.example.com
Situs slot gacor terpercaya https://gacor.example.com|Fixed matches 100% sure, join https://fixed.example.com and win big
No deposit bonus of $50, sign up here https://bet.example.com|I turned 20 dollars into 900 on these slots, try it: https://jackpot.example.com
Sports betting tips with 95% accuracy https://tips.example.com|Register now and receive a welcome bonus up to 500 EUR https://royal.example.com
Play poker and roulette with live dealers at https://live.example.com|Crash game with instant withdrawal, promo code LUCKY7: https://aviator.example.com"""),
    "seo": parted("""We offer SEO services for your website, first page of Google guaranteed https://rank.example.com|Get 1000 dofollow backlinks for $20 at https://links.example.com
Buy instagram followers and likes here https://followers.example.com|I can bring 10,000 real visitors to your blog daily, see https://traffic.example.com
Boost your website traffic with our digital marketing agency https://agency.example.com|High DA guest posts available, price list at https://outreach.example.com
Professional web design for small businesses, visit https://design.example.com|Your site does not rank for its keywords, we fix that in 30 days: https://seofix.example.com
Cheap web hosting with free domain https://host.example.com|10k TikTok views for five bucks at https://smm.example.com"""),
    "loan": parted("""Do you need an urgent loan? We give out loans at 3% interest rate, apply at https://loan.example.com|Bad credit? No problem, cash in your account today https://cash.example.com
Instant payday loans online, no credit check https://payday.example.com|I fixed my credit score to 800 within a week thanks to this credit expert, https://score.example.com
We offer business and personal loans, contact us on WhatsApp +44 7700 900123|Are you in debt? Mrs. Angela gave me 50,000 dollars, email angela.finance@example.com
Get funding of up to $500,000 for your company in 24 hours https://fund.example.com|Debt consolidation made easy, free quote: https://debt.example.com
Guaranteed approval credit cards here https://cards.example.com|Apply for a quick cash advance with no paperwork at https://advance.example.com"""),
    "crypto": parted("""Double your bitcoin in 24 hours https://btc.example.com|I made $8,000 in one week with expert trader Mrs. Helen, message her on Telegram @helen_fx99
Guaranteed daily profits from forex trading, join https://fx.example.com|She helped me recover my stolen crypto, contact recovery@example.com
Best crypto signals group, 97% win rate https://signals.example.com|Join the presale before it lists, 100x is certain: https://moon.example.com
Invest $500 and get $5,000 in 7 days with https://invest.example.com|Free USDT airdrop, connect your wallet at https://claim.example.com
Earn passive income with our mining platform https://mine.example.com|My account manager trades for me and pays every Friday, see https://capital.example.com"""),
    "escort": parted("""Hot girls waiting for you tonight https://date.example.com|Independent escorts in Dubai, book at https://vip.example.com
Call girls service available 24/7, WhatsApp +91 98765 43210|Lonely housewives near you want to meet https://meet.example.com
Free live sex cams https://cams.example.com|My private pics are here, 18+ only https://of.example.com/anna
Looking for a hookup? Join the best adult dating site https://hook.example.com|Russian models for company at your hotel, https://models.example.com
Erotic massage in London, call 020 7946 0123|Sweet girl, no inhibitions, ready for everything: https://sweet.example.com"""),
    "replica": parted("""Replica watches, Rolex and Omega, 70% off https://rep.example.com|Cheap Nike Jordans and Louis Vuitton bags, AAA quality https://bags.example.com
Buy fake passports and driver's license online https://docs.example.com|Get your degree without exams, registered and verifiable https://degree.example.com
Undetectable counterfeit money for sale, telegram @bills4you|Cloned cards with PIN, shipped in a day: https://cards.example.com
Wholesale NFL jerseys free shipping https://jersey.example.com|Ray-Ban outlet, everything at $24.99 https://glasses.example.com
Designer handbags at factory price, visit https://lux.example.com|IELTS certificate without sitting the test, write to ielts.help@example.com"""),
    "essay": parted("""Need help with your essay? Our writers deliver in 6 hours https://essay.example.com|Write my paper for me, cheap and plagiarism free: https://paper.example.com
Assignment help for students in Australia https://assign.example.com|We take your online class for you, grade A or your money back https://class.example.com
Dissertation writing service, 20% discount with code SAVE20 https://diss.example.com|Struggling with your thesis? Order it from PhD experts at https://phd.example.com
Buy essay online https://buyessay.example.com|Homework done while you sleep, https://homework.example.com
Best coursework writers UK, contact us at https://cw.example.com|Get your term paper finished tonight by a professional https://term.example.com"""),
    "contact": parted("""Hire a professional hacker to spy on your cheating spouse, hack@example.com|Dr. Ogun brought back my ex husband with a love spell, WhatsApp him +234 803 555 0199
I was cured of herpes by herbal medicine from Dr. Ade, email dr.ade@example.com|He can get into any phone or account, reach him on telegram @ghostaccess1
Work from home and earn $300 a day, text me on WhatsApp +1 305 555 0147|My life changed since I joined the brotherhood, riches and fame, call +27 60 555 0182
Lose 20 pounds in 2 weeks with these keto gummies https://keto.example.com|Watch the full movie free in HD https://stream.example.com
IPTV subscription, 20,000 channels, try it: https://iptv.example.com|Our packers and movers shift your home anywhere, call +91 98111 22334"""),
}

# Honest, with a link, a contact or neither: news, questions and experience about the same things.
HONEST = parted("""The study on ozempic and muscle loss is here: https://www.nature.com/articles/x|Casinos pay 12% of the state's taxes, see https://www.reuters.com/markets/casinos
The regulator fined three online casinos last week https://www.bbc.co.uk/news/123|My mother was sold fake viagra pills from abroad; the police page on it: https://www.police.uk/advice
Payday loans should be capped, as in https://www.citizensadvice.org.uk/loans|The bank turned down my loan, then https://www.gov.uk/loans told me why.
Bitcoin lost half its value in a year: https://www.coindesk.com/price|Crypto is gambling and nothing else, and https://ft.com/content/x says the same
They want to double your council tax, look at https://council.example.org/budget|Is there a cheap place to buy insulin? In Canada a vial costs a tenth: https://www.who.int/insulin
My doctor refused to prescribe antibiotics and was right: https://www.nhs.uk/antibiotics|Xanax ruined my brother's life. The helpline is at https://www.samaritans.org
Oxycodone killed more people here than cars, https://www.cdc.gov/opioids|The pharmacy on Main Street closes, the notice is at https://town.example.org/notices
Students who buy essays should be expelled, here is the university's rule https://www.ox.ac.uk/rules|I teach, and half the homework is written by machines: https://www.theguardian.com/education/x
My essay on this was published at https://medium.com/@jane/essay|The seized replica watches were worth two million, says https://www.cbp.gov/newsroom
Fake passports were found in the van, https://apnews.com/article/x|The escort of the convoy was fired upon: https://www.reuters.com/world/x
Police shut an escort agency in the old town https://local.example.org/news|Is the web design of your new site final? The menu covers the text, see https://imgur.com/a/x
Your site loads slowly on my phone, https://pagespeed.web.dev says 34 out of 100|Google ranks rubbish first these days, https://www.theatlantic.com/x explains it
Hackers stole the data of the hospital https://www.wired.com/story/x|How do I get my refund from the airline? The form at https://airline.example.com does not work.
My grandfather bet on horses all his life and died poor.|The jackpot was won in our village, https://lotto.example.org/winners
Work from home is here to stay, see the numbers https://www.ons.gov.uk/x|I earn 15 dollars an hour and cannot pay the rent, https://www.epi.org/x
The price of a house doubled in ten years https://www.zillow.com/research|We moved with a company that broke everything, my review: https://www.trustpilot.com/review/x
The full movie is boring, the trailer is at https://youtube.com/watch?v=x|Free shipping killed the shops on our street, as https://www.nytimes.com/x shows
Guest workers built this city: https://museum.example.org|Vaccines do not cause herpes, whatever https://blog.example.net says
I lost 20 pounds since I walk to work, https://www.nhs.uk/live-well helped|Keto is no diet for children: https://www.eatright.org/x
The crypto exchange froze my account, who else? There is a thread at https://reddit.com/r/x|Do not invest with people who promise daily profits, says https://www.fca.org.uk/scamsmart
A recovery agent who promises to get your stolen bitcoin back is the second thief, see https://www.ftc.gov/crypto|He promised me a guaranteed return of 10 %, and https://www.sec.gov/x calls that a Ponzi scheme
Gambling ads should go: https://www.gamblingreform.example.org|The loan scheme for farmers ends in May, apply at https://www.gov.uk/farm-loans
Whatsapp shares more than it says, https://signal.org/blog/x|Telegram was blocked there last year, https://netblocks.org/x
The council's number for the flood is 0800 555 0111|You can reach the editor at letters@herald.example.com, she answered me.
Call the non-emergency number 101 and give them the plate.|The shop at the corner sells good shoes at a fair price, https://maps.google.com/x
Best prices in town were at the old market, photo: https://flickr.com/x|The NFL should pay for its own stadium https://www.brookings.edu/x
Medical marijuana is legal in 38 states now: https://www.ncsl.org/x|Buying steroids is a crime here, the law: https://www.legislation.gov.uk/x
The prescription charge rises again: https://www.bma.org.uk/x|Herbal medicine has its place, but not for cancer, https://www.cancer.org/x
Followers can be bought, so what does this poll of yours say? https://www.vice.com/x|Somebody bought 5,000 likes for the mayor, https://mastodon.social/@x has the list
The dating site leaked the addresses of its users https://haveibeenpwned.com|Sex workers deserve safety: https://www.amnesty.org/x
The dissertation of the minister was copied, page by page: https://vroniplag.example.org|My thesis is about exactly this and can be read at https://arxiv.org/abs/1
Debt relief for Zambia was agreed, https://www.imf.org/x|The credit score is a secret nobody can check, see https://www.consumerreports.org/x
Sign up for the beach cleanup at https://coast.example.org/join|The petition is here, please sign: https://www.change.org/p/x""")

# The same, closer to the words of those who sell: news that is quoted, warnings, experience, questions. The patterns were
# made stricter looking at the first sentence of each pair; the second ones were kept back.
QUOTING = parted("""Bitcoin trader arrested yesterday, the BBC has the story: https://www.bbc.co.uk/x|A forex trader from Leeds lost his clients' savings: https://www.theguardian.com/money/x
Maybe local women are angry about the clinic closing, see https://clinic.example.org/news|Single women are waiting longer for a mortgage, says https://www.ft.com/content/y
Fake passports for sale were found by police: https://apnews.com/article/y|Forged banknotes for sale on a messenger, eleven arrests: https://www.europol.europa.eu/x
I support a guaranteed income for everyone: https://en.wikipedia.org/wiki/Universal_basic_income|Guaranteed income pilots worked in Stockton: https://www.stocktondemonstration.org
Overnight delivery of the ballots failed: https://www.usps.com/x|Worldwide shipping is stuck at the canal again: https://www.reuters.com/world/y
Crypto bots manipulate the market, this paper shows how: https://arxiv.org/abs/2|Crypto experts told the Senate the opposite: https://www.c-span.org/x
The best steroids documentary I have seen: https://www.netflix.com/title/1|The best cannabis law in Europe is Malta's, compare https://www.emcdda.europa.eu/x
No credit check is done before they hand out these cars, that is the scandal: https://www.nytimes.com/y|They lend with no credit check and then take the house: https://www.propublica.org/x
An expert trader told the court that the price was rigged: https://www.courtlistener.com/x|The expert trader in the film was played by Bale: https://www.imdb.com/title/x
He was caught trying to buy cheap xanax from a dealer, https://www.bbc.co.uk/news/y|My cousin used to order pills without prescription and died: https://www.nhs.uk/y
Why can people get ozempic for weight loss when diabetics cannot? https://www.diabetes.org.uk/x|You can get a weed card in that state for a cough: https://www.latimes.com/x
Research chemicals killed three students last term: https://www.theguardian.com/uk/x|Ketamine online is the new plague, says the coroner https://www.judiciary.uk/x
She claims she was cured of cancer by a herb. Nonsense: https://www.cancerresearchuk.org/x|My aunt believed she was healed of diabetes with some herbs and lost a foot, https://www.who.int/y
The keto pills were contaminated, recall at https://www.fda.gov/x|Weight loss supplements should be tested like drugs: https://www.consumerreports.org/y
The new casino will bring traffic to the harbour, plans at https://council.example.org/plans|The best casino film is still Casino: https://www.imdb.com/title/y
Top betting sites fined again for targeting children https://www.gamblingcommission.gov.uk/x|The trusted betting site of the state lottery leaked data: https://www.lemonde.fr/x
Fixed matches in the third division: the league's report is at https://www.uefa.com/x|Two players confessed to fixed games, https://www.kicker.de/x
Free spins for teenagers should be illegal, sign at https://www.change.org/p/y|The welcome bonus of these firms is bait, as https://www.begambleaware.org/x explains
Nobody can win real money in the long run, the maths: https://plus.maths.org/x|They said I could win real money, I lost my flat. Help: https://www.gamblersanonymous.org
The council spent 40,000 on web design services and this is the result: https://town.example.org|The best web design is no design, as https://motherfuckingwebsite.com shows
The professional SEO of the party pushes the real news off the page: https://www.wired.com/y|Our digital marketing lecturer says the same, slides: https://www.slideshare.net/x
People who buy followers for their candidate are pathetic: https://www.politico.eu/x|He bought 20k followers in a week and everyone could see it: https://socialblade.com/x
Will this grow your website or only the bill of the taxpayer? https://www.audit.example.org|Ads do not increase your sales, a study says: https://www.nber.org/x
Do you want a loan? That is how it began in 2008, read https://en.wikipedia.org/wiki/Subprime|Payday loans at 1,500 percent are legal here: https://www.citizensadvice.org.uk/y
Small firms got quick loans from the state in the pandemic: https://www.gov.uk/x|Urgent funding for the hospital was voted down: https://www.parliament.uk/x
Funding up to $500 million was promised for the bridge: https://www.dot.gov/x|Loans of up to 10,000 dollars will be forgiven: https://studentaid.gov/x
The bank lowered my credit and it took two years to fix my credit report: https://www.consumerfinance.gov/x|We lend out the loans, they take the profit: https://www.jacobin.com/x
Instant loans from apps drive people in Kenya to suicide: https://www.aljazeera.com/x|Is personal loan approval really racist? The data: https://www.urban.org/x
If you invest $500 and get nothing back, the law helps you: https://www.fca.org.uk/x|With 5,000 dollars and make-believe he ran for mayor: https://local.example.org/y
Nobody will double your money, and whoever says so lies: https://www.fca.org.uk/scamsmart/y|They promised to double your bitcoin; 300 victims here: https://www.bleepingcomputer.com/x
He promised weekly profits of 12 % until the police came: https://www.sec.gov/y|Guaranteed returns were the lure in the Madoff case: https://www.justice.gov/x
The free token airdrop was a scam, my wallet is empty: https://reddit.com/r/y|Never connect your wallet to a site like that, see https://metamask.io/security
My lawyer helped me recover my deposit from the landlord, form at https://www.citizensadvice.org.uk/z|The police helped me get back my bike thanks to https://bikeregister.com
Nurses make $25 an hour while the chief makes 2 million a year: https://www.bls.gov/x|I earn $900 a month and the rent is 1,100, see the table at https://www.census.gov/x
Bitcoin mining sites use as much power as Ireland: https://www.cbeci.org|Bitcoin recovery companies are the second scam: https://www.ftc.gov/y
Local girls want a football pitch of their own, article: https://herald.example.com/x|Hot women in your area? Such ads ought to be banned: https://www.asa.org.uk/x
Escort services should be legal and taxed: https://www.economist.com/x|The independent escort told the inquiry what the minister paid: https://www.theguardian.com/politics/x
The erotic massage parlour next to the school was raided: https://local.example.org/z|Live webcams of the eagle nest: https://www.rspb.org.uk/webcams
Is there an adult dating site that does not sell the data? https://www.mozilla.org/privacynotincluded|The Russian call girls in the dossier never existed: https://www.lawfareblog.com/x
Police seized fake Gucci bags worth 30,000 at the market: https://www.met.police.uk/x|Customs burned 10,000 replica watches, with video: https://www.youtube.com/watch?v=y
He paid with counterfeit money at the fair: https://www.ecb.europa.eu/x|The cloned card was used in Prague an hour later: https://www.which.co.uk/x
Teenagers buy fake id cards for the pub, says https://www.bbc.co.uk/news/z|You could buy real passports from Malta until last year: https://www.occrp.org/x
I get Nike shoes for my boys from the outlet and they last a month: https://www.which.co.uk/y|My best Rolex story is from the flood, 1987: https://medium.com/@joe/rolex
Diplomas for sale at a private university, the minister knew: https://www.insidehighered.com/x|Visas for sale: the embassy scandal grows, https://www.dw.com/x
Essay writing services are banned since April: https://www.legislation.gov.uk/y|Students pay essay writers in Kenya 5 dollars a page: https://www.nytimes.com/z
The state will do your homework for you, one robot at a time: https://www.wired.com/z|Could I do my homework online if we had a line here? Map: https://www.ofcom.org.uk/x
Expert writers are leaving the paper, list: https://www.poynter.org/x|A machine can take your exam for you, that is the problem: https://www.nature.com/articles/y
Why did the party hire hackers? The indictment: https://www.justice.gov/y|I recommend the film Hackers to everybody: https://www.imdb.com/title/z
Contact the hacker who leaked it? The paper did: https://www.spiegel.de/x|These apps let men spy on their wife, and spy on your partner is their slogan: https://www.eff.org/x
Prayer brought back my husband from the war, photo: https://flickr.com/y|A love spell in a museum, how lovely: https://www.britishmuseum.org/x
My uncle joined the brotherhood of electricians in 1970: https://www.ibew.org|They say he joined the Illuminati. What rubbish, https://www.snopes.com/x
Where can I watch the full movie of the trial online? The court's channel is https://court.example.org/live|Football streaming pirates got four years: https://www.bbc.co.uk/sport/x
IPTV service shut down by Italian police: https://torrentfreak.com/x|Children lose millions to free robux scams: https://www.bbc.co.uk/news/technology/x
The customer support number rings for an hour, complain at https://www.ofcom.org.uk/y|Packers and movers went on strike in Mumbai: https://www.thehindu.com/x
The toll free number of the census is in the letter: https://www.census.gov/y|I used the discount code FIVE of the paper and it failed, why? https://herald.example.com/help
Betting tips with a bishop, the funniest column: https://www.spectator.co.uk/x|Football tips with Grandpa, our local podcast: https://podcast.example.org
Instant withdrawals from Gaza were demanded: https://www.un.org/x|Instant withdrawal of the troops? The vote: https://www.bundestag.de/x""")

# Written after the half kept of these was measured once, to make the patterns stricter again: headlines without a verb, and "our".
HEADLINES = parted("""Fake diplomas for sale in three ministries: https://www.lemonde.fr/y|Counterfeit money in the school canteen, photo: https://herald.example.com/y
Crypto experts for and against the bill: https://www.politico.com/x|Our bank, our bitcoin traders and our mayor, a column: https://herald.example.com/z
Payday loans for soldiers at 400 percent, and our senators look away https://www.propublica.org/y|Our team gave up on betting tips with 90% accuracy years ago https://podcast.example.org/2
The trusted casino of the president's son, our series: https://www.occrp.org/y|Free spins on the children's channel! https://www.asa.org.uk/y
Best casino architecture of the twenties: https://www.archdaily.com/x|A new online casino for every village, thanks to our MPs: https://www.parliament.uk/y
Escort services in the embassy: a timeline https://www.dw.com/y|Lonely women online and the men behind the accounts: https://www.wired.com/a
Overnight delivery, underpaid drivers: https://www.theguardian.com/b|Guaranteed profits for the water companies, higher bills for us: https://www.ofwat.gov.uk/x
Essay writers from Nairobi, an interview: https://www.vox.com/x|Homework help for refugees, volunteers welcome: https://library.example.org
Steroids online: the numbers https://www.ukad.org.uk/x|Cheap insulin and cheap weed, two American stories: https://www.nytimes.com/b
Bitcoin investment companies and their lobbyists, a chart https://www.opensecrets.org/x|Instant loans at the push of a button, instant misery https://www.stepchange.org/x
We have quick loans for banks and none for farmers, https://www.nfu.org.uk/x|We take fake passports seriously, wrote the embassy: https://www.gov.uk/y
We do full movie online nights at the library, list: https://library.example.org/films|Xanax for $2 online, in every school yard, the sheriff: https://local.example.org/a
Cheap Nike sneakers for $5, made by children: https://www.hrw.org/x|Professional hackers at the ministry? Source: https://www.spiegel.de/y
Hire a hacker, lose an election: https://www.theatlantic.com/y|Call me old, but passive income with my savings book was 4 %: https://www.bundesbank.de/x
Our IPTV provider went bankrupt, where to complain? https://www.ofcom.org.uk/z|Backlinks services and the death of search, long read: https://www.theverge.com/x
Love spells in ancient Egypt: https://www.metmuseum.org/x|Herbal remedy from Dr. Quack, chapter three: https://www.quackwatch.org""")
