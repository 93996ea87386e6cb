"""What functions the hub's SQL may call besides the engine's own: their names, and what they take.

Defined once, in functions.sql and spatial.sql: DuckDB has them as macros, Spark under the same names
(spark/functions.py).
"""

import re
from functools import cache

from lake.engines.duckdb import FUNCTIONS, SPATIAL_FUNCTIONS

_MACRO = re.compile(r"^CREATE OR REPLACE (?:TEMP )?MACRO (\w+)\(([^)]*)\) AS", re.MULTILINE)
_TEXT = "VARCHAR"
# What is no text. ANY: taken as it comes.
_KINDS: dict[str, tuple[str, ...]] = {
    "is_day": ("BIGINT",),
    "mod_11_2": ("BIGINT",),
    "mod_11_10_step": ("BIGINT", "BIGINT"),
    "mod_37_36_step": ("BIGINT", "BIGINT"),
    "luhn_digit": (_TEXT, "BIGINT"),
    "luhn_doubled": (_TEXT, "BIGINT"),
    "dated_number_fault": (_TEXT, "DATE"),
    "foreign_card_fault": (_TEXT, "DATE"),
    "resident_id_fault": (_TEXT, "DATE"),
    "china_text": ("TIMESTAMPTZ",),
    "hub_text": ("ANY",),
    "wkb_longitude": ("BLOB",),
    "wkb_latitude": ("BLOB",),
    "wkb_holds": ("BLOB", "DOUBLE", "DOUBLE"),
}


@cache
def hub_functions() -> dict[str, tuple[str, ...]]:
    """Name -> SQL types of what it takes, of every function of the hub; those that may be left out stand last."""
    found: dict[str, tuple[str, ...]] = {"nfkc": (_TEXT,)}
    for script in (FUNCTIONS, SPATIAL_FUNCTIONS):
        for name, taken in _MACRO.findall(script.read_text(encoding="utf-8")):
            found[name] = _KINDS.get(name, (_TEXT,) * len(taken.split(",")))
    return found


@cache
def spatial_functions() -> frozenset[str]:
    """Names of those that need the spatial extension."""
    return frozenset(name for name, _ in _MACRO.findall(SPATIAL_FUNCTIONS.read_text(encoding="utf-8")))
