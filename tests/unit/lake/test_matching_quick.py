"""What is answered in SQL, or looked up in part, to save time says what the longer way says."""

from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.engines.duckdb import connect
from lake.matching.clusters import cluster_table
from lake.matching.compared import hold_shares, with_shares
from lake.matching.edges import CONFLICT, Edges, Nodes, edges_of
from lake.matching.identity import hashed_on, new_key
from lake.matching.model import Column, Task
from lake.matching.prepare import MACROS, prepare, quickly
from lake.matching.similarity import QUICK, TEXTS, register
from lake.matching.weighing import Weighed

NUMBERS = st.text("0123456789", max_size=13)
CODES = st.text("019azAZ -\uff11é", max_size=8) | st.sampled_from(["NULL", "null", "N/A", "1980", "13800138000"])
DAYS = st.dates().map(str) | st.from_regex(
    r"(18|19|20|99)[0-9]{2}-(00|01|02|11|12|13)-(00|01|02|11|28|31|32)", fullmatch=True
)
SEXES = st.sampled_from(["1", "2", "男", "女性", "M", "0", "", "12"])
PLACEHOLDERS = st.sampled_from(["11111111111", "13131313131", "13800000000"])
TEXT = PLACEHOLDERS | NUMBERS | CODES | DAYS | SEXES | NUMBERS.map(lambda rest: "1" + rest) | st.none()
LETTERS = st.text("12王é", min_size=1, max_size=9)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as opened:
        register(opened)
        opened.execute(MACROS)
        yield opened


@pytest.mark.parametrize("function", sorted(QUICK))
@settings(deadline=None)
@given(texts=st.lists(TEXT, min_size=20, max_size=60))
def test_a_text_in_good_form_is_cleaned_in_sql_as_it_is_in_python(connection, function, texts):
    connection.register("said", pa.table({"x": pa.array(texts, pa.string())}))
    answers = connection.execute(f"SELECT {quickly(function, 'x')} FROM said").fetchall()
    assert [answer for (answer,) in answers] == [TEXTS[function](text) for text in texts]


def _never(text: str) -> str:
    raise AssertionError("asked")


@pytest.mark.parametrize("function", sorted(QUICK))
def test_a_text_in_good_form_is_not_asked_of_python(connection, function):
    good = {"matching_digits": "370683199003070018", "matching_phone": "13800138000", "matching_sex": "2"}
    value = good.get(function, "1990-03-07")
    with duckdb.connect() as bare:
        bare.create_function(function, _never, ["VARCHAR"], "VARCHAR", exception_handling="default")
        answer = bare.execute(f"SELECT {quickly(function, 'x')} FROM (SELECT $1 AS x)", [value]).fetchall()
    assert answer == connection.execute(f"SELECT {function}($1)", [value]).fetchall()


@settings(deadline=None)
@given(one=LETTERS, other=LETTERS, edits=st.lists(st.tuples(st.integers(0, 8), st.sampled_from("1王 ")), max_size=2))
def test_one_slip_apart_are_those_whose_distance_is_one_at_most(connection, one, other, edits):
    for at, letter in edits:
        cut = at % (len(one) + 1)
        other = one[:cut] + letter.strip() + one[cut + (letter != "王") :]
    turned = one[:1:-1] + one[:2]
    for beside in (other or "1", turned):
        slip = connection.execute("SELECT matching_slip($1, $2) = 1, matching_distance($1, $2) <= 1", [one, beside])
        assert len(set(slip.fetchone() or ())) == 1


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(-3, 3)), max_size=30))
def test_of_several_pairs_of_records_between_two_nodes_the_best_counts_and_of_equals_the_first(told):
    pairs = {(left, right): float(bits) for left, right, bits in told if left < right}
    columns = np.array([(*pair, bits) for pair, bits in pairs.items()], float).reshape(-1, 3)
    weighed = Weighed(columns[:, 0].astype(int), columns[:, 1].astype(int), columns[:, 2], np.zeros(len(columns), bool))
    known = np.array([1, 1, 0, 0, 1, 0], bool)
    nodes = Nodes(np.arange(6), np.array([0, 1, 1, 0, 2, 2]), known)
    found = edges_of(weighed, nodes)
    best: dict[tuple[int, int], tuple[float, int, int]] = {}
    for (left, right), bits in pairs.items():
        low, high = sorted((int(nodes.node[left]), int(nodes.node[right])))
        if low != high:
            against = CONFLICT if known[left] and known[right] else 0.0  # two sound numbers that differ
            best[low, high] = min(best.get((low, high), (np.inf, 0, 0)), (against - bits, left, right))
    rows = zip(found.left, found.right, found.bits, found.record_l, found.record_r, strict=True)
    assert [tuple(row) for row in rows] == [(*pair, -bits, *at) for pair, (bits, *at) in sorted(best.items())]


def test_an_id_that_is_hashed_on_does_not_come_to_one_that_somebody_else_has():
    none = np.zeros(0, np.int64)
    secret, number = "salt", "370683199003070018"
    first = new_key(number, prefix="E", secret=secret)
    taken = [first, hashed_on(first)]
    previous = pa.table({"source": ["a", "a"], "key": ["x", "y"], "entity_key": taken})
    records = pa.table({"source": ["a"] * 3, "key": ["x", "y", "z"], "known_id": [None, None, number],
                        "record": [1, 2, 3], "node": [0, 1, 2]})  # fmt: skip
    with connect() as opened:
        opened.register("matching_record", records)
        clusters, _ = cluster_table(opened, np.arange(3), Edges(none, none, np.zeros(0), none, none), previous, secret)
    ids = dict(zip(clusters["key"].to_pylist(), clusters["entity_key"].to_pylist(), strict=True))
    assert ids == {"x": first, "y": taken[1], "z": hashed_on(taken[1])}


def test_a_value_the_model_never_saw_counts_as_the_rarest_and_without_any_as_everybodys():
    with connect() as opened:
        hold_shares(opened, {"name": pa.table({"value": ["王伟", "欧阳若兰"], "share": [0.5, 0.001]})})
        opened.execute(
            "CREATE TABLE matching_record AS FROM (VALUES (1, '王伟'), (2, '令狐冲'), (3, NULL)) t(record, name)"
        )
        asked = f"{with_shares(['name'], 'matching_record')} ORDER BY record"
        assert [row[-1] for row in opened.execute(asked).fetchall()] == [0.5, 0.001, None]
        hold_shares(
            opened, {"name": pa.table({"value": pa.array([], pa.string()), "share": pa.array([], pa.float64())})}
        )
        assert [row[-1] for row in opened.execute(asked).fetchall()] == [1.0, 1.0, None]


def test_rows_that_say_the_same_are_told_apart_by_their_key_within_their_source_and_are_as_many_as_before():
    task = Task("names", (Column("name", "full_name"),))
    said = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"), ("c", "x"), ("b", "z")]
    held = pa.table({"source": [one for one, _ in said], "key": [key for _, key in said],
                     "known_id": pa.nulls(6, pa.string()), "name": ["王伟"] * 5 + ["李芳"]})  # fmt: skip
    with connect() as opened:
        opened.register("held", held)
        assert prepare(opened, "held", task) == 6
        found = opened.execute(
            "SELECT source, key, record, CAST(hash(source, content, turn) // 2 AS BIGINT) FROM (SELECT *, row_number()"
            " OVER (PARTITION BY source, content ORDER BY key) AS turn FROM matching_prepared)"
        ).fetchall()
    assert sorted(row[:2] for row in found) == sorted(said)
    assert all(record == expected for _, _, record, expected in found)
