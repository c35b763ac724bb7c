"""Which link targets make a campaign bad, and which of its members a ruling reaches."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from moderation.domain.much_used_domains import is_much_used

# A campaign that has led to so many places leads anywhere: one more is nothing that its ruling did not mean.
_LEADS_ANYWHERE = 2


class MemberTraits(NamedTuple):
    """What a member of a campaign leads to and comes from.

    targets: link targets and contacts. address, network: hashes of the sender's, 0 unknown.
    is_published: whether it was published before the ruling, or its author has a good name.
    """

    comment_id: str
    targets: frozenset[str]
    address: int
    network: int
    is_published: bool


def bad_targets(of_spam: Iterable[str], of_published: Iterable[str]) -> frozenset[str]:
    """Targets that tell spam from what it copies: no published member leads to them, and they are not
    much used. Whoever copies an honest comment copies its link, too.
    """
    return frozenset(
        target for target in set(of_spam).difference(of_published) if not is_much_used(target)
    )


_CONTACTS = {
    "tel": "telephone number",
    "mail": "e-mail address",
    "chat": "messenger handle",
    "pay": "account for payments",
}


def contact_kind(target: str) -> str:
    """'telephone number' for 'tel:...' and so on; '' for what is no contact."""
    kind, colon, _ = target.partition(":")
    return _CONTACTS.get(kind, "") if colon else ""


def is_news(targets: Collection[str], known: Collection[str]) -> bool:
    """Whether a member that leads to these targets is worth another look at a campaign that was ruled on.

    known: what its earlier members on the site lead to. Its text alone is not news, however often it comes.
    """
    return len(known) < _LEADS_ANYWHERE and not set(targets).issubset(known)


def reached_members(members: Sequence[MemberTraits]) -> set[str]:
    """The members that a ruling of spam reaches, by comment id; never one that is published.

    Where members carry a link or a contact, those that share neither it nor a sender with one that
    does are left: they may be quotes. So are those from the address of a published one, unless they have
    what only the others have: that is whom the others copy.
    """
    unpublished = [member for member in members if not member.is_published]
    of_published = {
        target for member in members if member.is_published for target in member.targets
    }
    of_unpublished = {target for member in unpublished for target in member.targets}
    # Where the first copies were published as well, no target is left over: then all of them count.
    only_here = bad_targets(of_unpublished, of_published)
    copied = {member.address for member in members if member.is_published and member.address}
    unpublished = [
        member
        for member in unpublished
        if member.address not in copied or member.targets & only_here
    ]
    bad = only_here or bad_targets(of_unpublished, ())
    if not bad:
        return {member.comment_id for member in unpublished}
    linked = [member for member in unpublished if member.targets & bad]
    senders = {("address", member.address) for member in linked if member.address}
    senders |= {("network", member.network) for member in linked if member.network}
    return {
        member.comment_id
        for member in unpublished
        if member.targets & bad
        or ("address", member.address) in senders
        or ("network", member.network) in senders
    }
