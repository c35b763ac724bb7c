"""What the pictures of the console show (screenshots.py): a week of comments, forty sites, and the address of every page."""

import os
import time
from dataclasses import replace
from typing import Any

from moderation.accounts import invitations
from moderation.clock import now_ms
from moderation.domain.comment import AuthorRef, Context, PageRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.filter import FilterAction, FilterDraft, FilterKind
from moderation.domain.report import Reporter, ReportReason
from moderation.intake.report import report
from moderation.notify import endpoints
from moderation.review import decisions, filters, notes, views
from moderation.review.search import Criteria, search
from moderation.store import filters as stored_filters
from moderation.store import memberships, moderators, sites
from moderation.store.sql.engine import Store
from moderation.upkeep.search_index import index_due
from tests.browser.gatehouse_process import BrowserGatehouse
from tests.browser.look import STACKED
from tests.browser.pages_with_id import people_and_things
from tests.factories import key_of, newspaper

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
HOSTILE = (
    "<b>x</b> \u202eevil\u202c " + "W" * 90 + STACKED[:12]
)  # markup, an override, one long word
TITLES = [
    "The night ferry comes back",
    "Council votes on the harbour wall after eleven hours of debate and three adjournments",
    "اجتماع المجلس البلدي حول الميناء",
]


def furnished(gatehouse: BrowserGatehouse) -> dict[str, str]:
    """Fills the service; the ids that pages are opened with."""
    things = things_of_a_kind(gatehouse)
    ids = things | furnish(gatehouse)
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, gatehouse.site.id, "admin")
        moderators.set_owner(connection, gatehouse.moderator_id, True)
    forty_sites(gatehouse)
    saved_views(gatehouse)
    with gatehouse.store.read() as connection:
        nothing = next(site.id for site in sites.all_sites(connection) if "North" in site.name)
    return ids | {"ticked": ticked_of_several(gatehouse), "quiet": nothing}


def furnish(gatehouse: BrowserGatehouse) -> dict[str, str]:
    """What a week leaves behind."""
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
    decisions.decide(store, bo, {site.id}, said[8], Outcome.SPAM, **clock)
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
    key_of(store, site)
    _, link = invitations.invite(store, site.id, "cy@lantern.test", "editor", ada, **clock)
    with store.read() as connection:
        [key, *_] = sites.keys_of(connection, site.id)
        [rude, *_] = stored_filters.of_sites(connection, [site.id])
    return {
        "comment": said[0],
        "endpoint": endpoint.id,
        "page": pages[0].url,
        "person": bo,
        "key": key.id,
        "link": link,
        "filter": rude.id,
    }


def moderators_bo(store: Store, site: Any) -> str:
    with store.write() as connection:
        found = moderators.by_email(connection, "bo@lantern.test")
        assert found, "things_of_a_kind() has made the account"
        memberships.grant(connection, found.id, site.id, "moderator")
    return found.id


def things_of_a_kind(gatehouse: BrowserGatehouse) -> dict[str, str]:
    """On a site of their own: a campaign, an appeal, a bulk decision, an author with a history."""
    weekend = newspaper(gatehouse.store, "The Lantern, Weekend Edition", "https://weekend.test")
    with gatehouse.store.write() as connection:
        memberships.grant(connection, gatehouse.moderator_id, weekend.id, "admin")
    things = people_and_things(replace(gatehouse, site=weekend), HOSTILE)
    return {
        "weekend": weekend.id,
        "appeal": things["appeal"],
        "bulk": things["bulk"],
        "campaign": things["campaign"],
        "noted": things["comment"],
    }


def saved_views(gatehouse: BrowserGatehouse) -> None:
    clock: dict[str, Any] = {"now": now_ms(), "entropy": os.urandom}
    threats = Criteria(status=Status.HELD, reason="threat", order="urgency")
    saved = (gatehouse.store, gatehouse.site.id, gatehouse.moderator_id)
    views.add_view(*saved, "Threats, the most urgent first", threats, is_shared=True, **clock)
    views.add_view(*saved, "Spam", Criteria(status=Status.SPAM), **clock)


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
    weekend = f"site={ids['weekend']}"
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
        "empty": f"/console/?site={ids['quiet']}",
        "nothing": f"/console/?{site}&query=nowhere",
        "all": "/console/?site=all",
        "all-sites": "/console/?site=all",
        "all-search": "/console/?site=all&status=held&language=en&order=urgency",
        "apart": f"/console/bulk/new?site=all&outcome=reject&{ids['ticked']}",
        "keys-help": f"{queue}=held",
        "with-a-reason": f"{queue}=held&open={ids['comment']}",
        "comment": f"/console/comments/{ids['comment']}",
        "comment-noted": f"/console/comments/{ids['noted']}",
        "reputation": f"/console/reputation/domain/shop-deals.example?{site}",
        "campaign-in-queue": f"/console/?{weekend}&queue=held",
        "campaigns": f"/console/campaigns?{weekend}",
        "campaign": f"/console/campaigns/{ids['campaign']}?{weekend}",
        "filters": f"/console/filters?{site}",
        "filter": f"/console/filters/{ids['filter']}?{site}",
        "filter-new": f"/console/filters/new?{site}",
        "learning": f"/console/learning?{site}",
        "pages": f"/console/pages?{site}",
        "bulk-new": f"/console/bulk/new?{site}&outcome=reject&all=1&status=held",
        "bulk": f"/console/bulk?{weekend}",
        "bulk-act": f"/console/bulk/{ids['bulk']}?{weekend}",
        "appeals": f"/console/appeals?{weekend}",
        "appeal": f"/console/appeals/{ids['appeal']}",
        "embed": f"/console/embed?{site}",
        "endpoints": f"/console/endpoints?{site}",
        "endpoint-new": f"/console/endpoints/new?{site}",
        "endpoint": f"/console/endpoints/{ids['endpoint']}",
        "endpoint-remove": f"/console/endpoints/{ids['endpoint']}/remove",
        "people": f"/console/people?{site}",
        "person": f"/console/people/{ids['person']}?{site}",
        "person-remove": f"/console/people/{ids['person']}/remove?{site}",
        "invitation": f"/console/invitation?link={ids['link']}",
        "personal-data": f"/console/personal-data?{site}",
        "retention": f"/console/retention?{site}",
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
        "key-revoke": f"/console/keys/{ids['key']}/revoke?{site}",
        "statistics": f"/console/statistics?{site}",
        "reasons": f"/console/reasons?{site}",
        "account": "/console/account",
        "second-factor": "/console/account/second-factor",
        "start": "/",
        "login": "/console/login",
        "login-code": "/console/login/code",
        "error": f"{queue}=lost",
    }
