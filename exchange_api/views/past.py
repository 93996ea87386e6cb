"""What a base held of an entity on a day, by what the hub knew at a moment, as pages and programs show it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from catalog.errors import InvalidInput
from catalog.settings import Settings
from catalog.time_limits import local_day
from catalog.working_days import COUNTY_TIME
from exchange_api.views import corrected, matching_words, names
from exchange_api.views.erased import told_if_erased
from exchange_api.views.life_days import LifeDays
from exchange_api.views.names import Pair
from exchange_api.views.reviews import PURPOSE
from exchange_api.views.side_by_side import by_column, shown_value
from lake import bases
from lake.bases import history
from lake.bases.history import Held


@dataclass(frozen=True)
class Asked:
    """What is asked: the day things held (None: every day), the moment it was known (None: now)."""

    valid: date | None
    known: datetime | None


EVERYTHING: Final = Asked(None, None)


@dataclass(frozen=True)
class PastField:
    """A field with the value it held from `valid_from` until the day before `valid_to` (None: it still does).

    value_name: what a code shown is called.
    since, until: what is said in place of a day the reader may not know, the person's birth or death; that day is None.
    restated: the value took the place of one believed to begin on the same day or later. known_from: since when the hub
    knows; rule: why this department's word counted; correction: number of the ticket it came of (corrected.py), or ''.
    """

    name: str
    title: Pair
    value: str
    value_name: Pair
    valid_from: date | None
    valid_to: date | None
    since: Pair
    until: Pair
    known_from: datetime
    restated: bool
    agency: str
    agency_name: Pair
    dataset: str
    batch: str
    rule_title: Pair
    correction: str

    @property
    def over(self) -> bool:
        """Whether it holds no more, or its source put it right."""
        return self.valid_to is not None or any(self.until) or self.restated


@dataclass(frozen=True)
class Past:
    """An entity as asked. `fields` in the order of the base, and of one field by day."""

    base: str
    base_title: Pair
    entity: str
    valid: date | None
    known: datetime | None
    fields: tuple[PastField, ...]

    @property
    def use(self) -> dict[str, Any]:
        """What the trail keeps of showing it, at whatever door."""
        return {
            "purpose": PURPOSE,
            "dataset": self.base,
            "surface": "as-of",
            "rows": 1,
            "items": tuple(sorted({field.name for field in self.fields})),
            "providers": tuple(sorted({field.agency for field in self.fields if field.agency})),
        }


def asked(valid: str, known: str, *, now: datetime) -> Asked:
    """Read what somebody wrote: a day, and a day (until its end, by the county's clock) or a moment; '' for none.

    Raises InvalidInput, also for what lies after `now`: nothing is known then, and no statement holds from a day after
    the build that took it in (remembering.py).
    """
    day, moment = valid_day(valid), known_moment(known, now=now)
    check_past(day, now=now)
    return Asked(day, moment)


def valid_day(text: str) -> date | None:
    """The day of validity somebody wrote, None for ''; raises InvalidInput."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _invalid() from None


def known_moment(text: str, *, now: datetime) -> datetime | None:
    """The moment of knowledge somebody wrote, None for ''; raises InvalidInput, also for one after `now`.

    The end of today is none.
    """
    try:
        moment = _moment(text) if text else None
        known_on = local_day(moment.astimezone(UTC)) if moment is not None else date.min
    except (ValueError, OverflowError):  # at the edge of the calendar neither clock has a day for it
        raise _invalid() from None
    today = local_day(now)
    if moment is not None and (known_on > today or (moment > now and moment != _end_of(today))):
        raise InvalidInput(
            "所知时间在现在之后。以后会知道什么，现在查不到，请写现在或以前的时间。",
            "When it was known lies in the future: nobody can tell what will be known. Give a moment that has passed.",
            code="known_future",
        )
    return moment


def check_past(day: date | None, *, now: datetime) -> None:
    """Raise InvalidInput for a day after today. Of the history only: a licence may well hold in years to come."""
    if day is not None and day > local_day(now):
        raise InvalidInput(
            "有效日期在今天之后。历史只记载已经发生的事，请查询今天或以前的日期。",
            "That day of validity is still to come. The history tells what has been: ask of today or a day before.",
            code="as_of_future",
        )


def of_entity(settings: Settings, session: Session, base: str, entity: str, wanted: Asked, *, agency: str) -> Past:
    """The entity as somebody of `agency` may see it. Raises NotFound for one there never was or that was erased, and
    Unavailable for a base that is not built yet."""
    model = bases.matched_base(base)
    with told_if_erased(session, entity):
        stated = history.statements(settings, model, entity)
    items, agencies = by_column(model), names.agencies(session)
    line, untold = history.timeline(stated, wanted.known), LifeDays(stated, items, agency=agency)
    came_of = corrected.changes(settings, session, model, entity, stated)
    if wanted.valid is None:
        held = [one for one in line if one.said.value is not None]
    else:
        held = untold.on_day(line, wanted.valid)
    order = {item.name: place for place, item in enumerate(model.items)}

    def shown(one: Held) -> PastField:
        said, item = one.said, items[one.said.field]
        since, until = untold.since(said.valid_from), untold.until(one.valid_to)
        value = shown_value(item, said.value, plain=bool(agency) and said.agency == agency)
        return PastField(
            name=said.field,
            title=(item.title_zh, item.title_en),
            value=value,
            value_name=names.code(item.code_list, value),
            valid_from=None if any(since) else said.valid_from,
            valid_to=None if any(until) else one.valid_to,
            since=since,
            until=until,
            known_from=said.known_from,
            restated=one.restated,
            agency=said.agency or "",
            agency_name=names.name_of(agencies, said.agency) if said.agency else ("", ""),
            dataset=said.dataset or "",
            batch=said.batch or "",
            rule_title=matching_words.rule(said.rule),
            correction=came_of.get(said, ""),
        )

    held.sort(key=lambda one: (order[one.said.field], one.said.valid_from))
    title = model.title_zh, model.title_en
    return Past(model.name, title, entity, wanted.valid, wanted.known, tuple(map(shown, held)))


def _invalid() -> InvalidInput:
    return InvalidInput(
        "有效日期请写成 2025-06-30，所知时间请写成 2025-06-30 或 2025-06-30T08:00+08:00。",
        "Write the day of validity as 2025-06-30, and when it was known as 2025-06-30 or 2025-06-30T08:00+08:00.",
        code="as_of_invalid",
    )


def _moment(text: str) -> datetime:
    if len(text) == len("2025-06-30"):
        return _end_of(date.fromisoformat(text))
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=COUNTY_TIME)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, datetime.max.time(), COUNTY_TIME)
