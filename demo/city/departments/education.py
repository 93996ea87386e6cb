"""教体: school rolls (学籍), typed in by class teachers: names by ear, three pupils in ten without a number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from demo.city import defects
from demo.city.context import CityContext
from demo.city.departments import columns, person_dirt
from demo.city.departments.rolls import Roll, enrol, take
from demo.city.dirt import Share
from demo.city.persons import LIVING

DATASET = "education_pupil"
SOURCE = {
    "pupil_no": "学籍号",
    "name": "姓名",
    "resident_id": "身份证件号",
    "sex": "性别",
    "birth_date": "出生日期",
    "school": "学校",
    "school_class": "年级班级",
    "guardian": "监护人",
    "phone": "联系电话",
    "address": "现住址",
}
PUPIL = replace(person_dirt.USUAL, no_id=0.30, phone_shared=0.0)
_GRADES = np.array([f"{n}年级" for n in "一二三四五六七八九"] + ["高一", "高二", "高三"])
_FIRST_AGE = 6
_UPPER_SCHOOLS = np.array([f"莱州市第{n}中学" for n in "一二三四"])


def deliver(rng: np.random.Generator, context: CityContext, dirt: float) -> pa.Table:
    """Every child of school age, at the school of its township or at one of the county's upper schools."""
    roll, grade = _roll(rng, context, dirt)
    held = _columns(rng, context, roll, grade[roll.uids])
    share = Share(DATASET, held, keys=("pupil_no",), rng=rng, dirt=dirt, plants=context.plants)
    roll.mark(share, "resident_id")
    person_dirt.spoil_id(share, context, roll, PUPIL)
    person_dirt.spoil_name(share, PUPIL)
    person_dirt.spoil_name(share, PUPIL, "guardian")
    person_dirt.spoil_birth_and_sex(share, PUPIL)
    share.spoil("birth_date", "date_format", PUPIL.mixed_dates, defects.mixed_dates)
    person_dirt.spoil_address(share, context, roll.uids, PUPIL, rng)
    person_dirt.spoil_phone(share, context, roll, PUPIL)
    person_dirt.spoil_width(share, ["resident_id", "school_class", "phone"], PUPIL)
    context.links.add(DATASET, share.delivered_keys(), "person", roll.uids)
    return share.finish(SOURCE)


def _roll(rng: np.random.Generator, context: CityContext, dirt: float) -> tuple[Roll, npt.NDArray[np.int64]]:
    """The roll, and for every true person the grade its age puts it into (0 = first)."""
    grade = np.floor(columns.years_old(context) - _FIRST_AGE - 0.33).astype(np.int64)
    of_age = (grade >= 0) & (grade < len(_GRADES))
    living = context.persons["status"].to_numpy() == LIVING
    gone = np.flatnonzero(of_age & ~living)
    members = np.flatnonzero(of_age & living)
    return enrol(rng, members, double=PUPIL.double * dirt, held=PUPIL.held * dirt, gone=gone), grade


def _columns(
    rng: np.random.Generator, context: CityContext, roll: Roll, grade: npt.NDArray[np.int64]
) -> dict[str, pa.Array]:
    n = len(roll.uids)
    number = pa.array((rng.integers(1, 9, size=n) + 48).astype(np.uint8).view("S1")).cast(pa.string())
    guardian = pc.coalesce(roll.column(context, "mother_uid"), roll.column(context, "father_uid"))
    guardian = pc.coalesce(guardian, roll.column(context, "other_uid"), pa.array(roll.uids))
    enrolled = context.today.year - np.minimum(grade, 11)
    return {
        **{name: roll.column(context, name) for name in ("resident_id", "name")},
        "pupil_no": columns.join(columns.numbered("L370683", enrolled, 4), columns.numbered("", np.arange(n) + 1, 8)),
        "sex": columns.sex_words(roll.column(context, "sex")),
        "birth_date": columns.iso(roll.column(context, "birth_date")),
        "school": _schools(rng, context, roll, grade),
        "school_class": columns.join(pa.array(_GRADES[grade]), number, "班"),
        "guardian": take(context.persons["name"], guardian),
        "phone": take(context.persons["phone"], guardian),
        "address": columns.address(context, roll.uids),
    }


def _schools(rng: np.random.Generator, context: CityContext, roll: Roll, grade: npt.NDArray[np.int64]) -> pa.Array:
    """Primary and middle schools are the township's; the upper schools are the county's."""
    township = columns.address(context, roll.uids, "township")
    upper = _UPPER_SCHOOLS[rng.integers(len(_UPPER_SCHOOLS), size=len(grade))]
    level = pa.array(np.where(grade < 6, "中心小学", "中心中学"))
    return pc.if_else(pa.array(grade >= 9), pa.array(upper), columns.join("莱州市", township, level))
