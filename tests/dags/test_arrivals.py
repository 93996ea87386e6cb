"""A department whose contract watches its folder: its DAG runs by clock and arrivals; retries by kind of error."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PROBE = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
from catalog import errors
KINDS = ("SourceUnreachable", "SourceRefused", "SourceUnreadable", "ContractBroken", "BatchHeld")
bag = DagBag(sys.argv[1])
found = {"errors": bag.import_errors}
for name, dag in bag.dags.items():
    told = DagSerialization.to_dict(dag)["dag"]
    found[name] = {"timetable": told["timetable"], "at_once": told["max_active_tasks"]}
    policy = next((task.retry_policy for task in dag.tasks if getattr(task, "retry_policy", None)), None)
    found[name]["pools"] = sorted({task.pool for task in dag.tasks})
    if policy:
        found[name]["rules"] = [[rule.exception, rule.action.name] for rule in policy.rules]
        met = [getattr(errors, kind)("出错", "failed", code="x") for kind in KINDS] + [ValueError("x")]
        found[name]["does"] = {type(error).__name__: policy.evaluate(error, 1, 2).action.name for error in met}
        load = next(task for task in dag.tasks if getattr(task, "retry_policy", None))
        delays = {rule.retry_delay for rule in policy.rules}
        found[name]["waits"] = [load.retries, load.retry_exponential_backoff, delays == {None}]
print("RESULT" + json.dumps(found, default=str))
"""


@pytest.fixture(scope="module")
def dags(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a fresh process finds, with one department's contracts watching."""
    home = tmp_path_factory.mktemp("arrivals")
    contracts = home / "contracts"
    contracts.mkdir()
    for path in (ROOT / "demo" / "contracts").glob("*.odcs.yaml"):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        if path.name.startswith("civil_"):
            own = {entry["property"]: entry for entry in document["customProperties"]}
            options = own.setdefault("options", {"property": "options", "value": {}})
            options["value"] = {**options["value"], "arrival": "watch"}
            document["customProperties"] = list(own.values())
        (contracts / path.name).write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    pools = home / "airflow" / "pools.json"
    pools.parent.mkdir()
    pools.write_text(json.dumps({"department_civil": {"slots": 1}}), encoding="utf-8")
    env = {
        **os.environ,
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "SHUNIU_HOME": str(home),
        "SHUNIU_CONTRACTS_DIR": str(contracts),
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], env=env, check=True, capture_output=True)
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(ROOT / "dags")], env=env, check=True, capture_output=True, text=True
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
    found: dict[str, Any] = json.loads(line.removeprefix("RESULT"))
    return found


def test_arrivals_wake_the_department_that_asks_for_it_and_no_other(dags: dict[str, Any]) -> None:
    assert dags["errors"] == {}
    civil, health = (json.dumps(dags[f"department_{agency}"]["timetable"]) for agency in ("civil", "health"))
    for dataset in ("civil_organisation", "civil_subsistence"):
        assert f"shuniu://arrived/{dataset}" in civil
        assert f"arrival_{dataset}" in civil
    assert "dags.watchers.arrivals.Arrival" in civil
    assert "CronTriggerTimetable" in civil
    assert "shuniu://arrived" not in health


def test_what_may_heal_is_tried_again_and_what_will_not_is_not(dags: dict[str, Any]) -> None:
    for agency in ("civil", "health"):
        assert dags[f"department_{agency}"]["rules"] == [
            ["catalog.errors.SourceUnreachable", "RETRY"],
            ["catalog.errors.HubError", "FAIL"],
        ]
        assert dags[f"department_{agency}"]["does"] == {
            "SourceUnreachable": "RETRY",
            "SourceRefused": "FAIL",
            "SourceUnreadable": "FAIL",
            "ContractBroken": "FAIL",
            "BatchHeld": "FAIL",
            "ValueError": "DEFAULT",
        }
        # Twice more, the second time after twice as long: no rule overrides the task's own back-off.
        assert dags[f"department_{agency}"]["waits"] == [2, 2.0, True]


def test_a_slow_department_takes_one_worker_at_most(dags: dict[str, Any]) -> None:
    departments = {name: dag for name, dag in dags.items() if name.startswith("department_")}
    assert len(departments) > 5
    assert {dag["at_once"] for dag in departments.values()} == {1}


def test_a_department_has_its_own_pool_where_airflow_has_it_and_else_the_shared_one(dags: dict[str, Any]) -> None:
    assert dags["department_civil"]["pools"] == ["department_civil"]
    assert dags["department_health"]["pools"] == ["default_pool"]
