"""Connections to the engine: limits set, times in UTC, nothing fetched from the network, functions there when asked."""

import os
import shutil
import sys
from pathlib import Path

import duckdb
import psutil
import pytest
from pydantic import ValidationError

from catalog.errors import ConfigurationError
from catalog.settings import Settings
from lake.delta.relation import sql_type
from lake.engines import extensions
from lake.engines.duckdb import connect, literal, quote
from lake.engines.extensions import extension_path


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


def test_whoever_builds_a_base_has_more_memory_but_all_at_once_not_more_than_half_of_the_machines(
    tmp_path: Path,
) -> None:
    small = Settings(home=tmp_path, memory_limit="256MB", build_memory_limit="512MB")
    with connect(small, building=True) as connection:
        assert setting(connection, "memory_limit") == "488.2 MiB"
    with connect(small.model_copy(update={"memory_limit": "640MB"}), building=True) as connection:
        assert setting(connection, "memory_limit") == "610.3 MiB", "not less than any other connection"
    for threads, at_once in ((1, 2), (2, 2), (8, 8)):
        greedy = Settings(home=tmp_path, build_memory_limit="900TB", memory_limit="1MB", threads=threads)
        with connect(greedy, building=True) as connection:
            machine = psutil.virtual_memory().total
            ((limit,),) = connection.execute("SELECT parse_formatted_bytes(current_setting('memory_limit'))").fetchall()
            assert limit * at_once <= machine * 0.52


@pytest.mark.parametrize("size", ["1gb", "1.5 GiB", "512MB", "900 kb"])
def test_a_limit_is_taken_however_its_unit_is_written(tmp_path: Path, size: str) -> None:
    with connect(Settings(home=tmp_path, memory_limit=size, build_memory_limit=size), building=True) as connection:
        assert setting(connection, "memory_limit")


@pytest.mark.parametrize("size", ["none", "-1", "4", "50%", "4 G"])
def test_a_limit_that_is_no_size_is_refused_before_anything_runs(tmp_path: Path, size: str) -> None:
    with pytest.raises(ValidationError):
        Settings(home=tmp_path, build_memory_limit=size)
    with pytest.raises(ValidationError):
        Settings(home=tmp_path, memory_limit=size)


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


def a_wheel(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of extension `name` in a wheel of its own, found before the installed one."""
    own = extension_path(name)
    assert own is not None
    package = folder / f"duckdb_extension_{name}"
    place = package / "extensions" / f"v{duckdb.__version__}" / own.name
    place.parent.mkdir(parents=True)
    (package / "__init__.py").touch()
    shutil.copy(own, place)
    monkeypatch.delitem(sys.modules, package.name, raising=False)
    monkeypatch.syspath_prepend(folder)
    assert extension_path(name) == place
    return place


def unsigned(connection: duckdb.DuckDBPyConnection) -> bool:
    return setting(connection, "allow_unsigned_extensions").lower() == "true"


def test_a_signature_is_checked_once_for_each_file_and_again_when_it_was_touched(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = a_wheel(tmp_path / "wheels", "postgres_scanner", monkeypatch)

    def checked() -> bool:
        monkeypatch.setattr(extensions, "_proved", {})  # as in a process of its own
        with connect(settings, extensions=["postgres_scanner"], functions=False) as connection:
            return not unsigned(connection)

    assert [checked(), checked(), checked()] == [True, False, False]
    os.utime(file)
    assert [checked(), checked()] == [True, False]
    (settings.keys_dir / extensions.PROOF).chmod(0o666)  # anybody could have written it
    assert checked()
    (settings.keys_dir / extensions.PROOF).write_text("{")
    assert checked()


def test_what_another_user_wrote_of_signatures_is_not_believed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    extensions.proved(settings, ["spatial"])
    monkeypatch.setattr(extensions, "_proved", {})
    assert extensions.all_proved(settings, ["spatial"])
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)  # the file is theirs now: only root could give it away
    monkeypatch.setattr(extensions, "_proved", {})
    assert not extensions.all_proved(settings, ["spatial"])


def test_a_file_of_the_same_size_and_the_same_moments_is_still_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = Path("duckdb_extension_twin") / "extensions" / f"v{duckdb.__version__}" / "twin.duckdb_extension"
    for name in ("wheels", "others"):
        (tmp_path / name / inside).parent.mkdir(parents=True)
        (tmp_path / name / "duckdb_extension_twin" / "__init__.py").touch()
    one, other = tmp_path / "wheels" / inside, tmp_path / "others" / inside
    for _ in range(1000):  # until one tick of the file system's clock holds both changes
        for file in (one, other):
            file.unlink(missing_ok=True)
            file.write_bytes(b"code")
        for file in (one, other):
            os.utime(file, ns=(1, 1))
        if one.stat().st_ctime_ns == other.stat().st_ctime_ns:
            break
    assert one.stat().st_ctime_ns == other.stat().st_ctime_ns
    monkeypatch.setattr(extensions, "_proved", {})
    monkeypatch.syspath_prepend(tmp_path / "wheels")
    extensions.proved(None, ["twin"])
    assert extensions.all_proved(None, ["twin"])
    (tmp_path / "wheels").rename(tmp_path / "away")
    (tmp_path / "others").rename(tmp_path / "wheels")
    assert extension_path("twin") == one
    assert not extensions.all_proved(None, ["twin"])


def test_an_extension_put_in_the_place_of_a_signed_one_is_refused(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = a_wheel(tmp_path / "wheels", "postgres_scanner", monkeypatch)
    connect(settings, extensions=["postgres_scanner"], functions=False).close()
    held = file.stat()
    with file.open("r+b") as code:
        code.seek(1_000_000)
        code.write(bytes(byte ^ 0xFF for byte in code.read(64)))
    os.utime(file, ns=(held.st_atime_ns, held.st_mtime_ns))  # a forger sets the clock back, and cannot set the other
    with pytest.raises(ConfigurationError):
        connect(settings, extensions=["postgres_scanner"], functions=False)


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
