"""Are the rules of a contract SQL that can be planned? Asked before it is registered, of a relation without rows.

What a rule says of data is known only when it runs (scan.py); here broken syntax and names nobody has are found.
"""

from collections.abc import Mapping
from datetime import datetime

from catalog.contracts import Contract
from catalog.errors import ContractBroken
from lake.engines.duckdb import connect
from quality.marking.scan import ENDLESS, ROWS, unlimited, unplannable
from quality.rules.across import across_rules
from quality.rules.derivation import rules_for
from quality.rules.rule import quoted

_TYPES = {
    "string": "VARCHAR",
    "date": "DATE",
    "integer": "BIGINT",
    "decimal": "DOUBLE",
    "timestamp": "TIMESTAMP",
    "boolean": "BOOLEAN",
    "geometry": "BLOB",
}


def rehearse(contract: Contract, *, now: datetime) -> int:
    """Plan every rule on single datasets and run none; returns how many there are.

    Rules between datasets are not planned, but looked through for functions that no time limit would hold for.
    Raises ContractBroken naming the rules that cannot be planned or limited, NotFound for an unknown data element or
    code list.
    """
    rules = rules_for(contract)
    columns = ["0::BIGINT AS _row", "''::VARCHAR AS _batch", "[]::VARCHAR[] AS _notes", "[]::VARCHAR[] AS _bad"]
    columns += [f"NULL::{_TYPES[item.kind]} AS {quoted(item.name)}" for item in contract.items]
    spatial = ("spatial",) if any(item.kind == "geometry" for item in contract.items) else ()
    with connect(extensions=spatial) as connection:
        connection.execute(f"CREATE VIEW {ROWS} AS SELECT {', '.join(columns)} WHERE FALSE")
        between = [one.rule for one in across_rules(contract)]
        found = unplannable(connection, rules, now) | unlimited(connection, between, now)
    _check_limited(contract, found)
    broken = sorted(found)
    if broken:
        raise ContractBroken(
            f"数据集 {contract.dataset} 的规则无法执行：{'、'.join(broken)}。请检查 SQL 的语法、列名和函数名。",
            f"Rules of {contract.dataset} cannot be run: {', '.join(broken)}. Look at the SQL: its syntax, its columns,"
            " its functions.",
            code="rule_not_sql",
            dataset=contract.dataset,
            rules=broken,
        )
    return len(rules)


def _check_limited(contract: Contract, found: Mapping[str, str]) -> None:
    told = {rule: kind.partition(":")[2] for rule, kind in sorted(found.items()) if kind.startswith(f"{ENDLESS}:")}
    if not told:
        return
    functions = sorted(set(told.values()))
    raise ContractBroken(
        f"数据集 {contract.dataset} 的规则 {'、'.join(told)} 使用了 {'、'.join(functions)}，对单独一行即可无限运行，"
        "时限无法约束。请改写规则，不用序列、重复、匿名函数和不定长的填充。",
        f"Rules {', '.join(told)} of {contract.dataset} use {', '.join(functions)}, which can run for ever on a single"
        " row: no time limit holds. Write them without series, repetition, lambdas, and padding to a computed length.",
        code="rule_without_limit",
        dataset=contract.dataset,
        rules=list(told),
        functions=functions,
    )
