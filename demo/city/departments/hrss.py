"""人社: the insured, workers with their employers and pensioners. Old 15-digit numbers, stale homes, units mistaken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from demo.city import defects
from demo.city.context import CityContext
from demo.city.departments import columns, person_dirt
from demo.city.departments.rolls import Roll, enrol
from demo.city.dirt import Share
from demo.city.persons import LIVING

DATASET = "hrss_insurance"
SOURCE = {
    "insurance_no": "socialNo",
    "resident_id": "idCard",
    "name": "name",
    "employer_uscc": "employerCode",
    "status": "state",
    "pay_base": "payBase",
    "address": "address",
    "phone": "mobile",
    "updated_at": "updateTime",
}
INSURED = replace(person_dirt.USUAL, id_15=0.03)
WORKING, STOPPED, RETIRED = "1", "2", "3"
_PENSIONERS = 0.55  # of those from 60
_UNIT_SLIP = 0.005
_CODE_CASE, _CODE_LOOKALIKE, _CODE_CHECK = 0.005, 0.005, 0.005


def deliver(rng: np.random.Generator, context: CityContext, dirt: float) -> pa.Table:
    """Everybody at work, some whose work ended, and pensioners."""
    share, roll = _share(rng, context, dirt)
    roll.mark(share, "resident_id")
    person_dirt.spoil_id(share, context, roll, INSURED)
    person_dirt.spoil_name(share, INSURED)
    _spoil_employers(share)
    share.spoil("pay_base", "unit_slip", _UNIT_SLIP, defects.unit_slip)
    person_dirt.spoil_address(share, context, roll.uids, INSURED, rng)
    person_dirt.spoil_phone(share, context, roll, INSURED)
    person_dirt.spoil_width(share, ["phone"], INSURED)
    context.links.add(DATASET, share.delivered_keys(), "person", roll.uids)
    return share.finish(SOURCE)


def _share(rng: np.random.Generator, context: CityContext, dirt: float) -> tuple[Share, Roll]:
    years = columns.years_old(context)
    living = context.persons["status"].to_numpy() == LIVING
    works = context.persons["employer_uscc"].is_valid().to_numpy()
    draw = rng.random(len(years))
    insured = works | ((years >= 60) & (draw < _PENSIONERS)) | ((years > 22) & (years < 60) & (draw < 0.1))
    gone = np.flatnonzero(~living & (years > 19))
    rates = INSURED
    roll = enrol(rng, np.flatnonzero(insured & living), double=rates.double * dirt, held=rates.held * dirt, gone=gone)
    held = _columns(rng, context, roll, years[roll.uids])
    return Share(DATASET, held, keys=("insurance_no",), rng=rng, dirt=dirt, plants=context.plants), roll


def _columns(
    rng: np.random.Generator, context: CityContext, roll: Roll, years: npt.NDArray[np.float64]
) -> dict[str, pa.Array]:
    n = len(roll.uids)
    employer = roll.column(context, "employer_uscc")
    employed = employer.is_valid().to_numpy(zero_copy_only=False)
    pay = np.where(years >= 60, 4000, 4400 + np.minimum(rng.gamma(2.2, 1500, size=n), 18_000)).astype(np.int64)
    held = np.isin(np.arange(n), roll.held)  # the office takes the dead and the moved for insured
    state = np.where(years >= 60, RETIRED, np.where(employed | held, WORKING, STOPPED))
    return {
        **{name: roll.column(context, name) for name in ("resident_id", "name", "phone")},
        "insurance_no": columns.numbered("3706", np.arange(n) + 1_000_000_001, 10),
        "employer_uscc": employer,
        "status": pa.array(state),
        "pay_base": pc.binary_join_element_wise(pa.array(pay).cast(pa.string()), "00", "."),
        "address": columns.address(context, roll.uids),
        "updated_at": columns.times(rng, n, context.today, 900, separator="T"),
    }


def _spoil_employers(share: Share) -> None:
    share.spoil("employer_uscc", "uscc_case", _CODE_CASE, defects.uscc_lowercase)
    share.spoil("employer_uscc", "uscc_confusable", _CODE_LOOKALIKE, defects.uscc_confusable)
    share.spoil("employer_uscc", "uscc_check", _CODE_CHECK, defects.uscc_wrong_check)
