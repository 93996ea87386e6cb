"""A population base with pairs in doubt: people at the police, and insured ones without number who may be they."""

from datetime import date, datetime
from typing import Any

from catalog.settings import Settings
from lake.bases import base, build, review
from tests.factories.matching import people
from tests.factories.standard_tables import hold, moment

PERSONS = people(160, seed=21)
STRANGE = "山东省莱州市文昌路街道无名路7号"
"""An address no one else has."""
Row = dict[str, Any]


def add(settings: Settings, *, now: datetime) -> None:
    """Deliver and build."""
    deliver(settings)
    build(settings, "population", now=now)


def deliver(settings: Settings, day: int = 1) -> None:
    """Everybody at the police; the insured partly without number, of some nothing but a name and part of the rest."""
    hold(settings, "police_person", *(police(number) for number in range(len(PERSONS))), day=day)
    hold(settings, "hrss_insurance", *(insured(number) for number in range(120)), day=day)


def police(number: int) -> Row:
    """What the police hold of a person."""
    person = PERSONS[number]
    born = person["birth_date"] or ""
    known = {name: person[name] for name in ("resident_id", "name", "sex", "address", "phone")}
    day = date(int(born[:4]), int(born[4:6]), int(born[6:]))
    return {"person_no": f"p{number}", "status": "1", "updated_at": moment(2025), "birth_date": day, **known}


def insured(number: int) -> Row:
    """What the insurance holds: every fifth without number, every tenth with another phone and address, too."""
    person = PERSONS[number]
    held = {name: person[name] for name in ("resident_id", "name", "address", "phone")}
    if number % 5 == 0:
        held["resident_id"] = None
    if number % 10 == 0:
        held |= {"phone": None, "address": STRANGE}
    if number % 20 == 0:
        held["address"] = None
    return {"insurance_no": f"h{number}", "updated_at": moment(2026), **held}


def queue(settings: Settings) -> list[Row]:
    """The pairs in doubt."""
    return review.queue(settings, base("population"))
