"""An author's website: the address to which a name may lead in public."""

import re

from moderation.domain.comment import URL_LIMIT
from moderation.domain.page_url import plain_url

_NOT_IN_LINKS = re.compile(r'[\s"<>\\`]')
# What a reader's own machine or router answers to: RFC 6761, RFC 6762 with its appendix G, RFC 8375.
_AT_HOME = re.compile(
    r"https?://[^:/?#]*\.(?:localhost|local|home\.arpa|intranet|internal|private|corp|home|lan)(?=[:/?#]|$)"
)
_NAMED_HOST = re.compile(r"https?://(?:[a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{0,62}(?=[:/?#]|$)")


def public_website(typed: str) -> str:
    """The address as a link may have it, with the host as browsers write it; '' for one that no name shall lead to.

    More is stored than is shown: a link has http or https, a name with a dot for its host, no user, and nothing that hides
    where it leads (origin_of() says what; characters that cannot be seen or turn the direction of reading). Addresses in
    numbers, names without a dot and such as router.lan are in the reader's own network, or nobody's website.
    """
    if len(typed) > URL_LIMIT or not typed.isprintable() or _NOT_IN_LINKS.search(typed):
        return ""
    try:
        url = plain_url(typed)
    except ValueError:
        return ""
    return url if _NAMED_HOST.match(url) and not _AT_HOME.match(url) else ""
