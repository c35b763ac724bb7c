"""Heuristic about advertising: offers of what is mostly sold by spam, by what they offer.

A topic alone says nothing: people write about casinos, loans and pills, and quote those who sell. So the text must also have a seller's words, or be
a slogan, with no word of somebody who tells, asks or warns. The policy holds
a comment for it only where it also leaves a way to be found. Tried on honest comments with the same words (gatehouse/evaluation/advertising.py).
"""

from collections.abc import Iterator, Sequence

import re2

from moderation.domain.patterns import contains, find_spans
from moderation.domain.score import Candidate, Signal, Span
from moderation.scorers.spam.heuristic import MATCH_LIMIT, heuristic_signal

_READ_LIMIT = 4_000  # characters
_TOPICS_NAMED = 3
_BUY = r"(?:buy|order|purchase|get|shop for|cheap(?:est)?|discount(?:ed)?|generic|genuine|authentic|wholesale|best|top quality|trusted)"
_FEW = r"(?:[\w'&-]+ ){0,3}"
_GAIN = r"(?:profits?|returns?|roi|income|earnings|payouts?)"
_MEDICINE = (
    r"(?:pills|meds|pain ?killers?|viagra|cialis|levitra|kamagra|xanax|valium|ambien|tramadol|oxycodone|oxycontin|hydrocodone|percocet|adderall|ritalin"
    r"|modafinil|phentermine|ozempic|semaglutide|steroids|sarms|botox|ketamine|lsd|mdma|cannabis|weed|edibles|cbd (?:oil|gummies))"
)
_GOODS = r"(?:rolex|omega|watches|handbags|bags|purses|jerseys|jordans|yeezys?|sneakers|nike shoes|sunglasses|ray[- ]?bans?|louis vuitton|gucci|moncler|ugg boots)"
_PAPERS = r"(?:passports?|driver'?s licen[sc]es?|id cards?|visas?|diplomas?|degrees?|certificates?|banknotes|notes|bills|money|ielts)"
_WORK = r"(?:essays?|papers?|assignments?|homework|dissertations?|thesis|coursework|term papers?)"

# What is offered (domain/labels.py has it in words), and how; a space stands for any white space, ` ?` for some or none.
TOPICS = {
    "offers_medicines": (
        rf"{_BUY} {_FEW}{_MEDICINE}",
        rf"{_MEDICINE} {_FEW}(?:for sale|online|overnight|without (?:a )?(?:prescription|rx))",
        r"no (?:prescription|rx) (?:is )?(?:needed|required|necessary)|(?:canadian|online|trusted) pharmacy,? (?:with|best|no|cheap|\w+ prices)",
        r"(?:discreet|worldwide) (?:shipping|delivery)|delivered overnight|research chemicals (?:and|for|online|shop|store)",
        r"(?:cured|healed) (?:\w+ ){0,2}(?:of|from) \w+ (?:by|with|through|using) (?:\w+ )?herb|herbal (?:cure|remedy|doctor|medicine) (?:from|by|of) dr",
        r"(?:lose|drop|shed) \d+ ?(?:pounds|lbs|kg|kilos) in (?:\d+|a|one|two|three|just)|(?:keto|weight loss|slimming) (?:gummies|pills|supplements?|tea)",
    ),
    "offers_gambling": (
        r"(?:best|top|trusted|new online|try|join|play at) (?:\w+ ){0,2}(?:casinos?|slots?|betting sites?|sportsbook|poker (?:site|room))",
        r"#1 (?:\w+ ){0,2}(?:casinos?|slots?|betting sites?|sportsbook|poker (?:site|room))",
        r"\d+ free spins|free spins (?:for|on|no)|no[- ]deposit bonus|(?:welcome|sign[- ]?up|registration|casino) bonus (?:of|up|for|code)|bonus of \$?\d+",
        r"(?:situs|slot|judi|agen) (?:gacor|slot|judi|online|terpercaya|bola|qq)|fixed (?:matches|games) ?\d*%?|sure (?:odds|bets)",
        r"win real money|tips with \d+ ?%|play (?:\w+ ){0,3}with live dealers|instant withdrawals?",
    ),
    "offers_reach": (
        r"(?:seo|link[- ]building|backlinks?|web ?design|web ?hosting|digital marketing|smm) (?:services?|packages?|experts?|with free|for (?:your|small))",
        r"(?:our|best|top|affordable|professional|cheap|offers?) (?:\w+ ){0,2}(?:seo|link building|web ?site design|web ?design|web ?hosting|digital marketing|smm panel)",
        r"(?:dofollow|high[- ](?:da|pr|quality)|permanent|\d+) (?:\w+ )?backlinks|guest posts? (?:available|for sale|service)|first page of google",
        r"(?:boost|increase|skyrocket|grow|rank) your (?:\w+ ){0,2}(?:traffic|rankings?|website|site|followers|channel|sales)",
        r"(?:buy|free|real|cheap|\d+k) (?:\w+ ){0,2}(?:followers|subscribers|likes|views)(?: and \w+)? (?:here|for|at|from|now|instantly|in)",
    ),
    "offers_loans": (
        r"(?:urgent|instant|quick|fast|easy|guaranteed|payday|personal|business|bad credit) (?:and (?:business|personal) |cash )?(?:loans?|funding|advance) (?:online|at|with|from|for|available|approval|today|now)",
        r"(?:need|want|looking for) an? (?:\w+ ){0,2}loan\?|(?:we|i) (?:offer|give out|provide|lend) (?:\w+ ){0,4}loans?|loans? at (?:the rate of )?\d+",
        r"no credit check|bad credit\? no|guaranteed (?:\w+ )?(?:approval|credit)|(?:funding|loans?) (?:of )?up to \$?\d+|(?:fix|repair|clean|boost|raise)(?:ed)? (?:my|your) credit",
        r"(?:in debt|financial (?:trouble|help))\? (?:we|contact|mr|mrs|apply|call)",
    ),
    "offers_gains": (
        r"(?:double|triple|multiply|grow) your (?:bitcoin|btc|eth|crypto|money|investment|capital|income)|guaranteed (?:(?:daily|weekly|monthly) )?(?:profits|returns|roi|payouts)|guaranteed (?:daily|weekly|monthly) income",
        rf"(?:daily|weekly) {_GAIN} (?:from|of|with|in|up)|earn (?:\w+ ){{0,2}}(?:passive|daily|weekly) income|passive income with (?:our|this) (?:\w+ )?(?:platform|system|bot|app|method|team|program|course)",
        r"(?:bitcoin|btc|crypto|forex|fx|binary options?) (?:signals?|traders?|experts?|account managers?|mining (?:platform|site)|investment (?:platform|company)|recovery|bots?)",
        r"(?:invest|deposit|with) \$?\d[\d,.]* ?(?:dollars|usd|\$)? and (?:get|earn|receive|make|withdraw)|with (?:an? |my |the |this )?(?:expert|professional|certified) (?:trader|broker)",
        r"helped me (?:to )?(?:recover|get back) my|free (?:\w+ )?airdrop|(?:claim|connect) your (?:\w+ )?(?:wallet|tokens|airdrop)",
        r"(?:work|earn|earning|make|making|made) (?:from home and earn |up to |over |about )?\$\d[\d,.]* ?(?:\w+ )?(?:a|per|every|each|in (?:a|one)) (?:day|hour|week|month)",
    ),
    "offers_sex": (
        r"(?:hot|horny|sexy|lonely|naked|single|local) (?:girls?|women|singles|housewives|milfs?|moms|babes) (?:waiting for you|near (?:you|me)|nearby|in your|want (?:to|you|sex)|online|for you|tonight|looking for (?:you|men|fun|sex))",
        r"(?:independent|vip|russian|indian|high class|cheap) (?:escorts?|call girls?|models for company)|(?:escorts?|call girls?) (?:services?|in \w+,? (?:book|call)|available)",
        r"(?:live|free|adult|best) (?:\w+ )?(?:sex (?:cams?|chat)|cams? girls?|webcams?|dating site)|looking for a (?:hook ?up|quick date|sugar)|erotic massage",
    ),
    "offers_copies": (
        rf"{_BUY} {_FEW}{_GOODS} {_FEW}(?:free|%|at|for|from|online|quality|\d+|outlet|,)|(?:replica|aaa|1:1|first copy|designer|factory price) (?:\w+ )?{_GOODS}(?:[,:!]| (?:for sale|at|online|with|\d+))",
        rf"{_GOODS},? (?:\w+ ){{0,4}}(?:\d+% off|aaa quality|free shipping|at factory price|outlet)|\d+% off (?:\w+ )?{_GOODS}",
        rf"(?:buy|order|purchase|get|sell|genuine) (?:\w+ )?(?:fake|real|registered|counterfeit|novelty) {_PAPERS}|undetectable (?:\w+ )?{_PAPERS}|cloned? cards?",
        rf"(?:get|buy) (?:your|a|an) (?:\w+ )?{_PAPERS} (?:online|without)|{_PAPERS} (?:without (?:exams?|sitting|attending)|for sale)",
    ),
    "offers_essays": (
        rf"(?:need|want|looking for) (?:\w+ )?help with (?:your|an?) {_WORK}|{_WORK} (?:writing )?(?:services?|help (?:for|from|by|in|online)|writers?)",
        rf"(?:write|do|buy|order|get) (?:my|your) (?:\w+ )?{_WORK} (?:for (?:me|you)|online|from|at|done|finished|while|cheap)|buy (?:\w+ )?{_WORK} (?:online|here|now)",
        r"take your (?:online )?(?:class|exam|course) for you|plagiarism[- ]free|(?:our|phd|expert|professional) (?:essay )?writers (?:deliver|will|are|can)",
    ),
    "offers_hackers": (
        r"(?:hire|contact|recommend) (?:an? |this |the )?(?:professional|certified|ethical|genuine|legit|trusted|real|reliable|best|expert|verified|phone|whatsapp|facebook|our|us)(?: \w+)? hackers?|spy on (?:your|my) (?:\w+ )?(?:spouse|wife|husband|partner|girlfriend|boyfriend)",
        r"(?:hack|get|break) into any (?:phone|account|whatsapp|social)|(?:love )?spell ?caster|love spells?|(?:bring|brought) back (?:my|your) (?:ex|lost lover|husband|wife)",
        r"joined the (?:illuminati|brotherhood)|join the illuminati",
    ),
    "offers_films": (
        r"(?:watch|stream|download) (?:\w+ ){0,4}full movies? (?:\w+ )?(?:free|hd|online)|iptv (?:subscription|service|provider|trial)|mod apk|free (?:robux|v-?bucks|gift ?cards?)",
    ),
    "offers_trades": (
        r"packers and movers|(?:use|with) (?:my |the )?(?:promo|referral|coupon|discount) code [A-Z0-9]+|(?:toll[- ]free (?:helpline|number)|(?:customer|technical) support number):? (?:at |is )?[+(]?\d+",
    ),
}  # fmt: skip


# What only somebody who sells says, whatever is sold: of themselves, of a price, and where to turn to.
_SELLS = (
    r"our (?:\w+ ){0,2}(?:writers?|experts?|agency|packers|platform|services?|prices?|store|shop|website|site|products?|clients?|customers?|plans?|packages?|channels?)|(?:we|i) (?:also |can |will )?(?:offer|sell|ship|provide|deliver|give out|accept)|we (?:can |will )?(?:take|do|write|fix|rank|boost) (?:your|that in)",
    r"whats ?app (?:me|us|him|her|number|\+?\d+)|(?:on|via|by|through|,) (?:whats ?app|telegram)|telegram:? @\w+|(?:contact|text|message|e?mail|dm|write to) (?:me|us|him|her|now|today)|call (?:us|now|today)|(?:call|text|contact|e?mail|message|reach|write to) (?:(?:me|us|him|her|now|today) (?:on|at|now|today|via|by) )?(?:\+?\(?\d+|\S+@\S+)",
    r"(?:order|buy|apply|join|book|shop|register|subscribe|download|start|get|sign up|try it|enrol) (?:now|here|today|instantly)|(?:apply|order|join|book|visit|shop|try it|sign up|contact|register)(?: with us)?(?: at| here)?:? (?:https?:|www)",
    r"\d+ ?% (?:off|discount)|(?:just|only|starting at) [$€£]\d+(?:\.\d+)?|from \d+\.\d\d|free shipping|money[- ]back|(?:promo|discount|coupon) code [A-Z]+\d+|price list|free (?:quote|trial)|best prices|\d+/7",
)
# Who tells of something, warns, asks or argues uses a verb in the third person or the past, or one of these words; a slogan has none.
_TELLS = (
    r"is|isn't|are|aren't|was|were|be|been|being|has|have|had|did|does|doesn't|don't|would|should|could|might|must|may|said|says|say|told|tells|claims?|paid|lost|sold|bought|caught|found|began|died|made|took|went|got|gave|came|saw|won|kept|left|knew|think|believe|know|will|won't|cannot|can't",
    r"the|of|against|after|before|behind|between|for and|our|why|how|who|whoever|whose|what|when|where|whether|if|because|than|like|he|she|they|them|his|her|their|theirs|him|it|i|my|nobody|everybody|somebody|people|never|not",
    r"police|court|judge|scams?|scammers?|fraud|arrests?|ban|bans|law|illegal|victims?|crimes?|customs|inquiry|report|study|story|article|film|documentary|news|warning|warns?|advice|according to|government|minist(?:ers?|ry|ries)|council|embassy|mayor|senators?|mps|president|sheriff|school|election|village|children|farmers|soldiers|refugees|volunteers|interview|column|timeline|chapter|chart|numbers|statistics|photo|podcast|series|history|ancient|museum|library|stories|death|source|long read|explained|opinion|analysis|debate|strike|raid|trial",
    r"\w{2,}(?:ized|ised|ted|ned|red|led|ged|med|sed|ved|zed|ked|ped|ced|ied|shed|ched)|yesterday|last (?:week|month|year|term|night)|since|ago|until|again|every(?:one|body)|[12]\d{3}s?",
)
_SLOGAN_WORDS = re2.compile(
    r"(?i)\b(?:guaranteed|verified|registered|trusted|needed|required|unlimited|limited|certified|licen[sc]ed|delivered|counterfeit(?:ed)?|discounted|cloned|shipped|related|20[23]\d|the (?:best|full|lowest|cheapest)|(?:all|of|free of) (?:up to|charge|kinds)|page of google|(?:write|do|finish) my)\b|https?://\S*|www\.\S*"
)


def _pattern(patterns: Sequence[str]) -> str:
    """One for all of them. A word's border stands before each but those that begin with `#`, which has none."""
    words = "|".join(each for each in patterns if not each.startswith("#"))
    signs = "".join(f"|{each}" for each in patterns if each.startswith("#"))
    joined = rf"\b(?:{words}){signs}".replace(" ?", r"[\pZ\s]*").replace(" ", r"[\pZ\s]+")
    return rf"(?i)(?:{joined})(?:\b|[^\pL\pN]|$)"


_PATTERNS = {topic: re2.compile(_pattern(patterns)) for topic, patterns in TOPICS.items()}
_SELLING, _TELLING = re2.compile(_pattern(_SELLS)), re2.compile(_pattern(_TELLS))


def find_heuristics(candidate: Candidate) -> Iterator[Signal]:
    """`advertising`: how many phrases that offer something; note: the first topics, parted by commas."""
    view = candidate.view
    text = view.text[:_READ_LIMIT].replace("’", "'")
    # One pattern of all topics together would be more than RE2 has memory for.
    named = {topic: pattern for topic, pattern in _PATTERNS.items() if contains(pattern, text)}
    if not named or not _is_offer(text):
        return
    found = {topic: find_spans(pattern, text, MATCH_LIMIT) for topic, pattern in named.items()}
    spans = [Span(*view.original(*match)) for matches in found.values() for match in matches]
    topics = [topic for topic, matches in found.items() if matches]
    note = ",".join(topics[:_TOPICS_NAMED])
    yield heuristic_signal("advertising", len(spans), spans, note=note)


def _is_offer(text: str) -> bool:
    """Whether somebody sells, in the seller's words or in a slogan, rather than tells of it."""
    return contains(_SELLING, text) or not contains(_TELLING, _SLOGAN_WORDS.sub("", text))
