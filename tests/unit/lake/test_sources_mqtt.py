"""Messages of a broker: what is judged before anybody is reached."""

from pathlib import Path

import pytest

from catalog.errors import InvalidInput
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake import sources
from tests.factories.deliveries import a_contract


@pytest.mark.parametrize("option", ["idle_seconds", "longest_seconds", "ack_every"])
@pytest.mark.parametrize("given", ["soon", "nan", -1], ids=str)
def test_a_number_that_may_not_be_is_named_before_the_broker_is_reached(
    settings: Settings, tmp_path: Path, option: str, given: object
) -> None:
    nowhere = SystemSpec("water_mqtt", "water", "mqtt", "mqtt://127.0.0.1:1", {option: given})
    with pytest.raises(InvalidInput, match=option):
        sources.read(settings, nowhere, a_contract(), since=None, keep=tmp_path / "kept")
