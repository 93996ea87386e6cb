"""What the sensors send: water levels and air quality of one day, a reading every ten minutes, as messages arrive.

Rows are in the order of arrival. Times are texts 'YYYY-MM-DD HH:MM:SS' in local time, as the devices write them.
"""

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from demo.city.context import CityContext
from demo.city.dirt import Plants

_STEP: Final = 600  # seconds between readings
_PER_DAY: Final = 86_400 // _STEP
_DOUBLE, _LATE, _SKEWED, _GAP = 0.02, 0.03, 0.01, 0.03
# (pollutant of HJ 633, mean of the day in microgram per cubic metre; CO in milligram)
_POLLUTANTS: Final = (("PM2.5", 38.0), ("PM10", 71.0), ("SO2", 9.0), ("NO2", 27.0), ("O3", 96.0), ("CO", 0.6))

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]


def deliveries(rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants) -> dict[str, pa.Table]:
    """Return water_reading and ecology_reading: some ten sensors each, a few more in a bigger city."""
    sensors = 8 + int(context.residents**0.5 / 50)
    return {
        "water_reading": water_reading(rng, context, dirt, plants, sensors),
        "ecology_reading": ecology_reading(rng, context, dirt, plants, max(4, sensors // 2)),
    }


def water_reading(
    rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants, sensors: int
) -> pa.Table:
    """sensor_id, observed_at, level (metres), received_at; the key is sensor and time of observation."""
    sensor, slot = _schedule(rng, sensors, dirt)
    height = rng.uniform(1.5, 6.0, sensors)[sensor]
    level = height + 0.3 * np.sin(2 * np.pi * slot / _PER_DAY) + rng.normal(0, 0.02, len(slot))
    names = pa.array([f"W{context.county}{number:04d}" for number in range(1, sensors + 1)])
    readings = {"sensor_id": names.take(pa.array(sensor))}
    return _arrivals(rng, context, dirt, plants, "water_reading", readings, slot, {"level": np.round(level, 3)})


def ecology_reading(
    rng: np.random.Generator, context: CityContext, dirt: float, plants: Plants, sensors: int
) -> pa.Table:
    """sensor_id, observed_at, pollutant, value, received_at; the key is sensor, time and pollutant."""
    station, slot = _schedule(rng, sensors, dirt)
    kinds = len(_POLLUTANTS)
    sensor, slot, kind = np.repeat(station, kinds), np.repeat(slot, kinds), np.tile(np.arange(kinds), len(station))
    mean = np.array([typical for _, typical in _POLLUTANTS])[kind]
    value = mean * (1 + 0.4 * np.sin(2 * np.pi * (slot - 40) / _PER_DAY)) * rng.lognormal(0, 0.1, len(slot))
    names = pa.array([f"E{context.county}{number:04d}" for number in range(1, sensors + 1)])
    readings = {
        "sensor_id": names.take(pa.array(sensor)),
        "pollutant": pa.array([name for name, _ in _POLLUTANTS]).take(pa.array(kind)),
    }
    return _arrivals(rng, context, dirt, plants, "ecology_reading", readings, slot, {"value": np.round(value, 2)})


def _schedule(rng: np.random.Generator, sensors: int, dirt: float) -> tuple[Indices, Indices]:
    """Sensor and ten-minute slot of every reading of the day, without the outages of an hour or two."""
    due = np.ones((sensors, _PER_DAY), dtype=np.bool_)
    for broken in np.flatnonzero(rng.random(sensors) < _GAP * dirt * _PER_DAY / 9):
        start = int(rng.integers(6, _PER_DAY - 18))
        due[broken, start : start + int(rng.integers(6, 13))] = False
    reading = np.flatnonzero(due)
    return reading // _PER_DAY, reading % _PER_DAY


def _arrivals(
    rng: np.random.Generator,
    context: CityContext,
    dirt: float,
    plants: Plants,
    dataset: str,
    names: dict[str, pa.Array],
    slot: Indices,
    values: dict[str, Numbers],
) -> pa.Table:
    """Stamp the readings, plant late, skewed and double ones, and put the messages in the order they arrive."""
    n = len(slot)
    midnight = np.datetime64(context.today, "s")
    observed = midnight + slot * _STEP
    received = observed + rng.integers(1, 20, n)
    kind = rng.choice(4, n, p=_chances(dirt))
    late, skewed = np.flatnonzero(kind == 1), np.flatnonzero(kind == 2)
    received[late] += rng.integers(2 * 3600, 12 * 3600, len(late))
    # A clock that runs ahead; the odd seconds keep two readings of one sensor from meeting at one moment.
    observed[skewed] += rng.integers(3, 11, len(skewed)) * _STEP + 137 + slot[skewed]
    rows = np.concatenate([np.arange(n), np.flatnonzero(kind == 3)])
    again = np.arange(len(rows)) >= n
    arrival = received[rows] + np.where(again, rng.integers(1, 60, len(rows)), 0)
    order = np.argsort(arrival, kind="stable")
    at, stamp = pa.array(rows[order]), _text(observed)
    _account(
        plants, dataset, [names["sensor_id"], stamp, *(names[item] for item in names if item != "sensor_id")], kind
    )
    columns = {"sensor_id": names["sensor_id"], "observed_at": stamp, **names}
    table = {item: column.take(at) for item, column in columns.items()}
    numbers = {item: value[rows[order]] for item, value in values.items()}
    return pa.table({**table, **numbers, "received_at": _text(arrival[order])})


def _chances(dirt: float) -> tuple[float, float, float, float]:
    late, skewed, double = _LATE * dirt, _SKEWED * dirt, _DOUBLE * dirt
    return 1 - late - skewed - double, late, skewed, double


def _account(plants: Plants, dataset: str, keys: list[pa.Array], kind: Indices) -> None:
    joined = pa.compute.binary_join_element_wise(*keys, "|")
    for number, item, name in ((1, "received_at", "late"), (2, "observed_at", "clock_skew"), (3, "row", "double")):
        plants.add(dataset, joined.filter(pa.array(kind == number)), item, name)


def _text(moments: NDArray[np.datetime64]) -> pa.Array:
    return pa.compute.strftime(pa.array(moments), format="%Y-%m-%d %H:%M:%S")
