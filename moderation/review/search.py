"""Searching a site's comments: by words, sender, page, reason and so on; what is found is like a queue."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network

from moderation.domain.age import read_age
from moderation.domain.comment import Status
from moderation.domain.errors import Invalid
from moderation.domain.ids import timed_id
from moderation.domain.order import BY_TIME, LISTED, NEWEST
from moderation.domain.queue_names import WITHOUT_STATUS
from moderation.domain.search_words import Phrase, fact_word, parse_query
from moderation.domain.sender_address import canonical_address
from moderation.review.queues import SEARCHED, CommentCard, cards_of
from moderation.store import comment_context, comment_lists, pages, queues, reach
from moderation.store.held_ranks import rank_of
from moderation.store.place_seal import PlaceSeal
from moderation.store.queue_search import find_in_queue
from moderation.store.ranked_search import find_ranked
from moderation.store.search import find
from moderation.store.search_conditions import Wanted
from moderation.store.search_index import Sought
from moderation.store.sketches import number_of
from moderation.store.sql.crypto import Crypto, network_of
from moderation.store.sql.engine import Connection, Store

_COMMENT_ID = re.compile(r"cmt_[0-9a-z]{26}")
_EMAIL = re.compile(r'[^\s@"]+@[^\s@"]+\.[^\s@"]+')
_AUTHOR_KEY = re.compile(r"[0-9a-f]{64}")
_NETWORK = re.compile(r"[0-9a-fA-F.:]+/\d{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What is searched for, all of it together; '' and None for what does not matter.

    query: words, "words in a row", beginnings*; or a comment's id, the sender's e-mail, IP address or network.
    author: the sender's in the same way, `id:` with the site's own id of the author, the key that the
    author's page in the console has, or words of the name. domain: registrable, linked to. language: ISO 639.
    decided_by: policy, moderator or import. moderator: the id of who decided last. since, until: ms, from and before.
    age: of the comment when it is looked for, `under-24h` or `over-4h`.
    alone: only what is part of no campaign. not_of_others: a person; without what others have claimed.
    not_proposed_on: sites of which what a trainee has proposed something about is left out.
    score: of held comments, by its name; score_from, score_to: 0 to 1, both within.
    order: newest or oldest; of held comments also urgency, or the name of a score; of a queue also listed.
    queue: reported, proposed or mine: only what stands in it. person: whose own that is.
    same_text, same_network: a comment; only it and those with much the same text, or from its network, while that is remembered.
    """

    query: str = ""
    status: Status | None = None
    reason: str = ""
    page_url: str = ""
    author: str = ""
    domain: str = ""
    language: str = ""
    decided_by: str = ""
    moderator: str = ""
    since: int | None = None
    until: int | None = None
    age: str = ""
    alone: bool = False
    not_of_others: str = ""
    not_proposed_on: Collection[str] = ()
    score: str = ""
    score_from: float | None = None
    score_to: float | None = None
    order: str = NEWEST
    queue: str = ""
    person: str = ""
    same_text: str = ""
    same_network: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """A page of what was found. after: where the next page begins, '' where this is the last.

    A search looks at a bounded number of comments for each page, so that a page may have fewer than asked
    for, or none, and be followed by others.
    """

    cards: Sequence[CommentCard]
    after: str


def search(
    store: Store,
    site_ids: Collection[str],
    criteria: Criteria,
    after: str = "",
    limit: int = 25,
    *,
    now: int,
) -> Results:
    """Up to `limit` comments of these sites past the place `after`; what a person has claimed of their own stands before these, on the first page.

    now: ms. Raises Invalid with the pointer /after, /query, /author, /age, /score, /queue or /order.
    """
    # A page that was sought far back may end at a comment that is not reached: its id is for nobody to read.
    seal = PlaceSeal(store.crypto, site_ids) if reach.has_parts(site_ids) else None
    after = seal.opened(after) if seal else after
    with store.read() as connection:
        wanted = wanted_of(connection, store.crypto, site_ids, criteria, now)
        if wanted is None:
            return Results((), "")
        if criteria.order == LISTED:
            find_page = find_in_queue
        else:
            find_page = find if criteria.order in BY_TIME else find_ranked
        found = find_page(connection, wanted, after, limit)
        entries = {entry.id: entry for entry in queues.by_ids(connection, found.ids)}
        in_order = [entries[id] for id in found.ids if id in entries]
        next_after = seal.sealed(found.after) if seal else found.after
        return Results(cards_of(connection, in_order), next_after)


def wanted_of(
    connection: Connection,
    crypto: Crypto,
    site_ids: Collection[str],
    criteria: Criteria,
    now: int,
) -> Wanted | None:
    """What the store must find; None where there is no such page, or comment to be the same as. now: ms, ages are as of then. Raises Invalid as search()."""
    if criteria.queue and criteria.queue not in WITHOUT_STATUS:
        raise Invalid(f"/queue: Takes {', '.join(WITHOUT_STATUS)}.", "/queue")
    if criteria.order == LISTED:
        if not criteria.queue:
            raise Invalid("/order: This is the order of a queue alone: name it.", "/order")
    elif criteria.order not in BY_TIME and criteria.status is not Status.HELD:
        raise Invalid(
            "/order: Only held comments are in this order: add the status held.", "/order"
        )
    if criteria.score and criteria.status is not Status.HELD:
        raise Invalid(
            "/score: Scores are kept apart of held comments only: add the status held.", "/score"
        )
    if not criteria.score and (criteria.score_from, criteria.score_to) != (None, None):
        raise Invalid("/score: Bounds of which score? Add its name.", "/score")
    parts = site_ids if reach.has_parts(site_ids) else ()
    site_ids = reach.site_ids_of(site_ids)
    criteria = replace(criteria, not_proposed_on=reach.site_ids_of(criteria.not_proposed_on))
    wanted: Wanted | None = _wanted(crypto, site_ids, _with_times(criteria, now))
    if wanted:
        wanted = replace(wanted, reach=parts)
    if wanted and criteria.same_text:
        wanted = _with_same_text(connection, wanted, criteria.same_text)
    if wanted and criteria.same_network:
        wanted = _with_same_network(connection, wanted, criteria.same_network)
    if wanted is None or not criteria.page_url:
        return wanted
    found = (pages.find_url(connection, site_id, criteria.page_url) for site_id in site_ids)
    page_ids = [page.id for page in found if page]
    return replace(wanted, page_ids=page_ids) if page_ids else None


def _with_same_text(connection: Connection, wanted: Wanted, comment_id: str) -> Wanted | None:
    """The comment and those with much the same text; by itself where that has no other."""
    entry = queues.by_id(connection, comment_id, wanted.reach or wanted.site_ids)
    if entry is None:
        return None
    number = number_of(entry.id, entry.created_at)
    cluster = comment_lists.cluster_of(connection, entry.id, number)
    return replace(wanted, cluster=cluster) if cluster else _alone(wanted, entry.id)


def _with_same_network(connection: Connection, wanted: Wanted, comment_id: str) -> Wanted | None:
    """The comment and those from its network, whose key is the site's own; by itself where that is not known."""
    if queues.by_id(connection, comment_id, wanted.reach or wanted.site_ids) is None:
        return None
    key = comment_context.network_of(connection, comment_id)
    if not key:
        return _alone(wanted, comment_id)
    return replace(wanted, senders=(("network_key", [key]), *wanted.senders))


def _alone(wanted: Wanted, comment_id: str) -> Wanted | None:
    return replace(wanted, comment_id=comment_id) if wanted.comment_id in ("", comment_id) else None


def _with_times(criteria: Criteria, now: int) -> Criteria:
    """The same with its age as times."""
    if not criteria.age:
        return criteria
    age = read_age(criteria.age)
    since, until = criteria.since, criteria.until
    if age.is_over:
        # The age itself is neither: comments have whole milliseconds.
        until = min(now - age.ms, until if until is not None else now)
    else:
        since = max(now - age.ms + 1, since or 0)
    return replace(criteria, age="", since=since, until=until)


def _wanted(crypto: Crypto, site_ids: Collection[str], criteria: Criteria) -> Wanted:
    """What the store must find, but for the page."""
    comment_id = ""
    senders: list[_Sender] = []
    phrases: tuple[Phrase, ...] = ()
    name: tuple[Phrase, ...] = ()
    if query := criteria.query.strip():
        sender = _sender(crypto, site_ids, query, "/query")
        if _COMMENT_ID.fullmatch(query):
            comment_id = query
        elif sender:
            senders.append(sender)
        else:
            phrases = _phrases(query, "/query")
    if author := criteria.author.strip():
        sender = _author(crypto, site_ids, author)
        if sender:
            senders.append(sender)
        else:
            name = _phrases(author, "/author")
    facts = [
        fact_word(kind, value.strip())
        for kind, value in (("domain", criteria.domain), ("language", criteria.language))
        if value.strip()
    ]
    return Wanted(
        site_ids=site_ids,
        statuses=_statuses(criteria.status),
        sought=Sought(site_ids, phrases, name, facts),
        comment_id=comment_id,
        senders=tuple(senders),
        reason=criteria.reason,
        decided_by=criteria.decided_by,
        moderator=criteria.moderator,
        since=_first_id(criteria.since),
        until=_first_id(criteria.until),
        alone=criteria.alone,
        not_of_others=criteria.not_of_others,
        not_proposed_on=criteria.not_proposed_on,
        score=_score(criteria),
        order=criteria.order,
        queue=criteria.queue,
        person=criteria.person,
    )


def _score(criteria: Criteria) -> tuple[str, int, int] | None:
    """The name of a score, and the smallest and the largest rank that are wanted."""
    if not criteria.score:
        return None
    most = 1.0 if criteria.score_to is None else criteria.score_to
    return criteria.score, rank_of(most), rank_of(criteria.score_from or 0.0)


def names_sender(criteria: Criteria) -> bool:
    """Whether it has somebody's e-mail, address or network."""
    return any(
        _EMAIL.search(text) or canonical_address(text) or _NETWORK.fullmatch(text)
        for text in (criteria.query.strip(), criteria.author.strip())
    )


def _statuses(status: Status | None) -> Collection[Status]:
    """Of an erased comment there is nothing left to find it by."""
    return SEARCHED if status is None else (status,)


def _first_id(moment: int | None) -> str:
    """What comes before the ids of all comments since then."""
    return "" if moment is None else timed_id("cmt", max(moment, 0), bytes(10))


def _phrases(text: str, pointer: str) -> tuple[Phrase, ...]:
    try:
        return parse_query(text)
    except Invalid as error:
        raise Invalid(f"{pointer}: {error.message}", pointer) from None


_Sender = tuple[
    str, Collection[str]
]  # a column, and the keys that are good: some differ from site to site


def _author(crypto: Crypto, site_ids: Collection[str], author: str) -> _Sender | None:
    if author.startswith("id:"):
        return "author_key", [crypto.author_key(site_id, author) for site_id in site_ids]
    if _AUTHOR_KEY.fullmatch(author):
        return "author_key", [author]
    return _sender(crypto, site_ids, author, "/author")


def _sender(crypto: Crypto, site_ids: Collection[str], text: str, pointer: str) -> _Sender | None:
    """The column and the keys of who sent it; None where the text names no sender."""
    if _EMAIL.fullmatch(text):
        return "email_key", [crypto.email_key(text)]
    if address := canonical_address(text):
        return "address_key", [crypto.address_key(address)]
    if not _NETWORK.fullmatch(text):
        return None
    try:
        network = str(ip_network(text, strict=False))
    except ValueError:
        return None
    if network != network_of(network.partition("/")[0]):
        raise Invalid(f"{pointer}: A network is a /24, or a /48 of IPv6.", pointer)
    return "network_key", [crypto.network_key(site_id, network) for site_id in site_ids]
