"""`gatehouse migrate` on databases that cannot be used as they are: one sentence says what to do."""

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from tests.conftest import _Cluster
from tests.gatehouse.conftest import Run

SECRET = "k" * 32


@pytest.fixture
def postgresql_url(_cluster: _Cluster) -> Iterator[str]:
    """An empty database on PostgreSQL."""
    url = _cluster.empty()
    yield url
    _cluster.server.drop(url)


@pytest.fixture(params=["SQL_ASCII", "LATIN1", "WIN1252"])
def misencoded(request: pytest.FixtureRequest, _cluster: _Cluster) -> Iterator[tuple[str, str]]:
    """An encoding, and the URL of an empty database on PostgreSQL that has it."""
    url = _cluster.server.create(request.param)
    yield request.param, url
    _cluster.server.drop(url)


def execute(url: str, *statements: str | sql.Composed) -> None:
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize("command", [("migrate",), ("site", "list")], ids=" ".join)
def test_another_encoding_than_utf8_is_named(
    gatehouse: Run, misencoded: tuple[str, str], command: tuple[str, ...]
) -> None:
    encoding, url = misencoded
    process = gatehouse(*command, database_url=url, secret_key=SECRET)
    assert process.returncode == 1
    assert process.stderr == (
        f"gatehouse: The database's encoding is {encoding}, and comments need UTF8: create it again, "
        "with ENCODING 'UTF8' TEMPLATE template0.\n"
    )


def test_a_user_without_rights_is_told_so(gatehouse: Run, postgresql_url: str) -> None:
    user = sql.Identifier("gatehouse_without_rights")
    execute(
        postgresql_url,
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        sql.SQL("CREATE ROLE {} LOGIN").format(user),
    )
    url = postgresql_url.replace("gatehouse@", "gatehouse_without_rights@")
    process = gatehouse("migrate", database_url=url, secret_key=SECRET)
    execute(postgresql_url, sql.SQL("DROP ROLE {}").format(user))
    assert process.returncode == 1
    assert process.stderr.startswith("gatehouse: The user in GATEHOUSE_DATABASE_URL may not")
    assert process.stderr.count("\n") == 1


def test_a_newer_database_is_told_and_left_as_it_is(
    gatehouse: Run, empty_database_url: str
) -> None:
    settings = {"database_url": empty_database_url, "secret_key": SECRET}
    assert gatehouse("migrate", **settings).returncode == 0
    engine = sa.create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    process = gatehouse("migrate", **settings)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999"
    engine.dispose()
    assert process.returncode == 1
    assert process.stderr.startswith("gatehouse: The database is of a newer version")
    assert process.stderr.count("\n") == 1


@pytest.mark.parametrize("part", ["username", "database"])
def test_why_a_database_cannot_be_used_is_said_without_the_password(
    gatehouse: Run, postgresql_url: str, part: str
) -> None:
    wrong = sa.make_url(postgresql_url).set(password="hush-hush").set(**{part: "nobodys_name"})
    url = wrong.render_as_string(hide_password=False)
    for command in (("migrate",), ("site", "list")):
        process = gatehouse(*command, database_url=url, secret_key=SECRET)
        assert process.returncode == 1
        assert process.stderr.startswith("gatehouse: The database cannot be used: ")
        assert "nobodys_name" in process.stderr and process.stderr.count("\n") == 1
        assert "hush" not in process.stderr
