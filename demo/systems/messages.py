"""Departments' readings as messages: published to a broker that queues them for the hub, or as lines in a file.

The hub is a persistent subscriber (MQTT 3.1.1 section 3.1.2.4): its session is opened here before anything is
published, so that the broker keeps every message of quality of service 1 until the hub fetches it.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from catalog.errors import ConfigurationError
from demo.services.service import Service
from demo.systems.place import Deliveries

KEEPALIVE_SECONDS = 60
WAIT_SECONDS = 30.0
IN_FLIGHT = 1_000


def texts(deliveries: Deliveries, dataset: str) -> Iterator[tuple[str, str]]:
    """Each row of the delivery as (sensor, JSON text), in the order the readings were sent."""
    names = deliveries.schema(dataset).names
    for row in deliveries.rows(dataset):
        record = dict(zip(names, row, strict=True))
        yield str(record["sensor_id"]), json.dumps(record, ensure_ascii=False, default=str)


def open_session(service: Service, *, client_id: str, topic: str) -> None:
    """Open the hub's persistent session for `topic` anew: what an earlier run left in its queue is dropped."""
    user, password = service.reader if service.reader[0] else (service.user, service.password)
    forgotten = _client(client_id, user, password, clean=True)
    _connected(forgotten, service)
    _leave(forgotten)
    session = _client(client_id, user, password, clean=False)
    subscribed: list[int] = []
    session.on_subscribe = lambda *_: subscribed.append(1)
    _connected(session, service)
    session.subscribe(topic, qos=1)
    _pump(session, lambda: bool(subscribed), service)
    _leave(session)


def publish(service: Service, topic: str, messages: Iterator[tuple[str, str]]) -> int:
    """Publish every message with quality of service 1 to `topic`, its `+` filled with the sensor; how many there were.

    Returns when the broker has acknowledged all. Raises ConfigurationError when it refuses or falls silent.
    """
    client = _client("", service.user, service.password, clean=True)
    client.max_inflight_messages_set(IN_FLIGHT)
    _connected(client, service)
    client.loop_start()
    count = 0
    last = None
    for sensor, text in messages:
        last = client.publish(topic.replace("+", sensor), text.encode(), qos=1)
        count += 1
        if count % IN_FLIGHT == 0:
            _wait(last, service)
    if last:
        _wait(last, service)
    client.disconnect()
    client.loop_stop()
    return count


def write_lines(path: Path, messages: Iterator[tuple[str, str]]) -> int:
    """Write the messages to `path`, one JSON object per line; how many there were."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for _, text in messages:
            file.write(text + "\n")
            count += 1
    return count


def _client(client_id: str, user: str, password: str, *, clean: bool) -> mqtt.Client:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=clean)
    if user:
        client.username_pw_set(user, password)
    return client


def _connected(client: mqtt.Client, service: Service) -> None:
    answers: list[bool] = []
    client.on_connect = lambda _c, _u, _f, reason, _p: answers.append(not reason.is_failure)
    try:
        client.connect(service.host, service.port, KEEPALIVE_SECONDS)
    except OSError as error:
        raise _silent(service) from error
    _pump(client, lambda: bool(answers), service)
    if not answers[0]:
        raise _silent(service)


def _pump(client: mqtt.Client, done: Callable[[], bool], service: Service) -> None:
    """Let the client work in this thread until `done()`."""
    for _ in range(int(WAIT_SECONDS * 10)):
        client.loop(timeout=0.1)
        if done():
            return
    raise _silent(service)


def _leave(client: mqtt.Client) -> None:
    client.disconnect()
    client.loop(timeout=0.1)


def _wait(last: mqtt.MQTTMessageInfo, service: Service) -> None:
    last.wait_for_publish(WAIT_SECONDS)
    if not last.is_published():
        raise _silent(service)


def _silent(service: Service) -> ConfigurationError:
    return ConfigurationError(
        f"消息服务器 {service.location} 拒绝连接或没有应答。请核对 SHUNIU_TEST_MQTT_URL。",
        f"The broker {service.location} refused the connection or did not answer. Check SHUNIU_TEST_MQTT_URL.",
        code="broker_silent",
    )
