"""What somebody reaches in the database is what the rule of sections says, whatever the paths; a part is no site to anything else."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.domain.comment import PageRef
from moderation.domain.errors import Invalid
from moderation.domain.policy_scopes import path_of
from moderation.domain.roles import Role
from moderation.domain.sections import (
    lies_in,
    parse_sections,
    part_of,
    read_stored,
    site_and_sections,
    stored,
)
from moderation.store import pages, reach
from moderation.store.sql.schema import comments
from moderation.store.sql.schema import pages as page_rows
from tests.factories import hand_in, newspaper, reply

SEGMENTS = st.sampled_from(["sport", "Sport", "sports", "a", "b", "%C3%A9t%C3%A9", "x%2Fy", "100%25", "_", "s*"])  # fmt: skip
PATHS = st.lists(SEGMENTS, max_size=3).map(lambda parts: "/" + "/".join(parts))
SECTIONS = st.lists(PATHS.filter(lambda path: path != "/"), min_size=1, max_size=3)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(PATHS, min_size=1, max_size=6), SECTIONS)
def test_the_database_finds_what_the_rule_says(store, paths, texts):
    site, other = newspaper(store), newspaper(store)
    sections = parse_sections(texts, Role.MODERATOR)
    urls = [f"https://herald.test{path}" for path in dict.fromkeys(paths)]
    ids = hand_in(store, *(reply(site, page=PageRef(url)) for url in urls))
    [elsewhere] = hand_in(store, reply(other, page=PageRef(f"https://herald.test{sections[0]}")))
    expected = {id for id, url in zip(ids, urls, strict=True) if lies_in(path_of(url), sections)}
    with store.read() as connection:
        part = part_of(site.id, sections)
        assert reach.reached_ids(connection, [*ids, elsewhere], [part]) == expected
        both = reach.reached_ids(connection, [*ids, elsewhere], [other.id, part])
        assert both == expected | {elsewhere}
        assert reach.reached_ids(connection, ids, [site.id]) == set(ids)
        assert reach.reached_ids(connection, ids, []) == set()
        for id in ids:
            assert reach.reaches(connection, id, site.id, [part]) == (id in expected)
        # To what knows nothing of parts it is a site that is not there.
        query = sa.select(comments.c.id).where(comments.c.site_id.in_([part]))
        assert connection.execute(query).all() == []


def test_a_page_without_a_path_is_in_no_section(store):
    site = newspaper(store)
    [comment] = hand_in(store, reply(site, page=PageRef("https://herald.test/sport/1")))
    part = part_of(site.id, ("/sport",))
    with store.write() as connection:
        assert reach.reached_ids(connection, [comment], [part]) == {comment}
        connection.execute(sa.update(page_rows).values(path=""))
        assert reach.reached_ids(connection, [comment], [part]) == set()


def test_the_path_follows_the_url(store):
    site = newspaper(store)
    by_id = PageRef("https://herald.test/sport/1", id="a-1", by_server=True)
    hand_in(store, reply(site, page=by_id))
    moved = PageRef("https://herald.test/culture/1", id="a-1", by_server=True)
    hand_in(store, reply(site, "B.", page=moved))
    with store.write() as connection:
        assert connection.scalars(sa.select(page_rows.c.path)).all() == ["/culture/1"]
        page = pages.find_url(connection, site.id, moved.url)
        pages.move(connection, page, site.id, "https://herald.test/local/1/?utm_source=x")
        assert connection.scalars(sa.select(page_rows.c.path)).all() == ["/local/1"]


def test_sections_are_kept_in_one_spelling():
    assert parse_sections(["/sport/", " /local", "/sport/cup", "/sport"], Role.EDITOR) == (
        "/local",
        "/sport",
    )
    assert parse_sections([], Role.ADMIN) == ()
    for sections in ((), ("/a", "/b/c")):
        assert read_stored(stored(sections)) == sections
    assert site_and_sections(part_of("site_1", ("/a", "/b"))) == ("site_1", ("/a", "/b"))
    assert site_and_sections("site_1") == ("site_1", ())


def test_too_many_sections_are_refused_before_each_is_compared_with_each():
    within_one = [f"/sport/{number}" for number in range(100)]
    assert parse_sections(["/sport", *within_one], Role.EDITOR) == ("/sport",)
    read = []

    def many():
        for number in range(2_000):
            read.append(number)
            yield f"/{number}"

    with pytest.raises(Invalid, match="20 sections at most"):
        parse_sections(many(), Role.EDITOR)
    assert len(read) < 1_000
