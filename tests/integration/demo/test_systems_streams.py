"""Readings over a real broker: kept for the hub while it is away, over a restart, each message once acknowledged."""

import json
import threading
from pathlib import Path

import paho.mqtt.client as mqtt_client
import pyarrow as pa
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from catalog.errors import ConfigurationError
from catalog.systems import SystemSpec
from demo.services import mqtt as broker
from demo.services.service import Service, Services
from demo.services.testing import require_or_skip
from demo.systems import messages, streams
from demo.systems.place import Place

COUNT = 2_500


def readings(deliver, count: int = COUNT):
    """Water readings; air quality has one."""
    deliver("ecology_reading", pa.table({"sensor_id": ["E1"], "value": [1.0]}))
    table = pa.table({"sensor_id": [f"W{number % 7}" for number in range(count)], "level": list(range(count))})
    return deliver("water_reading", table)


def collect(spec: SystemSpec, *, acknowledge: bool = True, stop_after: int = 10**9) -> list[tuple[str, dict]]:
    """What the hub would collect with this spec: until nothing came for a second."""
    host, _, port = spec.location.removeprefix("mqtt://").partition(":")
    got: list[tuple[str, dict]] = []
    arrived = threading.Event()
    client = mqtt_client.Client(
        CallbackAPIVersion.VERSION2, client_id=spec.options["client_id"], clean_session=False, manual_ack=True
    )
    client.username_pw_set(spec.secret["user"], spec.secret["password"])

    def on_message(client, _, message):
        if len(got) < stop_after:
            got.append((message.topic, json.loads(message.payload)))
            if acknowledge:
                client.ack(message.mid, message.qos)
        arrived.set()

    client.on_message = on_message
    client.connect(host, int(port))
    client.loop_start()
    while arrived.wait(1.0):
        arrived.clear()
    client.disconnect()
    client.loop_stop()
    return got


def test_messages_wait_for_the_hub_and_outlive_a_restart_of_the_broker(tmp_path: Path, home: Path, deliver):
    first = require_or_skip("mqtt", tmp_path / "mqtt")
    streams.fill(Place(home, Services(mqtt=first)), readings(deliver))
    if not first.throwaway:
        pytest.skip("a named broker is not ours to restart")
    first.stop()
    second = broker.start(tmp_path / "mqtt", {})
    assert second
    water, ecology = streams.specs(Place(home, Services(mqtt=_like(second, first.prefix))))
    got = collect(water)
    assert len(collect(ecology)) == 1
    again = collect(water)
    second.stop()
    assert [payload["level"] for _, payload in got] == list(range(COUNT))
    assert {topic for topic, _ in got} == {f"water/W{number}/level" for number in range(7)}
    assert again == []


def _like(service: Service, prefix: str) -> Service:
    from dataclasses import replace

    return replace(service, prefix=prefix)


def test_what_was_not_acknowledged_comes_again(mqtt: Service, home: Path, deliver):
    place = Place(home, Services(mqtt=mqtt))
    streams.fill(place, readings(deliver, 30))
    water, _ = streams.specs(place)
    assert len(collect(water, acknowledge=False)) == 30
    assert len(collect(water, stop_after=20)) == 20
    assert [payload["level"] for _, payload in collect(water)] == list(range(20, 30))


def test_filling_again_drops_what_an_earlier_run_left_in_the_queue(mqtt: Service, home: Path, deliver):
    place = Place(home, Services(mqtt=mqtt))
    streams.fill(place, readings(deliver, 30))
    streams.fill(place, readings(deliver, 5))
    assert len(collect(streams.specs(place)[0])) == 5


def test_the_hubs_account_may_not_publish(mqtt: Service, home: Path, deliver):
    if not mqtt.throwaway:
        pytest.skip("a named broker has rights of its own")
    place = Place(home, Services(mqtt=mqtt))
    streams.fill(place, readings(deliver, 1))
    water, _ = streams.specs(place)
    hub = Service("mqtt", mqtt.host, mqtt.port, water.secret["user"], water.secret["password"])
    messages.publish(hub, "water/+/level", iter([("W9", "{}")]))
    assert len(collect(water)) == 1


def test_a_stranger_is_refused_in_a_sentence(mqtt: Service):
    stranger = Service("mqtt", mqtt.host, mqtt.port, "stranger", "wrong")
    with pytest.raises(ConfigurationError) as raised:
        messages.publish(stranger, "water/+/level", iter([("W9", "{}")]))
    assert raised.value.code == "broker_silent"
    assert "wrong" not in str(raised.value)
