"""Are the rules of a contract SQL that can be planned? Asked before it is registered, of a relation without rows.

What a rule says of data is known only when it runs (scan.py); here broken syntax and names nobody has are found.
"""

from datetime import datetime

from catalog.contracts import Contract
from catalog.errors import ContractBroken
from lake.engines.duckdb import connect
from quality.marking.scan import ROWS, unplannable
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

    Raises ContractBroken naming the rules that cannot be planned, NotFound for an unknown data element or code list.
    """
    rules = rules_for(contract)
    columns = ["0::BIGINT AS _row", "''::VARCHAR AS _batch", "[]::VARCHAR[] AS _notes", "[]::VARCHAR[] AS _bad"]
    columns += [f"NULL::{_TYPES[item.kind]} AS {quoted(item.name)}" for item in contract.items]
    spatial = ("spatial",) if any(item.kind == "geometry" for item in contract.items) else ()
    with connect(extensions=spatial) as connection:
        connection.execute(f"CREATE VIEW {ROWS} AS SELECT {', '.join(columns)} WHERE FALSE")
        broken = sorted(unplannable(connection, rules, now))
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
