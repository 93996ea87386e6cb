"""Every working morning: no time limit runs out in silence."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from catalog.settings import Settings

DOC = """Passes correction orders (整改工单) whose time limit in working days has run out up to the authority, each
once. What is overdue stays on the lists until the data is corrected or, for a consumer's correction, answered."""


@dag(
    schedule=CronTriggerTimetable("0 8 * * *", timezone="Asia/Shanghai"),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "bureau"},
    tags=["watch"],
    doc_md=DOC,
)
def watch_clocks() -> None:
    """tickets that are overdue → the authority."""

    @task(execution_timeout=timedelta(minutes=10), retries=1)
    def escalate() -> list[str]:
        from dags.steps.watch import escalate_tickets

        return escalate_tickets(Settings.from_environ(), now=datetime.now(UTC))

    escalate()


watch_clocks()
