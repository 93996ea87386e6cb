"""Topics an engineer declares: what is accepted, what is refused and why; they come out like any other table."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.errors import HubError
from catalog.settings import Settings
from lake.bases import build, check_topic, keep, known, lineage, topics
from tests.factories.standard_tables import day, hold, read
from tests.factories.topics import ITEMS, SQL, contract, write

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


def test_a_declared_topic_is_built_with_lineage_like_any_other(settings: Settings, tmp_path: Path) -> None:
    sql, promise = write(tmp_path / "mine")
    keep(settings, check_topic(settings, sql, promise), sql, promise)
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
        (SQL.replace("count(*)", "random()"), "random"),
        (SQL.replace("count(*)", "getenv('HOME')"), "none of the hub's"),
        (SQL.replace("count(*)", "(SELECT max(p.phone) FROM population AS p)"), "sub-query"),
        (SQL.replace("home.kind, count", "home.colour, count"), "does not run"),
        (SQL.replace("AS facilities", "AS other"), "facilities"),
        (SQL.replace("count(*)", "'many'"), "VARCHAR"),
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
