"""Days that are to be loaded again (补数): how people write them, and which datasets have days at all. Pure."""

from datetime import date

from catalog.contracts import Contract
from catalog.errors import ContractBroken, InvalidInput

MOST_DAYS = 366


def between(first: str, last: str, *, today: date | None = None) -> tuple[date, date]:
    """The first and last day, both included; raises InvalidInput for what is no day, too many, or after `today`."""
    begin, end = _day(first), _day(last)
    if end < begin:
        raise _wrong(
            f"止日 {end} 早于起日 {begin}，请先起后止。", f"{end} is before {begin}: give the earlier day first."
        )
    if (end - begin).days >= MOST_DAYS:
        raise _wrong(f"一次最多补 {MOST_DAYS} 天，请分几次补。", f"At most {MOST_DAYS} days at once: ask in parts.")
    if today is not None and end > today:
        raise _wrong(f"{end} 还没有到，只能补到今天。", f"{end} is still to come: days can be loaded up to today.")
    return begin, end


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _wrong(
            "日期不存在或写法不对，请写成 2026-03-01。", "There is no such day. Write it as 2026-03-01."
        ) from None


def _wrong(zh: str, en: str) -> InvalidInput:
    return InvalidInput(zh, en, code="backfill_days_invalid")


def has_days(contract: Contract) -> bool:
    """Whether rows come by a watermark, so that those of one day can be asked for."""
    return contract.mode == "incremental" and bool(contract.watermark)


def check_has_days(contract: Contract) -> None:
    """Raise ContractBroken for a dataset that comes whole, or whose rows have no key to be told by."""
    if not has_days(contract):
        raise ContractBroken(
            f"数据集 {contract.dataset} 每次整体交付，没有可补的某一天。"
            f"请用 shuniu run start {contract.agency} 重新归集，得到的就是现在的全部数据。",
            f"Dataset {contract.dataset} comes whole every time, so there is no day of it to load again."
            f" shuniu run start {contract.agency} loads all there is.",
            code="backfill_of_snapshot",
            dataset=contract.dataset,
        )
    if not contract.keys:
        raise ContractBroken(
            f"数据集 {contract.dataset} 没有主键，重取的行会重复。请为契约指定主键。",
            f"Dataset {contract.dataset} has no key, so rows that come again would stand twice. Give its contract one.",
            code="backfill_without_key",
            dataset=contract.dataset,
        )


def check_delivered(dataset: str, zone: str) -> None:
    """Raise InvalidInput for a table the hub builds itself: its days come with those of its sources."""
    if zone != "standard":
        raise InvalidInput(
            f"{dataset} 每夜由各部门的数据建成，没有自己的交付。请对它的来源数据集补数。",
            f"{dataset} is built every night from departments' data and has no deliveries. Load days of the datasets"
            " it is made from.",
            code="backfill_of_built",
            dataset=dataset,
        )
