"""The time of every list and page of console and API, beside a thousand comments up to a million.

    python -m bench.queue_pages [--postgresql] [--comments 1000 100000 1000000] [--rounds 5]

Milliseconds from the request to the end of the answer, of the API as a process of its own on this machine; the
median over the rounds. The store has forty sites, of which the moderator may decide on all, deliveries, opinions, and campaigns of which the largest has 15,000 in a million.
"""

import argparse
import http.client
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.environment import Environment, bench_environment
from bench.made_comments import COMMON, RARE
from bench.queue_store import COMMON_WORD, RARE_WORD, Filled, fill
from bench.table import milliseconds, table
from harness.gatehouse_process import GatehouseProcess
from moderation.domain.comment import Status
from moderation.domain.decision import Outcome
from moderation.domain.filter import FilterAction, FilterDraft, FilterKind
from moderation.notify import endpoints
from moderation.review import filters, proposals, queues
from moderation.store import memberships, moderators, sessions
from moderation.store.sql.engine import Store
from moderation.upkeep.samples import draw_samples

FILTERS = 20
PROPOSALS = 50
ALLOWED = "127.0.0.1:9"  # nothing is sent in this bench


def console_pages(filled: Filled, site_id: str, endpoint_id: str) -> dict[str, str]:
    """The path of each page, by what it shows."""
    site, endpoint = f"site={site_id}", f"/console/endpoints/{endpoint_id}"
    queue = f"/console/?{site}&queue"
    all_sites = "/console/?site=all&queue=held"
    campaign = f"/console/campaigns/{filled.largest_campaign}?{site}"
    return {
        "held": f"{queue}=held",
        "held, from the middle": f"{queue}=held&after={filled.urgent_middle}",
        "held, oldest first": f"{queue}=held&order=oldest",
        "held, oldest first, from the middle": f"{queue}=held&order=oldest&after={filled.middle}",
        "held, by a score": f"{queue}=held&order=toxicity",
        "held, a language": f"/console/?{site}&status=held&language=de&order=urgency",
        "held, a domain": f"/console/?{site}&status=held&domain=shop.test&order=urgency",
        "held, an author, a day": f"/console/?{site}&status=held&author=author+77&since={filled.day}&order=urgency",
        "held, a page, by urgency": f"/console/?{site}&status=held&page_url={filled.page_url}&order=urgency",
        "approved, by a moderator": f"/console/?{site}&status=approved&moderator={filled.moderator}",
        "all sites": all_sites,
        "all sites, from the middle": f"{all_sites}&after={filled.urgent_middle}",
        "all sites, oldest first": f"{all_sites}&order=oldest",
        "all sites, by a score": f"{all_sites}&order=toxicity",
        "all sites, a rare reason": f"{all_sites}&reason={RARE}",
        "all sites, a language": "/console/?site=all&status=held&language=de&order=urgency",
        "all sites, a page": f"/console/?site=all&status=held&page_url={filled.page_url}&order=urgency",
        "all sites, approved": "/console/?site=all&queue=approved",
        "all sites, search, a common word": f"/console/?site=all&query={COMMON_WORD}",
        "all sites, search, a rare word": f"/console/?site=all&query={RARE_WORD}",
        "all sites, search, no such word": "/console/?site=all&query=qwzxv",
        "all sites, counts for the script": "/console/counts?site=all&queue=held",
        "reported": f"{queue}=reported",
        "reported, an author": f"{queue}=reported&author=author+77&order=newest",
        "proposed": f"{queue}=proposed",
        "proposed, a language": f"{queue}=proposed&language=de",
        "mine": f"{queue}=mine",
        "mine, an author": f"{queue}=mine&author=author+77",
        "the same text": f"/console/?{site}&same_text={filled.member}",
        "the same network": f"/console/?{site}&same_network={filled.held}",
        "sample": f"/console/sample?{site}",
        "statistics": f"/console/statistics?{site}",
        "keys of the site": f"/console/keys?{site}",
        "account": "/console/account",
        "appeals": f"/console/appeals?{site}",
        "held, a comment open": f"{queue}=held&open={filled.urgent}",
        "around a comment": f"/console/comments/{filled.held}/context",
        "around one of a campaign": f"/console/comments/{filled.member}/context",
        "held, a common reason": f"{queue}=held&reason={COMMON}",
        "held, a rare reason": f"{queue}=held&reason={RARE}",
        "held, no such reason": f"{queue}=held&reason=nothing",
        "not judged yet": f"{queue}=pending",
        "approved": f"{queue}=approved",
        "approved, from the middle": f"{queue}=approved&after={filled.middle}",
        "rejected": f"{queue}=rejected",
        "spam": f"{queue}=spam",
        "spam, a rare reason": f"{queue}=spam&reason={RARE}",
        "search, a common word": f"/console/?{site}&query={COMMON_WORD}",
        "search, a rare word": f"/console/?{site}&query={RARE_WORD}",
        "search, a phrase and a status": f"/console/?{site}&query=%22herald+test%22&status=spam",
        "search, no such word": f"/console/?{site}&query=qwzxv",
        "search, an author": f"/console/?{site}&author=author+77",
        "search, a page": f"/console/?{site}&page_url={filled.page_url}",
        "one comment": f"/console/comments/{filled.held}",
        "one comment of a campaign": f"/console/comments/{filled.member}",
        "campaigns": f"/console/campaigns?{site}",
        "campaigns, the second page": f"/console/campaigns?{site}&after={filled.later_campaign}",
        "the largest campaign": campaign,
        "the largest campaign, from the middle": f"{campaign}&after={filled.middle}",
        "filters": f"/console/filters?{site}",
        "learning": f"/console/learning?{site}",
        "an author": f"/console/reputation/author/{filled.author}?{site}",
        "endpoints": f"/console/endpoints?{site}",
        "deliveries": endpoint,
        "deliveries, from the middle": f"{endpoint}?before={filled.delivery}",
        "deliveries, waiting": f"{endpoint}?state=due",
        "deliveries, delivered": f"{endpoint}?state=delivered",
        "deliveries, given up": f"{endpoint}?state=dead",
    }


def api_pages(filled: Filled, endpoint_id: str) -> dict[str, str]:
    search = "/api/v1/comments?limit=100"
    queue, campaign = "/api/v1/queues", f"/api/v1/campaigns/{filled.largest_campaign}"
    sent = f"/api/v1/endpoints/{endpoint_id}/deliveries"
    return {
        "API: queues": queue,
        "API: held": f"{queue}/held?limit=100",
        "API: held, a rare reason": f"{queue}/held?limit=100&reason={RARE}",
        "API: held, urgency": f"{queue}/held?limit=100&order=urgency",
        "API: held, a score": f"{queue}/held?limit=100&order=toxicity",
        "API: held, a rare reason by urgency": f"{queue}/held?limit=100&order=urgency&reason={RARE}",
        "API: held, a rare word by a score": f"{queue}/held?limit=100&order=toxicity&query={RARE_WORD}",
        "API: a moderator's": f"{search}&moderator={filled.moderator}",
        "API: reported": f"{queue}/reported?limit=100",
        "API: reported, a page": f"{queue}/reported?limit=100&page_url={filled.page_url}&order=newest",
        "API: proposed, a rare reason": f"{queue}/proposed?limit=100&reason={RARE}",
        "API: reasons of what is reported": f"{queue}/reported/reasons",
        "API: the same text": f"{search}&same_text={filled.member}",
        "API: the same network": f"{search}&same_network={filled.held}&status=held",
        "API: appeals": "/api/v1/appeals?limit=100",
        "API: around a comment": f"/api/v1/comments/{filled.held}/context",
        "API: approved": f"{queue}/approved?limit=100",
        "API: rejected": f"{queue}/rejected?limit=100",
        "API: spam": f"{queue}/spam?limit=100",
        "API: spam, a common reason": f"{queue}/spam?limit=100&reason={COMMON}",
        "API: reasons": f"{queue}/held/reasons",
        "API: search, a common word": f"{search}&query={COMMON_WORD}",
        "API: search, oldest": f"{search}&query={COMMON_WORD}&order=oldest",
        "API: search, a rare word": f"{search}&query={RARE_WORD}",
        "API: search, a common word, a rare reason": f"{search}&query={COMMON_WORD}&reason={RARE}",
        "API: search, an address": f"{search}&author=198.51.100.0/24",
        "API: search, a reason of any status": f"{search}&reason={COMMON}",
        "API: search, decided by nobody": f"{search}&decided_by=import",
        "API: one comment": f"/api/v1/comments/{filled.held}",
        "API: its reputations": f"/api/v1/comments/{filled.held}/reputation",
        "API: campaigns": "/api/v1/campaigns?limit=100",
        "API: campaigns, waiting": "/api/v1/campaigns?limit=100&waiting=true",
        "API: the largest campaign": campaign,
        "API: its members": f"{campaign}/comments?limit=100",
        "API: filters": "/api/v1/filters",
        "API: learning": "/api/v1/learning",
        "API: reputations": "/api/v1/reputation?kind=author&limit=100",
        "API: endpoints": "/api/v1/endpoints",
        "API: deliveries": f"{sent}?limit=100",
        "API: deliveries, waiting": f"{sent}?limit=100&state=due",
        "API: deliveries, delivered": f"{sent}?limit=100&state=delivered",
        "API: deliveries, given up": f"{sent}?limit=100&state=dead",
        "API: a thread": f"/api/v1/threads?page_url={filled.page_url}",
    }


def _trainee(store: Store, site_id: str, filled: Filled, now: int) -> dict[str, str]:
    """The headers of a trainee who has proposed something about PROPOSALS held comments."""
    with store.write() as connection:
        bo = moderators.add(connection, "bo@herald.test", "", now, os.urandom)
        memberships.grant(connection, bo, site_id, "trainee")
        session = sessions.open_session(connection, bo, now, os.urandom)
    newest = queues.list_queue(store, site_id, Status.HELD, limit=PROPOSALS)
    for card in newest:
        proposals.propose(
            store, bo, {site_id}, card.id, Outcome.REJECT, now=now, entropy=os.urandom
        )
    return {"Cookie": f"gatehouse_session={session}"}


@dataclass(frozen=True, slots=True)
class Page:
    """headers: of somebody who may see it."""

    name: str
    path: str
    headers: Mapping[str, str]


def filled_pages(gatehouse: GatehouseProcess, count: int, *, searchable: bool = True) -> list[Page]:
    """Every page, once the database has `count` comments; gatehouse: with ALLOWED in its settings. searchable: as for fill()."""
    now, store, site = time.time_ns() // 1_000_000, gatehouse.store, gatehouse.site
    with store.write() as connection:
        ada = moderators.add(connection, "ada@herald.test", "", now, os.urandom)
        memberships.grant(connection, ada, site.id, "admin")
        session = sessions.open_session(connection, ada, now, os.urandom)
    for number in range(FILTERS):
        words = FilterDraft(f"Words {number}", FilterKind.WORDS, FilterAction.HOLD, ("word",))
        filters.add_filter(store, site.id, words, ada, now=now + number, entropy=os.urandom)
    url = f"http://{ALLOWED}/"
    endpoint, _ = endpoints.add_webhook(
        store, site.id, url, allow=ALLOWED, now=now, entropy=os.urandom
    )
    filled = fill(store, site, endpoint.id, ada, count, searchable=searchable)
    with store.write() as connection:
        for other_id in set(filled.site_ids) - {site.id}:
            memberships.grant(connection, ada, other_id, "moderator")
    list(draw_samples(store, now))
    trainee = _trainee(store, site.id, filled, now)
    signed_in = {"Cookie": f"gatehouse_session={session}"}
    with_key = {"Authorization": f"Bearer {gatehouse.key}"}
    console = console_pages(filled, site.id, endpoint.id)
    api = api_pages(filled, endpoint.id)
    return [
        *(Page(name, path, signed_in) for name, path in console.items()),
        Page("one's own proposals", f"/console/proposals?site={site.id}", trainee),
        *(Page(name, path, with_key) for name, path in api.items()),
    ]


def measured(environment: Environment, count: int, rounds: int) -> dict[str, float]:
    """Seconds of each page, beside `count` comments."""
    with environment.gatehouse({"webhook_allow": ALLOWED}) as gatehouse:
        began = time.perf_counter()
        pages = filled_pages(gatehouse, count)
        print(f"{count:,} filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
        gatehouse.start_api()
        return _times(gatehouse.port, pages, rounds)


def _times(port: int, pages: Sequence[Page], rounds: int) -> dict[str, float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    times: dict[str, list[float]] = {page.name: [] for page in pages}
    for number in range(rounds + 1):
        for page in pages:
            began = time.perf_counter()
            connection.request("GET", page.path, headers=dict(page.headers))
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{page.path}: {answer.status}")
            if number:  # the first round compiles templates and opens connections
                times[page.name].append(time.perf_counter() - began)
    connection.close()
    return {name: median(seconds) for name, seconds in times.items()}


def measure(postgresql: bool, counts: list[int], rounds: int) -> str:
    by_count = []
    for count in counts:
        with bench_environment(postgresql) as environment:
            by_count.append(measured(environment, count, rounds))
    head = ("page, ms", *(f"{count:,}" for count in counts))
    rows = [(name, *(milliseconds(times[name]) for times in by_count)) for name in by_count[0]]
    return table(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.queue_pages", description=__doc__)
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    parser.add_argument("--comments", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(measure(arguments.postgresql, arguments.comments, arguments.rounds))


if __name__ == "__main__":
    main()
