"""The statements in the store's own spelling: lists, parameters, casts and literals, on both databases."""

import pytest

from moderation.store.sql.dialect import execute, fetch, run_listed


@pytest.fixture
def connection(store):
    with store.write() as connection:
        execute(connection, "CREATE TEMPORARY TABLE things (number bigint, name text)")
        for number, name in ((1, "a"), (2, "b"), (3, "a:b"), (4, "50 %"), (5, "50 (s")):
            execute(
                connection,
                "INSERT INTO things VALUES (:number, :name)",
                number=number,
                name=name,
            )
        yield connection


def numbers(rows) -> list[int]:
    return sorted(row[0] for row in rows)


def test_a_list_is_one_parameter(connection):
    query = "SELECT number FROM things WHERE number AMONG :ids"
    assert numbers(fetch(connection, query, ids=[1, 3, 9])) == [1, 3]
    assert numbers(run_listed(connection, query, "ids", [1, 3, 9])) == [1, 3]
    query = "SELECT number FROM things WHERE name AMONG :names"
    assert numbers(fetch(connection, query, names=["a", "a:b"])) == [1, 3]


@pytest.mark.parametrize("column", ["number", "name"])
def test_an_empty_list_is_of_the_kind_of_any_column(connection, column):
    query = f"SELECT number FROM things WHERE {column} AMONG :some"
    assert fetch(connection, query, some=[]) == []
    assert run_listed(connection, query, "some", []).all() == []
    assert execute(connection, f"DELETE FROM things WHERE {column} AMONG :some", some=[]) == 0
    full = [1] if column == "number" else ["a"]
    assert numbers(fetch(connection, query, some=full)) == [1]


def test_a_name_that_begins_another_leaves_it_whole(connection):
    query = "SELECT number FROM things WHERE number AMONG :id OR name AMONG :ids OR name = :id_"
    parameters = {"id": [1], "ids": ["b"], "id_": "a:b"}
    assert numbers(fetch(connection, query, **parameters)) == [1, 2, 3]
    assert numbers(run_listed(connection, query, "id", [1], ids=["b"], id_="a:b")) == [1, 2, 3]


def test_a_list_that_is_none_is_refused(connection):
    with pytest.raises(TypeError, match="'ids' is not a list"):
        fetch(connection, "SELECT number FROM things WHERE number AMONG :ids", ids=1)


def test_a_percent_sign_is_itself(connection):
    query = "SELECT number FROM things WHERE name LIKE '50 %' AND number % 2 = :rest"
    assert numbers(fetch(connection, query, rest=0)) == [4]
    assert numbers(fetch(connection, "SELECT number FROM things WHERE name LIKE '50 %(s'")) == [5]
    assert execute(connection, "DELETE FROM things WHERE name LIKE '50 %'") == 2


def test_what_stands_in_a_literal_is_no_parameter(connection):
    query = "SELECT number FROM things WHERE name = 'a:b' OR name = ' :number' OR number = :number"
    assert numbers(fetch(connection, query, number=1)) == [1, 3]


def test_a_cast_is_no_parameter(store, connection):
    if store.is_sqlite:  # which knows no such cast
        query = "SELECT CAST(number AS text) FROM things WHERE number = :bigint"
    else:
        query = "SELECT number::text FROM things WHERE number = :bigint::bigint"
    assert fetch(connection, query, bigint=2) == [("2",)]
