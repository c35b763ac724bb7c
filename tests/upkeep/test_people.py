"""Everything about one person is handed out; once it is erased, nothing of it is in any table or in SQLite's files."""

import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from moderation.compat.suggested_scores import Suggestion, store_suggestions
from moderation.domain.akismet_check import AkismetAnswer, AkismetCheck
from moderation.domain.appeal import Appeal
from moderation.domain.comment import AuthorRef, Context, PageRef
from moderation.domain.decision import Outcome
from moderation.domain.durations import DAY_MS
from moderation.domain.errors import Invalid, NotFound
from moderation.domain.legal_notice import LegalNotice
from moderation.domain.note import Note
from moderation.domain.person import PersonRef
from moderation.domain.proposal import Proposal
from moderation.domain.report import Reporter, ReportReason
from moderation.intake.change import edit
from moderation.intake.submit import submit
from moderation.judging.judge import judge
from moderation.notify import endpoints
from moderation.policies import load_policy
from moderation.review import corrections, decisions, queues
from moderation.review.explanation import Explanation
from moderation.scorers.build import build_scorers
from moderation.scorers.pipeline import ScorerPipeline
from moderation.store import (
    akismet_checks,
    appeals,
    legal_notices,
    notes,
    proposals,
    reports,
    retention,
)
from moderation.store.decisions import standings
from moderation.store.sql.schema import metadata
from moderation.upkeep import people, person_erasure
from moderation.upkeep.people import keys_of
from moderation.upkeep.person_document import note_export
from moderation.upkeep.retention import purge
from moderation.upkeep.search_index import index_due
from tests.factories import NOON, hand_in, newspaper, reply


def word(kind: str) -> str:
    """Random letters first: an index leaves out the beginning that a word shares with the one before."""
    return f"{''.join(secrets.choice('bdfgkmprtz') for _ in range(9))}canary{kind}"


@dataclass
class Canaries:
    """Words of one person that stand nowhere else."""

    text: str = field(default_factory=lambda: word("text"))
    name: str = field(default_factory=lambda: word("name"))
    agent: str = field(default_factory=lambda: word("agent"))
    referrer: str = field(default_factory=lambda: word("referrer"))
    key: str = field(default_factory=lambda: word("key"))
    old: str = field(default_factory=lambda: word("old"))
    old_domain: str = field(default_factory=lambda: f"{word('was')}.com")
    note: str = field(default_factory=lambda: word("note"))
    report: str = field(default_factory=lambda: word("report"))
    sentence: str = field(default_factory=lambda: word("sentence"))
    domain: str = field(default_factory=lambda: f"{word('domain')}.com")
    email: str = field(default_factory=lambda: f"{word('mail')}@example.org")
    address: str = "203.0.113.177"
    network: str = "203.0.113.0/24"

    def found_in(self, text: str) -> set[str]:
        return {name for name, value in asdict(self).items() if value[3:] in text}


@pytest.fixture(scope="module")
def pipeline() -> ScorerPipeline:
    return ScorerPipeline(build_scorers("bundled"), 60.0)


def comment(site, canaries, number=1, identity="", **changes):
    text = (
        f"{canaries.text} number {number} of the quay at dusk, https://{canaries.domain}/{number}"
    )
    author = AuthorRef(
        f"Buy {canaries.name} pills", canaries.email, f"https://{canaries.domain}/me", identity
    )
    context = Context(canaries.address, canaries.agent, f"https://herald.test/{canaries.referrer}")
    return reply(
        site,
        text,
        author=author,
        context=context,
        idempotency_key=f"{canaries.key}-{number}",
        page=PageRef(f"https://herald.test/news/{number}", "News"),
        **changes,
    )


def judged(store, pipeline, at=NOON + 1_000):
    judge(
        store,
        pipeline,
        load_policy("newsroom"),
        lease="w",
        lease_ms=60_000,
        limit=50,
        now=lambda: at,
        entropy=os.urandom,
    )


def edited(store, comment_id, text, now):
    assert edit(store, comment_id, text, now=now, entropy=os.urandom)


def planted(store, site, canaries, pipeline, identity="id:u7"):
    """Comments of one person with a trace in every store there is; their ids."""
    endpoints.add_webhook(store, site.id, "https://hook.test/", now=NOON, entropy=os.urandom)
    sent = [comment(site, canaries, number, identity) for number in range(1, 6)]
    answers = submit(
        store, sent, personal_days=30, entropy=os.urandom, keeps_address=lambda site_id: True
    )
    ids = [answer.comment_id for answer in answers]
    judged(store, pipeline)
    said = (Outcome.APPROVE, Outcome.REJECT, Outcome.SPAM, None, Outcome.APPROVE)
    for id, outcome in [pair for pair in zip(ids, said, strict=True) if pair[1]]:
        sentence = "" if outcome is Outcome.APPROVE else canaries.sentence
        why = Explanation(sentence=sentence)
        clock = {"now": NOON + 2_000, "entropy": os.urandom}
        decisions.decide(store, "mod_1", {site.id}, id, outcome, why, **clock)
    edited(store, ids[4], f"{canaries.old}, see https://{canaries.old_domain}/", NOON + 3_000)
    judged(store, pipeline, NOON + 4_000)
    decisions.decide(
        store, "mod_1", {site.id}, ids[4], Outcome.APPROVE, now=NOON + 4_500, entropy=os.urandom
    )
    edited(store, ids[4], sent[4].text, NOON + 5_000)
    judged(store, pipeline, NOON + 6_000)
    corrections.correct(store, "mod_1", {site.id}, ids[0], "toxicity", now=NOON)
    author_key = store.crypto.author_key(site.id, identity)
    [elsewhere] = hand_in(store, reply(site, "Somebody else's."))
    with store.write() as connection:
        for number, about in enumerate((ids[0], author_key)):
            note = Note(f"note_{number}", site.id, about, "mod_1", canaries.note, NOON)
            notes.add(connection, note)
        standing = standings(connection, [elsewhere])[elsewhere]
        reader = Reporter(author_key, store.crypto.address_key(canaries.address))
        reports.add(
            connection, standing, ReportReason.SPAM, canaries.report, reader, NOON, os.urandom
        )
        standing = standings(connection, [ids[0]])[ids[0]]
        by_other = (connection, standing, ReportReason.ABUSE, canaries.name, Reporter("x", "y"))
        reports.add(*by_other, NOON, os.urandom)
        about = (ids[0], site.id, 1, 1, Outcome.REJECT, "mod_1", canaries.text, NOON)
        appeals.add(connection, Appeal("apl_1", *about, note=canaries.note))
        proposals.add(
            connection,
            Proposal(
                "prp_1", ids[3], site.id, "mod_2", 1, Outcome.REJECT, "", canaries.sentence, NOON
            ),
        )
        by_other = LegalNotice("ntc_1", ids[0], site.id, 1, "Nora", "n@x.test", canaries.text, NOON)
        legal_notices.add(connection, by_other, store.crypto)
    index_due(store)
    # One that waits still: its address is kept sealed.
    [waiting] = submit(
        store,
        [comment(site, canaries, 9, identity)],
        personal_days=30,
        entropy=os.urandom,
        keeps_address=lambda site_id: True,
    )
    texts = [sent[0].text, sent[1].text]
    suggested = [Suggestion(site.id, text, "TOXICITY", 0.1, 0.2) for text in texts]
    suggested.append(Suggestion(site.id, "Another text.", "TOXICITY", 0.1, token=ids[2]))
    store_suggestions(store, suggested, now=NOON, entropy=os.urandom)
    check = AkismetCheck(ids[0], site.id, canaries.key, "herald.test", "7", "", "", NOON)
    with store.write() as connection:
        akismet_checks.put(connection, check, AkismetAnswer.HAM)
    return [*ids, waiting.comment_id]


def dump(store) -> dict[str, str]:
    """Every value of every column of every table, by table."""
    tables = {}
    with store.read() as connection:
        for name in sa.inspect(connection).get_table_names():
            rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()
            tables[name] = "\n".join(
                bytes(value).decode("latin-1")
                if isinstance(value, bytes | memoryview)
                else str(value)
                for row in rows
                for value in row
            )
    return tables


def files(store) -> str:
    """What stands in SQLite's file and its write-ahead log; '' for PostgreSQL."""
    if not store.is_sqlite:
        return ""
    path = Path(make_url(store.engine.url).database)
    raw = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    return raw.decode("latin-1")


def each_comment(store, ref, site_ids):
    return people.each_comment(store, keys_of(store, ref, site_ids), site_ids)


def erased(store, ref, sites, **options):
    return person_erasure.erase_person(
        store,
        ref,
        {site.id for site in sites},
        now=lambda: NOON + DAY_MS,
        entropy=os.urandom,
        **options,
    )


@pytest.mark.parametrize("by", ["email", "author_id", "browser_token", "comment_id"])
def test_nothing_of_a_person_is_left_in_any_table_or_file(store, pipeline, by):
    site, canaries, others = newspaper(store), Canaries(), Canaries(address="198.51.100.9")
    others.network = "198.51.100.0/24"
    token = store.crypto.browser_token(site.id, secrets.token_bytes(16))
    number = store.crypto.browser_of(site.id, token)
    refs = {
        "email": (PersonRef(email=canaries.email.upper()), f"email:{canaries.email}"),
        "author_id": (PersonRef(author_id="u7"), "id:u7"),
        "browser_token": (PersonRef(browser_token=token), f"browser:{number}"),
        "comment_id": (PersonRef(), "id:u7"),
    }
    ref, identity = refs[by]
    [kept] = submit(store, [comment(site, others, 20)], personal_days=30, entropy=os.urandom)
    ids = planted(store, site, canaries, pipeline, identity)
    if by == "comment_id":
        ref = PersonRef(comment_id=ids[2])
    if by == "email":  # by which alone it can be found
        who = (canaries.name, canaries.email, canaries.report, NOON)
        with store.write() as connection:
            notice = LegalNotice("ntc_2", kept.comment_id, site.id, 1, *who)
            legal_notices.add(connection, notice, store.crypto)
    key = store.crypto.author_key(site.id, identity)
    before = dump(store)
    all_before = "\n".join(before.values())
    seen = {name: canaries.found_in(text) for name, text in before.items()}
    # It did look, and they were everywhere.
    assert seen["comments"] >= {"name", "domain"} and "text" in seen["revisions"]
    assert seen["personal"] >= {"agent", "referrer", "network"} and "key" in seen["idempotency"]
    assert "text" in seen["suggestions"] and "key" in seen["checks"]
    for table in ("sketches", "domains", "votes", "events", "decisions", "findings"):
        assert "domain" in seen[table], table
    assert any("text" in seen[name] for name in before if name.startswith("search_index"))
    assert seen["appeals"] == {"text", "note"}
    assert "sentence" in seen["decisions"] and "sentence" in seen["events"]
    assert seen["proposals"] == {"sentence"}
    assert "note" in seen["notes"] and seen["reports"] == {"report", "name"}
    sent_too = {"name", "report"} if by == "email" else set()
    assert seen["legal_notices"] == {"text"} | sent_too
    assert "old" in seen["revisions"] and "old_domain" in seen["domains"]
    assert key in before["votes"] and key in before["reputations"]
    assert not {"email", "address"} & canaries.found_in(all_before)  # sealed or hashed
    if store.is_sqlite:
        assert canaries.found_in(files(store)) >= {"text", "name", "domain"}

    preview = people.find_person(store, ref, {site.id})
    assert (preview.erased, preview.complete) == (0, False)
    assert preview.found["comments"] == len(ids) == 6
    assert dump(store) == before  # it only counted
    result = erased(store, ref, [site])
    assert (result.erased, result.complete) == (6, True)
    assert result.found == preview.found
    assert result.rewritten is (True if store.is_sqlite else None)

    after = dump(store)
    assert {name: canaries.found_in(text) for name, text in after.items()} == {
        name: set() for name in after
    }
    everything = "\n".join(after.values())
    hashes = (
        key,
        store.crypto.email_key(canaries.email),
        store.crypto.address_key(canaries.address),
    )
    assert [each for each in hashes if each in everything] == []
    assert canaries.found_in(files(store)) == set()
    assert [each for each in hashes if each in files(store)] == []
    assert after["corrections"] == "" != before["corrections"]
    # Of the comments there stays what was decided, and others' are as they were.
    assert len([id for id in ids if id in after["decisions"]]) == 5
    assert others.found_in(after["revisions"]) == {"text", "domain"}
    assert (
        queues.get_card(store, {site.id}, kept.comment_id).author_name == f"Buy {others.name} pills"
    )
    again = people.find_person(store, ref, {site.id})  # also by the erased comment
    assert (again.found, again.complete) == ({}, True)


def test_the_file_is_rewritten_afterwards_where_it_was_too_large(store, pipeline):
    site, canaries = newspaper(store), Canaries()
    planted(store, site, canaries, pipeline)
    ref = PersonRef(author_id="u7")
    left = erased(store, ref, [site], rewrite_up_to=0)
    assert left.complete and left.rewritten is (False if store.is_sqlite else None)
    if store.is_sqlite:
        assert canaries.found_in(files(store)) != set()  # in the write-ahead log
    again = erased(store, ref, [site])
    assert (again.found, again.rewritten) == ({}, True if store.is_sqlite else None)
    assert canaries.found_in(files(store)) == set()


def test_endpoints_hear_of_each_erased_comment(store, pipeline):
    site, canaries = newspaper(store), Canaries()
    ids = planted(store, site, canaries, pipeline)
    erased(store, PersonRef(email=canaries.email), [site])
    events = dump(store)["events"]
    assert events.count("comment.erased") == len(ids)
    for id in ids[:5]:
        card = queues.get_card(store, {site.id}, id)
        assert all(
            reason.message == "Erased with the comment."
            for decision in card.decisions
            for reason in decision.reasons
        )


def test_a_person_gets_all_of_it(store, pipeline):
    site, canaries = newspaper(store), Canaries()
    ids = planted(store, site, canaries, pipeline)
    hand_in(store, reply(site, "Somebody else's."))
    exported = list(each_comment(store, PersonRef(email=canaries.email), {site.id}))
    assert [each.id for each in exported] == sorted(ids)
    first = exported[0]
    assert exported[1].decisions[1].sentence == canaries.sentence
    assert (first.email, first.network) == (canaries.email, canaries.network)
    assert canaries.agent == first.user_agent and canaries.referrer in first.referrer
    assert canaries.text in first.texts[0].text and first.author_url.endswith("/me")
    assert [decision.actor for decision in first.decisions] == ["policy", "moderator"]
    assert "mod_1" not in str(exported)
    assert {signal.name for signal in first.signals} >= {"toxicity", "spam", "language"}
    assert first.idempotency_keys == (f"{canaries.key}-1",)
    assert first.akismet_check and first.sketch
    assert [each.attribute for each in first.suggested_scores] == ["TOXICITY"]
    assert [note.text for note in first.notes] == [canaries.note] * 2
    assert [report.reason for report in first.reports] == ["abuse"]
    [asked] = first.appeals
    assert first.corrections == ("toxicity",)
    assert (asked.text, asked.state, asked.note) == (canaries.text, "open", canaries.note)
    [edited_comment] = [each for each in exported if each.id == ids[4]]
    assert canaries.old in edited_comment.texts[1].text and len(edited_comment.texts) == 3
    [sent] = people.sent_reports(store, keys_of(store, PersonRef(author_id="u7"), {site.id}))
    assert (sent.reason, sent.note) == ("spam", canaries.report)
    assert "comment.received" in {event.type for event in first.events}
    waiting = exported[-1]
    assert (waiting.status, waiting.address, waiting.decisions) == ("pending", canaries.address, ())


def test_it_is_read_and_erased_piece_by_piece(store, monkeypatch):
    site = newspaper(store)
    author = AuthorRef("Carol", "carol@private.test")
    ids = hand_in(store, *(reply(site, f"Number {n}", author=author) for n in range(7)))
    ref = PersonRef(email="carol@private.test")
    keys = keys_of(store, ref, {site.id})
    first = people.export_person(store, keys, {site.id}, limit=3)
    second = people.export_person(store, keys, {site.id}, first[-1].id, 3)
    assert [each.id for each in (*first, *second)] == ids[:6]
    monkeypatch.setattr(people, "AT_ONCE", 2)
    monkeypatch.setattr(person_erasure, "AT_ONCE", 2)
    assert people.find_person(store, ref, {site.id}).found["comments"] == 7
    result = erased(store, ref, [site], limit=5, rewrite_up_to=0)
    assert (result.erased, result.complete) == (5, False)
    assert result.rewritten is (False if store.is_sqlite else None)
    result = erased(store, ref, [site], limit=5)
    assert (result.erased, result.complete) == (2, True)


def test_another_sites_comments_stay(store):
    alice, bob = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    author = AuthorRef("Carol", "carol@private.test", identity="id:u7")
    page = PageRef("https://bob.test/1", "One")
    [ours] = hand_in(store, reply(alice, "Ours", author=author))
    [theirs] = hand_in(store, reply(bob, "Theirs", author=author, page=page))
    for ref in (PersonRef(email="carol@private.test"), PersonRef(author_id="u7")):
        assert [each.id for each in each_comment(store, ref, {alice.id})] == [ours]
        assert people.find_person(store, ref, {alice.id, bob.id}).found["comments"] == 2
    erased(store, PersonRef(author_id="u7"), [alice])
    assert queues.get_card(store, {bob.id}, theirs).text == "Theirs"
    token = store.crypto.browser_token(bob.id, bytes(16))
    assert people.find_person(store, PersonRef(browser_token=token), {alice.id}).found == {}


EMAIL = "carol@private.test"
BROWSER = f"browser:{'1' * 32}"
WRITERS = {  # by the text of what they wrote; all call themselves Carol
    "id": ("", "id:u7"),
    "id again": ("other@private.test", "id:u7"),
    "id and e-mail": (EMAIL, "id:u8"),
    "browser": (EMAIL, BROWSER),
    "browser again": ("", BROWSER),
    "e-mail": (EMAIL, ""),
    "e-mail again": (EMAIL.upper(), ""),
    "confirmed e-mail": (EMAIL, f"email:{EMAIL}"),
    "another e-mail": ("dan@private.test", ""),
    "nothing": ("", ""),
    "nothing again": ("", ""),
}
BY_EMAIL = {"id and e-mail", "browser", "e-mail", "e-mail again", "confirmed e-mail"}


def by_text(store, site):
    """Comments of WRITERS, all from one network with one browser's name; their ids by their texts."""
    sent = [
        reply(
            site,
            text,
            author=AuthorRef("Carol", email, identity=identity),
            context=Context("203.0.113.7", "Firefox"),
        )
        for text, (email, identity) in WRITERS.items()
    ]
    return dict(zip(WRITERS, hand_in(store, *sent), strict=True))


@pytest.mark.parametrize(
    ("wrote", "theirs"),
    [
        ("id", {"id", "id again"}),
        ("id again", {"id", "id again"}),
        ("id and e-mail", {"id and e-mail"}),
        ("browser", {"browser", "browser again"}),
        ("browser again", {"browser", "browser again"}),
        ("e-mail", {"e-mail"}),
        ("confirmed e-mail", BY_EMAIL),
        ("another e-mail", {"another e-mail"}),
        ("nothing", {"nothing"}),
    ],
)
def test_a_comments_writer_is_known_by_what_it_proves(store, wrote, theirs):
    site = newspaper(store)
    ids = by_text(store, site)
    ref = PersonRef(comment_id=ids[wrote])
    found = {each.texts[0].text for each in each_comment(store, ref, {site.id})}
    assert found == theirs
    assert people.find_person(store, ref, {site.id}).found["comments"] == len(theirs)
    assert erased(store, ref, [site]).erased == len(theirs)
    with store.read() as connection:
        rows = connection.execute(sa.select(metadata.tables["revisions"].c.text)).scalars().all()
    assert {text for text in rows if text} == set(WRITERS) - theirs
    assert people.find_person(store, ref, {site.id}).found == {}


def test_a_comment_whose_proof_is_forgotten_leads_to_no_others(store):
    """Else whoever typed in a stranger's e-mail beside their own account would name that stranger."""
    site = newspaper(store)
    ids = by_text(store, site)
    with store.write() as connection:
        assert retention.forget_sender_details(connection, 1 << 60, 100) == len(WRITERS)
    for wrote in ("id and e-mail", "e-mail", "confirmed e-mail", "nothing"):
        ref = PersonRef(comment_id=ids[wrote])
        assert people.find_person(store, ref, {site.id}).found["comments"] == 1
    asked_knowingly = people.find_person(store, PersonRef(EMAIL), {site.id})
    assert asked_knowingly.found["comments"] == len(BY_EMAIL)


def test_a_comment_finds_other_sites_by_the_email_alone_and_is_of_no_other_site(store):
    alice, bob = newspaper(store), newspaper(store, "Bob's Blog", "https://bob.test")
    page = PageRef("https://bob.test/1", "One")
    who = {
        "id": AuthorRef("Carol", identity="id:u7"),
        "e-mail": AuthorRef("Carol", EMAIL, identity=f"email:{EMAIL}"),  # confirmed
    }
    ours = hand_in(store, *(reply(alice, text, author=author) for text, author in who.items()))
    theirs = hand_in(
        store, *(reply(bob, text, author=author, page=page) for text, author in who.items())
    )
    both = {alice.id, bob.id}
    found = [
        [each.id for each in each_comment(store, PersonRef(comment_id=id), both)] for id in ours
    ]
    assert found == [[ours[0]], sorted([ours[1], theirs[1]])]
    for id in (theirs[0], "cmt_nobody"):
        ref = PersonRef(comment_id=id)
        for call in (keys_of, people.find_person, note_export):
            with pytest.raises(NotFound):
                call(store, ref, {alice.id})
        with pytest.raises(NotFound):
            erased(store, ref, [alice])
    assert (
        people.find_person(store, PersonRef(comment_id=theirs[0]), {bob.id}).found["comments"] == 1
    )


def test_the_comment_that_names_a_person_goes_last(store):
    site = newspaper(store)
    author = AuthorRef("Carol", EMAIL, identity=f"email:{EMAIL}")
    ids = hand_in(store, *(reply(site, f"Number {n}", author=author) for n in range(4)))
    ref = PersonRef(comment_id=ids[0])
    results = [erased(store, ref, [site], limit=2) for _ in range(3)]
    assert [(each.erased, each.complete) for each in results] == [(2, False), (2, True), (0, True)]
    assert people.find_person(store, PersonRef(email=EMAIL), {site.id}).found == {}


def test_a_domain_that_others_link_to_is_remembered(store, pipeline):
    site, canaries = newspaper(store), Canaries()
    other = reply(site, f"I also read https://{canaries.domain}/other, and liked it a lot.")
    hand_in(store, other, comment(site, canaries, 1))
    judged(store, pipeline)
    erased(store, PersonRef(email=canaries.email), [site])
    tables = dump(store)
    assert canaries.domain in tables["domains"] and canaries.domain in tables["sketches"]
    assert canaries.text not in "\n".join(tables.values())


def test_after_the_time_of_personal_data_the_email_still_finds_them(store):
    site = newspaper(store)
    author = AuthorRef("Carol", "carol@private.test", identity="id:u7")
    hand_in(store, reply(site, "Well said.", author=author))
    purge(store, NOON + 31 * DAY_MS, 72)
    [kept] = each_comment(store, PersonRef(email="carol@private.test"), {site.id})
    assert kept.forgotten_at == "" and kept.email == "carol@private.test"
    assert list(each_comment(store, PersonRef(author_id="u7"), {site.id})) == []


# Each is either looked through by people.py or erase.py, or says nothing of who comments.
ABOUT_COMMENTS = {
    "comments",
    "revisions",
    "personal",
    "addresses",
    "pending",
    "findings",
    "decisions",
    "comment_reasons",
    "idempotency",
    "imported_comments",
    "suggestions",
    "sketches",
    "sketch_keys",
    "campaigns",
    "domains",
    "checks",
    "feedback",
    "votes",
    "reputations",
    "resets",
    "events",
    "search_due",
    "deliveries",
    "reports",
    "appeals",
    "notes",
    "mentions",
    "claims",
    "bulk_members",
    "corrections",
    "shadow_outcomes",
    "held_scores",
    "legal_notices",
    "second_opinions",
    "proposals",
    "samples",
    "second_looks",
    "erasures",
}
ABOUT_OTHERS = {
    "sites",
    "keys",
    "site_faces",
    "moderators",
    "memberships",
    "sessions",
    "login_links",
    "retention_terms",
    "filters",
    "pages",
    "page_addresses",
    "comment_counts",
    "reason_counts",
    "rulings",
    "lessons",
    "endpoints",
    "attempts",
    "heartbeats",
    "bulk_acts",
    "audit",
    "invitations",
    "views",
    "policy_versions",
    "shadow_policies",
    "second_opinion_sites",
    "second_opinion_usage",
    "second_opinion_endpoints",
    "counted_days",
    "day_totals",
    "sample_weeks",
    "second_factors",
    "recovery_codes",
    "provider_identities",
    "provider_states",
}


def test_a_new_table_is_not_forgotten():
    assert set(metadata.tables) == ABOUT_COMMENTS | ABOUT_OTHERS


@pytest.mark.parametrize(
    "ref",
    [
        PersonRef(),
        PersonRef("a@b.test", "ghb_1"),
        PersonRef(author_id="u", email="a@b.test"),
        PersonRef(author_id="u", comment_id="cmt_1"),
        PersonRef("carol"),
    ],
)
def test_one_person_is_named(store, ref):
    for call in (keys_of, people.find_person):
        with pytest.raises(Invalid):
            call(store, ref, {"site_1"})
