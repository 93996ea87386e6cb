"""A text from a contract is one expression over the tables it was given, or it is refused."""

import duckdb
import pytest

from lake.engines.expressions import endless, is_expression, tables_given

SOUND = {
    "comparison": "a = 1",
    "subquery": "a IN (SELECT a FROM staged WHERE b = 'y')",
    "join": "(SELECT count(*) FROM staged AS s JOIN (VALUES (1)) AS d(x) ON d.x = s.a) > 0",
    "aggregate": "count(*) > 3",
    "window": "row_number() OVER (PARTITION BY a ORDER BY b) > 1",
    "dashes in a text": "b LIKE '%--%'",
}
ESCAPING = {
    "second statement": "false)) FROM staged; COPY (SELECT 1) TO 'x' (FORMAT csv); SELECT count(*) FILTER ((true",
    "bracket too many": "1) FROM staged WHERE (true",
    "second column": "a), (b",
    "union": "1) UNION (SELECT 2",
    "comment to the end": "a = 1 --",
    "open comment": "a = 1 /*",
    "reads a file": "EXISTS (SELECT * FROM read_text('/etc/hostname'))",
    "names a file": "(SELECT count(*) FROM '/etc/hostname.csv') = 1",
    "lists files": "(SELECT count(*) FROM glob('*')) = 1",
    "query in a text": "(SELECT count(*) FROM query('SELECT 1')) = 1",
    "looks around": "(SELECT count(*) FROM duckdb_tables()) > 0",
    "another catalogue": "(SELECT count(*) FROM information_schema.tables) > 0",
    "shows": "(SHOW TABLES) = ''",
    "a setting": "current_setting('s3_secret_access_key') = ''",
    "no sql": "a = = 1",
}


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        connection.execute("CREATE VIEW staged AS SELECT 1 AS a, 'x' AS b")
        yield connection


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND)
def test_an_expression_over_its_tables_is_taken(connection, text):
    assert is_expression(connection, text, tables_given(connection))


@pytest.mark.parametrize("text", ESCAPING.values(), ids=ESCAPING)
def test_a_text_that_reaches_further_is_refused(connection, text):
    assert not is_expression(connection, text, tables_given(connection))


def test_a_table_it_was_not_given_is_refused(connection):
    connection.execute("CREATE TABLE other AS SELECT 1 AS a")
    assert not is_expression(connection, "a IN (SELECT a FROM other)", frozenset({"staged"}))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("len(range(20000 + length(b))) > 0", "range"),
        ("len(Generate_Series(1, a)) > 0", "generate_series"),
        ("(SELECT max(x) FROM (SELECT unnest(range(a)) AS x)) > 0", "range"),
        ("length(repeat(b, a)) > 0", "repeat"),
        ("length(lpad(b, a * 1000000, ' ')) > 0", "lpad"),
        ("length(rpad(b, 1000000000, ' ')) > 0", "rpad"),
        ("len(list_transform(split(b, ','), x -> x || b)) > 0", "lambda"),
        ("len([x FOR x IN split(b, ',') IF x <> '']) > 0", "lambda"),
        ("length(printf('%900000000d', a)) > 0", "printf"),
        ("b = lpad(b, 6, '0')", ""),
        ("list_contains(split(b, ','), 'range(3)')", ""),
        ("a = = 1", ""),
    ],
)
def test_what_one_row_can_keep_busy_for_ever_is_named(connection, text, name):
    assert endless(connection, text) == name
