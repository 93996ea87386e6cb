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
    ExceptionRetryPolicy,
    MultipleCronTriggerTimetable,
    RetryAction,
    RetryRule,
    TriggerRule,
    task,
)
from airflow.sdk.exceptions import AirflowSkipException

from catalog import pools
from catalog.outline import outlines
from catalog.settings import Settings
from dags.watchers.arrivals import watched

SETTINGS = Settings.from_environ()
POOLS = pools.known(SETTINGS)
DOC = """Loads the datasets of one department: its system → raw → standard values.
A failed task says in one sentence what is wrong with the department's system or delivery; the batch stays as delivered
and what was published before stays published. Run the task again once it is mended.

Days may be loaded again, of datasets that come by a watermark: `shuniu run backfill DATASET --from 2026-03-01`, or
Airflow's own backfill, which takes for each run the day it is for. The same day twice is once."""
# A wrong password or a broken workbook does not heal by waiting; a system that is down may: it is asked again after a
# while, then after twice as long.
BACK_OFF: dict[str, Any] = {
    "retries": 2,
    "retry_delay": timedelta(seconds=SETTINGS.retry_seconds),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(hours=2),
}
RETRIES = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception="catalog.errors.SourceUnreachable",
            action=RetryAction.RETRY,
            reason="the department's system did not answer",
        ),
        RetryRule(exception="catalog.errors.HubError", action=RetryAction.FAIL, reason="waiting will not mend it"),
    ]
)


def load_task(dataset: str, schedule: str = "") -> Any:
    """The task that loads `dataset`; `schedule`: its own cron, where the department has several."""

    @task(task_id=f"load_{dataset}", retry_policy=RETRIES, execution_timeout=timedelta(hours=4), **BACK_OFF)
    def load(dag_run: Any = None) -> str | list[str] | None:
        from dags.steps import backfill
        from dags.steps.department import load as load_dataset
        from dags.steps.due import due

        settings = Settings.from_environ()
        days = backfill.asked(str(dag_run.run_type), dag_run.logical_date, dag_run.conf)
        scheduled = str(dag_run.run_type).rpartition(".")[2].lower() == "scheduled"
        if days is None and scheduled and not due(settings, dataset, schedule, datetime.now(UTC)):
            raise AirflowSkipException(f"{dataset} is loaded by its own schedule, {schedule}")
        if days is None:
            return load_dataset(settings, dataset, clock=lambda: datetime.now(UTC))
        if days.of not in ("", dataset):
            raise AirflowSkipException(f"{days.of} is asked for, not {dataset}")
        if not days.of and not backfill.has_days(settings, dataset):
            raise AirflowSkipException(f"{dataset} comes whole every time: there is no day of it to load again")
        return backfill.load_days(settings, dataset, days, clock=lambda: datetime.now(UTC))

    return load()


def schedule_of(crons: list[str], arriving: list[Asset]) -> Any:
    """By the clock (every time one of the datasets names), by files that arrive, by both, or only on request."""
    clock = MultipleCronTriggerTimetable(*crons, timezone="Asia/Shanghai", run_immediately=True) if crons else None
    # Any one of the arrivals is enough: the loads whose files have not changed find nothing new.
    arrival = AssetAny(*arriving) if arriving else None
    if clock is not None and arrival is not None:
        return AssetOrTimeSchedule(timetable=clock, assets=arrival)
    return clock or arrival


for agency, members in groupby(outlines(SETTINGS.contracts_dir), key=lambda outline: outline.agency):
    datasets = list(members)
    crons = sorted({outline.schedule for outline in datasets if outline.schedule})
    with DAG(
        dag_id=f"department_{agency}",
        description=f"Load the datasets of {agency}",
        schedule=schedule_of(crons, [watched(outline.dataset) for outline in datasets if outline.watched]),
        catchup=False,
        max_active_runs=1,
        max_active_tasks=1,
        # One slow system must not take the workers from the other departments, whoever started its runs.
        default_args={"owner": agency, "pool": pools.pool_for(agency, POOLS)},
        tags=["department"],
        doc_md=DOC,
    ) as dag:
        settle = EmptyOperator(
            task_id="settle", outlets=[Asset(f"shuniu://settled/{agency}")], trigger_rule=TriggerRule.ALL_DONE
        )
        complete = EmptyOperator(task_id="complete")
        for outline in datasets:
            load_task(outline.dataset, outline.schedule if len(crons) > 1 else "") >> [settle, complete]
    globals()[dag.dag_id] = dag
