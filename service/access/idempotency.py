"""Keeps the Idempotency-Keys of different senders apart: the site's server, its pages' scripts, our own entries."""

from moderation.store.sites import SECRET

# Keys that we make ourselves, and the prefixes that this module sets.
_RESERVED = ("form:", "akismet:", "page:", "server:")


def stored_key(key_kind: str, sent: str) -> str:
    """The key under which a comment of the API is stored; '' where none was sent.

    key_kind: of the site's key that it came with. A publishable key is public: whatever is sent with it reaches
    neither the keys of the site's server nor ours.
    """
    if not sent:
        return ""
    if key_kind != SECRET:
        return f"page:{sent}"
    return f"server:{sent}" if sent.startswith(_RESERVED) else sent
