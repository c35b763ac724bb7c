"""Channels, where people are notified: which Apprise URLs are accepted. Pure: nothing is connected to."""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from moderation.domain.address import INTERNAL_SUFFIXES, refusal_of
from moderation.domain.delivery import MODERATORS
from moderation.domain.errors import Invalid

URL_LIMIT = 2_000  # characters
SHOWN_LIMIT = 200  # characters

# They post to any URL: that is what webhooks are for, which sign and check the deny table.
_GENERIC = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "apprise", "apprises"})
# They display something on the machine that Gatehouse runs on.
_LOCAL = frozenset(
    {"blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"}
)
_SCHEME = re.compile(r"([a-z0-9]{1,40})://\S+", re.IGNORECASE)


def check_channel(url: str, allow: Iterable[tuple[str, int]] = ()) -> None:
    """Checks that a channel may have this URL: MODERATORS, or one that Apprise may be given.

    Only the URL itself is read here, to refuse a host that is plainly not public; what its name resolves to
    is checked on connecting (moderation/notify/apprise_process.py). allow: pairs of host and port that are
    allowed although not public, see address.parse_allow. Raises Invalid; its sentence does not repeat the
    URL, which may hold passwords.
    """
    if url == MODERATORS:
        return
    if len(url) > URL_LIMIT or not url.isprintable():
        raise Invalid(f"A channel's URL is one line of at most {URL_LIMIT} characters.", "/url")
    match = _SCHEME.fullmatch(url)
    if match is None:
        raise Invalid("A channel is an Apprise URL such as slack://... or mailtos://...", "/url")
    scheme = match[1].lower()
    if scheme in _GENERIC:
        raise Invalid("For a URL of your own add a webhook: it signs what it sends.", "/url")
    if scheme in _LOCAL:
        raise Invalid("This would tell the machine that Gatehouse runs on, not you.", "/url")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return  # tokens in place of a host and port: Apprise reads them
    if (host, port) not in set(allow) and _is_internal(host):
        raise Invalid(
            "This host is not public; the operator may allow it in GATEHOUSE_WEBHOOK_ALLOW.", "/url"
        )


def _is_internal(host: str) -> bool:
    try:
        return refusal_of(ip_address(host)) is not None
    except ValueError:
        return host == "localhost" or host.endswith(INTERNAL_SUFFIXES)


def display_name(service: str, private_url: str) -> str:
    """A channel without its secrets: 'Slack, slack://T...2/A...D/T...Q/'.

    private_url: as Apprise writes it with its secrets masked; the options after '?' are left out.
    """
    unquoted = unquote(private_url.partition("?")[0])
    plain = "".join(character for character in unquoted if character.isprintable())
    return f"{service}, {plain}"[:SHOWN_LIMIT]
