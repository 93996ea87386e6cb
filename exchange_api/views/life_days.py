"""Days of a history that would tell when somebody was born or died, and what is said instead where those are masked.

What a person is by birth holds since the day of birth, a state until the day of death, and nothing holds before birth:
so the days between which values held tell a masked date outright, and asking day by day finds it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from catalog.contracts import Item
from exchange_api.views.names import Pair
from exchange_api.views.side_by_side import shown_value
from lake.bases.history import Held, Statement

NOTHING: Final[Pair] = ("", "")
ELEMENTS: Final[Mapping[str, tuple[Pair, Pair]]] = {
    "death_date": (("自死亡", "since death"), ("至死亡", "until death")),
    "birth_date": (("自出生", "since birth"), ("至出生", "until birth")),
}
"""Element of a day -> what is said of a value held since it, and until it. The last counts of a day that is both."""


class LifeDays:
    """The days of one entity's history that are not told to somebody of `agency`: its masked births and deaths.

    All ever stated count, whatever is asked for: a date put right since must not be found either.
    """

    def __init__(self, said: Iterable[Statement], items: Mapping[str, Item], *, agency: str) -> None:
        self._elements: dict[date, str] = {}
        told = list(said)
        for element in ELEMENTS:
            of_element = [
                one for one in told if one.value and one.field in items and items[one.field].element == element
            ]
            plain = {one.value for one in of_element if _seen(one, items[one.field], agency)}
            days = {_day(one.value) for one in of_element if one.value not in plain}
            self._elements |= {day: element for day in days if day is not None}

    def since(self, day: date) -> Pair:
        """What to say instead of 'from this day'; ('', '') for a day that may be told."""
        return ELEMENTS[self._elements[day]][0] if day in self._elements else NOTHING

    def until(self, day: date | None) -> Pair:
        """What to say instead of 'until this day'; ('', '') for a day that may be told."""
        return ELEMENTS[self._elements[day]][1] if day in self._elements else NOTHING

    def on_day(self, line: Iterable[Held], day: date) -> list[Held]:
        """What of a timeline is shown of `day`: what held, and beside it what held before or after a day untold.

        So the answers of two days differ only where the day between them may be told.
        """
        return [
            held
            for held in line
            if held.said.value is not None
            and (held.said.valid_from <= day or held.said.valid_from in self._elements)
            and (held.valid_to is None or held.valid_to > day or held.valid_to in self._elements)
        ]


def _seen(one: Statement, item: Item, agency: str) -> bool:
    return shown_value(item, one.value, plain=bool(agency) and one.agency == agency) == one.value


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
