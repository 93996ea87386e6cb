"""How pairs compare, by the SQL Splink writes for it and no more: comparing a pair is a third of what predicting costs.

What Splink would go on to compute, each column's weight with all it is made of, training.py has from the levels alone.
A grade that several levels ask for is computed once for a pair: the functions behind it are Python's.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import duckdb
from splink import SettingsCreator
from splink.internals.comparison_vector_values import compute_comparison_vector_values_from_id_pairs_sqls

from lake.matching.compared import COMPARED, cut_out
from lake.matching.model import Task

_ASKED = "__splink__blocked_id_pairs"  # the names Splink's SQL goes by
_JOINED = "blocked_with_cols"
_CALL = re.compile(r'matching_\w+\("\w+", "\w+"\)')


def compare_vectors(connection: duckdb.DuckDBPyConnection, task: Task, settings: dict[str, Any], pairs: str) -> str:
    """The name of a table with record_l, record_r, gamma_ and tf_ columns of the pairs of relation `pairs`.

    Their records lie in table COMPARED. settings: Splink's for `task`; which columns are kept beside these is not
    looked at.
    """
    lean = settings | {"retain_matching_columns": False, "retain_intermediate_calculation_columns": False}
    known = SettingsCreator.from_path_or_dict(lean).get_settings("duckdb")
    joined, compared = (
        step["sql"]
        for step in compute_comparison_vector_values_from_id_pairs_sqls(
            known._columns_to_select_for_blocking,
            known._columns_to_select_for_comparison_vector_values,
            input_tablename_l=COMPARED,
            input_tablename_r=COMPARED,
            source_dataset_input_column=None,
            unique_id_input_column=known.column_info_settings.unique_id_input_column,
        )
    )
    grades = {call: f"grade_{place}" for place, call in enumerate(_asked_again(compared))}
    for call, name in grades.items():
        compared = compared.replace(call, name)
    listed = "".join(f", {call} AS {name}" for call, name in grades.items())
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {_ASKED} AS SELECT record_l AS join_key_l, record_r AS join_key_r,"
        f" '0' AS match_key FROM {pairs}"
    )
    # A table in between: what comes out of joins comes in small lots, and every call of a function has its price.
    connection.execute(f"CREATE OR REPLACE TEMP TABLE matching_joined AS {cut_out(task, joined)}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {_JOINED} AS SELECT *{listed} FROM matching_joined")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE matching_vectors AS {compared}")
    connection.execute(f"DROP VIEW {_JOINED}; DROP TABLE matching_joined; DROP VIEW {_ASKED}")
    return "matching_vectors"


def _asked_again(sql: str) -> list[str]:
    """Calls of functions on a pair's two values that stand in `sql` more than once."""
    return [call for call, times in Counter(_CALL.findall(sql)).items() if times > 1]
