"""What small hubs weigh by can be learnt again: a command makes the file of a start from the records of a hub."""

from pathlib import Path

import pytest

from benchmarks import bases_data, learn_start
from catalog.settings import Settings
from lake.matching import trained


def test_a_start_learnt_from_a_hub_is_read_back_and_differs_from_itself_in_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bases_data.fill(Settings(home=tmp_path), 2_000, 3)
    file = tmp_path / "person.start.json"
    told = learn_start.main(tmp_path, "population", file)
    assert told["searched"] > 0
    assert any(abs(bits) > 0 for column in told["more_bits"].values() for bits in column), "another city, other bits"

    monkeypatch.setattr(trained, "MODELS", tmp_path)
    again = learn_start.main(tmp_path, "population", None)
    assert all(abs(bits) <= 0.01 for column in again["more_bits"].values() for bits in column)
    start = trained.load_start("person")
    assert start is not None
    assert start.threshold == told["threshold"]
    assert start.rate > 0
