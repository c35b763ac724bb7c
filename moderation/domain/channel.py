"""Channels: where people are told, written as Apprise URLs. Which are taken; pure, nothing is called."""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from moderation.domain.address import refusal_of
from moderation.domain.delivery import MODERATORS
from moderation.domain.errors import Invalid

URL_LIMIT = 2_000  # characters
SHOWN_LIMIT = 200

# They post what they are given to any URL: that is a webhook's work, which signs and asks the deny table.
_GENERIC = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "apprise", "apprises"})
# They show something on the machine that Gatehouse runs on.
_LOCAL = frozenset(
    {"blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"}
)
_SCHEME = re.compile(r"([a-z0-9]{1,40})://\S+", re.IGNORECASE)
_INSIDE = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet")


def check_channel(url: str, allow: Iterable[tuple[str, int]] = ()) -> None:
    """Whether a channel may have this URL: MODERATORS, or one that Apprise may be asked about.

    Only what stands in the URL is read here, a host that is plainly an inner one; what a name leads
    to is checked when it is dialled (moderation/notify/apprise_process.py). allow: host and port pairs that are no
    host of the outside, see address.parse_allow. Raises Invalid; its sentence does not repeat the
    URL, which holds passwords.
    """
    if url == MODERATORS:
        return
    if len(url) > URL_LIMIT or not url.isprintable():
        raise Invalid(f"A channel's URL is one line of at most {URL_LIMIT} characters.", "/url")
    found = _SCHEME.fullmatch(url)
    if found is None:
        raise Invalid("A channel is an Apprise URL such as slack://... or mailtos://...", "/url")
    scheme = found[1].lower()
    if scheme in _GENERIC:
        raise Invalid("For a URL of your own add a webhook: it signs what it sends.", "/url")
    if scheme in _LOCAL:
        raise Invalid("This would tell the machine that Gatehouse runs on, not you.", "/url")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return  # tokens stand where a host would: Apprise reads it
    if (host, port) not in set(allow) and _is_inner(host):
        raise Invalid(
            "This host is not public; the operator may allow it in GATEHOUSE_WEBHOOK_ALLOW.", "/url"
        )


def _is_inner(host: str) -> bool:
    try:
        return refusal_of(ip_address(host)) is not None
    except ValueError:
        return host == "localhost" or host.endswith(_INSIDE)


def display_name(service: str, private_url: str) -> str:
    """A channel as people may see it: 'Slack, slack://T...2/A...D/T...Q/'.

    private_url: as Apprise writes it with its secrets masked; what follows '?' are options.
    """
    plain = "".join(one for one in unquote(private_url.partition("?")[0]) if one.isprintable())
    return f"{service}, {plain}"[:SHOWN_LIMIT]
