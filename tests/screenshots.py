"""Pictures of every page of the console, to be looked at: on a desktop, on a phone, dark, in German, and
mirrored from right to left.

    python -m tests.screenshots FOLDER [--only queue search]

A Gatehouse of its own with made-up comments, judged by the bundled model; Chromium as for the browser tests.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from harness.servers import SECRET, Broker
from moderation.clock import now_ms
from moderation.domain.comment import AuthorRef, Context, PageRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.filter import FilterAction, FilterDraft, FilterKind
from moderation.domain.report import Reporter, ReportReason
from moderation.intake.report import report
from moderation.notify import endpoints
from moderation.review import decisions, filters, notes, queues, views
from moderation.review.search import Criteria, search
from moderation.store import memberships, moderators, sites
from moderation.store.sql.engine import Store
from moderation.store.sql.migrate import migrate
from moderation.upkeep.search_index import index_due
from tests.browser.conftest import ARGUMENTS, NAMES
from tests.browser.gatehouse_process import BrowserGatehouse, open_gatehouse
from tests.factories import newspaper

LOOKS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "wide": {"viewport": {"width": 1680, "height": 1000}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "german": {"viewport": {"width": 1280, "height": 800}, "locale": "de-DE"},
    "phone-german": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "de-DE"},
    "mirrored": {"viewport": {"width": 1280, "height": 800}, "extra_http_headers": {"Accept-Language": "ar-XB"}},
    "phone-mirrored": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "extra_http_headers": {"Accept-Language": "ar-XB"}},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "color_scheme": "dark"},
}  # fmt: skip
OPENED = {
    "conditions": ".refine summary",
    "views": ".views summary",
    "sites": ".sites summary",
    "all-sites": ".sites summary",
}  # what is unfolded
SAID = [
    ("You are a complete idiot, and so is whoever wrote this.", "Bertil Storm"),
    ("What a pathetic little town. Burn the harbour office down.", "Λένα"),
    ("Nobody asked for your stupid opinion, you moron.", "Ingrid Sol"),
    ("I'll find you and you will regret that you ever wrote this, you piece of dirt.", "K. R."),
    ("أنتم حمقى idiots جميعا، هذا القرار سيئ للغاية", "عبد الرحمن بن محمد"),
    ("These immigrants are animals and should be thrown into the sea.", "Truth Teller"),
    ("Shut up, you disgusting pig. Your mother should be ashamed of you.", "Anonymous"),
    ("Total rubbish again. The editor is a liar and a thief, lock her up.", "Maximilian von Hohenfels-Sonnenberg der Jüngere"),
    ("Cheap watches and pills, best price, visit https://shop-deals.example/buy now! https://shop-deals.example/offer", "SEO Expert Services"),
    ("You stupid fool, the ferry was never late on a Tuesday.", "Old Per"),
    ("Damn, that was a bloody awful goal. The keeper is a joke.", "Football Fan"),
    ("ההחלטה הזו מטופשת ואתם טיפשים, stupid idiots all of you", "רחל לוי"),
]  # fmt: skip
KIND = [
    ("Thank you, that was worth reading.", "Marit Holm"),
    ("I grew up on Gull Island.\n\nWe heard the horn from our beds.", "Old Per"),
    ("The timetable is at the harbour office, and at the library.", "Ann Reed"),
    ("Glad to see her back, and four crowns is fair.", "Marit Holm"),
]
TITLES = [
    "The night ferry comes back",
    "Council votes on the harbour wall after eleven hours of debate and three adjournments",
    "اجتماع المجلس البلدي حول الميناء",
]


def furnish(gatehouse: BrowserGatehouse) -> dict[str, str]:
    """What a week leaves behind; the ids that pages are opened with."""
    store, site, ada = gatehouse.store, gatehouse.site, gatehouse.moderator_id
    pages = [PageRef(f"{gatehouse.url}/news/{n}", title) for n, title in enumerate(TITLES)]
    clock: dict[str, Any] = {"now": time.time_ns() // 1_000_000, "entropy": os.urandom}
    kind = [
        gatehouse.hand_in(text, name, 3_000 - 90 * n, page=pages[0], author=AuthorRef(name, identity=f"id:{name}"))
        for n, (text, name) in enumerate(KIND)
    ]  # fmt: skip
    gatehouse.judge()
    said = [
        gatehouse.hand_in(
            text,
            name,
            2_400 - 170 * n,
            page=pages[0 if n % 4 == 0 else n % 3],
            author=AuthorRef(name, identity=f"id:{name}"),
            context=Context("198.51.100.7", "Mozilla/5.0"),
            parent_id=kind[0] if n % 4 == 0 else "",
        )
        for n, (text, name) in enumerate(SAID)
    ]
    gatehouse.judge()
    index_due(store)
    bo = moderators_bo(store, site)
    for n, (comment_id, outcome) in enumerate(
        [(said[9], Outcome.REJECT), (said[10], Outcome.APPROVE), (kind[3], Outcome.APPROVE)]
    ):
        decide = (store, bo if n else ada, {site.id}, comment_id, outcome)
        decisions.decide(*decide, **clock)
    for n in range(3):
        reader = Reporter(f"{n}" * 64, "")
        report(store, kind[2], ReportReason.OFF_TOPIC, "Not about the ferry.", reader, **clock)
    notes.add_to_comment(
        store,
        bo,
        {site.id},
        said[0],
        "He writes the same each spring. @ada, do you know him?",
        **clock,
    )
    words = FilterDraft("Rude words", FilterKind.WORDS, FilterAction.HOLD, ("crook", "liar*"))
    filters.add_filter(store, site.id, words, ada, **clock)
    endpoint, _ = endpoints.add_webhook(
        store, site.id, "https://news.example/gatehouse", allow="", **clock
    )
    return {"comment": said[0], "endpoint": endpoint.id, "page": pages[0].url}


def moderators_bo(store: Store, site: Any) -> str:
    with store.write() as connection:
        now = time.time_ns() // 1_000_000
        bo = moderators.add(connection, "bo@lantern.test", "", now, os.urandom)
        memberships.grant(connection, bo, site.id, "moderator")
    return bo


def forty_sites(gatehouse: BrowserGatehouse) -> None:
    """A group of papers, with long names and names in Arabic."""
    names = [f"The {word} Gazette" for word in ["North", "South", "East", "West", "Upper", "Lower"]]
    names += ["أخبار الميناء", "The Herald of Saltmarsh and the Outer Islands, Weekend Edition"]
    for n in range(39):
        name = f"{names[n % len(names)]} {n // len(names) or ''}".strip()
        site = newspaper(gatehouse.store, name, f"https://paper{n}.test")
        with gatehouse.store.write() as connection:
            memberships.grant(connection, gatehouse.moderator_id, site.id, "admin")
        if n > 32:
            text, name = SAID[n % len(SAID)]
            page = PageRef(f"https://paper{n}.test/news", TITLES[n % len(TITLES)])
            gatehouse.hand_in(text, name, 60 * n, site_id=site.id, page=page)
    gatehouse.judge()


def ticked_of_several(gatehouse: BrowserGatehouse) -> str:
    """A query with held comments of several sites, as they are ticked."""
    with gatehouse.store.read() as connection:
        site_ids = [site.id for site in sites.all_sites(connection)]
    criteria = Criteria(status=Status.HELD, order="urgency")
    cards = search(gatehouse.store, site_ids, criteria, limit=9, now=now_ms()).cards
    return "&".join(f"comment={card.id}.{card.sequence}" for card in cards)


def paths(ids: dict[str, str], site_id: str) -> dict[str, str]:
    """What is photographed."""
    site = f"site={site_id}"
    queue = f"/console/?{site}&queue"
    return {
        "queue": f"{queue}=held",
        "conditions": f"{queue}=held",
        "views": f"{queue}=held",
        "sites": f"{queue}=held",
        "opened": f"{queue}=held&open={ids['comment']}",
        "reported": f"{queue}=reported",
        "approved": f"{queue}=approved",
        "spam": f"{queue}=spam",
        "search": f"/console/?{site}&query=stupid",
        "filtered": f"/console/?{site}&status=held&author=Old+Per&language=en&order=toxicity",
        "nothing": f"/console/?{site}&query=nowhere",
        "all": "/console/?site=all",
        "all-sites": "/console/?site=all",
        "all-search": "/console/?site=all&status=held&language=en&order=urgency",
        "apart": f"/console/bulk/new?site=all&outcome=reject&{ids['ticked']}",
        "comment": f"/console/comments/{ids['comment']}",
        "campaigns": f"/console/campaigns?{site}",
        "filters": f"/console/filters?{site}",
        "filter-new": f"/console/filters/new?{site}",
        "learning": f"/console/learning?{site}",
        "pages": f"/console/pages?{site}",
        "bulk": f"/console/bulk?{site}",
        "appeals": f"/console/appeals?{site}",
        "embed": f"/console/embed?{site}",
        "endpoints": f"/console/endpoints?{site}",
        "endpoint-new": f"/console/endpoints/new?{site}",
        "endpoint": f"/console/endpoints/{ids['endpoint']}",
        "people": f"/console/people?{site}",
        "agreement": f"/console/agreement?{site}",
        "audit": f"/console/audit?{site}",
        "sites-list": "/console/sites",
        "site-new": "/console/sites/new",
        "site": f"/console/site?{site}",
        "site-apis": f"/console/site/apis?{site}",
        "policy": f"/console/policy?{site}",
        "policy-record": f"/console/policy/record?{site}",
        "policy-shadow": f"/console/policy/shadow?{site}",
        "second-opinion": f"/console/policy/second-opinion?{site}",
        "proposals": f"/console/proposals?{site}",
        "sample": f"/console/sample?{site}",
        "notices": f"/console/notices?{site}",
        "keys": f"/console/keys?{site}",
        "statistics": f"/console/statistics?{site}",
        "reasons": f"/console/reasons?{site}",
        "account": "/console/account",
        "second-factor": "/console/account/second-factor",
        "start": "/",
        "login": "/console/login",
        "error": f"{queue}=lost",
    }


@contextmanager
def _gatehouse() -> Iterator[BrowserGatehouse]:
    broker = Broker()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+pysqlite:///{folder}/gatehouse.db"
        store = Store(url, SECRET)
        migrate(store)
        store.close()
        gatehouse = open_gatehouse(url, broker.url, f"{folder}/data")
        try:
            yield gatehouse
        finally:
            gatehouse.close()
            broker.remove()


def photograph(folder: Path, only: list[str], looks: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with _gatehouse() as gatehouse, sync_playwright() as started:
        ids = furnish(gatehouse)
        with gatehouse.store.write() as connection:
            memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "admin")
            moderators.set_owner(connection, gatehouse.moderator_id, True)
        forty_sites(gatehouse)
        ids["ticked"] = ticked_of_several(gatehouse)
        clock: dict[str, Any] = {"now": time.time_ns() // 1_000_000, "entropy": os.urandom}
        threats = Criteria(status=Status.HELD, reason="threat", order="urgency")
        saved = (gatehouse.store, gatehouse.site.id, gatehouse.moderator_id)
        views.add_view(*saved, "Threats, the most urgent first", threats, is_shared=True, **clock)
        views.add_view(*saved, "Spam", Criteria(status=Status.SPAM), **clock)
        browser = started.chromium.launch(executable_path=path, args=ARGUMENTS)
        for look in looks:
            context = browser.new_context(**LOOKS[look])
            page = context.new_page()
            page.goto(gatehouse.login_url())
            page.locator("button.primary").click()
            page.wait_for_url("**/console/")
            for name, where in paths(ids, gatehouse.site.id).items():
                if only and name not in only:
                    continue
                page.goto(gatehouse.url + where)
                page.evaluate("document.fonts.ready")
                if summary := OPENED.get(name):
                    page.locator(summary).click()
                page.screenshot(path=folder / f"{name}-{look}.png")
            context.close()
        browser.close()
        print(f"{len(queues.QUEUE_ORDER)} queues and more: {folder}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", default=[], help="pages, by name")
    parser.add_argument("--looks", nargs="+", default=list(LOOKS), choices=list(LOOKS))
    arguments = parser.parse_args()
    photograph(arguments.folder, arguments.only, arguments.looks)


if __name__ == "__main__":
    main()
