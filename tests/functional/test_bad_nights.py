"""Nights on which something is wrong with one department: one sentence, the others go on, nothing published is lost.

The steps of the DAGs are run one after the other in this process, on real department systems of a small city.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog import queries
from catalog.contracts import load_contracts
from catalog.database import forget_engines, open_reader
from catalog.errors import HubError
from catalog.settings import Settings
from dags.steps import bases, judgement, publication
from dags.steps.department import load
from demo import setup
from demo.city.build import build_city
from demo.systems import registry
from demo.systems.registry import Systems
from lake import tables
from lake.layout import Layout

NEIGHBOUR = "stats_indicator"
BUILT_ANEW = ("population", "legal", "spatial", "credit", "licence", "public_service")
"""What a second delivery of the same rows may build again."""


class Hub:
    """A hub with a small city's departments, and a night of work."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, language="en")
        build_city(home / "demo", residents=500, seed=11)
        self.systems: Systems = registry.start_all(home, folder=home / "demo")
        setup.enter(self.settings, self.systems.specs.values(), contracts=[setup.CONTRACTS], now=self.clock())

    def clock(self) -> datetime:
        return datetime.now(UTC)

    def night(self, *only: str) -> dict[str, HubError]:
        """Load every dataset (or `only` these), judge, build, publish. Returns the errors of failed loads."""
        failed: dict[str, HubError] = {}
        for dataset in only or load_contracts(self.settings.contracts_dir):
            try:
                load(self.settings, dataset, clock=self.clock)
            except HubError as error:
                failed[dataset] = error
        assert judgement.judge_waiting(self.settings, clock=self.clock) == {}
        for group in bases.GROUPS if not only else ():
            bases.build_group(self.settings, group, clock=self.clock)
        assert publication.publish_all(self.settings, clock=self.clock) == {}
        return failed

    def published(self) -> dict[str, tuple[int, int]]:
        """Dataset → (published version, its rows)."""
        with open_reader(self.settings) as session:
            return {code: (v.version, v.rows) for code, v in queries.published_all(session).items()}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    made = Hub(tmp_path_factory.mktemp("nights") / "home")
    try:
        yield made
    finally:
        made.systems.stop()
        forget_engines()


def test_a_good_night_publishes_everything_and_a_second_one_changes_nothing(hub: Hub) -> None:
    assert hub.night() == {}
    first = hub.published()
    assert len(first) > 20
    standard_before = {code: v for code, v in first.items() if not code.startswith(BUILT_ANEW)}
    assert hub.night() == {}
    again = hub.published()
    for code, (version, rows) in standard_before.items():
        if not code.startswith("topic"):
            assert again[code] == (version, rows), code


def test_the_bases_of_affairs_hold_what_the_departments_told(hub: Hub) -> None:
    def rows(zone: str, name: str) -> list[dict[str, Any]]:
        return list(tables.read(getattr(Layout(hub.settings.lake_url), zone)(name)).to_pylist())

    figures = rows("base", "economy")
    assert sum(row["newest"] for row in figures) == 20 * 12
    assert sum(not row["newest"] for row in figures) >= 1  # revised later, and kept
    assert {row["provided_by"] for row in figures if row["indicator_code"] == "LZ005"} == {"finance"}
    differ = {row["indicator_code"] for row in figures if row["contradicted"]}
    assert differ
    assert differ <= {"LZ005", "LZ006", "LZ007"} | {row["indicator_code"] for row in figures if row["revision"] > 1}
    shown, gone = rows("base", "credit_penalty"), rows("base", "credit_removal")
    numbers = {row["penalty_no"] for row in rows("standard", "reform_penalty")}
    assert {row["penalty_no"] for row in shown} | {row["penalty_no"] for row in gone} == numbers
    repaired = {row["document_no"] for row in rows("standard", "reform_repair")} & numbers
    assert repaired <= {row["penalty_no"] for row in gone if row["reason"] in ("repaired", "withdrawn")}
    assert not repaired & {row["penalty_no"] for row in shown}
    held = [row["holder_kind"] for row in rows("base", "licence")]
    assert {"person", "legal_person"} <= set(held)
    assert held.count("unknown") < 0.4 * len(held)
    facilities = rows("base", "public_service")
    assert all(row["township_code"].startswith("370683") for row in facilities)
    assert sum(row["address_code"] is not None for row in facilities) > 0.5 * len(facilities)
    assert {"economy", "credit_penalty", "licence", "public_service"} <= set(hub.published())


@pytest.mark.parametrize(
    ("dataset", "spoil"),
    [
        ("civil_subsistence", "broken_workbook"),
        ("establishment_unit", "wrong_encoding"),
        ("education_pupil", "lost_column"),
        ("reform_penalty", "half_a_file"),
    ],
)
def test_a_spoilt_delivery_fails_in_one_sentence_and_the_rest_of_the_city_goes_on(
    hub: Hub, dataset: str, spoil: str
) -> None:
    before = hub.published()
    contract = load_contracts(hub.settings.contracts_dir)[dataset]
    folder = Path(hub.systems.specs[contract.system].location)
    file = next(iter(sorted(folder.glob(contract.locator))))
    kept = file.with_suffix(".kept")
    shutil.copyfile(file, kept)
    try:
        _SPOIL[spoil](file)
        failed = hub.night(dataset, NEIGHBOUR)
    finally:
        kept.replace(file)
    assert set(failed) == {dataset}
    sentence = failed[dataset].sentence("en")
    assert sentence.count("\n") == 0
    assert sentence.rstrip().endswith(".")
    assert len(sentence) > 40
    after = hub.published()
    assert after[dataset] == before[dataset], "what was published before stays published"
    assert set(after) == set(before)
    deliveries = hub.settings.home / "deliveries" / dataset
    assert any(path.is_file() for path in deliveries.rglob("*")), "the delivery is kept as it came"
    assert hub.night(dataset) == {}, "once mended, the department loads again"


def test_a_department_system_that_is_down_fails_alone_and_says_so(hub: Hub) -> None:
    from catalog.actions import systems
    from catalog.database import open_session
    from catalog.systems import SystemSpec

    spec = hub.systems.specs["hrss_api"]
    down = SystemSpec(spec.code, spec.agency, spec.kind, "http://127.0.0.1:9", dict(spec.options), dict(spec.secret))
    before = hub.published()
    with open_session(hub.settings) as session:
        systems.register(session, settings=hub.settings, spec=down, by="test", now=hub.clock())
    try:
        failed = hub.night("hrss_insurance", NEIGHBOUR)
    finally:
        with open_session(hub.settings) as session:
            systems.register(session, settings=hub.settings, spec=spec, by="test", now=hub.clock())
    assert {dataset: error.code for dataset, error in failed.items()}.keys() == {"hrss_insurance"}
    assert hub.published()["hrss_insurance"] == before["hrss_insurance"]


def _broken_workbook(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:2000])


def _wrong_encoding(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1] + b"\xff\xfe\x81")


def _lost_column(file: Path) -> None:
    lines = file.read_bytes().decode("gb18030").splitlines()
    file.write_bytes("\n".join(line.partition(",")[2] for line in lines).encode("gb18030"))


def _half_a_file(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])


_SPOIL = {
    "broken_workbook": _broken_workbook,
    "wrong_encoding": _wrong_encoding,
    "lost_column": _lost_column,
    "half_a_file": _half_a_file,
}
