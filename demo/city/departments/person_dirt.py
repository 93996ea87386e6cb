"""The usual dirt of data about people, planted in the usual items of any department's share, at the rates given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from demo.city import defects, name_defects
from demo.city import name_lists as lists
from demo.city.context import CityContext
from demo.city.departments import columns
from demo.city.departments.rolls import Roll, take
from demo.city.dirt import Share

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rates:
    """Share of all rows (dots, transliterations, lost rare characters and small x: of those that can have them)."""

    no_id: float = 0.08
    id_15: float = 0.0
    id_digit: float = 0.0075
    id_swap: float = 0.0075
    id_lowercase_x: float = 0.05
    id_shared: float = 0.0005
    id_two_numbers: float = 0.001
    name_variant: float = 0.03
    middle_dot: float = 0.12
    transliteration: float = 0.08
    rare_lost: float = 0.15
    birth_wrong: float = 0.01
    birth_placeholder: float = 0.005
    sex_wrong: float = 0.003
    address_partial: float = 0.30
    address_stale: float = 0.10
    phone_missing: float = 0.25
    phone_shared: float = 0.10
    fullwidth: float = 0.05
    mixed_dates: float = 0.40
    double: float = 0.02
    held: float = 0.02


USUAL = Rates()


def spoil_id(share: Share, context: CityContext, roll: Roll, rates: Rates, item: str = "resident_id") -> None:
    """Numbers of the rows' own people: exchanged, doubled, lost, shortened, mistyped. Call `roll.mark` before."""
    _share_numbers(share, context, roll, rates, item)
    second = roll.column(context, "second_id")
    share.spoil(item, "id_two_numbers", rates.id_two_numbers, second, of_all=True)
    share.spoil(item, "no_id", rates.no_id, None, of_all=True)
    share.spoil(item, "id_15", rates.id_15, defects.to_15_digits, of_all=True)
    mistype_id(share, rates, item)


def mistype_id(share: Share, rates: Rates, item: str) -> None:
    """Numbers of anybody: one digit wrong, two exchanged, the check character in lower case."""
    share.spoil(item, "id_digit", rates.id_digit, defects.wrong_digit, of_all=True)
    share.spoil(item, "id_swap", rates.id_swap, defects.swap_digits, of_all=True)
    ends_in_x = pc.fill_null(pc.ends_with(share.columns[item], "X"), False).to_numpy(zero_copy_only=False)
    share.spoil(item, "id_lowercase_x", rates.id_lowercase_x, defects.lowercase_x, where=ends_in_x)


def spoil_name(share: Share, rates: Rates, item: str = "name") -> None:
    """Names: other dots and transliterations, rare characters lost, characters of like sound or look."""
    dotted = _contains(share.columns[item], lists.DOT)
    share.spoil(item, "name_middle_dot", rates.middle_dot * 5 / 6, name_defects.other_dot, where=dotted)
    share.spoil(item, "name_dot_lost", rates.middle_dot / 6, name_defects.lost_dot, where=dotted)
    foreign = _contains(share.columns[item], "|".join(name_defects.TRANSLITERATED), regex=True)
    share.spoil(item, "name_variant", rates.transliteration, name_defects.other_transliteration, where=foreign)
    rare = _contains(share.columns[item], f"[{lists.OUTSIDE_GBK}]", regex=True)
    share.spoil(item, "rare_character", rates.rare_lost, name_defects.rare_lost, where=rare)
    share.spoil(item, "name_variant", rates.name_variant, name_defects.lookalike, where=~foreign, of_all=True)


def spoil_birth_and_sex(share: Share, rates: Rates, *, id_item: str = "resident_id", birth: bool = True) -> None:
    """Birth date and sex that contradict the number: only beside a sound number, without which nobody could tell.

    Call after `spoil_id`.
    """
    sound = share.columns[id_item].is_valid().to_numpy(zero_copy_only=False)
    if birth:
        share.spoil(
            "birth_date",
            "birth_wrong",
            rates.birth_wrong,
            defects.wrong_date,
            where=sound,
            unless=[id_item],
            of_all=True,
        )
        placeholder = defects.placeholder_date
        share.spoil("birth_date", "birth_placeholder", rates.birth_placeholder, placeholder, of_all=True)
    share.spoil("sex", "sex_wrong", rates.sex_wrong, defects.other_sex, where=sound, unless=[id_item], of_all=True)


def spoil_address(share: Share, context: CityContext, uids: Ints, rates: Rates, rng: np.random.Generator) -> None:
    """Addresses: where they lived before, or the home in a short or popular spelling, or in full-width digits."""
    before = columns.address(context, uids, of="previous_address_id")
    share.spoil("address", "address_stale", rates.address_stale, before, of_all=True)
    popular = pa.array(rng.random(len(uids)) < 0.5)
    texts = [columns.address(context, uids, text) for text in ("alias_text", "partial_text")]
    share.spoil("address", "address_partial", rates.address_partial, pc.if_else(popular, *texts), of_all=True)
    spoil_width(share, ["address"], rates)


def spoil_phone(share: Share, context: CityContext, roll: Roll, rates: Rates) -> None:
    """Phones: missing, or the number of another member of the household."""
    share.spoil("phone", "phone_missing", rates.phone_missing, None, of_all=True)
    others = take(context.persons["phone"], roll.column(context, "other_uid"))
    differs = pc.fill_null(pc.not_equal(others, share.columns["phone"]), False).to_numpy(zero_copy_only=False)
    share.spoil("phone", "phone_shared", rates.phone_shared, others, where=differs, of_all=True)


def spoil_width(share: Share, items: list[str], rates: Rates) -> None:
    """ASCII characters in full width; last, on what is still as it should be."""
    for item in items:
        share.spoil(item, "fullwidth", rates.fullwidth, defects.fullwidth)


def _share_numbers(share: Share, context: CityContext, roll: Roll, rates: Rates, item: str) -> None:
    """The number of somebody else of the same sex and birth date on the roll, as clerks of one day once gave it out."""
    others = _born_the_same_day(context, roll)
    free = ~share.occupied(item)
    rows = share.draw(rates.id_shared, (others >= 0) & free & free[others], of_all=True)
    rows = rows[~np.isin(others[rows], rows)]  # whose number is taken keeps his own
    numbers = take(context.persons["resident_id"], roll.uids[others])
    share.plant(item, "id_shared", rows, numbers)
    share.protect(item, others[rows])


def _born_the_same_day(context: CityContext, roll: Roll) -> Ints:
    """Per row another row of a different person of the same sex and birth date, or -1."""
    born = context.persons["birth_date"].to_numpy()[roll.uids].astype(np.int64)
    kind = born * 2 + (roll.column(context, "sex").to_numpy(zero_copy_only=False) == "1")
    order = np.lexsort((roll.uids, kind))
    here, there = order[:-1], order[1:]
    alike = (kind[here] == kind[there]) & (roll.uids[here] != roll.uids[there])
    others = np.full(len(roll.uids), -1)
    others[here[alike]] = there[alike]
    return others


def _contains(column: pa.Array, pattern: str, *, regex: bool = False) -> npt.NDArray[np.bool_]:
    found = pc.match_substring_regex(column, pattern) if regex else pc.match_substring(column, pattern)
    mask: npt.NDArray[np.bool_] = pc.fill_null(found, False).to_numpy(zero_copy_only=False)
    return mask
