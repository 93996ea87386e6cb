"""A SELECT of the contract's own (option `query`) in the place of a table: one reading statement, or none at all.

It runs at the department's server, in the hub's read-only session and under its time limit; this check is the first of
those fences, so that a slip in a contract is told before anything is sent.
"""

from catalog.contracts import Contract
from catalog.errors import ContractBroken


def query_of(contract: Contract, dialect: str | None) -> str | None:
    """The contract's query without a closing semicolon; None when it names a table. Raises ContractBroken.

    dialect: sqlglot's name of the server's SQL, None for the common subset.
    """
    given = str(contract.options.get("query", "")).strip().rstrip(";").strip()
    if not given:
        return None
    # Only contracts with a query pay for the parser.
    import sqlglot
    from sqlglot import exp

    writing = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.DDL, exp.Drop, exp.Command, exp.Into, exp.Lock)
    try:
        statements = sqlglot.parse(given, read=dialect)
    except sqlglot.errors.SqlglotError:
        raise _refused(contract) from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise _refused(contract)
    if any(statements[0].find_all(*writing)):
        raise _refused(contract)
    return given


def _refused(contract: Contract) -> ContractBroken:
    return ContractBroken(
        f"数据集 {contract.dataset} 契约中的 query 不是单独一条只读的 SELECT。请改正后重试。",
        f"The query in the contract of {contract.dataset} is not one reading SELECT. Correct it and try again.",
        code="query_not_select",
        dataset=contract.dataset,
    )
