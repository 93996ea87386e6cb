"""The true people of the demo city: one Arrow table, row number = person_uid; every department's share is cut from it.

Living together is settled in demo/city/households.py; here people get birth dates, names, numbers, homes, phones and
work, and some die or move away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from demo.city import households, names, resident_ids
from demo.city.households import CHILD, FATHER, HEAD, MOTHER, SPOUSE, Households

if TYPE_CHECKING:
    from demo.city.geography import Geography
    from demo.city.organisations import Organisations

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]

LIVING, DEAD, MOVED = "living", "dead", "moved"
YEAR = 365.25

_MOVED = 0.015
_EMPLOYED = 0.58
_PHONE_PREFIXES = np.array(
    [130, 131, 132, 135, 136, 137, 138, 139, 150, 151, 152, 156, 158, 159, 178, 182, 186, 188, 189]
)
# Family relation to the head, GB/T 4761-2008: for men and for women.
_RELATIONS = {HEAD: ("02", "02"), SPOUSE: ("11", "12"), FATHER: ("51", "51"), MOTHER: ("52", "52")}
_CHILD_RELATIONS = ("20", "30")


@dataclass(frozen=True, slots=True)
class _Ends:
    """When people died (last year) or moved away (last two years); NaT for the others."""

    died: Days
    moved: Days


def build(
    rng: np.random.Generator, residents: int, geography: Geography, organisations: Organisations, today: date
) -> pa.Table:
    """All true persons.

    person_uid, resident_id, second_id (another valid number, delivered for the few who hold two), name, sex
    (GB/T 2261.1), ethnic (GB/T 3304), birth_date, household (int), household_no, relation (GB/T 4761), other_uid
    (another member or null), mother_uid, father_uid, address_id and previous_address_id (row numbers in
    geography.addresses), phone, status ('living', 'dead', 'moved'), death_date, moved_on, employer_uscc (null without
    work).
    """
    homes = households.settle(rng, residents)
    now = np.datetime64(today, "D")
    born = now - homes.age
    ends = _ends(rng, homes, now, protected=residents // 5)
    sex = np.where(homes.male, 1, 2)
    place = resident_ids.places_of_registration(rng, _year(born))
    address, previous = _addresses(rng, geography, homes.household)
    return pa.table(
        {
            "person_uid": np.arange(residents),
            "resident_id": resident_ids.issue(rng, place, born, sex),
            "second_id": resident_ids.issue_second(rng, place, born, sex),
            **_naming(rng, homes, born),
            "sex": pa.array(sex).cast(pa.string()),
            "birth_date": pa.array(born),
            "household": homes.household,
            "household_no": _numbered("370683", homes.household + 1, 8),
            "relation": _relations(homes),
            "other_uid": _uid(homes.other),
            "mother_uid": _uid(homes.mother),
            "father_uid": _uid(homes.father),
            "address_id": address,
            "previous_address_id": previous,
            "phone": _phones(rng, homes),
            "status": np.where(~np.isnat(ends.died), DEAD, np.where(~np.isnat(ends.moved), MOVED, LIVING)),
            "death_date": pa.array(ends.died),
            "moved_on": pa.array(ends.moved),
            "employer_uscc": _employers(rng, homes, ends, organisations),
        }
    )


def _ends(rng: np.random.Generator, homes: Households, now: np.datetime64, *, protected: int) -> _Ends:
    """Death grows with age (doubling every eight years); the first `protected` people stay alive and in the city."""
    n = len(homes.age)
    years = homes.age / YEAR
    risk = np.minimum(0.0007 * np.exp(0.09 * (years - 35)), 0.4) * (years > 1)
    free = np.arange(n) >= protected
    dead = (rng.random(n) < risk) & free
    gone = (rng.random(n) < _MOVED) & free & ~dead & (years > 2)
    never = np.datetime64("NaT", "D")
    died = np.where(dead, now - rng.integers(1, 365, size=n), never)
    moved = np.where(gone, now - rng.integers(1, 700, size=n), never)
    return _Ends(died, moved)


def _naming(rng: np.random.Generator, homes: Households, born: Days) -> dict[str, npt.NDArray[np.str_]]:
    """Children bear their father's surname (or, without him, their mother's); a household is of one ethnic group."""
    count = int(homes.household.max()) + 1
    families = names.surnames(rng, count)
    own = names.surnames(rng, len(homes.role))
    marries_in = np.isin(homes.role, (SPOUSE, MOTHER))
    family = np.where(marries_in, own, families[homes.household])
    children = np.flatnonzero((homes.role >= CHILD) & (homes.role < FATHER))
    parent = np.where(homes.father[children] >= 0, homes.father[children], homes.mother[children])
    family[children] = family[parent]
    ethnic = names.ethnic_groups(rng, count)[homes.household]
    sex = np.where(homes.male, "1", "2")
    return {"name": names.full_names(rng, names.Bearers(sex, _year(born), family, ethnic)), "ethnic": ethnic}


def _relations(homes: Households) -> npt.NDArray[np.str_]:
    """Relation to the head as a code of GB/T 4761."""
    table = np.array([_RELATIONS.get(role, _CHILD_RELATIONS) for role in range(MOTHER + 1)])
    relations: npt.NDArray[np.str_] = table[homes.role, np.where(homes.male, 0, 1)]
    return relations


def _addresses(rng: np.random.Generator, geography: Geography, household: Ints) -> tuple[Ints, Ints]:
    """One home per household as long as there are homes enough; and where everybody lived before."""
    homes = np.flatnonzero(geography.addresses["use"].to_numpy() != "premises")
    count = int(household.max()) + 1
    chosen = np.resize(rng.permutation(homes), count)
    before = rng.permutation(homes)[rng.integers(len(homes), size=count)]
    before = np.where(before == chosen, np.roll(chosen, 1), before)
    return chosen[household], before[household]


def _phones(rng: np.random.Generator, homes: Households) -> pa.Array:
    """Eleven digits, one number each; children under 13 and some of the very old go by another member's number."""
    n = len(homes.age)
    number = (np.arange(n) * 48_611 + 20_391_457) % 100_000_000  # 48611 is prime to 10^8: no number twice
    phones = _PHONE_PREFIXES[rng.integers(len(_PHONE_PREFIXES), size=n)] * 100_000_000 + number
    years = homes.age / YEAR
    by_other = ((years < 13) | ((years > 78) & (rng.random(n) < 0.3))) & (homes.other >= 0)
    guardian = np.where(homes.mother >= 0, homes.mother, homes.other)
    via = np.where(years < 13, guardian, homes.other)
    phones[by_other] = phones[via[by_other]]
    return pa.array(phones).cast(pa.string())


def _employers(rng: np.random.Generator, homes: Households, ends: _Ends, organisations: Organisations) -> pa.Array:
    """Work for a share of those of working age, unevenly spread over the organisations still in business."""
    table = organisations.table
    usccs = table.filter(pc.is_in(table["status"], pa.array(["1", "live", "active"])))["uscc"]
    years = homes.age / YEAR
    works = (
        (years > 19) & (years < 60) & (rng.random(len(years)) < _EMPLOYED) & np.isnat(ends.died) & np.isnat(ends.moved)
    )
    weights = 1 / (rng.permutation(len(usccs)) + 5)
    chosen = rng.choice(len(usccs), size=len(years), p=weights / weights.sum())
    return pc.if_else(pa.array(works), usccs.combine_chunks().take(pa.array(chosen)), pa.scalar(None, pa.string()))


def _numbered(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """Texts: prefix and a number padded with zeros."""
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0"), "")


def _uid(uids: Ints) -> pa.Array:
    return pa.array(uids, mask=uids < 0)


def _year(days: Days) -> Ints:
    return days.astype("datetime64[Y]").astype(np.int64) + 1970
