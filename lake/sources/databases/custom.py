"""A SELECT of the contract's own (option `query`) in the place of a table: one reading statement, or none at all.

It runs at the department's server, in the hub's read-only session and under its time limit, with a login that may only
SELECT; this check is the first of those fences. Read-only sessions still read the server's files, call other servers
and end other people's sessions, so functions are allowed by name: what a parser knows as plain SQL, and HARMLESS.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from catalog.contracts import Contract
from catalog.errors import ContractBroken

if TYPE_CHECKING:
    from sqlglot import exp

_HARMLESS = """
    age ascii astext bit_length bitand chr find_in_set inet_aton inet_ntoa isdate isnumeric json_agg json_array_elements
    json_array_elements_text json_array_length json_build_array json_build_object jsonb_agg jsonb_array_elements
    jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object lengthb ltrim make_date nchar
    nlssort octet_length patindex quotename rawtohex round rtrim sqrt st_asbinary st_asgeojson st_astext st_aswkb
    st_aswkt st_geometrytype st_srid st_transform st_x st_y stasbinary stastext substrb to_hex to_multi_byte to_nchar
    to_single_byte total trunc typeof unistr unix_timestamp xpath
"""
HARMLESS: Final = frozenset(_HARMLESS.split())
"""Functions the parser does not know that compute on their arguments and do nothing else."""
_REACHING = """
    aiagg aiclassify aiembed aiforecast aigenerate aisimilarity aisummarizeagg generatebool generatedouble
    generateembedding generateint generatetable generatetext host mlforecast mltranslate netfunc nextvaluefor predict
    readcsv readparquet tofile
"""
REACHING: Final = frozenset(_REACHING.split())
"""Functions the parser does know that count up, read files or ask somebody else."""
UNCLEAR: Final = ("/*", "*/", "--", "\\'", '\\"', "\0")
"""Comments, which some servers run (MySQL's /*! */), and quotes on which parser and server may disagree."""


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

    if any(sign in given for sign in UNCLEAR) or (dialect == "mysql" and "#" in given):
        raise _refused(contract)
    try:
        statements = sqlglot.parse(given, read=dialect)
    except sqlglot.errors.SqlglotError:
        raise _refused(contract) from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise _refused(contract)
    if any(_doing(statements[0])) or any(_elsewhere(statements[0])):
        raise _refused(contract)
    if called := sorted(set(_unknown(statements[0]))):
        raise _function_refused(contract, called)
    return given


def _doing(query: "exp.Query") -> "Iterator[exp.Expr]":
    """What writes, locks or is a command; hints, which can set variables of the session."""
    from sqlglot import exp

    writing = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.DDL, exp.Drop, exp.Command, exp.Into, exp.Lock)
    yield from query.find_all(*writing, exp.Hint, exp.PropertyEQ)


def _elsewhere(query: "exp.Query") -> "Iterator[exp.Expr]":
    """Tables of another server: name@link, server.database.schema.table; what is called without brackets (Oracle)."""
    from sqlglot import exp

    yield from (name for name in query.find_all(exp.Identifier) if "@" in name.name and not name.args.get("quoted"))
    yield from (table for table in query.find_all(exp.Table) if len(table.parts) > 3)
    named = {
        one.alias_or_name.lower() for one in query.find_all(exp.Table, exp.Subquery, exp.CTE, exp.UDTF, exp.Values)
    }
    for column in query.find_all(exp.Column):
        if column.name.lower() in ("nextval", "currval") or (column.table and column.table.lower() not in named):
            yield column


def _unknown(query: "exp.Query") -> Iterator[str]:
    from sqlglot import exp

    for function in query.find_all(exp.Func):
        if isinstance(function, exp.Anonymous | exp.AnonymousAggFunc):
            # A schema or package before the name makes it another function than the one we know.
            held = isinstance(function.parent, exp.Dot) and function.name.lower() not in _METHODS
            if held or function.name.lower() not in HARMLESS:
                yield function.name.lower()[:64]
        elif type(function).__name__.lower() in REACHING:
            yield function.sql_name().lower()


_METHODS: Final = frozenset(("stastext", "stasbinary"))
"""Called on a value (SQL Server's geometry), so that what stands before the dot is a column."""


def _refused(contract: Contract) -> ContractBroken:
    return ContractBroken(
        f"数据集 {contract.dataset} 契约中的 query 不是单独一条只读的 SELECT"
        "（也不得含注释、优化提示或别的服务器的表）。请改正后重试。",
        f"The query in the contract of {contract.dataset} is not one reading SELECT without comments, hints and tables"
        " of other servers. Correct it and try again.",
        code="query_not_select",
        dataset=contract.dataset,
    )


def _function_refused(contract: Contract, called: list[str]) -> ContractBroken:
    names = ", ".join(called)
    return ContractBroken(
        f"数据集 {contract.dataset} 契约中的 query 调用了不在允许之列的函数：{names}。"
        "如确有需要，请部门建一个视图，契约改用该视图。",
        f"The query in the contract of {contract.dataset} calls functions that are not allowed: {names}. If they are"
        " needed, ask the department for a view and name that view in the contract.",
        code="query_function_refused",
        dataset=contract.dataset,
    )
