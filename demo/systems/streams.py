"""Water and ecology: sensor readings over MQTT where a broker is to be had, else as NDJSON files."""

from dataclasses import dataclass
from pathlib import Path

from catalog.systems import SystemSpec
from demo.services.service import Service
from demo.systems import messages
from demo.systems.place import Deliveries, Place

IDLE_SECONDS = 2.0
ACK_EVERY = 500  # the broker sends 1,000 messages ahead of acknowledgements


@dataclass(frozen=True)
class Stream:
    """One department's readings: dataset, topic, and the file they lie in without a broker."""

    agency: str
    dataset: str
    topic: str
    file: str


STREAMS = (
    Stream("water", "water_reading", "water/+/level", "water_level"),
    Stream("ecology", "ecology_reading", "ecology/+/air", "ecology_air"),
)


def specs(place: Place) -> list[SystemSpec]:
    """water_mqtt and ecology_mqtt."""
    service = place.services.mqtt
    return [_over_mqtt(stream, service) if service else _in_files(stream, place) for stream in STREAMS]


def fill(place: Place, deliveries: Deliveries) -> None:
    """Publish the readings into the hub's waiting session, or write them as lines."""
    for stream in STREAMS:
        readings = messages.texts(deliveries, stream.dataset)
        if service := place.services.mqtt:
            messages.open_session(service, client_id=_client_id(stream, service), topic=stream.topic)
            messages.publish(service, stream.topic, readings)
        else:
            messages.write_lines(_file(stream, place, deliveries.month), readings)


def _over_mqtt(stream: Stream, service: Service) -> SystemSpec:
    options = {
        "client_id": _client_id(stream, service),
        "idle_seconds": IDLE_SECONDS,
        "ack_every": ACK_EVERY,
    }
    user, password = service.reader if service.reader[0] else (service.user, service.password)
    secret = {"user": user, "password": password} if user else {}
    return SystemSpec(f"{stream.agency}_mqtt", stream.agency, "mqtt", service.location, options, secret)


def _in_files(stream: Stream, place: Place) -> SystemSpec:
    options = {"files": {stream.topic: f"{stream.file}*.ndjson"}}
    return SystemSpec(f"{stream.agency}_mqtt", stream.agency, "ndjson", str(place.folder(stream.agency)), options)


def _client_id(stream: Stream, service: Service) -> str:
    return f"{service.prefix}hub_{stream.agency}"


def _file(stream: Stream, place: Place, month: str) -> Path:
    folder = place.folder(stream.agency)
    for old in folder.glob(f"{stream.file}*.ndjson"):
        old.unlink()
    return folder / f"{stream.file}_{month}.ndjson"
