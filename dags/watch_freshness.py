"""Every hour: no dataset grows old in silence."""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task

from catalog.settings import Settings

DOC = """Looks for datasets not collected within the time their contract allows (option `fresh_within`, else its update
cycle). Each gets a ticket for its department, closed by the next delivery; `report` fails while any is overdue."""


@dag(
    schedule=CronTriggerTimetable("20 * * * *", timezone="Asia/Shanghai"),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "bureau"},
    tags=["watch"],
    doc_md=DOC,
)
def watch_freshness() -> None:
    """datasets that are overdue → tickets, a failed task."""

    @task(execution_timeout=timedelta(minutes=10), retries=1)
    def look() -> dict[str, str]:
        from dags.steps.freshness import check

        return check(Settings.from_environ(), now=datetime.now(UTC))

    @task
    def report(late: Any) -> None:
        from dags.steps.outcome import raise_if_failed

        raise_if_failed(late)

    report(look())


watch_freshness()
