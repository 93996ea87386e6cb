"""Look for work whose event was lost, and start it.

Airflow's asset events can be lost (a task killed between its commit and its event) or wait for a department that never
settles. The registry knows better: batches that wait are judged, whoever forgot to say so.
"""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import CronTriggerTimetable, dag, task

from catalog.settings import Settings

DOC = """Every ten minutes: if a standardised batch has waited longer than half an hour, start `judge`."""


@dag(
    schedule=CronTriggerTimetable("*/10 * * * *", timezone="Asia/Shanghai"),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "bureau"},
    tags=["watch"],
    doc_md=DOC,
)
def reconcile() -> None:
    """waiting batches → a run of judge."""

    @task.short_circuit
    def anything_waits() -> bool:
        from dags.steps.watch import overdue

        return bool(overdue(Settings.from_environ(), now=datetime.now(UTC), after=timedelta(minutes=30)))

    anything_waits() >> TriggerDagRunOperator(task_id="start_judge", trigger_dag_id="judge")


reconcile()
