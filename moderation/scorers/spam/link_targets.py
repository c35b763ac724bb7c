"""Link targets: the domains, paths and contacts that two comments may have in common."""

import re
from itertools import islice

from moderation.domain.score import Candidate
from moderation.scorers.spam.contacts import contact_targets
from moderation.scorers.spam.heuristic import word_set
from moderation.scorers.spam.links import SHORTENERS, domain_of, host_of, links_in, own_domain

TARGET_LIMIT = 8  # of one comment
TARGET_LENGTH_LIMIT = 120  # characters
# Anybody may publish here: the domain says nothing about the author of a link, the whole path does.
PLATFORMS = word_set("""
    youtube.com youtu.be facebook.com fb.com instagram.com twitter.com x.com tiktok.com reddit.com pinterest.com
    linkedin.com tumblr.com medium.com substack.com wikipedia.org wikimedia.org google.com goo.gl bing.com
    yahoo.com archive.org archive.is archive.ph github.com gitlab.com imgur.com flickr.com vimeo.com twitch.tv
    dailymotion.com soundcloud.com spotify.com apple.com microsoft.com amazon.com amazon.de amazon.co.uk ebay.com
    etsy.com paypal.com patreon.com gofundme.com change.org quora.com stackexchange.com stackoverflow.com t.me
    wa.me telegram.me whatsapp.com discord.gg discord.com vk.com weibo.com dropbox.com pastebin.com issuu.com
    slideshare.net scribd.com about.me sites.google.com docs.google.com forms.gle mastodon.social bsky.app
""")
_SPACE = re.compile(r"\s+")


def targets_of(candidate: Candidate) -> tuple[str, ...]:
    """Linked domains, on platforms and shorteners with the path, and contacts; at most TARGET_LIMIT.

    From the text, the author's name and the author's website; without those of the page's own site.
    """
    text = candidate.text
    page_domain = own_domain(candidate.page_url)
    targets = _targets_in(text)
    if candidate.author_url:
        targets.append(target_of(candidate.author_url))
    targets += links_in(candidate.author_name).domains
    distinct = dict.fromkeys([*targets, *contact_targets(text, candidate.view.text)])
    return tuple(target for target in distinct if target and target != page_domain)[:TARGET_LIMIT]


def quoted_targets(candidate: Candidate) -> frozenset[str]:
    """Where the page's title and the comment that it answers lead: whoever quotes them does not lead there."""
    quoted = (candidate.page_title, candidate.parent_text)
    links = (link for text in quoted if text for link in _targets_in(text))
    return frozenset((*links, *contact_targets(*filter(None, quoted))))


def _targets_in(text: str) -> list[str]:
    links = links_in(text)
    written = [target_of(text[link.span.start : link.span.end]) for link in links.links]
    return written + [link.domain for link in links.masked]


def target_of(link: str) -> str:
    """The registrable domain of a link; with the path where many people share one domain."""
    host = host_of(link)
    domain = domain_of(host) or host
    if domain not in PLATFORMS and domain not in SHORTENERS:
        return domain[:TARGET_LENGTH_LIMIT]
    path = (link.partition("://")[2] or link).partition("#")[0].partition("/")[2].strip("/")
    return _SPACE.sub("", f"{domain}/{path}" if path else "")[:TARGET_LENGTH_LIMIT]


def links_of(candidate: Candidate) -> tuple[str, ...]:
    """The links of the text as they are written, without scheme and fragment; at most TARGET_LIMIT."""
    text = candidate.text
    written = (text[link.span.start : link.span.end] for link in links_in(text).links)
    stripped = (
        (link.partition("://")[2] or link).partition("#")[0].rstrip("/") for link in written
    )
    return tuple(dict.fromkeys(islice((link for link in stripped if link), TARGET_LIMIT)))
