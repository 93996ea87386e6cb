"""The outline of contracts: light, sorted, and never stopped by one broken file."""

import subprocess
import sys
from pathlib import Path

import pytest

from catalog.outline import Outline, outlines

GOOD = """
id: {dataset}
schema: [{{name: {dataset}, businessName: 户籍人口}}]
customProperties:
- {{property: agency, value: {agency}}}
- {{property: schedule, value: "{schedule}"}}
"""


def put(folder: Path, dataset: str, *, agency: str = "police", schedule: str = "0 2 * * *") -> None:
    text = GOOD.format(dataset=dataset, agency=agency, schedule=schedule)
    (folder / f"{dataset}.odcs.yaml").write_text(text, encoding="utf-8")


def test_outlines_come_by_agency_then_dataset(tmp_path: Path) -> None:
    for dataset, agency in (("police_person", "police"), ("health_death", "health"), ("health_birth", "health")):
        put(tmp_path, dataset, agency=agency)
    assert [outline.dataset for outline in outlines(tmp_path)] == ["health_birth", "health_death", "police_person"]


def test_an_outline_holds_what_a_schedule_needs(tmp_path: Path) -> None:
    put(tmp_path, "police_person", schedule="")
    assert outlines(tmp_path) == [Outline("police_person", "police", "", "户籍人口")]


@pytest.mark.parametrize("schedule", ["every night", "61 2 * * *", "0 2 * *"])
def test_a_schedule_that_is_none_would_stop_the_department_and_counts_as_none(tmp_path: Path, schedule: str) -> None:
    put(tmp_path, "police_person", schedule=schedule)
    assert [outline.schedule for outline in outlines(tmp_path)] == [""]


@pytest.mark.parametrize(
    "broken",
    [b"id: [", b"", b"id: x\n", b"id: a_b\nschema: []\ncustomProperties: []\n", b"\xff\xfe\x00", b"- 1\n- 2\n"],
    ids=["not YAML", "empty", "nothing in it", "no agency", "not text", "a list"],
)
def test_one_broken_contract_stops_no_other_department(tmp_path: Path, broken: bytes) -> None:
    put(tmp_path, "police_person")
    (tmp_path / "health_birth.odcs.yaml").write_bytes(broken)
    assert [outline.dataset for outline in outlines(tmp_path)] == ["police_person"]


def test_a_folder_that_is_not_there_has_no_outlines(tmp_path: Path) -> None:
    assert outlines(tmp_path / "none") == []


def test_reading_outlines_loads_neither_the_contract_library_nor_a_database() -> None:
    # They are read at every parse of the DAG folder, every few seconds.
    heavy = {"pydantic", "sqlalchemy", "open_data_contract_standard"}
    probe = f"import sys, catalog.outline; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
