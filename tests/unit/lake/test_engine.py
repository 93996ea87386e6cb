"""Connections to the engine: limits set, times in UTC, nothing fetched from the network, functions there when asked."""

from pathlib import Path

import duckdb
import pytest

from catalog.errors import ConfigurationError
from catalog.settings import Settings
from lake.delta.relation import sql_type
from lake.engines.duckdb import connect, extension_path, literal, quote


def setting(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    return str(connection.execute("SELECT current_setting(?)", [name]).fetchall()[0][0])


def test_a_connection_keeps_to_the_hubs_limits_and_never_installs_anything(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, memory_limit="256MB", threads=1)
    with connect(settings) as connection:
        assert setting(connection, "threads") == "1"
        assert setting(connection, "memory_limit") == "244.1 MiB"
        assert setting(connection, "TimeZone") == "UTC"
        assert setting(connection, "autoinstall_known_extensions").lower() == "false"
        assert setting(connection, "autoload_known_extensions").lower() == "false"
        assert setting(connection, "temp_directory").startswith(str(tmp_path))


def test_extensions_come_from_their_wheels_and_a_missing_one_says_what_to_install(settings: Settings) -> None:
    path = extension_path("spatial")
    assert path is not None
    assert path.name == "spatial.duckdb_extension"
    with connect(settings, extensions=["spatial"]) as connection:
        assert connection.execute("SELECT ST_AsText(ST_Point(1, 2))").fetchall() == [("POINT (1 2)",)]
    assert extension_path("no_such_thing") is None
    with pytest.raises(ConfigurationError) as missing:
        connect(settings, extensions=["no_such_thing"])
    assert "duckdb-extension-no-such-thing" in missing.value.en


def test_nfkc_folds_full_width_forms_and_keeps_null(settings: Settings) -> None:
    with connect(settings) as connection:
        found = connection.execute(
            "SELECT nfkc(x) FROM (VALUES ('ＡＢ１（'), (NULL), ('莱州'), ('')) AS t(x)"
        ).fetchall()
    assert found == [("AB1(",), (None,), ("莱州",), ("",)]


def test_plain_reading_goes_without_the_hubs_functions(settings: Settings) -> None:
    with connect(settings, functions=False) as connection, pytest.raises(duckdb.CatalogException):
        connection.execute("SELECT nfkc('x')")


def test_names_and_places_cannot_end_their_quotes(settings: Settings) -> None:
    with connect(settings, functions=False) as connection:
        hostile = "a\"b'c"
        found = connection.execute(f"SELECT {literal(hostile)} AS {quote(hostile)}")
        assert (found.description[0][0], found.fetchall()) == (hostile, [(hostile,)])


def test_every_type_of_a_table_has_a_name_in_sql(settings: Settings) -> None:
    with connect(settings, functions=False) as connection:
        asked = "SELECT ['a'] AS a, {'b': 1.5::DECIMAL(4,1)} AS b, now() AS c, DATE '2026-01-01' AS d, 'x'::BLOB AS e"
        schema = connection.execute(asked).to_arrow_table().schema
        described = dict(row[:2] for row in connection.execute(f"DESCRIBE {asked}").fetchall())
    assert [sql_type(item.type) for item in schema] == [
        "VARCHAR[]",
        'STRUCT("b" DECIMAL(4, 1))',
        "TIMESTAMPTZ",
        "DATE",
        "BLOB",
    ]
    assert described["a"] == "VARCHAR[]"
