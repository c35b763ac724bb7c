"""Fields of a submission: each reaches whoever judges, shows or previews it under its own name."""

import os
from dataclasses import fields

import sqlalchemy as sa

from moderation.domain.comment import AuthorRef, Badge, Context, PageRef
from moderation.domain.ids import timed_id
from moderation.domain.score import Candidate, SenderTraces
from moderation.store import filters, judging_queue, queues
from moderation.store.candidates import candidate_of
from moderation.store.comment_fields import (
    ERASED_COMMENT,
    EXPIRED_PERSONAL,
    CommentFields,
    SentComment,
    columns_of,
)
from moderation.store.sql.crypto import network_of
from moderation.store.sql.schema import comments, personal
from moderation.upkeep import retention
from moderation.upkeep.erase import erase
from tests.factories import NOON, hand_in, newspaper, reply

DAY = 86_400_000  # ms


def submitted(store):
    """A site and the id of a reply that has another value in every field."""
    site = newspaper(store)
    page = PageRef("https://herald.test/the-url", "The title", "external-7")
    parent = reply(site, "The parent's text.", page=page)
    child = reply(
        site,
        "The child's text.",
        page=page,
        parent_id=parent.id,
        author=AuthorRef("Dave", "dave@Mail.test", "https://dave.test", "id:42", Badge.STAFF),
        context=Context("192.0.2.77", "Browser/1", "https://referrer.test"),
        trap_filled=True,
    )
    hand_in(store, parent)
    hand_in(store, child)
    return site, parent, child


def expected_fields(store, submission):
    """What SentComment holds of the submission, by field."""
    crypto, network = store.crypto, network_of("192.0.2.77")
    return {
        "id": submission.id,
        "site_id": submission.site_id,
        "page_url": "https://herald.test/the-url",
        "page_title": "The title",
        "author_name": "Dave",
        "author_url": "https://dave.test",
        "author_badge": "staff",
        "text": "The child's text.",
        "created_at": submission.created_at,
        "email_key": crypto.email_key("dave@mail.test"),
        "address_key": crypto.address_key("192.0.2.77"),
        "network": network,
        "user_agent": "Browser/1",
        "referrer": "https://referrer.test",
        "author_key": crypto.author_key(submission.site_id, "id:42"),
        "network_key": crypto.network_key(submission.site_id, network),
    }


def values_of(record, names):
    return {name: getattr(record, name) for name in names}


def claimed(store):
    with store.write() as connection:
        return judging_queue.claim(connection, "w1", NOON + 60_000, NOON + 120_000, 50)


def test_every_field_reaches_the_judging_job_under_its_name(store):
    _, _, child = submitted(store)
    with store.write() as connection:
        connection.execute(sa.text("UPDATE sites SET policy = 'a policy', filters_version = 3"))
    [_, job] = claimed(store)
    expected = expected_fields(store, child)
    assert values_of(job, expected) == expected
    # The two that are not known beforehand.
    assert set(expected) | {"page_id", "email_sealed"} == {
        each.name for each in fields(SentComment)
    }
    assert job.page_id.startswith("pg_")
    assert store.crypto.decrypt(job.email_sealed, child.id) == "dave@Mail.test"
    assert (job.attempts, job.revision, job.page_state, job.trap_filled) == (1, 1, "open", True)
    assert not job.unproven
    assert (job.parent_text, job.language, job.policy) == ("The parent's text.", "en", "a policy")
    assert job.filters_version == 3


def test_every_field_reaches_the_candidate_under_its_name(store):
    _, _, child = submitted(store)
    [_, job] = claimed(store)
    candidate = candidate_of(job, store.crypto)
    expected = expected_fields(store, child)
    traces = {each.name for each in fields(SenderTraces)}
    assert values_of(candidate.traces, traces) == {
        "email_domain": "mail.test",
        **{name: value for name, value in expected.items() if name in traces},
    }
    of_comment = {name: value for name, value in expected.items() if name not in traces}
    assert candidate.comment_id == of_comment.pop("id")
    assert values_of(candidate, of_comment) == of_comment
    assert (candidate.page_id, candidate.language) == (job.page_id, "en")
    assert (candidate.parent_text, candidate.trap_filled) == ("The parent's text.", True)
    assert candidate.view.text == "The child's text."
    # What the comment itself cannot know.
    derived = {each.name for each in fields(Candidate)} - set(of_comment)
    assert derived == {
        "view",
        "comment_id",
        "page_id",
        "language",
        "parent_text",
        "traces",
        "trap_filled",
        "filters",
        "history",
        "names",
        "signals",
    }


def test_every_field_reaches_the_queue_under_its_name(store):
    site, parent, child = submitted(store)
    with store.read() as connection:
        entry = queues.by_id(connection, child.id, {site.id})
    names = {each.name for each in fields(CommentFields)} - {"page_id"}
    expected = expected_fields(store, child)
    assert values_of(entry, names) == {name: expected[name] for name in names}
    assert (entry.page_external_id, entry.parent_id) == ("external-7", parent.id)
    assert (entry.status, entry.revision, entry.sequence) == ("pending", 1, 0)
    assert entry.campaign_id == ""


def test_every_field_reaches_the_preview_of_a_filter_under_its_name(store):
    site, _, child = submitted(store)
    first_id = timed_id("cmt", NOON - 1, bytes(10))
    with store.read() as connection:
        [newest, oldest] = filters.past_comments(connection, site.id, first_id, 10)
    expected = expected_fields(store, child)
    assert values_of(newest, expected) == expected
    assert newest.status == "pending"
    # Nothing is kept of this one's sender.
    sender = columns_of(SentComment).keys() - columns_of(CommentFields).keys()
    assert values_of(oldest, sender) == {**dict.fromkeys(sender, ""), "email_sealed": None}


def test_what_a_person_typed_in_is_cleared_when_the_comment_is_erased(store):
    site, _, child = submitted(store)
    erase(store, {site.id}, child.id, now=NOON + 1, entropy=os.urandom)
    with store.read() as connection:
        row = connection.execute(sa.select(comments).where(comments.c.id == child.id)).one()
        entry = queues.by_id(connection, child.id, {site.id})
    assert values_of(row, ERASED_COMMENT) == ERASED_COMMENT
    assert (entry.text, entry.author_name, entry.author_url) == ("", "", "")
    authored = {column.name for column in comments.c if column.name.startswith("author_")}
    assert authored == set(ERASED_COMMENT)


def test_what_is_known_of_a_sender_is_cleared_in_time_but_for_the_e_mail(store):
    _, _, child = submitted(store)
    retention.purge(store, NOON + 31 * DAY, 24)
    with store.read() as connection:
        row = connection.execute(sa.select(personal)).one()
    cleared = {column.name for column in personal.c} - {
        "comment_id",
        "email_sealed",
        "email_key",
        "expires_at",
    }
    assert values_of(row, cleared) == dict.fromkeys(cleared, "")
    assert cleared == set(EXPIRED_PERSONAL)
    assert store.crypto.decrypt(row.email_sealed, child.id) == "dave@Mail.test"
