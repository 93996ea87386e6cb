"""What a contract's own query may hold: one reading SELECT, functions known to be harmless, nothing of the server's."""

import pytest

from catalog.errors import ContractBroken
from lake.sources.databases.custom import query_of
from tests.factories.deliveries import a_contract


@pytest.mark.parametrize(
    ("dialect", "query"),
    [
        ("mysql", "SELECT 1 /*! INTO OUTFILE '/tmp/x' */"),
        ("mysql", "SELECT 1 /*+ SET_VAR(sql_mode = '') */"),
        ("mysql", "SELECT 1 # INTO OUTFILE '/tmp/x'"),
        ("mysql", "SELECT * FROM t INTO OUTFILE '/tmp/x'"),
        ("mysql", "SELECT 1 INTO @a"),
        ("mysql", "SELECT @a := 1"),
        ("mysql", "SELECT 'a\\', sleep(9), '"),
        ("postgres", "SELECT 1 -- more"),
        ("oracle", "SELECT * FROM t@elsewhere"),
        ("oracle", "SELECT counter.nextval FROM dual"),
        ("oracle", "SELECT package.do_it FROM dual"),
        ("tsql", "SELECT * FROM other.db.dbo.t"),
    ],
)
def test_comments_hints_and_other_servers_are_refused(dialect: str, query: str) -> None:
    with pytest.raises(ContractBroken) as broken:
        query_of(a_contract(options={"query": query}), dialect)
    assert broken.value.code == "query_not_select"


@pytest.mark.parametrize(
    ("dialect", "call"),
    [
        ("mysql", "load_file('/etc/passwd')"),
        ("mysql", "sleep(9)"),
        ("mysql", "benchmark(9, md5('x'))"),
        ("postgres", "pg_read_file('/etc/passwd')"),
        ("postgres", "pg_catalog.pg_read_file('/etc/passwd')"),
        ("postgres", "\"pg_read_file\"('/etc/passwd')"),
        ("postgres", "lo_export(1, '/tmp/x')"),
        ("postgres", "dblink_exec('c', 'DROP TABLE x')"),
        ("postgres", "pg_terminate_backend(1)"),
        ("postgres", "set_config('default_transaction_read_only', 'off', false)"),
        ("postgres", "query_to_xml('DELETE FROM x', true, true, '')"),
        ("postgres", "nextval('s')"),
        ("postgres", "evil.trunc(1)"),
        ("oracle", "utl_http.request('http://x')"),
        ("oracle", "sys.dbms_lock.sleep(1)"),
        ("oracle", "httpuritype('http://x').getclob()"),
        ("tsql", "NEXT VALUE FOR s"),
        (None, "readfile('/etc/passwd')"),
        (None, "load_extension('x')"),
    ],
)
def test_a_function_that_is_not_known_to_be_harmless_is_refused(dialect: str | None, call: str) -> None:
    with pytest.raises(ContractBroken) as broken:
        query_of(a_contract(options={"query": f"SELECT {call} AS x FROM dual"}), dialect)
    assert broken.value.code == "query_function_refused"


def test_a_table_function_that_reaches_out_is_refused() -> None:
    for dialect, table in (("tsql", "OPENROWSET('x', 'y', 'z')"), ("postgres", "pg_ls_dir('/')")):
        with pytest.raises(ContractBroken):
            query_of(a_contract(options={"query": f"SELECT * FROM {table}"}), dialect)


@pytest.mark.parametrize(
    ("dialect", "query"),
    [
        ("postgres", "SELECT a.x, b.y::date FROM police.hkrk a JOIN c.b USING (id) WHERE b.mail = 'who@host'"),
        (
            "postgres",
            "WITH x AS (SELECT max(at) AS at FROM t) SELECT t.*, coalesce(t.n, 0) FROM t, x WHERE t.at = x.at",
        ),
        ("postgres", "SELECT e.v FROM t, jsonb_array_elements(t.j) AS e(v)"),
        ("postgres", "SELECT st_astext(g), split_part(a, ',', 1), string_agg(b, ';') FROM t GROUP BY 1, 2"),
        ("oracle", "SELECT t.a, to_char(t.b, 'yyyy'), nvl(t.c, 0), decode(t.d, 1, 'x') FROM z.t WHERE t.b > sysdate"),
        ("mysql", "SELECT `a`, date_format(b, '%Y'), ifnull(c, ''), group_concat(d) FROM db.t GROUP BY a"),
        ("tsql", "SELECT isnull(a, b), convert(varchar(10), c, 120), g.STAsText() FROM dbo.t WITH (NOLOCK)"),
        (None, "SELECT 'N' || no AS no, max(at) AS at FROM t GROUP BY no"),
    ],
)
def test_what_departments_ask_for_passes_as_it_is_written(dialect: str | None, query: str) -> None:
    assert query_of(a_contract(options={"query": f"{query};"}), dialect) == query
