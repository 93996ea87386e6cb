"""Weekly housekeeping: staged files of judged batches, Delta files that no version needs any more, the Data Docs."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from catalog.settings import Settings

DOC = """Removes staged files of batches that are judged, and vacuums standard, base and topic tables (files that no
version of the last 30 days needs). Raw batches and quarantine are never vacuumed: as delivered is kept. Writes the Data
Docs of Great Expectations from the newest verdicts into `$SHUNIU_HOME/data_docs`."""


@dag(
    schedule=CronTriggerTimetable("0 4 * * 0", timezone="Asia/Shanghai"),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "bureau"},
    tags=["watch"],
    doc_md=DOC,
)
def maintain() -> None:
    """staging and old Delta files → free space; verdicts → Data Docs."""

    @task
    def clean() -> dict[str, int]:
        from dags.steps.watch import clean as clean_up

        return clean_up(Settings.from_environ(), now=datetime.now(UTC), keep=timedelta(days=30))

    @task(execution_timeout=timedelta(hours=1))
    def data_docs() -> str:
        from dags.steps.watch import write_data_docs

        return write_data_docs(Settings.from_environ())

    clean()
    data_docs()


maintain()
