"""What the rows of a declared topic are picked by: it is told by their number, their order, and what stands beside."""

from pathlib import Path

import pytest
import yaml

from catalog.errors import HubError
from catalog.settings import Settings
from lake.bases import check_topic
from tests.factories.topics import contract, write

DIGIT = "substr(p.resident_id, 17, 1)"
PEOPLE = "population AS p"
TOLD = ("told", "count", "integer", "L1")
NUMBER = "370683199001011237"
"""An identity number somebody guesses (invented; its check digit is right)."""

SHOWN = f"SELECT length(x.d) AS told FROM (SELECT p.division_code AS d, p.name AS n FROM {PEOPLE}"
"""A weak item of a query to be ended, which has a close one beside it."""

PICKING = [
    f"SELECT count(*) AS told FROM {PEOPLE} WHERE p.resident_id LIKE '33%'",
    f"SELECT count(*) AS told FROM {PEOPLE} GROUP BY {DIGIT}",
    f"SELECT count(*) AS told FROM {PEOPLE} GROUP BY p.name",
    f"SELECT count(*) AS told FROM {PEOPLE} GROUP BY p.sex HAVING min({DIGIT}) = '1'",
    f"SELECT count(*) AS told FROM {PEOPLE} JOIN spatial_grid AS g ON g.grid_code = {DIGIT}",
    f"SELECT x.told FROM (SELECT count(*) AS told FROM {PEOPLE} WHERE {DIGIT} = '1') AS x",
    f"WITH x AS (SELECT p.sex FROM {PEOPLE} WHERE {DIGIT} = '1') SELECT count(*) AS told FROM x",
    f"WITH x AS (SELECT p.sex, {DIGIT} AS d FROM {PEOPLE}) SELECT count(*) AS told FROM x WHERE x.d = '1'",
    f"WITH x AS (SELECT {DIGIT} AS d FROM {PEOPLE}) SELECT count(*) AS told FROM x GROUP BY x.d",
    f"SELECT count(*) AS told FROM (SELECT DISTINCT {DIGIT} AS d FROM {PEOPLE}) AS x",
    f"SELECT count(*) AS told FROM {PEOPLE} WHERE p.death_date = p.death_date",
    f"SELECT count(*) AS told FROM {PEOPLE} JOIN population AS q ON p.ethnic = q.ethnic",
    f"SELECT count(*) AS told FROM {PEOPLE} JOIN population AS q ON p.resident_id = q.resident_id OR p.name = q.name",
    f"SELECT count(*) AS told FROM {PEOPLE} JOIN credit_permit AS s ON p.birth_date = s.valid_to",
    f"SELECT x.d AS told FROM (SELECT count(p.division_code) FILTER (WHERE {DIGIT} = '1') AS d FROM {PEOPLE}) AS x",
]
MADE_OF_IT = [
    f"SELECT count(*) FILTER (WHERE p.resident_id LIKE '33%') AS told FROM {PEOPLE}",
    f"SELECT row_number() OVER (ORDER BY p.resident_id) AS told FROM {PEOPLE}",
]
IN_A_CONDITION = [
    f"SELECT count(*) AS told FROM public_service AS s WHERE {told}"
    for told in (
        f"s.township_code IN (SELECT p.division_code FROM {PEOPLE} WHERE {DIGIT} = '1')",
        f"EXISTS (SELECT 1 FROM {PEOPLE} WHERE {DIGIT} = s.kind)",
        f"EXISTS (SELECT 1 FROM {PEOPLE} JOIN (SELECT '{NUMBER}' AS resident_id) AS y USING (resident_id))",
    )
]
ORDERED = [
    f"SELECT length(p.division_code) AS told FROM {PEOPLE} ORDER BY p.resident_id",
    f"SELECT length(x.d) AS told FROM (SELECT p.division_code AS d FROM {PEOPLE} ORDER BY {DIGIT} LIMIT 9) AS x",
    f"{SHOWN} ORDER BY p.name) AS x LIMIT 1",
    f"{SHOWN} ORDER BY (2)) AS x LIMIT 1",
    f"{SHOWN} ORDER BY n) AS x LIMIT 1",
    f"SELECT length(x.d) AS told FROM (SELECT DISTINCT ON (2) p.division_code AS d, p.name AS n FROM {PEOPLE}) AS x",
    (f"{SHOWN} UNION ALL SELECT p.division_code, p.name FROM {PEOPLE} ORDER BY n) AS x LIMIT 1"),
    (
        "SELECT length(arg_max(p.division_code, p.resident_id) FILTER (WHERE p.resident_id IS NOT NULL)) AS told"
        f" FROM {PEOPLE}"
    ),
]
NAMED_AGAIN = (
    [
        f"SELECT x.told FROM (SELECT count(*) AS told, {DIGIT.replace('p.', '')} AS y, max(p.sex) AS resident_id"
        f" FROM {PEOPLE} {how}) AS x"
        for how in ("GROUP BY y", "GROUP BY y ORDER BY y LIMIT 1", "GROUP BY 2 ORDER BY 2 LIMIT 1")
    ]
    + [
        (
            f"SELECT count(*) AS told FROM (SELECT max(p.sex) FILTER (WHERE {DIGIT} = '1') AS d FROM {PEOPLE}) AS x"
            " JOIN (SELECT q.sex AS d FROM population AS q) AS y USING (d)"
        ),
        (
            f"WITH x AS (SELECT max(p.sex) FILTER (WHERE {DIGIT} = '1') AS d FROM {PEOPLE})"
            " SELECT count(*) AS told FROM public_service AS s WHERE EXISTS"
            " (SELECT 1 FROM x JOIN (SELECT q.sex AS d FROM population AS q) AS y USING (d))"
        ),
        (
            "SELECT count(*) AS told FROM population AS p"
            " WHERE EXISTS (SELECT 1 FROM licence AS l WHERE l.person_id = p.person_id)"
        ),
        (
            "SELECT count(*) AS told FROM population AS p GROUP BY EXISTS"
            " (SELECT 1 FROM topic_housing_support AS h WHERE h.person_id = p.person_id)"
        ),
    ]
    + [
        f"WITH x AS (SELECT p.person_id AS k FROM {PEOPLE} WHERE p.resident_id LIKE '37%')"
        f" SELECT {what} AS told FROM population AS q {how}"
        for what, how in (
            ("count(*)", "GROUP BY q.person_id IN (SELECT x.k FROM x)"),
            ("length(q.division_code)", "ORDER BY q.person_id IN (SELECT x.k FROM x) LIMIT 1"),
            ("count(*)", "GROUP BY substr(q.person_id, 1, 1)"),
        )
    ]
)
"""A name that means what it stands for, and a table joined by what another one looked at."""
TOGETHER = [
    f"SELECT count(*) AS told FROM (SELECT p.sex AS d, p.name AS n FROM {PEOPLE}"
    f" {both} SELECT p.sex, 'x' FROM {PEOPLE}) AS x"
    for both in ("EXCEPT", "EXCEPT ALL", "INTERSECT", "UNION")
] + [
    (
        f"SELECT count(*) AS told FROM (SELECT p.person_id AS k, p.resident_id AS d FROM {PEOPLE}"
        f" UNION SELECT p.person_id, '{NUMBER}' FROM {PEOPLE}) AS x GROUP BY x.k"
    ),
]
ENTITLED = [
    "SELECT count(*) AS told FROM topic_housing_support AS h",
    "SELECT count(*) AS told FROM population AS p JOIN topic_housing_support AS h ON h.person_id = p.person_id",
    (
        "SELECT count(*) AS told FROM population AS p LEFT JOIN topic_housing_support AS h USING (person_id)"
        " WHERE h.sex IS NULL"
    ),
    (
        "SELECT count(*) AS told FROM population AS p"
        " WHERE p.person_id IN (SELECT h.person_id FROM topic_housing_support AS h)"
    ),
]
"""Being in the table at all says who lives on an allowance."""


@pytest.mark.parametrize("sql", MADE_OF_IT)
def test_what_is_counted_or_numbered_by_an_identity_number_is_made_of_it(
    settings: Settings, tmp_path: Path, sql: str
) -> None:
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, sql, contract("topic_x", TOLD, key="told"), "topic_x"))
    assert "below L4 of population.resident_id it is made of" in refused.value.sentence("en")


@pytest.mark.parametrize("sql", PICKING + IN_A_CONDITION + ORDERED + NAMED_AGAIN + TOGETHER + ENTITLED)
def test_rows_picked_by_what_is_kept_close_are_counted_or_shown_at_its_grade(
    settings: Settings, tmp_path: Path, sql: str
) -> None:
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, sql, contract("topic_x", TOLD, key="told"), "topic_x"))
    assert "by which their rows are picked" in refused.value.sentence("en")
    assert refused.value.code == "topic_refused"
    owned_up = contract("topic_x", TOLD, key="told", graded_down=["told"])
    assert check_topic(settings, *write(tmp_path, sql, owned_up, "topic_x")).name == "topic_x"


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT p.resident_id.plain() AS told FROM {PEOPLE}",
        f"SELECT concat(p.name.plain(), 'x') AS told FROM {PEOPLE}",
        f"SELECT 'x' AS told FROM {PEOPLE} WHERE p.name.plain() = 'x'",
        f"SELECT s.kind AS told FROM public_service AS s LIMIT (SELECT hub_integer({DIGIT}) FROM {PEOPLE})",
        f"SELECT s.kind AS told FROM public_service AS s OFFSET (SELECT count(*) FROM {PEOPLE})",
        f"SELECT p.sex AS told, p.resident_id AS division_code FROM {PEOPLE} ORDER BY division_code LIMIT 1",
        f"SELECT p.resident_id AS sex, 'x' AS told FROM {PEOPLE} GROUP BY p.resident_id HAVING sex LIKE '%7'",
        f"SELECT DISTINCT ON (sex) 'x' AS told, p.resident_id AS sex FROM {PEOPLE}",
        (
            "SELECT concat('', 'x') AS told FROM public_service AS s"
            f" WHERE s.kind IN (SELECT left(p.resident_id, 6) AS town FROM {PEOPLE} GROUP BY town)"
        ),
        (
            "SELECT 'x' AS told, length(s.kind) AS resident_id FROM public_service AS s"
            f" WHERE EXISTS (SELECT 1 FROM {PEOPLE} WHERE resident_id LIKE '37%')"
        ),
        f"SELECT (p.resident_id) FROM {PEOPLE}",
        (
            "SELECT concat(z.k, '') AS told FROM hub AS n JOIN (SELECT q.resident_id AS k FROM population AS q) AS p"
            " ON k LIKE '37%' CROSS JOIN (SELECT '1' AS k FROM hub AS g) AS z"
        ),
        (
            "SELECT x.told FROM (SELECT 'a' AS told, 'b' AS a, '' AS b FROM hub AS h UNION ALL"
            f" SELECT 'c', 'd' AS k, p.resident_id AS k FROM {PEOPLE} WHERE k LIKE '37%') AS x"
        ),
        f"SELECT x.told FROM (SELECT 'a' AS told, {DIGIT} AS d FROM {PEOPLE} GROUP BY (2, 2)) AS x",
        f"SELECT x.resident_id AS told FROM (SELECT 'resident_id', (p.resident_id) FROM {PEOPLE}) AS x",
        f"WITH x AS (SELECT CAST('name' AS VARCHAR), (p.name) FROM {PEOPLE}) SELECT x.name AS told FROM x",
        (
            "SELECT 'x' AS told, length(s.kind) AS resident_id FROM public_service AS s JOIN hub AS g"
            f" ON (SELECT count(*) FILTER (WHERE resident_id LIKE '37%') > 0 FROM {PEOPLE})"
        ),
        (
            f"SELECT x.k AS told FROM (SELECT p.sex AS k, p.resident_id AS d FROM {PEOPLE} WHERE EXISTS"
            " (SELECT 1 AS d FROM public_service AS s JOIN public_service AS g ON d LIKE '%7')) AS x"
        ),
        f"SELECT 'x' AS told FROM population AS told WHERE hub_text(told) LIKE '%{NUMBER}%'",
        (
            "SELECT 'x' AS told FROM public_service AS s WHERE EXISTS"
            " (SELECT 1 FROM population AS kind WHERE CAST(kind AS VARCHAR) LIKE '%1')"
        ),
        (
            "SELECT x.s AS told FROM (SELECT alias.sex AS s, alias.name = 'x' AS division_code FROM population AS alias"
            " ORDER BY alias.division_code DESC LIMIT 1) AS x"
        ),
    ],
)
def test_what_nobody_can_follow_is_refused_by_its_form(settings: Settings, tmp_path: Path, sql: str) -> None:
    text = contract("topic_x", ("told", "text", "string", "L1"), key="told", graded_down=["told"])
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, sql, text, "topic_x"))
    assert refused.value.code in {"topic_invalid", "topic_untraced"}


def test_a_unit_that_is_a_column_to_the_engine_is_refused(settings: Settings, tmp_path: Path) -> None:
    """In `date_diff(day, ...)` one parser reads a unit, the other a column: what a digit chose as unit is told."""
    unit = f"CASE {DIGIT} WHEN '1' THEN 'year' ELSE 'day' END AS day"
    cheating = "WITH z AS (SELECT count(*) AS n FROM building_day AS b GROUP BY day, day) "
    sql = cheating + (
        "SELECT date_diff(day, CAST('2000-01-01' AS DATE), CAST('2100-01-01' AS DATE)) AS told"
        f" FROM (SELECT {unit} FROM {PEOPLE}) AS x"
    )
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, sql, contract("topic_x", TOLD, key="told"), "topic_x"))
    assert "may read day as a column" in refused.value.sentence("en")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) AS told FROM population AS p JOIN population AS q ON p.person_id = q.person_id",
        "SELECT count(*) AS told FROM population AS p JOIN topic_resident_place AS r USING (person_id)",
        "SELECT count(*) AS told FROM population AS p JOIN population AS q USING (person_id)",
        (
            "SELECT count(*) AS told FROM population AS p JOIN topic_resident_place AS r USING (person_id)"
            " JOIN population AS q USING (person_id)"
        ),
        "SELECT count(*) AS told FROM population AS p GROUP BY p.person_id ORDER BY p.person_id",
        (
            "SELECT count(*) AS told FROM population AS p"
            " WHERE EXISTS (SELECT 1 FROM topic_resident_place AS r WHERE r.person_id = p.person_id)"
        ),
        (
            "SELECT count(*) AS told FROM population AS p"
            " WHERE p.person_id IN (SELECT r.person_id FROM topic_resident_place AS r)"
        ),
        (
            "WITH aged AS (SELECT p.division_code AS d, year(p.birth_date) AS born FROM population AS p)"
            " SELECT count(*) AS told FROM aged AS a GROUP BY a.d"
        ),
        "SELECT length(p.division_code) AS told FROM population AS p WHERE p.division_code = '370683' ORDER BY told",
        "SELECT length(p.division_code) AS told FROM population AS p ORDER BY 1 LIMIT 3",
        "SELECT length(p.division_code) AS told FROM population AS p ORDER BY p.person_id LIMIT 3",
    ],
)
def test_joining_and_ordering_by_the_ids_of_people_picks_nothing(settings: Settings, tmp_path: Path, sql: str) -> None:
    assert check_topic(settings, *write(tmp_path, sql, contract("topic_x", TOLD, key="told"), "topic_x"))


def test_a_topic_made_for_it_lends_no_name_to_a_digit(settings: Settings) -> None:
    """One topic shows a digit at its grade, another names digits: set equal, the name would be the digit."""
    person = ("person_id", "person_no", "string", "L3")
    shown = f"SELECT p.person_id, {DIGIT} AS digit FROM {PEOPLE}"
    items = person, ("digit", "resident_id", "string", "L4")
    write(settings.topics_dir, shown, _personal(contract("topic_b", *items, key="person_id")), "topic_b")
    named = "SELECT concat('3', '') AS digit, concat('three', '') AS label FROM hub AS h"
    items = items[1], ("label", "text", "string", "L1")
    write(settings.topics_dir, named, _personal(contract("topic_g", *items, key="label")), "topic_g")
    joined = "SELECT g.label AS told FROM topic_b AS b JOIN topic_g AS g ON b.digit = g.digit"
    text = contract("topic_x", ("told", "text", "string", "L1"), key="told")
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(settings.home / "mine", joined, text, "topic_x"))
    assert "by which their rows are picked" in refused.value.sentence("en")
    by_person = "SELECT count(*) AS told FROM topic_b AS b JOIN population AS p ON p.person_id = b.person_id"
    files = write(settings.home / "mine", by_person, contract("topic_y", TOLD, key="told"), "topic_y")
    assert check_topic(settings, *files).name == "topic_y"  # it repeats the hub's own ids


def test_what_picked_the_rows_of_a_topic_picks_those_of_one_that_reads_it(settings: Settings) -> None:
    entitled = "SELECT h.person_id, h.sex FROM topic_housing_support AS h"
    items = ("person_id", "person_no", "string", "L4"), ("sex", "sex", "string", "L4")
    write(settings.topics_dir, entitled, _personal(contract("topic_b", *items, key="person_id")), "topic_b")
    counted = "SELECT count(*) AS told FROM topic_b AS b JOIN population AS p USING (person_id)"
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(settings.home / "mine", counted, contract("topic_x", TOLD, key="told"), "topic_x"))
    assert "monthly_amount" in refused.value.sentence("en")


def test_a_lower_grade_in_one_topic_frees_nothing_below_it_in_the_next(settings: Settings) -> None:
    entitled = "SELECT h.person_id FROM topic_housing_support AS h"
    item = ("person_id", "person_no", "string", "L3")
    text = contract("topic_b", item, key="person_id", graded_down=["person_id"])
    write(settings.topics_dir, entitled, _personal(text), "topic_b")
    counted = "SELECT count(*) AS told FROM population AS p JOIN topic_b AS b USING (person_id)"
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(settings.home / "mine", counted, contract("topic_x", TOLD, key="told"), "topic_x"))
    assert "told < topic_b.person_id L3" in refused.value.sentence("en")


def test_all_items_that_are_graded_too_low_are_named_at_once(settings: Settings, tmp_path: Path) -> None:
    sql = f"SELECT p.division_code, count(*) AS told FROM {PEOPLE} WHERE p.alive GROUP BY p.division_code"
    items = ("division_code", "division_code", "string", "L1"), TOLD
    with pytest.raises(HubError) as refused:
        check_topic(settings, *write(tmp_path, sql, contract("topic_x", *items, key="division_code"), "topic_x"))
    told = "(division_code < population.alive L3, told < population.alive L3)"
    assert told in refused.value.sentence("en")


def _personal(text: str) -> str:
    """The contract of a topic that is about people and shared with conditions: L4 is sensitive, L3 general."""
    document = yaml.safe_load(text.replace("value: L2", "value: L4").replace("unconditional", "conditional"))
    for one in document["schema"][0]["properties"]:
        kind = {"L3": "general", "L4": "sensitive"}.get(one["classification"], "none")
        one["customProperties"] = [entry for entry in one["customProperties"] if entry["property"] != "personal"]
        one["customProperties"].append({"property": "personal", "value": kind})
    return yaml.safe_dump(document, allow_unicode=True)
