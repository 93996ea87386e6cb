"""Splink at work: how pairs of prepared records compare, and what a trained model says about them.

Levels come from the roles, m and u from training.py; candidate pairs are handed over (blocking.py), so that any pair
can be scored. Splink writes the SQL; of many pairs vectors.py runs it and training.py adds up the weights, of the few
that people are shown (`score`) Splink does both, with all it has to say of them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
from splink import Linker, SettingsCreator
from splink.backends.duckdb import DuckDBAPI

from lake.engines.duckdb import quote
from lake.matching.compared import COMPARED, involved, parts, with_shares
from lake.matching.model import Column, Task
from lake.matching.roles import EXCHANGED, FORMER, HALF_EXCHANGED, ROLES
from lake.matching.vectors import compare_vectors

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_CHUNK = 500_000  # pairs Splink scores at a time: its answer is wide
logging.getLogger("splink").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs and how they compare.

    left, right: record numbers. levels[column]: per pair the level, counted from 0 = nothing in common to the best, -1
    where a value is missing. frequency[column]: share of the commoner of two equal values, NaN elsewhere.
    """

    left: Ints
    right: Ints
    levels: dict[str, npt.NDArray[np.int8]]
    frequency: dict[str, Floats]


def levels_of(task: Task, column: Column) -> list[tuple[str, str]]:
    """(label, SQL) of a column's levels, best first, without those for 'missing' and 'else'."""
    levels = list(ROLES[column.role].levels)
    other = _other_part(task, column)
    if other and column.role == "given_name":
        levels[1:1] = [("exchanged", EXCHANGED), ("half exchanged", HALF_EXCHANGED)]
    former = task.first("former_organisation")
    if former and column.role == "organisation":
        levels[1:1] = [("former name", FORMER.replace("{former}", former.name))]
    return [(label, sql.format(c=column.name, other=other)) for label, sql in levels]


def weighted_levels(task: Task, column: Column) -> dict[int, str]:
    """Level (0 = nothing in common) -> prepared column whose value's rarity counts there."""
    labels = ["", *[label for label, _ in reversed(levels_of(task, column))]]
    rarity = ROLES[column.role].frequency
    return {place: rarity[label].format(c=column.name) for place, label in enumerate(labels) if label in rarity}


def weighted_columns(task: Task) -> list[str]:
    """Prepared columns of which the frequency of values is needed."""
    return [value for column in compared_columns(task) for value in weighted_levels(task, column).values()]


def compared_columns(task: Task) -> tuple[Column, ...]:
    """The columns that are compared by themselves."""
    return tuple(column for column in task.columns if ROLES[column.role].levels)


def _other_part(task: Task, column: Column) -> str | None:
    twin = {"given_name": "surname", "surname": "given_name"}.get(column.role)
    found = task.first(twin) if twin else None
    return found.name if found else None


def _missing(task: Task, column: Column) -> str:
    """When a column says nothing: a value is missing, or names are exchanged and the other column told it."""
    missing = f'"{column.name}_l" IS NULL OR "{column.name}_r" IS NULL'
    other = _other_part(task, column)
    if other is None:
        return missing
    exchanged = {sql: f"({sql.format(c=column.name, other=other)})" for sql in (EXCHANGED, HALF_EXCHANGED)}
    if column.role == "given_name":
        return f"({missing}) AND NOT {exchanged[HALF_EXCHANGED]}"
    return f"{missing} OR {exchanged[EXCHANGED]} OR {exchanged[HALF_EXCHANGED]}"


def comparison(task: Task, column: Column, chances: dict[str, Any] | None = None) -> dict[str, Any]:
    """One column's comparison in Splink's settings; chances: {'m': [...], 'u': [...]} from worst level to best."""
    written: list[dict[str, Any]] = [
        {"sql_condition": _missing(task, column), "label_for_charts": "missing", "is_null_level": True}
    ]
    written += [{"sql_condition": sql, "label_for_charts": label} for label, sql in levels_of(task, column)]
    written.append({"sql_condition": "ELSE", "label_for_charts": "nothing in common"})
    for place, value in weighted_levels(task, column).items():
        written[-1 - place]["tf_adjustment_column"] = value
        written[-1 - place]["tf_adjustment_weight"] = 1.0
    for place, level in enumerate(reversed(written[1:])):
        if chances:
            level["m_probability"], level["u_probability"] = chances["m"][place], chances["u"][place]
    return {"output_column_name": column.name, "comparison_levels": written}


def settings(task: Task, *, prior: float = 0.001, chances: dict[str, Any] | None = None) -> dict[str, Any]:
    """Splink's settings of the task. chances: per column name {'m': [...], 'u': [...]}."""
    known = chances or {}
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record",
        "sql_dialect": "duckdb",
        "comparisons": [comparison(task, column, known.get(column.name)) for column in compared_columns(task)],
        "blocking_rules_to_generate_predictions": ["1 = 1"],
        "probability_two_random_records_match": prior,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
    }


def score(
    connection: duckdb.DuckDBPyConnection, task: Task, pairs: str, model: dict[str, Any] | None = None
) -> duckdb.DuckDBPyRelation:
    """Splink's verdict on the pairs of relation `pairs` (record_l, record_r) of `matching_record`.

    Columns: record_l, record_r, match_weight (log2 odds with the prior), and per column gamma_ (level), tf_..._l and
    _r, mw_ and mw_tf_adj_ (its share of the weight, in bits). model: Splink settings; None: only levels count.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE matching_asked AS SELECT record_l AS join_key_l, record_r AS join_key_r,"
        f" '0' AS match_key FROM {pairs}"
    )
    weighted = weighted_columns(task)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {COMPARED} AS {with_shares(weighted, involved(pairs), parts(task))}"
    )
    api = DuckDBAPI(connection=connection)
    creator = SettingsCreator.from_path_or_dict(model or settings(task))
    linker = Linker(api.register(COMPARED), creator, log_level=logging.ERROR, validate_settings=False)
    linker.table_management.register_blocked_pairs_for_predict(api.register("matching_asked"))
    scored = linker.inference.predict(warning_mode="never")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE matching_scored AS SELECT * FROM {scored.physical_name}")
    api.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]
    connection.execute(f"DROP TABLE {COMPARED}")
    return connection.table("matching_scored")


def compare(connection: duckdb.DuckDBPyConnection, task: Task, pairs: str) -> Compared:
    """How the pairs of relation `pairs` compare, column by column, whatever the model; chunk by chunk, for memory.

    The answer is sorted by record_l and record_r, so that sums over it are the same to the last bit.
    """
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE matching_all AS SELECT record_l, record_r FROM {pairs} ORDER BY ALL"
    )
    row = connection.execute("SELECT count(*) FROM matching_all").fetchone()
    count = int(row[0]) if row else 0
    if not count:
        return _nothing_compared(task)
    compared = with_shares(weighted_columns(task), involved("matching_all"))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {COMPARED} AS {compared}")
    done = [
        _compare_chunk(connection, task, f"(SELECT * FROM matching_all WHERE rowid >= {at} AND rowid < {at + _CHUNK})")
        for at in range(0, count, _CHUNK)
    ]
    connection.execute(f"DROP TABLE matching_all; DROP TABLE {COMPARED}")
    return Compared(
        np.concatenate([part.left for part in done]),
        np.concatenate([part.right for part in done]),
        {name: np.concatenate([part.levels[name] for part in done]) for name in done[0].levels},
        {name: np.concatenate([part.frequency[name] for part in done]) for name in done[0].frequency},
    )


def _nothing_compared(task: Task) -> Compared:
    """No pairs: not worth asking Splink."""
    none = np.zeros(0, np.int64)
    columns = compared_columns(task)
    weighted = [column.name for column in columns if weighted_levels(task, column)]
    levels = {column.name: np.zeros(0, np.int8) for column in columns}
    return Compared(none, none, levels, {name: np.zeros(0) for name in weighted})


def _compare_chunk(connection: duckdb.DuckDBPyConnection, task: Task, pairs: str) -> Compared:
    compared = connection.table(compare_vectors(connection, task, settings(task), pairs)).select(
        *map(quote, told(task))
    )
    return as_compared(task, compared.order("record_l, record_r").fetchnumpy())


def told(task: Task) -> list[str]:
    """The columns of Splink's verdict that say how two records compare."""
    levels = [f"gamma_{column.name}" for column in compared_columns(task)]
    shares = [f"tf_{value}_{side}" for value in weighted_columns(task) for side in "lr"]
    return ["record_l", "record_r", *levels, *shares]


def as_compared(task: Task, columns: Mapping[str, Any]) -> Compared:
    """The columns named by `told`, as arrays (NULL masked, or NaN), put together."""
    levels, frequency = {}, {}
    for column in compared_columns(task):
        level = np.asarray(columns[f"gamma_{column.name}"]).astype(np.int8)
        levels[column.name] = level
        weighted = weighted_levels(task, column)
        if weighted:
            share = np.full(len(level), np.nan)
            for place, value in weighted.items():
                both = [np.ma.filled(columns[f"tf_{value}_{side}"].astype(np.float64), np.nan) for side in "lr"]
                share = np.where(level == place, np.fmax(*both), share)
            frequency[column.name] = share
    return Compared(np.asarray(columns["record_l"]), np.asarray(columns["record_r"]), levels, frequency)
