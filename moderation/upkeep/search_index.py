"""Puts comments into the index that they are found by, once they are judged and whenever their page is renamed."""

from collections.abc import Callable

from moderation.domain.comment import Status
from moderation.domain.score import Findings
from moderation.domain.search_words import fact_word, words_of
from moderation.scorers.spam.links import domain_of, host_of, links_in
from moderation.store import decisions, queues, search_index
from moderation.store.queues import QueueEntry
from moderation.store.search_index import Document
from moderation.store.sql.engine import Store

BATCH = 200  # comments; SQLite's one writer is held for some 50 ms


def index_due(store: Store, *, goes_on: Callable[[], bool] = lambda: True) -> int:
    """Indexes what is due, batch by batch while goes_on(), the newest first; returns how many comments."""
    with store.read() as connection:
        if not search_index.is_due(connection):
            return 0
    count = 0
    while True:
        with store.write() as connection:
            ids = search_index.take_due(connection, BATCH)
            findings = decisions.newest_findings(connection, ids) if ids else {}
            entries = queues.by_ids(connection, ids)
            search_index.put(
                connection,
                [
                    document_of(entry, findings.get(entry.id, Findings()))
                    for entry in entries
                    if entry.status is not Status.ERASED
                ],
            )
            search_index.tidy(connection)
        count += len(ids)
        if len(ids) < BATCH or not goes_on():
            return count


def document_of(entry: QueueEntry, findings: Findings) -> Document:
    """What a comment is found by: text, name, the author's URL, title and URL of the page; its site, its
    language and the domains that it links to.
    """
    domains = {*links_in(entry.text).domains, domain_of(host_of(entry.author_url))} - {""}
    language = findings.get("language")
    facts = [fact_word("site", entry.site_id)]
    facts += [fact_word("domain", domain) for domain in sorted(domains)]
    if language:
        facts.append(fact_word("language", language.note))
    parts = (entry.text, entry.author_url, entry.page_title, entry.page_url)
    words = [word for part in parts for word in words_of(part)]
    return Document(entry.id, facts, words_of(entry.author_name), words)
