"""民政: recipients of the subsistence allowance (低保): a workbook with full-width digits and dates of all styles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from demo.city import defects
from demo.city.context import CityContext
from demo.city.departments import columns, person_dirt
from demo.city.departments.rolls import Roll, enrol
from demo.city.dirt import Share
from demo.city.persons import LIVING

DATASET = "civil_subsistence"
SOURCE = {
    "serial_no": "序号",
    "resident_id": "申请人/身份证号码",
    "name": "申请人/姓名",
    "sex": "申请人/性别",
    "birth_date": "申请人/出生日期",
    "address": "家庭住址",
    "monthly_amount": "保障情况/月保障金额(元)",
    "approved_on": "保障情况/批准日期",
    "phone": "联系电话",
}
ALLOWANCE = replace(person_dirt.USUAL, id_15=0.01)
_UNIT_SLIP = 0.005
_RECIPIENTS = (0.035, 0.11)  # of heads below 60 and from 60


def deliver(rng: np.random.Generator, context: CityContext, dirt: float) -> pa.Table:
    """One row per household that receives the allowance, in the name of its head."""
    roll = _roll(rng, context, dirt)
    share = Share(DATASET, _columns(rng, context, roll), keys=("serial_no",), rng=rng, dirt=dirt, plants=context.plants)
    roll.mark(share, "resident_id")
    person_dirt.spoil_id(share, context, roll, ALLOWANCE)
    person_dirt.spoil_name(share, ALLOWANCE)
    person_dirt.spoil_birth_and_sex(share, ALLOWANCE)
    for item in ("birth_date", "approved_on"):
        share.spoil(item, "date_format", ALLOWANCE.mixed_dates, defects.mixed_dates)
    share.spoil("monthly_amount", "unit_slip", _UNIT_SLIP, defects.unit_slip)
    person_dirt.spoil_address(share, context, roll.uids, ALLOWANCE, rng)
    person_dirt.spoil_phone(share, context, roll, ALLOWANCE)
    person_dirt.spoil_width(share, ["resident_id", "monthly_amount", "phone"], ALLOWANCE)
    context.links.add(DATASET, share.delivered_keys(), "person", roll.uids)
    return share.finish(SOURCE)


def _roll(rng: np.random.Generator, context: CityContext, dirt: float) -> Roll:
    years = columns.years_old(context)
    status = context.persons["status"].to_numpy()
    head = context.persons["relation"].to_numpy() == "02"
    need = np.where(years < 60, *_RECIPIENTS)
    members = np.flatnonzero(head & (status == LIVING) & (rng.random(len(years)) < need))
    gone = np.flatnonzero((status != LIVING) & (years > 30))
    return enrol(rng, members, double=ALLOWANCE.double * dirt, held=ALLOWANCE.held * dirt, gone=gone)


def _columns(rng: np.random.Generator, context: CityContext, roll: Roll) -> dict[str, pa.Array]:
    n = len(roll.uids)
    amount = 300 + 5 * rng.integers(140, size=n)
    return {
        **{name: roll.column(context, name) for name in ("resident_id", "name", "phone")},
        "serial_no": pa.array(np.arange(n) + 1).cast(pa.string()),
        "sex": columns.sex_words(roll.column(context, "sex")),
        "birth_date": columns.iso(roll.column(context, "birth_date")),
        "address": columns.address(context, roll.uids),
        "monthly_amount": pa.array(amount).cast(pa.string()),
        "approved_on": columns.iso(columns.days_before(rng, n, context.today, 1400)),
    }
