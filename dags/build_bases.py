"""Build the base databases and topics after every judgement."""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import Asset, TriggerRule, dag, task

from catalog.settings import Settings

DOC = """standard → population, legal persons, spatial, economy → credit, licences, public service → topics. Every table
is replaced whole by one Delta commit; a build that fails leaves the last good one, and the other bases go on. Then the
rules between datasets that look at whom rows are about (the dead still held, without a number) are asked."""

FIRST = ("population", "legal_person", "spatial", "economy")
AFTER = {
    "credit": ("legal_person",),
    "licence": ("population", "legal_person"),
    "public_service": ("spatial",),
    "topic": ("economy", "credit", "licence", "public_service"),
}


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
    tasks = {group: build.override(task_id=f"build_{group}")(group) for group in FIRST}
    for group, needed in AFTER.items():
        # A base that failed keeps its last good version, so what stands on it is built all the same.
        tasks[group] = build.override(task_id=f"build_{group}", trigger_rule=TriggerRule.ALL_DONE)(group)
        [tasks[name] for name in needed] >> tasks[group]
    [tasks["population"], tasks["legal_person"]] >> judged
    [*tasks.values(), judged] >> built
    [*tasks.values(), judged] >> complete


build_bases()
