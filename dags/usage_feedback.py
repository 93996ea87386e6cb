"""Feed every use of data back to the department that provided it, before its people come to work."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from catalog.settings import Settings

DOC = """Sealed audit records → usage tables → one signed statement per provider, delivered into its own database, its
drop folder, and the API. A statement is delivered once by each road, however often this runs."""


@dag(
    schedule=CronTriggerTimetable("30 6 * * *", timezone="Asia/Shanghai"),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "bureau"},
    tags=["usage"],
    doc_md=DOC,
)
def usage_feedback() -> None:
    """audit trail → usage → statements at the providers."""

    @task(execution_timeout=timedelta(hours=1), retries=1)
    def feed_back() -> dict[str, list[str]]:
        from dags.steps.feedback import feed_back as deliver

        return deliver(Settings.from_environ(), clock=lambda: datetime.now(UTC))

    feed_back()


usage_feedback()
