"""Days that are to be loaded again (补数): how people write them, and which datasets have days at all. Pure."""

from datetime import date

from catalog.contracts import Contract
from catalog.errors import ContractBroken, InvalidInput

MOST_DAYS = 366


def between(first: str, last: str) -> tuple[date, date]:
    """The first and last day, both included; raises InvalidInput for what is no day, or too many."""
    try:
        found = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        found = None
    if found is None or not 0 <= (found[1] - found[0]).days < MOST_DAYS:
        raise InvalidInput(
            f"补数的起止日期不对。请写成 2026-03-01，先起后止，最多 {MOST_DAYS} 天。",
            f"These are no days to load again. Write 2026-03-01, the earlier first, at most {MOST_DAYS} days.",
            code="backfill_days_invalid",
        )
    return found


def has_days(contract: Contract) -> bool:
    """Whether rows come by a watermark, so that those of one day can be asked for."""
    return contract.mode == "incremental" and bool(contract.watermark)


def check_has_days(contract: Contract) -> None:
    """Raise ContractBroken for a dataset that comes whole, or whose rows have no key to be told by."""
    if not has_days(contract):
        raise ContractBroken(
            f"数据集 {contract.dataset} 每次整体交付，没有可补的某一天：请直接重新归集，得到的就是现在的全部数据。",
            f"Dataset {contract.dataset} comes whole every time, so there is no day of it to load again. Load it as"
            " usual: that brings all there is.",
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
