"""Which rows of a table or an interface are due: all, or those whose watermark lies after the position reached. Pure.

With the contract's option `look_back` ('3 days', '90 minutes', or a number for a watermark that counts) rows a little
older come once more: a department's clerk may commit later than the moment a row carries. Known rows change nothing
when they come again, for standard tables are merged by key.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from catalog.contracts import Contract
from catalog.errors import ContractBroken
from catalog.read_options import seconds_of
from catalog.working_days import COUNTY_ZONE


@dataclass(frozen=True)
class Window:
    """The watermark as (after, up to], either end open when None: the first load also takes rows without a watermark.

    day: instead of these, [first moment of a day, first moment of the next). position: where the next delivery goes on.
    empty: there is nothing to read at all.
    """

    column: str | None = None
    after: str | None = None
    up_to: str | None = None
    position: str | None = None
    empty: bool = False
    day: tuple[str, str] | None = None

    @property
    def narrow(self) -> bool:
        """Whether this is an increment, so that the source's own index on the watermark is worth using."""
        return self.after is not None or self.day is not None or self.empty


def watermark(contract: Contract) -> str | None:
    """The watermark's column as delivered, None for a dataset that comes whole: contracts name the item, or it."""
    if contract.mode != "incremental" or not contract.watermark:
        return None
    for item in contract.items:
        if item.name == contract.watermark:
            return item.source_name or item.name
    return str(contract.watermark)


def due(contract: Contract, column: str | None, since: str | None, newest: str | None) -> Window:
    """The window after position `since`, when the newest watermark at the source is `newest`. Raises ContractBroken."""
    if column is None:
        return Window()
    if newest is None:
        return Window(column, position=since, empty=True)
    if contract.day is not None:
        return Window(column, position=since, day=_moments(contract, contract.day, newest))
    if since is None:
        return Window(column, up_to=newest, position=newest)
    return Window(column, look_back(contract, since), newest, position=newest)


def look_back(contract: Contract, since: str) -> str:
    """`since` put back by the contract's look_back, written as it was; unchanged without that option."""
    given = contract.options.get("look_back")
    if given in (None, "", 0, "0"):
        return since
    try:
        if re.fullmatch(r"\d+", str(given)):
            return str(Decimal(since) - Decimal(str(given)))
        return _earlier(since, seconds_of(str(given)))
    except (ValueError, InvalidOperation, OverflowError):
        raise ContractBroken(
            f"数据集 {contract.dataset} 的回看选项 look_back 与水位字段 {contract.watermark} 不相配。"
            "请写成 3 days、90 minutes，数字水位写数字。",
            f"Option look_back of {contract.dataset} does not fit its watermark {contract.watermark}. Write 3 days or"
            " 90 minutes, and a number for a watermark that counts.",
            code="look_back_invalid",
            dataset=contract.dataset,
        ) from None


def later(contract: Contract, reached: str | None, mark: object) -> str | None:
    """The later of the position `reached` and a row's watermark, as written; what is no text moves nothing.

    Numbers are compared as numbers and moments as moments, whatever zone each is written in; anything else as text.
    """
    if not isinstance(mark, str) or not mark:
        return reached
    if reached is None:
        return mark
    zone = zone_of(contract)
    match _value(reached, zone), _value(mark, zone):
        case (Decimal() as one, Decimal() as other):
            return mark if other > one else reached
        case (datetime() as one, datetime() as other):
            return mark if other > one else reached
    return max(reached, mark)


def zone_of(contract: Contract) -> ZoneInfo:
    """Where the clocks of the department stand: option `timezone`, else the county's. Raises ContractBroken."""
    try:
        return ZoneInfo(str(contract.options.get("timezone", COUNTY_ZONE)))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ContractBroken(
            f"数据集 {contract.dataset} 的选项 timezone 不是已知的时区。请写成 Asia/Shanghai 这样的名称，或删去。",
            f"Option timezone of {contract.dataset} names no known time zone. Write a name such as Asia/Shanghai, or"
            " leave it out.",
            code="timezone_unknown",
            dataset=contract.dataset,
        ) from None


def _value(text: str, zone: ZoneInfo) -> Decimal | datetime | None:
    """A number or a moment, None for what is neither."""
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return Decimal(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _moments(contract: Contract, day: date, newest: str) -> tuple[str, str]:
    """The first moments of `day` and of the next, as the watermark is written: with its zone where it has one."""
    if not re.match(r"\d{4}-\d\d-\d\d", newest):
        raise ContractBroken(
            f"数据集 {contract.dataset} 的水位字段 {contract.watermark} 不是日期或时间，不能按日补数。",
            f"The watermark {contract.watermark} of {contract.dataset} is neither date nor time, so no day of it can be"
            " loaded again. Load it as usual.",
            code="backfill_not_by_day",
            dataset=contract.dataset,
        )
    zoned = re.search(r"[ T]\d\d:.*([+-]\d\d(:?\d\d)?|Z)$", newest) is not None
    zone = zone_of(contract)
    ends = (day, day + timedelta(days=1))
    if zoned:
        return (
            datetime.combine(ends[0], time(), zone).isoformat(),
            datetime.combine(ends[1], time(), zone).isoformat(),
        )
    return ends[0].isoformat(), ends[1].isoformat()


def _earlier(since: str, by: timedelta) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", since):
        return (date.fromisoformat(since) - timedelta(days=-(-by // timedelta(days=1)))).isoformat()
    moment = datetime.fromisoformat(since)
    return (moment - by).isoformat(sep="T" if "T" in since else " ")
