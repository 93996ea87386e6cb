"""Judge the built tables and publish everything that passed the gate."""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, dag, task

from catalog.settings import Settings

DOC = """A published version is a row in the registry that pins one state of a Delta table. Nothing is published whose
verdict is not good; what was published before stays. `report` fails if any dataset could not be published."""


@dag(
    schedule=[Asset("shuniu://zone/base")],
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "bureau"},
    tags=["publication"],
    doc_md=DOC,
)
def publish() -> None:
    """standard, base and topic tables → published versions."""

    @task(outlets=[Asset("shuniu://zone/published")], execution_timeout=timedelta(hours=4))
    def publish_all() -> dict[str, str]:
        from dags.steps.publication import publish_all as publish_tables

        return publish_tables(Settings.from_environ(), clock=lambda: datetime.now(UTC))

    @task
    def report(failed: Any) -> None:
        from dags.steps.outcome import raise_if_failed

        raise_if_failed(failed)

    report(publish_all())


publish()
