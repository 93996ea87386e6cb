"""What the matcher of addresses leaves for its next build, as tables beside the base of texts.

<base>_register   the register of standard addresses taken apart, with a fingerprint of what each row was taken from
<base>_prepared   the parts of every text by which it is looked up
With the answers themselves they tell which texts have to be matched anew (lake/addresses/again.py). They say nothing
that a full build would not find out anew, so losing them costs time only. Both are written before the base, by every
build on DuckDB; one of another run, or made by other rules, is not used.
"""

from typing import TYPE_CHECKING, Literal

import duckdb

from lake import tables
from lake.addresses.again import REGISTER, TEXTS, Memory, again, edition
from lake.bases import changes
from lake.bases.inputs import Pinned
from lake.bases.model import BaseModel
from lake.bases.state import BATCH, MOST_KEPT
from lake.engines.duckdb import connect, quote
from lake.layout import Layout

if TYPE_CHECKING:
    from lake.bases.building import Writing

_REGISTER, _PREPARED = "register", "prepared"
_EDITION = "edition"


def build_on(pinned: Pinned, uri: str, how: "Writing") -> bool:
    """Write the base at `uri` by what its last build left; False, and nothing is written, where it has to be whole."""
    model, settings = pinned.model, pinned.settings
    version = _of_last_run(model, uri, how)
    if version is None:
        return False
    scans = {part: tables.scan(_uri(model, part, how), settings=settings) for part in (_REGISTER, _PREPARED)}
    answers = f"(SELECT address FROM {tables.scan(uri, version, settings=settings)})"
    with connect(settings, building=True) as connection:
        pinned.open(connection)
        connection.execute("SET preserve_insertion_order = false")
        for view in model.steps[: model.steps.index("address_read")]:
            connection.execute(f"CREATE TEMP VIEW {quote(view)} AS {model.sql(view)}")
        if not again(connection, Memory(scans[_REGISTER], scans[_PREPARED], answers)):
            return False
        _add_texts(connection, model, scans[_PREPARED], how)
        _keep(connection, model, _REGISTER, "FROM again_register", how)
        gone = connection.execute("SELECT address FROM address_gone").to_arrow_table()["address"].combine_chunks()
        fresh = connection.execute(model.sql(model.name)).to_arrow_reader(BATCH)
        kept = changes.TakenOver({model.name: version}, gone)
        how.write(uri, changes.put_among(uri, model.name, fresh, kept, settings))
    return True


def keep(connection: duckdb.DuckDBPyConnection, model: BaseModel, how: "Writing") -> None:
    """Write both tables after a full run, whose steps `connection` holds."""
    _keep(connection, model, _PREPARED, TEXTS, how)
    _keep(connection, model, _REGISTER, REGISTER, how)


def _add_texts(connection: duckdb.DuckDBPyConnection, model: BaseModel, held: str, how: "Writing") -> None:
    """Add the new texts, or write the table anew without those that nobody says any more."""
    ((now, new),) = connection.execute(
        "SELECT (SELECT count(*) FROM again_said), (SELECT count(*) FROM again_texts)"
    ).fetchall()
    before = tables.rows(_uri(model, _PREPARED, how), settings=how.settings)
    if before + new <= MOST_KEPT * now:
        _keep(connection, model, _PREPARED, "FROM again_texts", how, add=True)
        return
    rows = f"SELECT DISTINCT * FROM (FROM {held} UNION ALL FROM again_texts) SEMI JOIN again_said USING (address)"
    _keep(connection, model, _PREPARED, rows, how)


def _keep(
    connection: duckdb.DuckDBPyConnection, model: BaseModel, part: str, text: str, how: "Writing", *, add: bool = False
) -> None:
    rows = connection.execute(text).to_arrow_reader(BATCH)
    facts = {**how.facts, _EDITION: edition()}
    mode: Literal["append", "overwrite"] = "append" if add else "overwrite"
    tables.write(_uri(model, part, how), rows, mode=mode, run_id=how.run_id, facts=facts, settings=how.settings)


def _of_last_run(model: BaseModel, uri: str, how: "Writing") -> int | None:
    """The version of the base, if what lies beside it is of the same run and was made by the rules of now."""
    last = changes.newest(uri, how.settings)
    if last is None or last[1].get(changes.RULES) != how.facts[changes.RULES]:
        return None
    for part in (_REGISTER, _PREPARED):
        left = changes.newest(_uri(model, part, how), how.settings)
        if left is None or left[1].get(changes.RUN) != last[1].get(changes.RUN) or left[1].get(_EDITION) != edition():
            return None
    return last[0]


def _uri(model: BaseModel, part: str, how: "Writing") -> str:
    return Layout(how.settings.lake_url).base(f"{model.name}_{part}")
