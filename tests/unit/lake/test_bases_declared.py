"""Topics an engineer declares: what is accepted, what is refused and why; they come out like any other table."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from catalog.errors import HubError
from catalog.settings import Settings
from lake.bases import build, building, check_topic, keep, known, lineage, topics
from lake.bases.declared import read as read_topic
from lake.bases.inputs import newest, small
from lake.engines.duckdb import confine, connect
from tests.factories.standard_tables import day, hold, read
from tests.factories.topics import ITEMS, SQL, contract, write

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


def test_a_declared_topic_is_built_with_lineage_like_any_other(settings: Settings, tmp_path: Path) -> None:
    sql, promise = write(tmp_path / "mine")
    keep(settings, check_topic(settings, sql, promise))
    hold(settings, "civil_facility", {"facility_no": "1", "facility_kind": "05", "address": "某处"})
    build(settings, "public_service", now=NOW)
    built = build(settings, "topic_facilities", now=NOW)
    assert read(settings, built.uri) == []  # its one facility lies in no township
    assert built.inputs[0][0] == "public_service"
    assert ("kind", "public_service", "kind") in lineage("topic_facilities", settings)
    assert list(known(settings))[-1] == "topic_facilities"


def test_a_topic_may_stand_on_another_topic_and_name_parts_of_its_sql(settings: Settings) -> None:
    write(settings.topics_dir, name="topic_b")
    upper = "WITH some AS (SELECT below.kind, below.facilities FROM topic_b AS below) SELECT kind, facilities FROM some"
    write(settings.topics_dir, upper, contract("topic_a", *ITEMS[1:], key="kind"), "topic_a")
    assert list(known(settings))[-2:] == ["topic_b", "topic_a"]
    assert ("kind", "topic_b", "kind") in lineage("topic_a", settings)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT FROM WHERE (", "parsed"),
        ("SELECT 1; SELECT 2", "one SELECT"),
        ("DROP TABLE population", "one SELECT"),
        (SQL.replace("public_service", "police_person"), "police_person"),
        (SQL.replace("public_service", "read_csv('/etc/passwd')"), "no base or topic"),
        (SQL.replace("public_service", "'/etc/passwd'"), "no base or topic"),
        (SQL.replace("public_service AS", "identity_secret AS"), "no base or topic"),
        (SQL.replace("count(*)", "random()"), "random"),
        (SQL.replace("count(*)", "getenv('HOME')"), "none of the hub's"),
        (SQL.replace("count(*)", "(SELECT max(p.phone) FROM population AS p)"), "sub-query"),
        (SQL.replace("home.kind, count", "home.colour, count"), "home.colour"),
        (SQL.replace("home.kind, count", "hub_date(home.kind, 1) AS kind, count"), "does not run"),
        (SQL.replace("AS facilities", "AS other"), "facilities"),
        (SQL.replace("count(*)", "'many'"), "VARCHAR"),
        (SQL.replace("count(*)", "2026"), "hub_integer('2026')"),
    ],
)
def test_a_topic_with_something_wrong_is_refused_with_a_sentence(
    settings: Settings, tmp_path: Path, sql: str, says: str
) -> None:
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, sql))
    assert says in refused.value.sentence("en")


def test_an_item_is_not_graded_below_what_it_is_made_of_unless_the_contract_owns_up_to_it(
    settings: Settings, tmp_path: Path
) -> None:
    sql = "SELECT person.division_code, max(person.birth_date) AS youngest FROM population AS person GROUP BY 1"
    sql = sql.replace("GROUP BY 1", "GROUP BY person.division_code")
    items = ("division_code", "division_code", "string", "L1"), ("youngest", "date", "date", "L1")
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, sql, contract("topic_x", *items, key="division_code")))
    assert "population.birth_date" in refused.value.sentence("en")
    told = contract("topic_x", *items, key="division_code", graded_down=["youngest"])
    assert check_topic(settings, *write(tmp_path, sql, told)).name == "topic_x"


def test_a_faulty_topic_in_the_folder_stops_no_other(settings: Settings) -> None:
    write(settings.topics_dir, name="topic_good")
    write(settings.topics_dir, "SELECT nothing", contract("topic_bad", *ITEMS), "topic_bad2")
    write(settings.topics_dir, SQL.replace("public_service", "topic_nowhere"), name="topic_lost")
    assert set(topics(settings).faults) == {"topic_bad2", "topic_lost"}
    assert "topic_good" in known(settings)


def test_the_hubs_own_topics_cannot_be_replaced(settings: Settings, tmp_path: Path) -> None:
    files = write(tmp_path, text=contract("topic_resident_place", *ITEMS))
    with pytest.raises(HubError) as refused:
        check_topic(settings, *files)
    assert refused.value.code == "topic_name_taken"


def test_a_topic_may_ask_for_the_day_of_the_build(settings: Settings) -> None:
    sql = (
        "SELECT p.permit_no, p.valid_to FROM credit_permit AS p CROSS JOIN building_day AS d WHERE p.valid_to >= d.day"
    )
    items = ("permit_no", "permit_no", "string", "L1"), ("valid_to", "valid_to", "date", "L1")
    write(settings.topics_dir, sql, contract("topic_permits", *items, key="permit_no"), "topic_permits")
    hold(settings, "reform_permit", {"permit_no": "P1", "valid_to": day(2026, 11, 20)})
    build(settings, "credit_permit", now=NOW)
    assert [row["permit_no"] for row in read(settings, build(settings, "topic_permits", now=NOW).uri)] == ["P1"]
    later = datetime(2026, 11, 21, 1, tzinfo=UTC)
    assert read(settings, build(settings, "topic_permits", now=later).uri) == []


HIDING = (
    'SELECT s.token AS told FROM public_service AS p CROSS JOIN "{it}" AS s'
    ' LEFT JOIN (WITH "{it}" AS (SELECT q.kind FROM public_service AS q) SELECT z.kind FROM "{it}" AS z) AS n'
    " ON n.kind = p.kind"
)
"""The name of a file, hidden by one WITH further in."""


@pytest.mark.parametrize("it", ["/somewhere/accounts.json", "accounts", "identity_secret", "x.csv"])
def test_no_name_given_further_in_hides_what_a_topic_reads(settings: Settings, tmp_path: Path, it: str) -> None:
    text = contract("topic_x", ("told", "text", "string", "L1"), key="told")
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, HIDING.format(it=it), text))
    assert "WITH inside a query" in refused.value.sentence("en")


def test_the_engine_opens_no_file_for_a_topic_whose_text_slipped_through(settings: Settings) -> None:
    model = read_topic(*write(settings.topics_dir))
    hold(settings, "civil_facility", {"facility_no": "1", "facility_kind": "05", "address": "某处"})
    build(settings, "public_service", now=NOW)
    stray = settings.home / "x.csv"
    stray.write_text("township_code,kind,facilities\nSECRET,05,1\n", encoding="utf-8")
    sly = replace(model, text=f"SELECT township_code, kind, facilities FROM '{stray}'")
    pinned = newest(settings, sly, known(settings))
    how = building.Writing("run", {}, settings, afresh=False)
    with pytest.raises(HubError) as refused:
        building._make(pinned, {sly.name: str(settings.home / "out")}, how, decisions=None, waived=(), now=NOW)
    assert refused.value.code == "topic_refused"
    with connect(settings) as connection:
        pinned.open(connection)
        confine(connection, settings, only=list(pinned.places.values()))
        with pytest.raises(duckdb.PermissionException):
            connection.execute(sly.text)
        assert connection.execute("SELECT count(*) FROM public_service").fetchall() == [(1,)]


def test_only_what_makes_ids_is_given_the_secret_of_ids(settings: Settings) -> None:
    given = {name for name, model in known(settings).items() if "identity_secret" in small(model, settings)}
    assert given == {"population", "legal_person"}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT p.RESIDENT_ID AS told FROM population AS p",
        "SELECT P.resident_id AS told FROM population AS p",
        "SELECT CAST(p AS VARCHAR) AS told FROM population AS p",
        "SELECT (p).resident_id AS told FROM population AS p",
        "SELECT t.told FROM (SELECT p.resident_id FROM population AS p) AS t(told)",
        "SELECT min(t.z) AS told FROM population AS t(y, z)",
        "WITH cc(told) AS (SELECT p.resident_id FROM population AS p) SELECT cc.told FROM cc",
        "SELECT #2 AS told FROM population AS p",
        "WITH c AS (SELECT p.resident_id AS x, x AS told FROM population AS p) SELECT c.told FROM c",
        "WITH cc AS (SELECT p.resident_id AS sex, sex AS told FROM population AS p) SELECT cc.told FROM cc",
        "SELECT t.told FROM population AS p, LATERAL (SELECT p.resident_id AS told) AS t",
        "SELECT t.told FROM population AS p, (SELECT p.resident_id AS told) AS t",
        "SELECT CASE WHEN p.resident_id LIKE '33%' THEN p.division_code ELSE '1' END AS told FROM population AS p",
        "SELECT max('1') FILTER (WHERE p.resident_id LIKE '33%') AS told FROM population AS p",
        "SELECT t.told FROM (VALUES ('0'), ('1')) AS t(told) JOIN population AS p ON p.resident_id = t.told",
        (
            "SELECT t.told FROM (SELECT '0' AS told UNION ALL SELECT '1' AS told) AS t"
            " JOIN population AS p ON substr(p.resident_id, 1, 1) = t.told"
        ),
        (
            "SELECT '0' AS told FROM population AS p WHERE p.resident_id LIKE '3%'"
            " UNION ALL SELECT '1' AS told FROM population AS p"
        ),
        (
            "SELECT r.name AS told FROM division_register AS r JOIN population AS p"
            " ON substr(p.resident_id, 1, 6) = r.code"
        ),
        (
            "WITH RECURSIVE rr AS (SELECT p.sex AS told FROM population AS p UNION ALL SELECT rr.told FROM rr)"
            " SELECT rr.told FROM rr"
        ),
        (
            "SELECT told FROM (UNPIVOT (SELECT p.resident_id FROM population AS p) ON resident_id INTO NAME k"
            " VALUE told) AS u"
        ),
        (
            "SELECT u.told FROM (SELECT p.person_id AS told, p.sex AS b FROM population AS p"
            " UNION BY NAME SELECT p.sex AS b, p.resident_id AS told FROM population AS p) AS u"
        ),
        "SELECT 'x' AS told FROM population AS p UNION SELECT p.name, p.phone FROM population AS p",
        "SELECT resident_id AS told FROM population AS p JOIN population AS q USING (resident_id)",
    ],
)
def test_nothing_that_carries_an_identity_number_goes_for_public(settings: Settings, tmp_path: Path, sql: str) -> None:
    text = contract("topic_x", ("told", "text", "string", "L1"), key="told")
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, sql, text, "topic_x"))
    assert refused.value.code in {"topic_invalid", "topic_untraced", "topic_refused"}
    assert "does not run" not in refused.value.sentence("en")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'all' AS told FROM population AS p",
        "WITH c AS (SELECT count(*) AS n FROM population AS p) SELECT concat('a', 'b') AS told FROM c",
        "SELECT Pop.Division_Code AS told FROM population AS pop",
        "SELECT 'here' AS told FROM public_service AS p UNION ALL SELECT 'there' AS told FROM public_service AS p",
        "SELECT r.name AS told FROM division_register AS r JOIN population AS p ON p.division_code = r.code",
        "SELECT concat(h.hub_id, '') AS told FROM population AS p CROSS JOIN hub AS h",
        (
            "SELECT p.division_code AS told FROM population AS p"
            " WHERE EXISTS (SELECT 1 FROM public_service AS s WHERE s.township_code = p.division_code)"
        ),
    ],
)
def test_what_tells_nothing_of_anybody_may_be_public(settings: Settings, tmp_path: Path, sql: str) -> None:
    element = "division_code" if sql.lower().startswith(("select pop.", "select p.div")) else "text"
    text = contract("topic_x", ("told", element, "string", "L1"), key="told")
    assert check_topic(settings, *write(tmp_path, sql, text, "topic_x")).name == "topic_x"


@pytest.mark.parametrize("named", ["told", 5, ["other"], [["told"]]])
def test_graded_down_is_a_list_of_items(settings: Settings, tmp_path: Path, named: object) -> None:
    text = contract("topic_x", ("told", "text", "string", "L1"), key="told", graded_down=named)
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, "SELECT 'all' AS told FROM population AS p", text, "topic_x"))
    assert "graded_down must be a list" in refused.value.sentence("en")


def test_a_topic_keeps_the_kind_of_personal_data_and_the_element_of_what_it_repeats(
    settings: Settings, tmp_path: Path
) -> None:
    def told(sql: str, element: str, **changed: str) -> str:
        text = contract("topic_x", ("told", element, "string", "L4"), key="told").replace("value: L2", "value: L4")
        text = text.replace("unconditional", "conditional")
        for one, other in changed.items():
            text = text.replace(f"property: {one}\n      value: none", f"property: {one}\n      value: {other}")
        try:
            return check_topic(settings, *write(tmp_path, sql, text, "topic_x")).name
        except HubError as error:
            return error.sentence("en")

    number = "SELECT p.resident_id AS told FROM population AS p"
    assert "personal none, below sensitive" in told(number, "resident_id")
    assert "must keep its data element (resident_id)" in told(number, "text", personal="sensitive")
    assert told(number, "resident_id", personal="sensitive") == "topic_x"


def test_a_topic_is_not_called_like_the_links_of_a_base(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, text=contract("topic_x_links", *ITEMS)))
    assert "_links" in refused.value.sentence("en")


def test_what_is_kept_is_the_text_that_was_checked(settings: Settings, tmp_path: Path) -> None:
    sql, promise = write(tmp_path / "mine")
    model = check_topic(settings, sql, promise)
    checked = sql.read_text(encoding="utf-8")
    sql.write_text("SELECT 1", encoding="utf-8")
    keep(settings, model)
    assert (settings.topics_dir / sql.name).read_text(encoding="utf-8") == checked


def test_a_file_changed_in_the_folder_is_held_against_its_contract_again(settings: Settings) -> None:
    write(settings.topics_dir, name="topic_good")
    sly = "SELECT p.phone AS township_code, p.sex AS kind, count(*) AS facilities FROM population AS p"
    write(settings.topics_dir, f"{sly} GROUP BY p.phone, p.sex", contract("topic_sly", *ITEMS), "topic_sly")
    write(settings.topics_dir, SQL.replace("count(*)", "'many'"), contract("topic_odd", *ITEMS), "topic_odd")
    assert set(topics(settings).faults) == {"topic_sly"}
    hold(settings, "civil_facility", {"facility_no": "1", "facility_kind": "05", "address": "某处"})
    build(settings, "public_service", now=NOW)
    assert build(settings, "topic_good", now=NOW).rows == 0
    with pytest.raises(HubError) as refused:
        build(settings, "topic_odd", now=NOW)
    assert refused.value.code == "topic_refused"


def test_a_topic_that_takes_too_long_is_broken_off(settings: Settings) -> None:
    wide = " CROSS JOIN ".join(f"credit_permit AS p{at}" for at in range(9))
    many = f"SELECT min(concat(p0.permit_no, p1.permit_no, p8.permit_no)) AS told FROM {wide}"
    text = contract("topic_slow", ("told", "text", "string", "L4"), key="told", graded_down=["told"])
    write(settings.topics_dir, many, text.replace("value: L2", "value: L4").replace("uncond", "cond"), "topic_slow")
    hold(settings, "reform_permit", *({"permit_no": f"P{at}"} for at in range(60)))
    build(settings, "credit_permit", now=NOW)
    with pytest.raises(HubError) as refused:
        build(settings.model_copy(update={"topic_seconds": 1}), "topic_slow", now=NOW)
    assert refused.value.code == "topic_not_built"
    assert "TOPIC_SECONDS" in refused.value.sentence("en")


def test_rows_made_under_other_grades_are_not_read_by_the_next_topic(settings: Settings) -> None:
    """Whoever replaces a topic by a harmless one of the same columns does not lend its weak grades to the old rows."""
    person = {"person_no": "1", "resident_id": "370683199001011237", "name": "张三", "address": "某处"}
    hold(settings, "police_person", person)
    build(settings, "population", now=NOW)
    close = contract("topic_a", ("told", "text", "string", "L4"), key="told").replace("value: L2", "value: L4")
    close = close.replace("unconditional", "conditional").replace("value: none", "value: sensitive", 1)
    write(settings.topics_dir, "SELECT concat(p.resident_id, '') AS told FROM population AS p", close, "topic_a")
    assert build(settings, "topic_a", now=NOW).rows == 1
    weak = contract("topic_a", ("told", "text", "string", "L1"), key="told")
    write(settings.topics_dir, "SELECT concat('x', '') AS told FROM population AS p", weak, "topic_a")
    reader = contract("topic_b", ("told", "text", "string", "L1"), key="told")
    write(settings.topics_dir, "SELECT a.told FROM topic_a AS a", reader, "topic_b")
    with pytest.raises(HubError) as refused:
        build(settings, "topic_b", now=NOW)
    assert refused.value.code == "inputs_missing"
    build(settings, "topic_a", now=NOW)
    assert [row["told"] for row in read(settings, build(settings, "topic_b", now=NOW).uri)] == ["x"]
