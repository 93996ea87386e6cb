"""Build the base databases and topics after every judgement."""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import Asset, TriggerRule, dag, task

from catalog.settings import Settings

DOC = """standard → population, legal persons, spatial → topics. Every table is replaced whole by one Delta commit;
a build that fails leaves the last good one, and the other bases go on. Then the rules between datasets that look
at whom rows are about (the dead still held, without a number) are asked."""


@dag(
    schedule=[Asset("shuniu://zone/standard")],
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "bureau"},
    tags=["bases"],
    doc_md=DOC,
)
def build_bases() -> None:
    """standard tables → base and topic tables."""

    @task(execution_timeout=timedelta(hours=4))
    def build(group: str) -> dict[str, int]:
        from dags.steps.bases import build_group

        return build_group(Settings.from_environ(), group, clock=lambda: datetime.now(UTC))

    @task(execution_timeout=timedelta(hours=1))
    def judge_identities() -> None:
        from dags.steps.judgement import judge_identities as judge_built
        from dags.steps.outcome import raise_if_failed

        raise_if_failed(judge_built(Settings.from_environ(), clock=lambda: datetime.now(UTC)))

    judged = judge_identities()
    built = EmptyOperator(task_id="built", outlets=[Asset("shuniu://zone/base")], trigger_rule=TriggerRule.ALL_DONE)
    complete = EmptyOperator(task_id="complete")
    population, legal_person, spatial, topic = (
        build.override(task_id=f"build_{group}")(group) for group in ("population", "legal_person", "spatial", "topic")
    )
    [population, spatial] >> topic
    [population, legal_person] >> judged
    [legal_person, topic, judged] >> built
    [legal_person, topic, judged] >> complete


build_bases()
