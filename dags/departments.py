"""One DAG per department, from one loop over the contract files: load each of its datasets, then say it is settled.

`settle` runs whether or not every load went well, so that one department that is down does not keep the others
from being judged tonight; `complete` needs all of them, so that the run itself shows as failed.
"""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import (
    DAG,
    Asset,
    AssetAny,
    AssetOrTimeSchedule,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    TriggerRule,
    task,
)

from catalog.outline import outlines
from catalog.settings import Settings
from dags.watchers.arrivals import watched

SETTINGS = Settings.from_environ()
DOC = """Loads the datasets of one department: its system → raw → standard values.
A failed task says in one sentence what is wrong with the department's system or delivery; the batch stays as delivered
and what was published before stays published. Run the task again once it is mended."""
# A wrong password or a broken workbook does not heal by waiting; a system that is down may.
RETRIES = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception="catalog.errors.SourceUnreachable",
            action=RetryAction.RETRY,
            retry_delay=timedelta(seconds=SETTINGS.retry_seconds),
            reason="the department's system did not answer",
        ),
        RetryRule(exception="catalog.errors.HubError", action=RetryAction.FAIL, reason="waiting will not mend it"),
    ]
)


def load_task(dataset: str) -> Any:
    """The task that loads `dataset`."""

    @task(task_id=f"load_{dataset}", retries=2, retry_policy=RETRIES, execution_timeout=timedelta(hours=4))
    def load() -> str | None:
        from dags.steps.department import load as load_dataset

        return load_dataset(Settings.from_environ(), dataset, clock=lambda: datetime.now(UTC))

    return load()


def schedule_of(cron: str, arriving: list[Asset]) -> Any:
    """By the clock, by files that arrive, by both, or only on request."""
    clock = CronTriggerTimetable(cron, timezone="Asia/Shanghai", run_immediately=True) if cron else None
    # Any one of the arrivals is enough: the loads whose files have not changed find nothing new.
    arrival = AssetAny(*arriving) if arriving else None
    if clock is not None and arrival is not None:
        return AssetOrTimeSchedule(timetable=clock, assets=arrival)
    return clock or arrival


for agency, members in groupby(outlines(SETTINGS.contracts_dir), key=lambda outline: outline.agency):
    datasets = list(members)
    cron = min((outline.schedule for outline in datasets if outline.schedule), default="")
    with DAG(
        dag_id=f"department_{agency}",
        description=f"Load the datasets of {agency}",
        schedule=schedule_of(cron, [watched(outline.dataset) for outline in datasets if outline.watched]),
        catchup=False,
        max_active_runs=1,
        max_active_tasks=1,  # one slow system must not take the workers from the other departments
        default_args={"owner": agency},
        tags=["department"],
        doc_md=DOC,
    ) as dag:
        settle = EmptyOperator(
            task_id="settle", outlets=[Asset(f"shuniu://settled/{agency}")], trigger_rule=TriggerRule.ALL_DONE
        )
        complete = EmptyOperator(task_id="complete")
        for outline in datasets:
            load_task(outline.dataset) >> [settle, complete]
    globals()[dag.dag_id] = dag
