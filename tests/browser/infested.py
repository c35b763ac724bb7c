"""A newsroom in which every text that a stranger or a colleague can write holds payloads: handed in through the rooms where these have
rules that matter, then written past all rules into every column that takes words.
"""

import json
import os
from collections.abc import Mapping
from urllib.parse import quote

from moderation.accounts import invitations
from moderation.domain.comment import AuthorRef, Context, PageRef, Status
from moderation.domain.decision import Outcome
from moderation.domain.delivery import Response
from moderation.domain.durations import WEEK_MS
from moderation.domain.filter import FilterAction, FilterDraft, FilterKind
from moderation.domain.imported import ImportedComment
from moderation.domain.reader_rules import ReaderRules
from moderation.domain.report import Reporter, ReportReason
from moderation.domain.second_opinion import Label, ModelAnswer, ModelOpinion
from moderation.domain.site_reasons import SiteReason
from moderation.intake.appeal import appeal_notice
from moderation.intake.change import edit
from moderation.intake.legal_notice import send_notice
from moderation.intake.report import report
from moderation.judging.second_opinion import ask_one
from moderation.notify import endpoints
from moderation.policies import load_policy
from moderation.review import (
    bulk,
    claims,
    corrections,
    decisions,
    filters,
    notes,
    picks,
    proposals,
    second_opinion,
    shadow_policy,
    views,
)
from moderation.review.explanation import Explanation
from moderation.review.reader_rules import set_rules
from moderation.review.search import Criteria
from moderation.review.site_policy import set_policy
from moderation.review.site_reasons import set_reasons
from moderation.store import filters as stored_filters
from moderation.store import memberships, moderators, sites
from moderation.store.second_opinion_usage import Budget
from moderation.upkeep.importing import import_comments
from moderation.upkeep.samples import draw_samples
from tests.browser.gatehouse_process import BrowserGatehouse
from tests.browser.overwritten import overwrite
from tests.browser.pages_with_id import newspaper_of, people_and_things
from tests.browser.payloads import MARK, Payloads
from tests.browser.test_endpoints import add, deliver_due
from tests.factories import key_of
from tests.review.test_second_looks import looked_at
from tests.service.console.console_browser import moderator, now


def infest(gatehouse: BrowserGatehouse) -> dict[str, str]:
    """Fills the newsroom; the ids of one of each, by what it is, and the session's person may see and do all."""
    payloads = Payloads()
    store, site, ada = gatehouse.store, gatehouse.site, gatehouse.moderator_id
    with store.write() as connection:
        memberships.grant(connection, ada, site.id, "admin")
        moderators.set_owner(connection, ada, True)
    set_rules(store, site.id, ReaderRules(markdown=True, website=True, forewarn=True))
    newspaper_of(gatehouse, payloads.line(80))
    ids = people_and_things(gatehouse, payloads.some(400))
    ids |= _on_pages(gatehouse, payloads) | _decided(gatehouse, payloads, ids)
    ids |= _settings(gatehouse, payloads)
    _import(gatehouse, payloads)
    for _ in range(2):  # of these the sample is drawn
        gatehouse.hand_in(payloads.some(600), payloads.line(99), age=WEEK_MS // 60_000)
    gatehouse.judge()
    looked_at(store, site, now() - 3_600_000)
    list(draw_samples(store, now()))
    overwrite(store, payloads)
    return ids


def _on_pages(gatehouse: BrowserGatehouse, payloads: Payloads) -> dict[str, str]:
    """Comments on the demo's article, approved and held, with answers to them, reports and notices."""
    store, site_ids = gatehouse.store, {gatehouse.site.id}
    clock = {"now": now(), "entropy": os.urandom}
    by = AuthorRef(
        payloads.line(245), "eve@x.test", "https://x.test/" + payloads.line(150), "id:eve"
    )
    context = Context("198.51.100.7", payloads.line(200), "https://x.test/" + payloads.line(150))
    shown = [
        gatehouse.hand_in(payloads.some(1_500), author=by, context=context, page=_page(gatehouse, payloads, path))
        for path in ("", "", "", f"?{payloads.line(300)}", f"?{payloads.line(300)}")
    ]  # fmt: skip
    for id in shown:
        decisions.decide(store, gatehouse.moderator_id, site_ids, id, Outcome.APPROVE, **clock)
    picks.pick(store, site_ids, shown[0], now=now())
    reply = gatehouse.hand_in(payloads.some(600), author=by, parent_id=shown[0])
    edited = gatehouse.hand_in(f"You idiot. {payloads.some(600)}", author=by, context=context)
    gatehouse.judge()
    for id in (reply, edited):
        decisions.decide(store, gatehouse.moderator_id, site_ids, id, Outcome.APPROVE, **clock)
    edit(store, edited, f"You moron. {payloads.some(600)}", **clock)
    gatehouse.judge()
    for n in range(3):
        reader = Reporter(f"{n}" * 64, "")
        report(store, shown[1], ReportReason.OTHER, payloads.some(400), reader, **clock)
    notices = [
        send_notice(store, id, payloads.some(900), payloads.line(100), "n@x.test", **clock)
        for id in shown[2:4]
    ]
    decisions.decide(store, gatehouse.moderator_id, site_ids, shown[2], Outcome.APPROVE, **clock)
    appeal_notice(store, notices[0].id, payloads.some(900), **clock)
    return {
        "shown": shown[0],
        "edited": edited,
        "notice": notices[0].id,
        "notice_token": store.crypto.notice_token(notices[0].id),
    }


def _page(gatehouse: BrowserGatehouse, payloads: Payloads, path: str) -> PageRef:
    return PageRef(gatehouse.demo + path, payloads.line(400), by_server=bool(path))


def _decided(
    gatehouse: BrowserGatehouse, payloads: Payloads, ids: Mapping[str, str]
) -> dict[str, str]:
    """What moderators say with decisions, instead of them and beside them."""
    store, site, ada = gatehouse.store, gatehouse.site, gatehouse.moderator_id
    clock = {"now": now(), "entropy": os.urandom}
    mine = (store, ada, {site.id})
    held = [gatehouse.hand_in(f"Idiots. {payloads.some(600)}") for _ in range(4)]
    gatehouse.judge()
    trainee = moderator(store, "tim@lantern.test", site, password="")
    with store.write() as connection:
        memberships.grant(connection, trainee, site.id, "trainee", ["/demo"])
    claims.claim(store, trainee, {site.id}, held[2])
    words = Explanation(sentence=payloads.some(400), note=payloads.some(900))
    proposals.propose(store, trainee, {site.id}, held[0], Outcome.REJECT, words, **clock)
    decisions.decide(*mine, held[1], Outcome.REJECT, words, **clock)
    corrections.correct(*mine, held[2], "toxicity", now=now())
    second_opinion.switch(store, site.id, True, ada, now=now())
    asked = gatehouse.hand_in(f"A stupid idiot. {payloads.some(600)}")
    gatehouse.judge()
    opinion = ModelAnswer(ModelOpinion(Label.REMOVE, 0.97, payloads.line(150)))
    while ask_one(
        store, lambda prompt, text: opinion, payloads.line(60), Budget(50, 10_000),
        load_policy("newsroom"), lease_ms=60_000, now=now, entropy=os.urandom
).busy:  # fmt: skip
        continue
    notes.add_to_author(store, ada, site.id, ids["author"], payloads.some(900), **clock)
    act = bulk.start(store, ada, site.id, [(held[3], 1)], Outcome.REJECT, words_of(words), **clock)
    return {"rejected": held[1], "opinion": asked, "act": act.act.id}


def words_of(words: Explanation) -> Explanation:
    """As a bulk decision takes them."""
    return Explanation(sentence=words.sentence)


def _settings(gatehouse: BrowserGatehouse, payloads: Payloads) -> dict[str, str]:
    """A policy, reasons, filters, views, endpoints, keys, people and who is invited."""
    store, site, ada = gatehouse.store, gatehouse.site, gatehouse.moderator_id
    clock = {"now": now(), "entropy": os.urandom}
    text, name = (json.dumps(payloads.line(120), ensure_ascii=False) for _ in range(2))
    toml = f"""# {payloads.line(400)}
based_on = "newsroom"
name = {name}
[[rules]]
code = "own"
signal = "links"
at_least = 1
outcome = "hold"
message = {text}
"""
    set_policy(store, site.id, toml, ada, **clock)
    set_policy(store, site.id, toml, ada, scope="section:/demo", **clock)
    shadow_policy.start(store, site.id, f"{toml}# {payloads.line(99)}", ada, now=now())
    label = {"any": payloads.line(60)}
    set_reasons(store, site.id, [SiteReason("rude", label, {"en": payloads.line(400)})])
    words = (f"crook # {payloads.line(60)}", "liar*")
    draft = FilterDraft(payloads.line(80), FilterKind.WORDS, FilterAction.HOLD, words, words)
    filters.add_filter(store, site.id, draft, ada, **clock)
    for criteria in (Criteria(status=Status.HELD), Criteria(query=payloads.line(150))):
        for is_shared in (False, True):
            view = (payloads.line(60), criteria)
            views.add_view(store, site.id, ada, *view, is_shared=is_shared, **clock)
    hook = add(
        gatehouse, "https://hooks.example.com/?" + quote(payloads.line(200), safe="<>\"'=/():;&")
    )
    shown = f"ntfy, {payloads.line(150)}"
    url = "ntfys://ntfy.example.com/desk"
    endpoints.add_channel(store, site.id, url, shown, types=["comment.held"], **clock)
    gatehouse.hand_in("You idiots, all of you.")
    gatehouse.judge()
    deliver_due(gatehouse, lambda url: _no_answer(payloads.line(150)))
    key_of(store, site)
    _, link = invitations.invite(
        store, site.id, "cy@lantern.test", "editor", ada, ["/demo"], **clock
    )
    with store.read() as connection:
        [key, *_] = sites.keys_of(connection, site.id)
        [own, *_] = stored_filters.of_sites(connection, [site.id])
        bo = moderators.by_email(connection, "bo@lantern.test")
    assert bo
    return {"endpoint": hook, "key": key.id, "filter": own.id, "person": bo.id, "link": link}


def _no_answer(error: str) -> Response:
    return Response(None, duration=30, error=error)


def _import(gatehouse: BrowserGatehouse, payloads: Payloads) -> None:
    """A file of another system's, in which nothing was ever checked."""
    entries = [
        ImportedComment(
            f"line {n}", payloads.some(200), gatehouse.demo, payloads.some(900), now() - 9_000_000,
            Status.APPROVED if n % 2 else Status.SPAM,
            author=payloads.some(240),
            url=f"javascript:{MARK}" if n % 2 else f"https://x.test/{payloads.some(100)}",
            page_title=payloads.some(300)
)
        for n in range(6)
    ]  # fmt: skip
    import_comments(
        gatehouse.store, gatehouse.site, payloads.line(40), entries,
        personal_days=30, now=now(), remark=lambda remark: None
)  # fmt: skip
