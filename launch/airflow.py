"""A real Airflow of our own: SQLite, LocalExecutor; api-server, dag-processor and scheduler as separate processes.

`airflow standalone` is not used: ended, it leaves its children behind. Nothing here imports airflow.
"""

import json
import os
import secrets
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from catalog import pools
from catalog.errors import Unavailable
from catalog.outline import outlines
from catalog.settings import Settings
from launch.processes import Child, run, start, wait_for

DAGS_FOLDER = Path(__file__).resolve().parent.parent / "dags"
PRELOADED = Path(__file__).resolve().parent / "preloaded"  # what tasks need, imported once (airflow_local_settings.py)
COMPONENTS = ("dag-processor", "scheduler")
DONE = {"success", "failed"}
# Pages read the logs from the disk all components share; the scheduler's own log server would listen on every address.
OPTIONS = {"scheduler": ("--skip-serve-logs",), "triggerer": ("--skip-serve-logs",)}


@dataclass
class Airflow:
    """One Airflow under `<home>/airflow`, and a client of its API."""

    settings: Settings
    children: list[Child] = field(default_factory=list)
    _token: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """Address of its API and pages."""
        return self.settings.airflow_url or f"http://127.0.0.1:{self.settings.airflow_port}"

    @property
    def home(self) -> Path:
        """AIRFLOW_HOME."""
        return self.settings.home / "airflow"

    def environ(self) -> dict[str, str]:
        """The environment of every Airflow process: the hub's settings and Airflow's own."""
        core = {
            "LOAD_EXAMPLES": "False",
            "EXECUTOR": "LocalExecutor",
            "DAGS_FOLDER": str(DAGS_FOLDER),
            "PARALLELISM": str(max(2, self.settings.threads)),
            "DAGS_ARE_PAUSED_AT_CREATION": "False",
            "EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "SIMPLE_AUTH_MANAGER_USERS": f"{self.settings.airflow_user}:admin",
            "SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.password_file),
        }
        sections = {
            "CORE": core,
            "DATABASE": {"SQL_ALCHEMY_CONN": f"sqlite:///{self.home / 'airflow.db'}"},
            "API": {"HOST": "127.0.0.1", "PORT": str(self.settings.airflow_port), "WORKERS": "1", "BASE_URL": self.url},
            "API_AUTH": {"JWT_SECRET": self._secret("jwt.key")},
            "SCHEDULER": {"SCHEDULER_IDLE_SLEEP_TIME": "0.3", "ENABLE_HEALTH_CHECK": "False"},
            "DAG_PROCESSOR": {"MIN_FILE_PROCESS_INTERVAL": "300", "PARSING_PROCESSES": "1"},
            "LOGGING": {"LOGGING_LEVEL": "INFO", "BASE_LOG_FOLDER": str(self.home / "logs")},
            "USAGE_DATA_COLLECTION": {"ENABLED": "False"},
        }
        given = {f"AIRFLOW__{s}__{name}": value for s, names in sections.items() for name, value in names.items()}
        path = os.pathsep.join([str(DAGS_FOLDER.parent), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        own = {"AIRFLOW_HOME": str(self.home), "PYTHONPATH": path, "GX_ANALYTICS_ENABLED": "false"}
        return {**os.environ, **self.settings.as_environ(), **given, **own}

    @property
    def password_file(self) -> Path:
        """Where the simple auth manager keeps the generated password."""
        return self.home / "password.json"

    def _secret(self, name: str) -> str:
        from catalog.secrets import key_file

        return key_file(self.settings.keys_dir / name, bytes_wanted=32).hex()

    def migrate(self) -> None:
        """Make or upgrade Airflow's own database, and choose the password of its one account."""
        self.home.mkdir(parents=True, exist_ok=True)
        self._choose_password()
        run("airflow-migrate", [_airflow(), "db", "migrate"], env=self.environ(), log_dir=self._logs, timeout=300)

    def _choose_password(self) -> None:
        """Write the password file before Airflow starts: what Airflow generates itself it prints into its log."""
        if not self.settings.airflow_password and not self.password_file.exists():
            descriptor = os.open(self.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                json.dump({self.settings.airflow_user: secrets.token_urlsafe(12)}, stream)

    def start_api(self) -> None:
        """Start the api-server and wait until it answers."""
        self._start("api-server")
        wait_for("airflow api-server", self._answers, child=self.children[-1], timeout=180)

    def start_rest(self) -> None:
        """Start dag-processor and scheduler, and the triggerer where a contract watches its folder: DAGs run now."""
        self.make_pools()
        for component in COMPONENTS:
            self._start(component)
        if any(outline.watched for outline in outlines(self.settings.contracts_dir)):
            self._start("triggerer")  # only for those who watch folders: it takes memory like the others

    def make_pools(self) -> None:
        """Give every department its pool, before a DAG that names one is read."""
        wanted = pools.wanted(self.settings)
        there = {pool["name"] for pool in self.call("GET", "/pools", params={"limit": 1000})["pools"]}
        for name, told in wanted.items():
            if name not in there:
                self.call("POST", "/pools", json={"name": name, **told})
        pools.keep(self.settings, wanted)

    @property
    def _logs(self) -> Path:
        return self.settings.home / "logs"

    def _start(self, component: str) -> None:
        environ = self.environ()
        if component == "scheduler":
            environ["PYTHONPATH"] = os.pathsep.join([str(PRELOADED), environ["PYTHONPATH"]])
        child = start(
            f"airflow-{component}",
            [_airflow(), component, *OPTIONS.get(component, ())],
            env=environ,
            run_dir=self.settings.home / "run",
            log_dir=self._logs,
        )
        self.children.append(child)

    def stop(self) -> None:
        """End scheduler first (its workers with it), the api-server last."""
        for child in reversed(self.children):
            child.stop()
        self.children.clear()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/monitor/health", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def password(self) -> str:
        """The password of the one account, as given or generated."""
        if self.settings.airflow_password:
            return self.settings.airflow_password
        passwords: dict[str, str] = json.loads(self.password_file.read_text())
        return passwords[self.settings.airflow_user]

    def call(self, method: str, path: str, **given: Any) -> Any:
        """Call `/api/v2<path>`; returns the answer's JSON. Raises Unavailable."""
        if not self._token:
            login = {"username": self.settings.airflow_user, "password": self.password()}
            answer = httpx.post(f"{self.url}/auth/token", json=login, timeout=30)
            answer.raise_for_status()
            self._token = answer.json()["access_token"]
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            answer = httpx.request(method, f"{self.url}/api/v2{path}", headers=headers, timeout=30, **given)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(
                "Airflow 没有接受请求。请查看它的日志后重试。",
                "Airflow did not take the request. Look at its log and try again.",
                code="airflow_unavailable",
            ) from error
        return answer.json()

    def trigger(self, dag_id: str) -> str:
        """Start a run of `dag_id` now; returns the run id. Waits for the DAG to be known (it may just be parsed)."""
        attempts = 60
        while True:
            attempts -= 1
            try:
                answer = self.call("POST", f"/dags/{dag_id}/dagRuns", json={"logical_date": None})
            except Unavailable:
                if not attempts:
                    raise
                time.sleep(1)
            else:
                return str(answer["dag_run_id"])

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """Runs of `dag_id`, newest first; empty while the DAG is not known."""
        try:
            found = self.call("GET", f"/dags/{dag_id}/dagRuns", params={"order_by": "-run_after", "limit": 10})
        except Unavailable:
            return []
        runs: list[dict[str, Any]] = found["dag_runs"]
        return runs

    def finished(self, dag_id: str) -> str | None:
        """State of the newest run of `dag_id` once it has ended, else None."""
        newest = next(iter(self.runs(dag_id)), None)
        return newest["state"] if newest and newest["state"] in DONE else None


def _airflow() -> str:
    return str(Path(sys.executable).parent / "airflow")
