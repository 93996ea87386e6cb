"""Judge what the departments delivered, once all of them have settled for the night."""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, dag, task

from catalog.outline import outlines
from catalog.settings import Settings

DOC = """Runs the Great Expectations suites over every batch that waits, in one process; rows that break a blocking rule
go to quarantine, the rest becomes the standard table. Then the rules between datasets are asked of every table that has
changed, or looks into one that has. `report` fails if any dataset could not be judged."""
AGENCIES = sorted({outline.agency for outline in outlines(Settings.from_environ().contracts_dir)})


@dag(
    schedule=[Asset(f"shuniu://settled/{agency}") for agency in AGENCIES] or None,
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "bureau"},
    tags=["quality"],
    doc_md=DOC,
)
def judge() -> None:
    """standardised batches → standard tables, quarantine, findings, verdicts."""

    @task(outlets=[Asset("shuniu://zone/standard")], execution_timeout=timedelta(hours=4))
    def judge_waiting() -> dict[str, str]:
        from dags.steps.judgement import judge_waiting as judge_batches

        return judge_batches(Settings.from_environ(), clock=lambda: datetime.now(UTC))

    @task
    def report(failed: Any) -> None:
        from dags.steps.outcome import raise_if_failed

        raise_if_failed(failed)

    report(judge_waiting())


judge()
