"""What signals and reason codes are called in sentences that people read; codes stay in API, policies and store."""

LABELS = {
    # scores
    "severe_toxicity": "severe toxicity",
    "identity_attack": "attack on a group",
    "sexual_explicit": "sexual content",
    "name_toxicity": "author's name",
    "website_toxicity": "author's website",
    "signs": "signs of spam",
    "spam_untaught": "spam, before lessons",
    "words": "its words",
    # links
    "links": "links",
    "link_domains": "linked sites",
    "link_share": "little beside links",
    "link_shortener": "short link",
    "link_address": "link to a bare address",
    "link_punycode": "look-alike domain",
    "link_masked": "link that names another site",
    "link_markup": "markup for links",
    "link_disguised": "disguised link",
    "link_hidden": "hidden link",
    "link_in_name": "link in the name",
    "link_in_website": "author's website",
    "throwaway_link": "link from a hidden sender",
    "foreign_link": "link in foreign script",
    "language_link": "link in another language",
    "listed_link": "link on a block list",
    "much_used_domain": "much-used site",
    "new_domain": "site first seen today",
    # contacts and senders
    "contact": "contact",
    "contact_disguised": "disguised contact",
    "form_trap": "hidden field filled in",
    "user_agent_odd": "unusual browser",
    "referrer_odd": "unusual referring page",
    "seo": "advertising name",
    "seo_name": "advertising name",
    "gibberish_name": "name of random letters",
    "disposable_email": "throwaway e-mail",
    "listed_sender": "sender on a block list",
    "listed_address": "address on a block list",
    "listed_network": "network on a block list",
    "listed_email": "e-mail on a block list",
    "listed_domain": "site on a block list",
    "dns_listed": "site on a DNS block list",
    "reputation": "author's reputation",
    "reputation_domain": "linked site's reputation",
    "reputation_network": "network's reputation",
    "ill_author": "author's bad name",
    "ill_domain": "linked site's bad name",
    "ill_domain_spam": "spam with a link of bad name",
    "ill_network": "network's bad name",
    # the text
    "gibberish": "random letters",
    "foreign_script": "foreign script",
    "shouting": "capitals",
    "repetition": "repetition",
    "sales_talk": "sales talk",
    "wordlist": "word list",
    "name_wordlist": "word list, in the name",
    "website_wordlist": "word list, in the website",
    "threat_phrase": "threatening phrase",
    "hate_phrase": "hateful phrase",
    "slur_phrase": "slur",
    "accusation_phrase": "accusation of a crime",
    "language": "language",
    "language_unsupported": "language not known",
    "language_unlike_page": "not the page's language",
    # names
    "abusive_name": "abusive name",
    "protected_name": "protected name",
    "site_name": "the site's name",
    "staff_name": "staff member's name",
    # copies and campaigns
    "repeated": "repeated by others",
    "repeated_own": "repeated",
    "campaign": "campaign",
    "campaign_approved": "like an approved campaign",
    "campaign_target": "link of a campaign",
    "campaign_new_domain": "campaign with a new link",
    "campaign_spam": "ruled campaign",
    "campaign_spam_text": "like a ruled campaign",
    "campaign_member_spam": "like a comment marked as spam",
    "campaign_member_spam_text": "text of a comment marked as spam",
    "campaign_elsewhere": "campaign on other sites",
    # the site's own filters, and others' verdicts
    "filter_hold": "own filter: hold",
    "filter_spam": "own filter: spam",
    "filter_reject": "own filter: refuse",
    "akismet": "Akismet",
    # reasons that are no signal
    "toxic": "toxicity",
    "severely_toxic": "severe toxicity",
    "blatant": "known spam",
    "likely_spam": "likely spam",
    "scorer_unavailable": "not measured yet",
    "scoring_failed": "could not be measured",
    "too_long_to_judge": "too long to judge",
    "premoderated": "page is premoderated",
    "parent_held": "answers a held comment",
    "parent_removed": "answers a removed comment",
    "branch_rejected": "rejected with its parent",
    "campaign_decided": "decided with its campaign",
    "taken_back": "decision taken back",
    "site_said_so": "corrected by the site",
}


def label_of(name: str) -> str:
    """A signal's name or a reason's code in words; one of the operator's own as it is, without underscores."""
    return LABELS.get(name) or name.replace("_", " ")


def in_words(note: str) -> str:
    """A signal's note, in words where it is a list of signals' names: 'links,words'."""
    names = note.split(",")
    return ", ".join(map(label_of, names)) if all(name in LABELS for name in names) else note
