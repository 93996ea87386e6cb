"""Whose word counts, field by field: every department designated for a field beats all those behind it.

One build over one person per case: in each, a department speaks and so do all behind it, but none before it.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.database import forget_engines
from catalog.settings import Settings
from catalog.standards import check_digits
from lake import bases
from lake.bases import build
from lake.layout import Layout
from tests.factories.standard_tables import batch_of, day, hold, moment, read

POLICE, HRSS, PUPIL = "police_person", "hrss_insurance", "education_pupil"
BIRTH, CIVIL, DEATH = "health_birth", "civil_subsistence", "health_death"
ORDER = {
    "resident_id": (POLICE, HRSS, PUPIL, BIRTH, CIVIL, DEATH),
    "name": (POLICE, HRSS, PUPIL, BIRTH, CIVIL, DEATH),
    "sex": (POLICE, PUPIL, CIVIL, BIRTH),
    "birth_date": (POLICE, BIRTH, PUPIL, CIVIL),
    "ethnic": (POLICE,),
    "address": (POLICE, CIVIL, HRSS, PUPIL, BIRTH),
    "division_code": (POLICE,),
    "household_no": (POLICE,),
    "relation": (POLICE,),
}
"""What the city decided; written here once more, so that nobody changes it by accident."""
FREE = {"phone": {POLICE, HRSS, CIVIL, PUPIL}, "death_date": {DEATH, POLICE}}
"""Fields whose winner goes by a date."""
ITEMS = {(BIRTH, "name"): "child_name", (POLICE, "death_date"): "cancelled_on"}
DELIVERED = {POLICE: 1, HRSS: 2, PUPIL: 3, BIRTH: 4, CIVIL: 5, DEATH: 6}
"""Day of November on which a dataset came: the farther behind, the newer."""

# fmt: off
DATED = [  # field, winner, loser, what each says, since when (where the dataset says so itself)
    ("phone", POLICE, HRSS, "1", "2", moment(2026, 12), moment(2026, 10)),
    ("phone", HRSS, POLICE, "1", "2", moment(2026, 12), moment(2026, 10)),
    ("phone", CIVIL, PUPIL, "1", "2", None, None),
    ("phone", PUPIL, POLICE, "1", "2", None, moment(2026, 10)),
    ("phone", CIVIL, HRSS, "1", "2", None, moment(2026, 10)),
    ("death_date", POLICE, DEATH, day(2025, 4, 1), day(2025, 4, 2), moment(2020), None),
    ("death_date", DEATH, POLICE, day(2025, 4, 1), day(2025, 4, 2), None, moment(2026, 12)),
]
# fmt: on
RANKED = [(field, place) for field, listed in ORDER.items() if field != "resident_id" for place in range(len(listed))]


def number(case: int) -> str:
    """The valid identity number of the person of one case (GB 11643)."""
    body = f"37068319900307{case:03d}"
    return body + check_digits.mod_11_2(body)


def said(field: str, place: int) -> Any:
    """What the dataset at `place` claims: all differ, and those behind come first in any alphabet or calendar."""
    if field == "birth_date":
        return day(1990, 3, 28 - place)
    return str(9 - place) if field in ("sex", "ethnic") else f"值{9 - place}"


def row(dataset: str, case: int, field: str, claim: Any, stated: datetime | None) -> dict[str, Any]:
    """One row of `dataset` that claims something about one field and nothing else."""
    made = {"child_id" if dataset == BIRTH else "resident_id": number(case), ITEMS.get((dataset, field), field): claim}
    if dataset in (POLICE, HRSS):
        made["updated_at"] = stated
    if dataset == POLICE and field == "death_date":
        made["status"] = "2"
    return made


def deliveries() -> dict[str, list[dict[str, Any]]]:
    """Rows by dataset: the ranked cases, then the dated ones."""
    rows = defaultdict(list)
    for case, (field, place) in enumerate(RANKED):
        for behind, dataset in list(enumerate(ORDER[field]))[place:]:
            stated = moment(2020 if behind == place else 2027)
            rows[dataset].append(row(dataset, case, field, said(field, behind), stated))
    for case, (field, winner, loser, right, wrong, since, otherwise) in enumerate(DATED, start=len(RANKED)):
        rows[winner].append(row(winner, case, field, right, since))
        rows[loser].append(row(loser, case, field, wrong, otherwise))
    return rows


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    """The built base, by identity number."""
    settings = Settings(home=tmp_path_factory.mktemp("order"))
    for dataset, rows in deliveries().items():
        hold(settings, dataset, *rows, day=DELIVERED[dataset])
    build(settings, "population", now=datetime(2026, 11, 20, 1, tzinfo=UTC))
    yield {person["resident_id"]: person for person in read(settings, Layout(settings.lake_url).base("population"))}
    forget_engines()


def won(person: dict[str, Any], field: str) -> tuple[Any, str, str]:
    return person[field], person[f"{field}_from"], person[f"{field}_batch"]


@pytest.mark.parametrize(("field", "place"), RANKED, ids=[f"{field}-{ORDER[field][place]}" for field, place in RANKED])
def test_a_designated_department_beats_all_behind_it_however_new_their_word(
    people: dict[str, dict[str, Any]], field: str, place: int
) -> None:
    winner = ORDER[field][place]
    expected = (said(field, place), winner.partition("_")[0], batch_of(winner, DELIVERED[winner]))
    assert won(people[number(RANKED.index((field, place)))], field) == expected


@pytest.mark.parametrize("case", range(len(DATED)), ids=[f"{dated[0]}-{dated[1]}-{dated[2]}" for dated in DATED])
def test_a_telephone_goes_by_the_newest_word_and_a_death_by_the_earliest_day(
    people: dict[str, dict[str, Any]], case: int
) -> None:
    field, winner, _, right, *_ = DATED[case]
    expected = (right, winner.partition("_")[0], batch_of(winner, DELIVERED[winner]))
    assert won(people[number(len(RANKED) + case)], field) == expected


def test_no_field_or_department_is_designated_beside_these() -> None:
    with (Path(bases.__file__).parent / "population" / "fields.csv").open(encoding="utf-8") as stream:
        listed = [(line["field"], line["dataset"]) for line in csv.DictReader(stream)]
    expected = {(field, dataset) for told in (ORDER, FREE) for field, those in told.items() for dataset in those}
    assert (set(listed), len(listed)) == (expected, len(expected))
