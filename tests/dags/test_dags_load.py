"""The DAGs as Airflow sees them, without starting it: they load, they are described, their order is what we say."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dags.steps.bases import GROUPS

ROOT = Path(__file__).resolve().parents[2]
TAGS = {"department", "quality", "bases", "publication", "usage", "watch"}
MONTHLY = "12 4 9 * *"
"""The schedule of one of the police's datasets here; the others keep theirs."""
PROBE = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
heavy = sorted({"pyarrow", "deltalake", "great_expectations", "duckdb"} & set(sys.modules))
print("RESULT" + json.dumps({
    "errors": bag.import_errors, "heavy": heavy,
    "dags": {d.dag_id: {
        "owner": d.owner, "tags": sorted(d.tags), "doc": d.doc_md or "", "catchup": d.catchup,
        "crons": [one.expression for one in getattr(d.schedule, "timetables", [])],
        "tasks": {t.task_id: sorted(t.downstream_task_ids) for t in d.tasks},
        "outlets": {t.task_id: [o.uri for o in t.outlets] for t in d.tasks if t.outlets},
    } for d in bag.dags.values()},
}))
"""


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a fresh process finds in the DAG folder with the demo's contracts."""
    home = tmp_path_factory.mktemp("dags")
    contracts = home / "contracts"
    shutil.copytree(ROOT / "demo" / "contracts", contracts)
    monthly = contracts / "police_address.odcs.yaml"
    text = monthly.read_text(encoding="utf-8")
    own = re.search(r"property: schedule\n *value: '?([^'\n]+)", text)
    assert own is not None
    monthly.write_text(text.replace(own[1], MONTHLY), encoding="utf-8")
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


def test_every_dag_file_loads_without_an_error(bag: dict[str, Any]) -> None:
    assert bag["errors"] == {}


def test_importing_the_dags_loads_no_engine(bag: dict[str, Any]) -> None:
    assert bag["heavy"] == []


def test_every_dag_has_an_owner_known_tags_and_a_description(bag: dict[str, Any]) -> None:
    for dag_id, dag in bag["dags"].items():
        assert dag["owner"] not in ("", "airflow"), dag_id
        assert dag["tags"], dag_id
        assert set(dag["tags"]) <= TAGS, dag_id
        assert len(dag["doc"]) > 40, dag_id
        assert dag["catchup"] is False, dag_id


def test_every_contract_has_its_load_task_in_its_departments_dag(bag: dict[str, Any]) -> None:
    contracts = sorted(path.name.split(".")[0] for path in (ROOT / "demo" / "contracts").glob("*.odcs.yaml"))
    tasks = sorted(
        task.removeprefix("load_") for dag in bag["dags"].values() for task in dag["tasks"] if task.startswith("load_")
    )
    assert tasks == contracts


def test_a_department_is_settled_after_its_loads_whether_or_not_they_went_well(bag: dict[str, Any]) -> None:
    health = bag["dags"]["department_health"]
    assert health["tasks"]["load_health_birth"] == ["complete", "settle"]
    assert health["outlets"] == {"settle": ["shuniu://settled/health"]}


def test_a_department_wakes_at_every_time_one_of_its_datasets_names(bag: dict[str, Any]) -> None:
    crons = bag["dags"]["department_police"]["crons"]
    assert MONTHLY in crons
    assert len(crons) == 2, crons


def test_the_way_from_judgement_to_publication_is_connected_by_assets(bag: dict[str, Any]) -> None:
    outlets = {dag_id: dag["outlets"] for dag_id, dag in bag["dags"].items()}
    assert outlets["judge"] == {"judge_waiting": ["shuniu://zone/standard"]}
    assert outlets["build_bases"] == {"built": ["shuniu://zone/base"]}
    assert outlets["publish"] == {"publish_all": ["shuniu://zone/published"]}


def test_what_stands_on_a_base_is_built_after_it_and_the_night_is_complete_with_all_of_them(
    bag: dict[str, Any],
) -> None:
    tasks = bag["dags"]["build_bases"]["tasks"]
    assert tasks["build_population"] == ["build_licence", "built", "complete", "judge_identities"]
    assert tasks["build_legal_person"] == ["build_credit", "build_licence", "built", "complete", "judge_identities"]
    assert tasks["build_spatial"] == ["build_public_service", "built", "complete"]
    assert tasks["build_credit"] == ["build_topic", "built", "complete"]
    assert tasks["judge_identities"] == ["built", "complete"]
    assert {task for task in tasks if task.startswith("build_")} == {f"build_{group}" for group in GROUPS}
