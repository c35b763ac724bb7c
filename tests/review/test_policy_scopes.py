"""Policies for parts of a site: set, judged by, tried, taken back; and closed hours when a comment came in."""

import os
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from moderation.domain.audit import AuditQuery
from moderation.domain.comment import PageRef, PageState, Status
from moderation.domain.decision import Outcome
from moderation.domain.errors import Conflict, Invalid, PageClosed
from moderation.domain.page_url import PageRules
from moderation.domain.policy_scopes import SCOPES_LIMIT
from moderation.domain.site import SiteSettings
from moderation.intake import change
from moderation.intake.submit import submit
from moderation.policies import read_policy
from moderation.reading import threads
from moderation.reading.thread_versions import NamedPage, answer_versions
from moderation.review import shadow_policy
from moderation.review.policy_advice import policy_advice
from moderation.review.policy_backtest import backtest
from moderation.review.policy_bounds import measured_bounds
from moderation.review.score_histograms import score_histograms
from moderation.review.site_policy import (
    BoundsMissed,
    earlier_version,
    list_versions,
    policy_of_site,
    scope_of,
    scoped_policies,
    set_policy,
    site_policy,
)
from moderation.store import audit, pages, policy_scopes, site_settings
from moderation.store.sql.schema import sites as site_rows
from tests.factories import NOON, card, hand_in, newspaper, reply
from tests.review.test_policy_backtest import IN_FORCE, LATER, SOURCE, counts, decide, judged

STRICT = SOURCE.format(name="strict", toxic=0.3, outcome="hold")
LAX = SOURCE.format(name="lax", toxic=0.95, outcome="hold")
SPORT, MATCH = PageRef("https://herald.test/sport/1"), PageRef("https://herald.test/sport/match/2")
TEXT = "toxicity=0.5 language=1:en"


def status_of(store, site, comment_id):
    return card(store, site, comment_id).status


def decided_by(store, site, comment_id):
    actor = card(store, site, comment_id).decision.actor
    return actor.scope, actor.id, actor.version


def judge_all(store, site, texts_by_page, **options):
    """A comment on each page, judged in one batch by the worker's own path."""
    replies = [reply(site, text, page=page) for text, page in texts_by_page]
    ids = hand_in(store, *replies)
    judged(store, site, **options)
    return ids


def test_the_most_specific_policy_decides_and_the_decision_names_it(store):
    site = newspaper(store)
    set_policy(store, site.id, STRICT, "mod_1", scope="section:/sport/", now=NOON)
    set_policy(store, site.id, LAX, "mod_1", scope="section:/sport/match", now=NOON)
    set_policy(store, site.id, STRICT, "mod_1", scope=f"page:{MATCH.url}?utm_source=x", now=NOON)
    set_policy(store, site.id, STRICT.replace("strict", "de"), "m", scope="language:de", now=NOON)
    german = "toxicity=0.5 language=1:de"
    news, sport, match, other_match, foreign, unknown = judge_all(
        store,
        site,
        [
            (TEXT, PageRef("https://herald.test/news/1")),
            (TEXT, SPORT),
            (german, MATCH),
            (german, PageRef("https://herald.test/sport/match/3")),
            (german, PageRef("https://herald.test/sports")),
            ("toxicity=0.5", PageRef("https://herald.test/sports")),
        ],
    )
    assert decided_by(store, site, news) == ("", "test", IN_FORCE.version)
    assert decided_by(store, site, sport) == (
        "section:/sport",
        "strict",
        read_policy(STRICT).version,
    )
    assert decided_by(store, site, match)[0] == f"page:{MATCH.url}?utm_source=x"
    assert decided_by(store, site, other_match)[:2] == ("section:/sport/match", "lax")
    assert decided_by(store, site, foreign)[:2] == ("language:de", "de")
    assert decided_by(store, site, unknown)[0] == ""
    held = {id for id in (news, sport, match, other_match, foreign, unknown)
            if status_of(store, site, id) is Status.HELD}  # fmt: skip
    assert held == {sport, match, foreign}
    assert [each.scope for each in scoped_policies(store, site.id)] == [
        f"page:{MATCH.url}?utm_source=x",
        "section:/sport/match",
        "section:/sport",
        "language:de",
    ]


def test_a_scopes_policy_is_versioned_audited_and_taken_back(store):
    site = newspaper(store)
    first = set_policy(store, site.id, STRICT, "mod_1", 0, scope="section:/sport", now=NOON)
    own = set_policy(store, site.id, LAX, "mod_1", 1, now=NOON + 1)
    assert (first.number, own.number) == (1, 2)
    assert set_policy(store, site.id, STRICT, "m", 2, scope="section:/sport/", now=NOON) == first
    with pytest.raises(Conflict):
        set_policy(store, site.id, LAX, "mod_2", 1, scope="section:/sport", now=NOON)
    gone = set_policy(store, site.id, "", "mod_2", scope="section:/sport", now=NOON + 2)
    assert (gone.version, scoped_policies(store, site.id)) == ("site", [])
    [sport] = judge_all(store, site, [(TEXT, SPORT)])
    assert decided_by(store, site, sport)[:2] == ("", "lax")
    back = earlier_version(store, site.id, 1)
    set_policy(store, site.id, back.toml, "mod_2", scope=back.scope, now=NOON + 3)
    assert site_policy(store, site.id, "section:/sport").toml == STRICT
    assert [v.number for v in list_versions(store, site.id, scope="section:/sport")] == [4, 3, 1]
    assert [v.number for v in list_versions(store, site.id)] == [2]
    assert policy_of_site(store, site.id, IN_FORCE, "section:/sport").name == "strict"
    assert policy_of_site(store, site.id, IN_FORCE, "section:/arts").name == "lax"
    with store.read() as connection:
        entries = audit.newest(connection, [site.id], AuditQuery(change="policy.set"))
    assert [(e.about, e.before["version"], e.after["version"]) for e in reversed(entries)] == [
        ("section:/sport", "site", first.version),
        ("", "default", own.version),
        ("section:/sport", first.version, "site"),
        ("section:/sport", "site", first.version),
    ]


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        ("section:sport", "the beginning of the path"),
        ("language:de-DE", "first part alone"),
        ("language:qq", "'qq'"),
        ("page:https://bob.test/1", "not on the site"),
    ],
)
def test_what_is_no_part_of_the_site_gets_no_policy(store, scope, message):
    site = newspaper(store)
    for ask in (
        lambda: set_policy(store, site.id, STRICT, "m", scope=scope, now=NOON),
        lambda: site_policy(store, site.id, scope),
        lambda: list_versions(store, site.id, scope=scope),
    ):
        with pytest.raises(Invalid, match=message) as error:
            ask()
        assert error.value.pointer == "/scope"
    assert scoped_policies(store, site.id) == []


def test_a_policy_is_removed_although_its_page_is_not_on_the_site_any_more(store):
    site = newspaper(store)
    set_policy(store, site.id, STRICT, "m", scope="page:https://herald.test/1", now=NOON)
    with store.write() as connection:
        rules = PageRules(("https://other.test",))
        site_settings.put(connection, site.id, SiteSettings(site.name, site.language, rules))
    set_policy(store, site.id, "", "m", scope="page:https://herald.test/1", now=NOON)
    assert scoped_policies(store, site.id) == []


def test_a_policy_from_before_versions_were_kept_is_replaced_by_who_saw_it(store):
    site = newspaper(store)
    with store.write() as connection:
        connection.execute(sa.update(site_rows).values(policy=STRICT))
    assert site_policy(store, site.id).number == 0
    assert set_policy(store, site.id, LAX, "mod_1", 0, now=NOON).number == 2


def test_a_site_has_no_more_than_so_many(store):
    site = newspaper(store)
    for n in range(SCOPES_LIMIT):
        set_policy(store, site.id, STRICT, "m", scope=f"section:/s{n}", now=NOON)
    with pytest.raises(Invalid, match="50 policies"):
        set_policy(store, site.id, STRICT, "m", scope="section:/more", now=NOON)
    set_policy(store, site.id, LAX, "m", scope="section:/s0", now=NOON)  # one of them changes
    set_policy(store, site.id, "", "m", scope="section:/s1", now=NOON)
    set_policy(store, site.id, STRICT, "m", scope="section:/more", now=NOON)


def test_a_pages_policy_follows_it_to_another_address_and_into_another_page(store):
    site = newspaper(store)
    one, two = PageRef("https://herald.test/1"), PageRef("https://herald.test/2")
    judge_all(store, site, [(TEXT, one), (TEXT, two)])
    set_policy(store, site.id, STRICT, "m", scope=f"page:{one.url}", now=NOON)
    with store.write() as connection:
        pages.lock(connection, [site.id])
        page = pages.find_url(connection, site.id, one.url)
        pages.move(connection, page, site.id, "https://herald.test/new")
        pages.join(connection, page.id, pages.find_url(connection, site.id, two.url).id)
        [scope] = policy_scopes.of_site(connection, site.id)
        assert scope.page_id == pages.find_url(connection, site.id, two.url).id
    [comment] = judge_all(store, site, [(TEXT, two)])
    assert decided_by(store, site, comment)[0] == "page:https://herald.test/1"
    # By whatever address it is named: it is the same page, and has one policy.
    set_policy(store, site.id, LAX, "m", scope="page:https://herald.test/new", now=NOON)
    [only] = scoped_policies(store, site.id)
    assert only.toml == LAX
    set_policy(store, site.id, "", "m", scope=f"page:{two.url}", now=NOON)
    assert scoped_policies(store, site.id) == []


def test_the_same_policies_change_nothing_and_a_trial_stays_in_its_scope(store):
    site, bob = newspaper(store), newspaper(store, "Bob", "https://bob.test")
    set_policy(store, site.id, STRICT, "m", scope="section:/sport", now=NOON)
    set_policy(store, site.id, LAX, "m", scope="language:de", now=NOON)
    places = [PageRef(f"https://herald.test{path}") for path in ("/a", "/sport/a")]
    texts = [f"toxicity=0.{n} language=1:{tag}" for n in range(10) for tag in ("en", "de")]
    judge_all(store, site, [(text, place) for text in texts for place in places])
    judge_all(store, bob, [(text, PageRef("https://bob.test/sport/a")) for text in texts])
    own = {site.id}

    def tried(policy, name="", site_ids=own, **options):
        scope = scope_of(store, site.id, name)
        return backtest(store, policy, IN_FORCE, site_ids, 0, scope=scope, now=LATER, **options)

    for policy, name in ((IN_FORCE, ""), (read_policy(STRICT), "section:/sport")):
        same = tried(policy, name)
        assert (same.changed, same.not_as_recorded) == (0, 0)
    assert tried(IN_FORCE, site_ids=()).examined == 60
    # The site's policy decides about English outside of sport alone: .3 to .7 of ten.
    assert counts(tried(read_policy(STRICT))) == {("approve", "hold"): 5}
    assert tried(read_policy(STRICT)).examined == 40
    milder = tried(read_policy(LAX), "section:/sport")
    assert (milder.examined, counts(milder)) == (20, {("hold", "approve"): 14})
    assert [each.version for each in milder.in_force] == [read_policy(STRICT).version]
    # A scope that is new takes from a section what is longer, and from a language nothing that a section has.
    assert tried(read_policy(LAX), "section:/sport/b").examined == 0
    assert counts(tried(read_policy(STRICT), "language:en")) == {("approve", "hold"): 5}
    # Without its policy the section is as the site, German as German.
    without = tried(None, "section:/sport")
    assert counts(without) == {("hold", "approve"): 5 + 7}
    assert (without.tried.name, without.examined) == ("test", 20)


def test_bounds_advice_and_scores_are_those_of_the_scope(store):
    site = newspaper(store)
    sport, news = [
        judge_all(store, site, [(f"toxicity=0.9{n} language=1:en", page) for n in range(4)])
        for page in (SPORT, PageRef("https://herald.test/news"))
    ]
    for id in sport:
        decide(store, site, id, Outcome.APPROVE)
    for id in news:
        decide(store, site, id, Outcome.REJECT)
    rejecting = SOURCE.format(name="r", toxic=0.5, outcome="reject")
    toml = f'{rejecting}\n[bounds]\nwrongly_rejected = "1 in 3"\n'
    policy = read_policy(toml)
    scope = scope_of(store, site.id, "section:/sport")
    [found] = measured_bounds(store, site.id, policy, scope, now=LATER)
    assert (found.wrong.hits, found.wrong.count) == (4, 4)
    [whole] = measured_bounds(store, site.id, policy, now=LATER)
    assert (whole.wrong.hits, whole.wrong.count) == (4, 8)
    with pytest.raises(BoundsMissed, match="measured 4 of 4"):
        set_policy(store, site.id, toml, "m", scope="section:/sport", now=LATER)
    set_policy(store, site.id, STRICT, "m", scope="section:/sport", now=LATER)
    [rest] = measured_bounds(store, site.id, policy, now=LATER)
    assert (rest.wrong.hits, rest.wrong.count) == (0, 4)
    [advice] = policy_advice(store, site.id, read_policy(STRICT), scope=scope, now=LATER)
    assert advice.decisions == 4
    bars = score_histograms(store, site.id, ["toxicity"], scope=scope, now=LATER)
    assert sum(bars["toxicity"]) == 4


def test_a_candidate_is_compared_where_the_sites_own_policy_decides(store):
    site = newspaper(store)
    set_policy(store, site.id, LAX, "m", scope="section:/sport", now=NOON)
    shadow_policy.start(store, site.id, STRICT, "m", now=NOON)
    judge_all(store, site, [(TEXT, SPORT), (TEXT, PageRef("https://herald.test/news"))])
    found = shadow_policy.compare(store, site.id)
    assert (found.examined, counts(found)) == (1, {("approve", "hold"): 1})


def night(then, toml=STRICT, window="22:00-07:00"):
    return (
        f'{toml}\n[closed_hours]\nzone = "Europe/Berlin"\nthen = "{then}"\nhours = ["{window}"]\n'
    )


def hour(hours, minutes=0):
    return int(datetime(2026, 12, 1, hours, minutes, tzinfo=UTC).timestamp() * 1000)


FINE = "toxicity=0.1 language=1:en"


def test_closed_hours_hold_by_the_time_a_comment_came_in(store):
    site = newspaper(store)
    set_policy(store, site.id, night("hold"), "m", now=NOON)
    day, late = hour(20, 59), hour(21)  # 21:59 and 22:00 in Berlin
    ids = hand_in(store, reply(site, FINE, at=day), reply(site, FINE, at=late))
    judged(store, site, now=late + 1_000)
    passed, held = (card(store, site, id) for id in ids)
    assert (passed.status, held.status) == (Status.APPROVED, Status.HELD)
    [reason] = held.decision.reasons
    assert reason.code == "closed_hours"
    assert reason.message.endswith("22:00-07:00 (Europe/Berlin).")
    # What is worse than closed hours is still told; and the next day changes nothing about what came in at night.
    [toxic] = hand_in(store, reply(site, "toxicity=0.9 language=1:en", at=late))
    [morning] = hand_in(store, reply(site, FINE, at=hour(5)))
    judged(store, site, now=hour(10))
    assert [r.code for r in card(store, site, toxic).decision.reasons] == ["toxic"]
    assert status_of(store, site, morning) is Status.HELD
    found = backtest(store, read_policy(night("hold")), IN_FORCE, {site.id}, 0, now=LATER)
    assert (found.changed, found.not_as_recorded) == (0, 0)
    earlier = read_policy(night("hold", window="21:00-05:30"))
    found = backtest(store, earlier, IN_FORCE, {site.id}, 0, now=LATER)
    assert counts(found) == {("approve", "hold"): 1, ("hold", "approve"): 1}
    refusing = read_policy(night("refuse"))
    assert backtest(store, refusing, IN_FORCE, {site.id}, 0, now=LATER).changed == 0
    opened = backtest(store, read_policy(STRICT), IN_FORCE, {site.id}, 0, now=LATER)
    assert counts(opened) == {("hold", "approve"): 2}
    assert opened.changes[0].rules == {"closed_hours": 2}


def test_closed_hours_refuse_with_the_time_when_it_opens(store):
    site = newspaper(store)
    set_policy(store, site.id, night("refuse"), "m", scope="section:/sport", now=NOON)
    late = hour(22)

    def answer(page, at):
        [said] = submit(
            store, [reply(site, FINE, at=at, page=page)], personal_days=1, entropy=os.urandom
        )
        return said

    refused = answer(SPORT, late)
    assert isinstance(refused, PageClosed)
    assert refused.message == (
        "Comments are closed at this hour. They open again at 2026-12-02 07:00 (Europe/Berlin)."
    )
    assert not isinstance(answer(PageRef("https://herald.test/news"), late), PageClosed)
    kept = answer(SPORT, hour(20, 58))
    assert not isinstance(kept, PageClosed)
    with pytest.raises(PageClosed, match="at this hour"):
        change.edit(store, kept.comment_id, "toxicity=0.2", now=hour(21), entropy=os.urandom)
    # It was taken in when that was open: its own time counts, not that of the judging.
    judged(store, site, now=late)
    assert status_of(store, site, kept.comment_id) is Status.APPROVED
    state = threads.state_of(store, None, site.id, late, SPORT.url)
    assert (state.state, state.opens_at) == (PageState.CLOSED, hour(30 - 24) + 86_400_000)
    with store.read() as connection:
        page = pages.find_url(connection, site.id, SPORT.url)
    assert threads.state_of(store, page, site.id, hour(12)).state is PageState.OPEN


def test_kept_answers_are_other_ones_as_soon_as_the_hour_comes(store):
    site = newspaper(store)
    name = NamedPage(site.id, SPORT.url)

    def version(at):
        return answer_versions(store, [name], at)[name]

    before = version(hour(20))
    set_policy(store, site.id, night("hold"), "m", scope="section:/sport", now=NOON)
    set_ = version(hour(20))
    assert len({before, set_, version(hour(21))}) == 3
    assert version(hour(21)) == version(hour(23)) and version(hour(20)) == version(hour(12))


def test_a_premoderated_page_says_so_at_night_too(store):
    site = newspaper(store)
    set_policy(store, site.id, night("hold"), "m", now=NOON)
    now = threads.state_of(store, None, site.id, hour(23))
    assert (now.state, now.until) == (PageState.PREMODERATED, "2026-12-02 07:00 (Europe/Berlin)")


def test_a_language_has_no_closed_hours(store):
    site = newspaper(store)
    with pytest.raises(Invalid, match=r"no \[closed_hours\]"):
        set_policy(store, site.id, night("hold"), "m", scope="language:de", now=NOON)


def test_where_a_machine_lacks_the_zone_comments_are_taken_in_and_held(store):
    """It was set on another one."""
    site = newspaper(store)
    set_policy(store, site.id, night("refuse"), "m", now=NOON)
    with store.write() as connection:
        for column in (site_rows.c.policy, site_rows.c.closed_hours_json):
            lost = sa.func.replace(column, "Europe/Berlin", "Europe/Atlantis")
            connection.execute(sa.update(site_rows).values({column.name: lost}))
    [comment] = hand_in(store, reply(site, FINE, at=hour(23)))
    assert threads.state_of(store, None, site.id, hour(23)).state is PageState.OPEN
    judged(store, site, now=hour(23) + 1_000)
    assert status_of(store, site, comment) is Status.HELD
