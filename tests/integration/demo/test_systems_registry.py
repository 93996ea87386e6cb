"""The whole city's systems at once, from a generated city, with every server that is to be had."""

from pathlib import Path

import psutil
import pytest

from catalog.contracts import load_contracts
from demo import realdata
from demo.city.build import build_city
from demo.services.testing import require_or_skip
from demo.systems import registry
from demo.systems.place import Deliveries

CONTRACTS = Path(realdata.__file__).parents[1] / "contracts"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Deliveries of a hamlet."""
    folder = tmp_path_factory.mktemp("city")
    build_city(folder, residents=500, seed=11)
    return folder


def test_what_is_delivered_is_what_the_contracts_promise(city: Path):
    delivered = Deliveries(city)
    for contract in load_contracts(CONTRACTS).values():
        promised = {item.source_name for item in contract.items}
        assert set(delivered.schema(contract.dataset).names) == promised, contract.dataset


def children() -> set[int]:
    """Processes under this one."""
    return {process.pid for process in psutil.Process().children(recursive=True)}


def test_the_city_comes_up_filled_stops_whole_and_comes_back(city: Path, home: Path, tmp_path: Path):
    for kind in ("postgresql", "mysql", "mqtt"):
        require_or_skip(kind, tmp_path / kind).stop()
    before, told = children(), []
    systems = registry.start_all(home, folder=city, progress=lambda what, done: told.append(done))
    try:
        contracts = load_contracts(CONTRACTS)
        assert {contract.system for contract in contracts.values()} == set(systems.specs)
        kinds = {code: spec.kind for code, spec in systems.specs.items()}
        assert (kinds["police_db"], kinds["health_db"], kinds["water_mqtt"]) == ("postgresql", "mysql", "mqtt")
        assert systems.notes == []
        assert told[0] == 0.0
        assert told[-1] == 1.0
        for contract in contracts.values():
            spec = systems.specs[contract.system]
            assert spec.kind != "files" or list(Path(spec.location).glob(contract.locator)), contract.dataset
        assert len(systems.specs) == 16
        secrets = [value for spec in systems.specs.values() for value in spec.secret.values() if len(value) > 20]
        assert secrets
        assert not any(
            secret in spec.location or secret in repr(systems) for spec in systems.specs.values() for secret in secrets
        )
    finally:
        systems.stop()
    assert children() <= before
    again = registry.start_all(home)
    again.stop()
    again.stop()
    assert children() <= before
    assert set(again.specs) == set(systems.specs)
    assert again.specs["police_db"].secret == systems.specs["police_db"].secret
    assert again.specs["police_db"].options["schema"] == "public"


def test_without_any_server_every_department_still_has_a_system(city: Path, home: Path, monkeypatch):
    from demo.services.start import STARTS

    for kind in list(STARTS):
        monkeypatch.setitem(STARTS, kind, lambda *_: None)
    systems = registry.start_all(home, folder=city)
    systems.stop()
    kinds = {spec.kind for spec in systems.specs.values()}
    assert kinds == {"sqlite", "files", "rest", "ndjson"}


def test_a_fill_that_fails_leaves_no_process_behind(home: Path, tmp_path: Path):
    before = children()
    with pytest.raises(Exception, match="police_person"):
        registry.start_all(home, folder=tmp_path)
    assert children() <= before
