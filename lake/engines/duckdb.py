"""DuckDB as the lake's embedded engine: connections that never reach for the network.

Extensions are loaded by path from installed wheels, the hub's SQL functions are registered on every connection, and
times are UTC. What the SQL means is not decided here (see functions.sql, lake/bases/).
"""

import tempfile
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from catalog.errors import ConfigurationError
from catalog.settings import Settings
from lake.engines.extensions import all_proved, extension_path, proved
from lake.layout import is_remote

FUNCTIONS = Path(__file__).parent / "functions.sql"
SPATIAL_FUNCTIONS = Path(__file__).parent / "spatial.sql"


def connect(
    settings: Settings | None = None,
    *,
    extensions: Iterable[str] = (),
    keep_order: bool = True,
    functions: bool = True,
    building: bool = False,
) -> duckdb.DuckDBPyConnection:
    """A connection to a new in-memory database with the hub's limits and functions.

    extensions: names of wheels to load ('spatial', 'postgres_scanner', ...); ConfigurationError when one is missing.
    settings: None gives the default limits and spills to the machine's temporary folder.
    functions: False leaves out the hub's SQL functions, for plain reading: making them takes longer than connecting.
    keep_order: False lets scans and COPY run unordered (faster, less memory) where row order carries nothing.
    building: True gives it the memory for building a base, which a city of a million would else write to disk and back.
    """
    spill = (settings.home / "tmp" if settings else Path(tempfile.gettempdir())) / "duckdb"
    spill.mkdir(parents=True, exist_ok=True)
    remote = settings is not None and is_remote(settings.lake_url)
    wanted = [*extensions, *(["httpfs"] if remote else [])]
    seen = all_proved(settings, wanted)
    connection = duckdb.connect(
        config={
            # Not that unsigned ones were allowed: those asked for are the files whose signatures were accepted before.
            "allow_unsigned_extensions": "true" if seen else "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": settings.memory_limit if settings else "1GB",
            "threads": str(settings.threads if settings else 2),
            "temp_directory": str(spill),
            "preserve_insertion_order": "true" if keep_order else "false",
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    if settings and building:
        _give_room(connection, settings)
    for name in wanted:
        load(connection, name)
    if not seen:
        proved(settings, wanted)
    elif not all_proved(settings, wanted):  # put there between the look and the load
        connection.close()
        raise _missing(wanted[0])
    if settings and remote:
        _open_store(connection, settings)
    if functions:
        register_functions(connection)
    return connection


def _give_room(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Let `connection` use the memory for building: its share of half of the machine's (or the container's) at most."""
    connection.execute("RESET memory_limit")  # to what DuckDB takes by itself: four fifths of what there is
    given, most = (
        f"parse_formatted_bytes({literal(it)})" for it in (settings.memory_limit, settings.build_memory_limit)
    )
    share = f"parse_formatted_bytes(current_setting('memory_limit')) * 5 // 8 // {max(2, settings.threads)}"
    ((limit,),) = connection.execute(f"SELECT greatest({given}, least({most}, {share}))").fetchall()
    connection.execute(f"SET memory_limit = '{limit}B'")


def confine(connection: duckdb.DuckDBPyConnection, settings: Settings, *, only: Iterable[str] | None = None) -> None:
    """From here on `connection` opens files of the lake and nothing else, and no setting can be changed back.

    For SQL that came from outside: a contract's own rule must not read the hub's keys or call anybody. Load extensions
    first. only: the folders that may be read, instead of the whole lake.
    """
    places = [settings.lake_url.rstrip("/") + "/"] if only is None else [place.rstrip("/") + "/" for place in only]
    places.append(str(settings.home / "tmp") + "/")
    connection.execute(f"SET allowed_directories = [{', '.join(literal(place) for place in places)}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def load(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load extension `name` from its wheel, else one installed the ordinary way; ConfigurationError when neither is."""
    path = extension_path(name)
    try:
        connection.execute(f"LOAD '{path}'" if path else f"LOAD {name}")
    except duckdb.Error as error:
        raise _missing(name) from error


def _missing(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"缺少 DuckDB 扩展 {name}，或其文件已被改动。请重新安装与 duckdb 同版本的"
        f" duckdb-extension-{name.replace('_', '-')}。",
        f"The DuckDB extension {name} is missing, or its file was changed. Install"
        f" duckdb-extension-{name.replace('_', '-')} anew in the version of duckdb.",
        code="extension_missing",
        extension=name,
    )


def register_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Give `connection` the function nfkc(text) and every macro of functions.sql."""
    connection.create_function(
        "nfkc",
        _nfkc,
        [duckdb.sqltype("VARCHAR")],
        duckdb.sqltype("VARCHAR"),
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
    )
    script = _functions_script()
    if script:
        connection.execute(script)


def register_spatial(connection: duckdb.DuckDBPyConnection) -> None:
    """Give `connection`, which has the spatial extension, every macro of spatial.sql."""
    connection.execute(SPATIAL_FUNCTIONS.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _functions_script() -> str:
    return FUNCTIONS.read_text(encoding="utf-8").strip() if FUNCTIONS.is_file() else ""


def _nfkc(texts: pa.ChunkedArray) -> pa.Array:
    # Most values are already plain: only those that change are rebuilt, and ASCII is recognised without a table.
    return pa.array([_nfkc_one(text) for text in texts.to_pylist()], pa.string())


def _nfkc_one(text: str | None) -> str | None:
    return text if text is None or text.isascii() else unicodedata.normalize("NFKC", text)


def _open_store(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    endpoint = settings.s3_endpoint.removeprefix("https://").removeprefix("http://")
    parts = [
        "TYPE s3",
        f"KEY_ID {literal(settings.s3_access_key)}",
        f"SECRET {literal(settings.s3_secret_key)}",
        f"REGION {literal(settings.s3_region)}",
    ]
    if endpoint:
        use_ssl = str(not settings.s3_allow_http).lower()
        parts += [f"ENDPOINT {literal(endpoint)}", "URL_STYLE 'path'", f"USE_SSL {use_ssl}"]
    connection.execute(f"CREATE SECRET lake_store ({', '.join(parts)})")


def literal(text: str) -> str:
    """`text` as a SQL string literal. For places and names that SQL takes no parameter for; values go as parameters."""
    return "'" + text.replace("'", "''") + "'"


def quote(name: str) -> str:
    """`name` as a SQL identifier. The one way by which a name enters SQL text."""
    return '"' + name.replace('"', '""') + '"'
