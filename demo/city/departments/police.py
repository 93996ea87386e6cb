"""公安: the population register (常住人口), authoritative: abolished division codes, rare characters, few slips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.city import defects
from demo.city.context import CityContext
from demo.city.departments import columns, person_dirt
from demo.city.departments.rolls import Roll, enrol
from demo.city.dirt import Share
from demo.city.persons import DEAD, MOVED

DATASET = "police_person"
SOURCE = {
    "person_no": "rybh",
    "resident_id": "gmsfhm",
    "name": "xm",
    "sex": "xb",
    "ethnic": "mz",
    "birth_date": "csrq",
    "household_no": "hh",
    "relation": "yhzgx",
    "address": "hjdz",
    "division_code": "xzqh",
    "phone": "lxdh",
    "status": "zt",
    "cancelled_on": "zxrq",
    "updated_at": "gxsj",
}
REGISTER = replace(
    person_dirt.USUAL,
    no_id=0.001,
    id_digit=0.001,
    id_swap=0.0005,
    id_lowercase_x=0.0,
    id_two_numbers=0.0,
    name_variant=0.002,
    middle_dot=0.02,
    transliteration=0.0,
    birth_wrong=0.001,
    birth_placeholder=0.0005,
    sex_wrong=0.0005,
    address_partial=0.05,
    address_stale=0.02,
    double=0.002,
)
_NOT_CANCELLED = 0.25  # of last year's dead, whose death the register has not heard of yet
_ABOLISHED = 0.03


def deliver(rng: np.random.Generator, context: CityContext, dirt: float) -> pa.Table:
    """The whole register: residents, people moved away (status 3) and last year's dead (status 2)."""
    roll = enrol(rng, np.arange(context.persons.num_rows), double=REGISTER.double * dirt)
    share = Share(DATASET, _columns(rng, context, roll), keys=("person_no",), rng=rng, dirt=dirt, plants=context.plants)
    roll.mark(share, "resident_id")
    _forget_deaths(share, roll, context)
    person_dirt.spoil_id(share, context, roll, REGISTER)
    person_dirt.spoil_name(share, REGISTER)
    person_dirt.spoil_birth_and_sex(share, REGISTER)
    share.spoil("division_code", "division_abolished", _ABOLISHED, defects.abolished_division)
    person_dirt.spoil_address(share, context, roll.uids, REGISTER, rng)
    person_dirt.spoil_phone(share, context, roll, REGISTER)
    context.links.add(DATASET, share.delivered_keys(), "person", roll.uids)
    return share.finish(SOURCE)


def _columns(rng: np.random.Generator, context: CityContext, roll: Roll) -> dict[str, pa.Array]:
    n = len(roll.uids)
    same = ("resident_id", "name", "sex", "ethnic", "household_no", "relation", "phone")
    status = roll.column(context, "status")
    dead = pc.equal(status, DEAD)
    return {
        **{name: roll.column(context, name) for name in same},
        "person_no": columns.numbered(context.county, np.arange(n) + 100_000_001, 9),
        "birth_date": columns.compact(roll.column(context, "birth_date")),
        "address": columns.address(context, roll.uids),
        "division_code": pa.repeat(context.county, n),
        "status": pc.if_else(dead, "2", pc.if_else(pc.equal(status, MOVED), "3", "1")),
        "cancelled_on": columns.compact(roll.column(context, "death_date")),
        "updated_at": columns.times(rng, n, context.today, 1500),
    }


def _forget_deaths(share: Share, roll: Roll, context: CityContext) -> None:
    """Dead people who still stand as living: status 1 and no day of cancelling."""
    dead = pc.equal(share.columns["status"], "2").to_numpy(zero_copy_only=False)
    rows = share.draw(_NOT_CANCELLED, dead & ~share.occupied("row"))
    mask = np.zeros(share.rows, dtype=bool)
    mask[rows] = True
    share.columns["status"] = pc.if_else(pa.array(mask), "1", share.columns["status"])
    share.columns["cancelled_on"] = pc.if_else(
        pa.array(mask), pa.scalar(None, pa.string()), share.columns["cancelled_on"]
    )
    share.mark("row", "dead_still_held", rows)
    share.protect("resident_id", rows)
