"""Comments that readers do not see above those that they do: each has its place once, however many there are."""

from itertools import pairwise

import pytest
import sqlalchemy as sa

from moderation.reading.threads import find_page, list_approved, with_removed
from moderation.store.sql.schema import comments
from tests.factories import hand_in, newspaper, reply


def chain(store, length):
    """A comment, replies one below the other that were withdrawn, and a published one below the last of these; the ids, and the site."""
    site = newspaper(store)
    ids = sorted(hand_in(store, *(reply(site, f"Text {number}") for number in range(length + 2))))
    parents = [{"b_id": id, "parent": above} for above, id in pairwise(ids)]
    with store.write() as connection:
        change = sa.update(comments).where(comments.c.id == sa.bindparam("b_id"))
        connection.execute(change.values(parent_id=sa.bindparam("parent")), parents)
        connection.execute(sa.update(comments).values(status="withdrawn"))
        shown = sa.update(comments).where(comments.c.id.in_((ids[0], ids[-1])))
        connection.execute(shown.values(status="approved"))
    return site, ids


def placeholders(store, site, after):
    page = find_page(store, site.id, "https://herald.test/news/1")
    rest = with_removed(store, list_approved(store, page, after=after), after)
    return [comment.id for comment in rest if comment.is_removed]


def test_a_chain_of_withdrawn_comments_keeps_its_places_once(store):
    site, ids = chain(store, 300)
    assert placeholders(store, site, ids[0]) == ids[1:-1]
    [second] = hand_in(store, reply(site, "Below, too.", parent_id=""))
    with store.write() as connection:
        below = sa.update(comments).where(comments.c.id == second)
        connection.execute(below.values(parent_id=ids[150], status="approved"))
    assert second > ids[-1]
    assert placeholders(store, site, ids[-1]) == []  # all stood above the one before
    with store.write() as connection:
        hide = sa.update(comments).where(comments.c.id == ids[-1])
        connection.execute(hide.values(status="rejected"))
    assert placeholders(store, site, ids[0]) == ids[1:151]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_work_grows_as_the_chain_does(store):
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1

    @sa.event.listens_for(store.engine, "checkout")
    def watch(connection, *_):
        connection.set_progress_handler(count, 100)

    steps = []
    for length in (200, 800):
        site, ids = chain(store, length)
        before = counted
        assert placeholders(store, site, ids[0]) == ids[1:-1]
        steps.append(counted - before)
    assert steps[1] < 8 * steps[0], (
        steps
    )  # it is four times as long; walked from each, it took sixteen times as many
