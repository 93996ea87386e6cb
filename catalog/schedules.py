"""Schedules of contracts: cron lines of five fields in the county's time. Pure."""

from catalog.errors import ContractBroken


def is_schedule(text: str) -> bool:
    """Whether `text` is a cron line of five fields; '' (only on request) is none."""
    from croniter import croniter  # DAG files and contracts ask for it, commands that only list things do not

    return len(text.split()) == 5 and croniter.is_valid(text)


def check_schedule(dataset: str, text: str) -> str:
    """`text`, when it is empty or a cron line; raises ContractBroken: it would stop the department's whole DAG."""
    if text and not is_schedule(text):
        raise ContractBroken(
            f"数据集 {dataset} 的 schedule 不是有效的 cron 表达式。请写五段，例如 30 1 * * *（每天 1:30）。",
            f"The schedule of {dataset} is no cron line. Write five fields, such as 30 1 * * * (every day at 1:30).",
            code="schedule_invalid",
            dataset=dataset,
        )
    return text
