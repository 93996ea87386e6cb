"""Is a text from a contract one SQL expression over the tables it was given, and nothing more?

Asked of the engine's own parser, so that nobody reads the text otherwise than the engine will.
"""

import json
from collections.abc import Iterator
from typing import Any

import duckdb

_TELLING = frozenset({"current_setting", "getenv", "getvariable"})
"""Scalar functions that read something beside the rows."""
_ENDLESS = frozenset(
    {"range", "generate_series", "generate_subscripts", "repeat", "list_resize", "array_resize", "bar"}
    | {"equi_width_bins", "bitstring", "to_base", "printf", "format", "sleep_ms", "pg_sleep"}
)
"""Functions that a single row can keep busy for ever, or make gigabytes with: the engine looks whether it is to stop
only between some thousand rows."""
_PADDING = frozenset({"lpad", "rpad"})
LONGEST_PADDED = 1000


def is_pattern(connection: duckdb.DuckDBPyConnection, pattern: str) -> bool:
    """Whether the engine can match values against this regular expression (RE2: linear time, no looking around)."""
    try:
        connection.execute("SELECT regexp_full_match('', ?)", [pattern]).fetchall()
    except duckdb.Error:
        return False
    return True


def tables_given(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Names of the tables and views somebody made on this connection."""
    found = connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE NOT internal"
        " UNION ALL SELECT table_name FROM duckdb_tables() WHERE NOT internal"
    ).fetchall()
    return frozenset(name for (name,) in found)


def is_expression(connection: duckdb.DuckDBPyConnection, text: str, tables: frozenset[str]) -> bool:
    """Whether `text` is one expression that reads no table but `tables` and calls no function that reaches further.

    A text that ends the expression it stands in (a bracket too many, a semicolon), names a file or calls a table
    function is none. Subqueries over `tables` are allowed.
    """
    tree = _parsed(connection, text)
    if tree is None:
        return False
    return _alone(tree["statements"][0]["node"]) and all(_harmless(node, tables) for node in _nodes(tree))


def endless(connection: duckdb.DuckDBPyConnection, text: str) -> str:
    """The first function in `text` that no time limit holds for, as written; '' for none, and for what is no SQL.

    These are what makes a list or a text of any length out of one row, and functions (lambdas) run over a list.
    """
    tree = _parsed(connection, text)
    return next((name for node in _nodes(tree) if (name := _endless(node))), "")


def _parsed(connection: duckdb.DuckDBPyConnection, text: str) -> dict[str, Any] | None:
    """What the engine's parser makes of SELECT (text); None unless it is one SELECT."""
    query = f"SELECT ({text})"
    try:
        statements = connection.extract_statements(query)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            return None
        (answer,) = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [query]).fetchall()
    except duckdb.Error:
        return None
    tree: dict[str, Any] = json.loads(answer[0])
    return None if tree.get("error") or len(tree["statements"]) != 1 else tree


def _endless(node: dict[str, Any]) -> str:
    if node.get("type") == "LAMBDA":
        return "lambda"
    if node.get("type") != "FUNCTION":
        return ""
    name = str(node["function_name"]).lower()
    return name if name in _ENDLESS or (name in _PADDING and not _short(node["children"])) else ""


def _short(given: list[dict[str, Any]]) -> bool:
    """Whether the length that a text is padded to stands there as a number, and is no great one."""
    length = given[1].get("value", {}).get("value") if len(given) > 1 else None
    return isinstance(length, int) and length <= LONGEST_PADDED


def reads_only(connection: duckdb.DuckDBPyConnection, query: str, tables: frozenset[str]) -> bool:
    """Whether `query` is one SELECT that reads `tables` and nothing else, in the engine's own reading."""
    try:
        statements = connection.extract_statements(query)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            return False
        (answer,) = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [query]).fetchall()
    except duckdb.Error:
        return False
    tree = json.loads(answer[0])
    return not tree.get("error") and all(_harmless(node, tables) for node in _nodes(tree))


def columns_named(connection: duckdb.DuckDBPyConnection, query: str) -> dict[int, str]:
    """Every column that `query` names in the engine's own reading, in small letters, by the byte it begins at.

    Empty for what is no SQL; a name of AS that is read again counts too.
    """
    try:
        (answer,) = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [query]).fetchall()
    except duckdb.Error:
        return {}
    named = (node for node in _nodes(json.loads(answer[0])) if node.get("class") == "COLUMN_REF")
    return {node["query_location"]: ".".join(node["column_names"]).lower() for node in named}


def _alone(node: dict[str, Any]) -> bool:
    """One column, and nothing around it: no table, condition, grouping or order of the outer query."""
    return (
        node["type"] == "SELECT_NODE"
        and len(node["select_list"]) == 1
        and node["from_table"]["type"] == "EMPTY"
        and not any(node.get(part) for part in ("where_clause", "group_expressions", "having", "qualify", "modifiers"))
        and not node["cte_map"]["map"]
    )


def _harmless(node: dict[str, Any], tables: frozenset[str]) -> bool:
    match node.get("type"):
        case "TABLE_FUNCTION" | "SHOW_REF":
            return False
        case "BASE_TABLE":
            return node["table_name"] in tables and not node.get("schema_name") and not node.get("catalog_name")
        case "FUNCTION":
            return str(node["function_name"]).lower() not in _TELLING
    return True


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            yield here
            waiting.extend(here.values())
        elif isinstance(here, list):
            waiting.extend(here)
