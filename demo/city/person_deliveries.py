"""All departments' deliveries about people: which module of demo/city/departments makes which dataset."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from demo.city.context import CityContext, generator
from demo.city.departments import civil, education, health, hrss, police

Delivery = Callable[[np.random.Generator, CityContext, float], pa.Table]

DELIVERIES: dict[str, Delivery] = {
    police.DATASET: police.deliver,
    health.BIRTHS: health.deliver_births,
    health.DEATHS: health.deliver_deaths,
    hrss.DATASET: hrss.deliver,
    civil.DATASET: civil.deliver,
    education.DATASET: education.deliver,
}


def deliver(dataset: str, context: CityContext, dirt: float) -> pa.Table:
    """One department's share with the source's column names; planted defects and links go to the context.

    Raises KeyError for a dataset that is not about people.
    """
    return DELIVERIES[dataset](generator(context.seed, dataset), context, dirt)
