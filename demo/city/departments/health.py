"""卫健: birth and death certificates of the last year. Newborns partly without number; deaths others do not know of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from demo.city.context import CityContext
from demo.city.departments import columns, person_dirt
from demo.city.departments.rolls import Roll, enrol, take
from demo.city.dirt import Share
from demo.city.persons import DEAD

BIRTHS, DEATHS = "health_birth", "health_death"
BIRTH_SOURCE = {
    "certificate_no": "cert_no",
    "child_name": "child_name",
    "sex": "sex",
    "birth_date": "birth_date",
    "child_id": "child_id",
    "mother_name": "mother_name",
    "mother_id": "mother_id",
    "address": "addr",
}
DEATH_SOURCE = {"certificate_no": "certificate_no", "resident_id": "idno", "name": "name", "death_date": "death_date"}
BIRTH = replace(person_dirt.USUAL, no_id=0.20, id_two_numbers=0.0, birth_wrong=0.005, birth_placeholder=0.002)


def deliver_births(rng: np.random.Generator, context: CityContext, dirt: float) -> pa.Table:
    """One certificate per child born in the last year to a mother known in the city."""
    born = (columns.years_old(context) < 1) & context.persons["mother_uid"].is_valid().to_numpy()
    roll = enrol(rng, np.flatnonzero(born), double=BIRTH.double * dirt)
    share = Share(BIRTHS, _births(context, roll), keys=("certificate_no",), rng=rng, dirt=dirt, plants=context.plants)
    roll.mark(share, "child_id")
    person_dirt.spoil_id(share, context, roll, BIRTH, "child_id")
    person_dirt.mistype_id(share, BIRTH, "mother_id")
    person_dirt.spoil_name(share, BIRTH, "child_name")
    person_dirt.spoil_name(share, BIRTH, "mother_name")
    person_dirt.spoil_birth_and_sex(share, BIRTH, id_item="child_id")
    person_dirt.spoil_address(share, context, roll.uids, BIRTH, rng)
    context.links.add(BIRTHS, share.delivered_keys(), "person", roll.uids)
    return share.finish(BIRTH_SOURCE)


def deliver_deaths(rng: np.random.Generator, context: CityContext, dirt: float) -> pa.Table:
    """One certificate per person who died in the last year, whatever the police know of it."""
    dead = np.flatnonzero(context.persons["status"].to_numpy() == DEAD)
    roll = enrol(rng, dead, double=person_dirt.USUAL.double * dirt)
    people = {name: roll.column(context, name) for name in ("resident_id", "name", "death_date")}
    numbers = columns.numbered(f"{context.county}{context.today.year}", np.arange(len(roll.uids)) + 1, 6)
    held = {"certificate_no": numbers, **people}
    share = Share(DEATHS, held, keys=("certificate_no",), rng=rng, dirt=dirt, plants=context.plants)
    roll.mark(share, "resident_id")
    person_dirt.spoil_id(share, context, roll, person_dirt.USUAL)
    person_dirt.spoil_name(share, person_dirt.USUAL)
    context.links.add(DEATHS, share.delivered_keys(), "person", roll.uids)
    return share.finish(DEATH_SOURCE)


def _births(context: CityContext, roll: Roll) -> dict[str, pa.Array]:
    mothers = roll.column(context, "mother_uid")
    return {
        "certificate_no": columns.numbered("Y", np.arange(len(roll.uids)) + 370_000_001, 9),
        "child_name": roll.column(context, "name"),
        "sex": roll.column(context, "sex"),
        "birth_date": roll.column(context, "birth_date"),
        "child_id": roll.column(context, "resident_id"),
        "mother_name": take(context.persons["name"], mothers),
        "mother_id": take(context.persons["resident_id"], mothers),
        "address": columns.address(context, roll.uids),
    }
