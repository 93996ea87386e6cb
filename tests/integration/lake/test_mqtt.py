"""Sensor messages over a real broker: none is lost, whoever dies when."""

import json
from dataclasses import replace
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from catalog.errors import SourceRefused, SourceUnreachable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from demo.services.service import Service
from lake import sources
from lake.engines.duckdb import connect
from lake.loading import deliveries, ingest, raw
from lake.sources import mqtt as source
from tests.factories.deliveries import NOW, a_contract, a_registry_with, an_item

CONTRACT = a_contract(
    dataset="water_reading",
    mode="append",
    locator="water/+/level",
    items=(an_item("sensor_id", key=True, required=True), an_item("value", "level"), an_item("received_at")),
)


@pytest.fixture
def spec(mqtt: Service) -> SystemSpec:
    options = {"client_id": f"{mqtt.prefix}hub", "idle_seconds": 0.5, "ack_every": 50}
    return SystemSpec(
        "water_mqtt", "civil", "mqtt", mqtt.location, options, {"user": mqtt.user, "password": mqtt.password}
    )


@pytest.fixture
def hub(settings: Settings, spec: SystemSpec, tmp_path: Path) -> Settings:
    """A hub whose session waits at the broker, so that messages are kept for it from now on."""
    sources.read(settings, spec, CONTRACT, since=None, keep=tmp_path / "first")
    return a_registry_with(settings, CONTRACT)


def publish(mqtt: Service, payloads: list[bytes]) -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(mqtt.user, mqtt.password)
    client.connect(mqtt.host, mqtt.port)
    client.loop_start()
    for number, payload in enumerate(payloads):
        client.publish(f"water/s{number % 3}/level", payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def readings(first: int, last: int) -> list[bytes]:
    return [json.dumps({"sensor_id": f"s{n}", "level": n / 10}).encode() for n in range(first, last)]


def collect(hub: Settings, spec: SystemSpec) -> ingest.Batch:
    return ingest.collect(hub, CONTRACT, spec, now=NOW, by="steward")


def sensors(hub: Settings, batch: ingest.Batch) -> list[str]:
    with connect(hub) as connection:
        relation = raw.relation(hub, "water_reading", batch.batch_id)
        return [
            sensor for (sensor,) in connection.execute(f"SELECT sensor_id FROM {relation} ORDER BY _row").fetchall()
        ]


def test_messages_wait_for_the_hub_and_come_once(hub: Settings, spec: SystemSpec, mqtt: Service) -> None:
    publish(mqtt, readings(0, 120))
    first = collect(hub, spec)
    assert sorted(sensors(hub, first)) == sorted(f"s{n}" for n in range(120))
    assert not collect(hub, spec).new
    publish(mqtt, readings(200, 210))
    assert collect(hub, spec).rows == 10


def test_looking_takes_nothing_away(hub: Settings, spec: SystemSpec, mqtt: Service, tmp_path: Path) -> None:
    publish(mqtt, readings(0, 30))
    assert sources.peek(hub, spec, CONTRACT, keep=tmp_path / "look").reader.read_all().num_rows == 30
    assert collect(hub, spec).rows == 30


def test_a_message_that_is_no_json_is_kept_aside_not_lost(hub: Settings, spec: SystemSpec, mqtt: Service) -> None:
    publish(mqtt, [b"not json", b'{"sensor_id":\n "s1", "level": 1.50}', *readings(2, 3)])
    batch = collect(hub, spec)
    assert (batch.rows, batch.kept_aside) == (2, 1)
    kept = deliveries.folder(hub, "water_reading", batch.batch_id) / "messages.ndjson"
    assert b"not json" in kept.read_bytes()


def test_what_was_acknowledged_by_a_run_that_died_is_not_lost(
    hub: Settings, spec: SystemSpec, mqtt: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(mqtt, readings(0, 30))
    with monkeypatch.context() as broken:
        broken.setattr(raw, "stage", _die)
        with pytest.raises(KeyboardInterrupt):
            collect(hub, spec)
    publish(mqtt, readings(30, 40))
    assert sorted(sensors(hub, collect(hub, spec))) == sorted(f"s{n}" for n in range(40))


def test_what_was_not_acknowledged_comes_again(
    hub: Settings, spec: SystemSpec, mqtt: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(mqtt, readings(0, 30))
    with monkeypatch.context() as broken:
        broken.setattr(source.Collector, "_settle", _die)
        with pytest.raises(KeyboardInterrupt):
            collect(hub, spec)
    assert set(sensors(hub, collect(hub, spec))) == {f"s{n}" for n in range(30)}


def _die(*_args: object, **_kwargs: object) -> None:
    raise KeyboardInterrupt


def test_a_line_torn_by_a_power_cut_is_dropped_because_the_broker_still_has_it(tmp_path: Path) -> None:
    kept = tmp_path / "messages.ndjson"
    kept.write_bytes(b'{"sensor_id": "1"}\n{"sens')
    source._drop_torn_line(kept)
    assert kept.read_bytes() == b'{"sensor_id": "1"}\n'


def test_a_wrong_password_and_a_broker_that_is_away(
    hub: Settings, spec: SystemSpec, wrong_password: dict[str, str]
) -> None:
    with pytest.raises(SourceRefused) as refused:
        collect(hub, replace(spec, secret=wrong_password))
    assert wrong_password["password"] not in str(refused.value)
    with pytest.raises(SourceUnreachable):
        collect(hub, replace(spec, location="mqtt://127.0.0.1:9"))
