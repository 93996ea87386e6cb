"""Run the whole way once: build the city, fill its systems, let Airflow work a night, share, feed back, tell."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from catalog.database import open_session
from catalog.errors import HubError
from catalog.settings import Settings
from demo import accounts, home, night, reading, setup, summary
from demo.city.build import build_city
from demo.plan import Plan
from demo.systems import registry
from demo.systems.registry import Systems
from demo.watch import Watch
from launch.airflow import Airflow
from launch.api import serve

STAGES = 8
SECONDS_PER_NIGHT = 900
SECONDS_PER_THOUSAND_RESIDENTS = 20


def clock() -> datetime:
    """The present moment, UTC. The demo is a door: deeper rooms are told the time."""
    return datetime.now(UTC)


@dataclass
class City:
    """A city whose systems and Airflow are running."""

    settings: Settings
    plan: Plan
    systems: Systems
    airflow: Airflow


def run(settings: Settings, plan: Plan, *, console: Console) -> dict[str, Any]:
    """Build the city and run everything once; every process has ended when this returns. Returns the summary."""
    home.prepare(settings, plan)
    watch = Watch(total=STAGES, language=settings.language, console=console)
    with watch.progress, running(settings, plan, watch) as city:
        told = live_through(city, watch)
    summary.write(settings, told)
    return told


@contextmanager
def running(settings: Settings, plan: Plan, watch: Watch) -> Iterator[City]:
    """Generate the city, start its systems and Airflow; stop everything at the end, whatever happens."""
    airflow = Airflow(settings)
    systems: Systems | None = None
    try:
        # Airflow's own start costs some twenty seconds of mostly waiting: it happens beside the generator.
        with ThreadPoolExecutor(1) as beside:
            started = beside.submit(_start_airflow, airflow)
            generate(settings, plan, watch)
            systems = fill(settings, plan, watch)
            with watch.stage("airflow", "启动 Airflow", "Start Airflow"):
                started.result()
                airflow.start_rest()
        yield City(settings, plan, systems, airflow)
    finally:
        airflow.stop()
        if systems is not None:
            systems.stop()


def _start_airflow(airflow: Airflow) -> None:
    if airflow.settings.airflow_url:
        return
    airflow.migrate()
    airflow.start_api()


def generate(settings: Settings, plan: Plan, watch: Watch) -> None:
    """The city and its truth, as Parquet files under `<home>/demo`."""
    with watch.stage("generate", "生成城市", "Generate the city", total=100) as stage:
        built = build_city(
            settings.home / "demo",
            residents=plan.residents,
            seed=plan.seed,
            dirt=plan.dirt,
            progress=lambda _, done: stage.show(done=int(done * 100), total=100),
        )
        stage.count(sum(built.deliveries.values()))


def fill(settings: Settings, plan: Plan, watch: Watch) -> Systems:
    """Start the departments' systems, fill them, and enter everything into the registry."""
    with watch.stage("fill", "装入部门系统", "Fill the departments' systems", total=100) as stage:
        systems = registry.start_all(
            settings.home,
            folder=settings.home / "demo",
            progress=lambda _, done: stage.show(done=int(done * 100), total=100),
        )
    with watch.stage("register", "登记目录", "Enter the catalogue") as stage:
        specs, contracts = list(systems.specs.values()), [setup.CONTRACTS]
        if plan.data is not None:
            specs, contracts = _with_real_data(settings, plan.data, specs, contracts)
        stage.count(setup.enter(settings, specs, contracts=contracts, now=clock()))
    return systems


def _with_real_data(
    settings: Settings, data: Path, specs: list[Any], contracts: list[Path]
) -> tuple[list[Any], list[Path]]:
    from demo import realdata

    more, folder = realdata.register(data, settings.home)
    return [*specs, *more], [*contracts, folder]


def live_through(city: City, watch: Watch) -> dict[str, Any]:
    """The night under Airflow, then the morning: share, read, feed back, score."""
    settings = city.settings
    datasets = len(list(settings.contracts_dir.glob("*.odcs.yaml")))
    with watch.stage("night", "Airflow 运行各部门任务", "Airflow runs the departments' work") as stage:
        limit = SECONDS_PER_NIGHT + SECONDS_PER_THOUSAND_RESIDENTS * city.plan.residents / 1000
        ended = night.wait(settings, city.airflow, stage, datasets=datasets, timeout=limit)
    with watch.stage("share", "按授权共享并读取", "Share and read under a grant") as stage:
        read = share_once(settings)
        stage.count(read.rows + read.sharing_rows)
        stage.stage.ok = read.ok
    with watch.stage("usage_feedback", "反馈调用情况", "Feed the use back") as stage:
        state = feed_back(city.airflow)
        stage.count(sum(int(report["rows"]) for report in summary.usage(settings)))
    with watch.stage("score", "与真相对照", "Hold against the truth"):
        from demo import score

        planted, truth = score.score_quality(settings), score.score_bases(settings)
    told = summary.collect(
        settings,
        city.plan,
        watch.stages,
        planted=planted,
        truth=truth,
        share={**asdict(read), "ok": read.ok},
        failed_dags=night.failed_dags(city.airflow),
        now=clock(),
    )
    told["ok"] = told["ok"] and read.ok and state == "success" and ended.published > 0
    return told


def share_once(settings: Settings) -> reading.Reading:
    """Make accounts and the grant, start the API, read as recipient and stranger, stop the API."""
    with open_session(settings) as session:
        made = accounts.create_all(session, now=clock())
        accounts.grant_housing(session, now=clock())
    accounts.write(settings, made, granted={"housing"})
    by_login = {login.login: login for login in made}
    with serve(settings) as url:
        return reading.read_share(url, by_login["housing_service"], by_login["stranger"])


def feed_back(airflow: Airflow) -> str:
    """Let the usage feedback DAG run now; returns its state."""
    run_id = airflow.trigger("usage_feedback")
    return night.wait_for_run(airflow, "usage_feedback", run_id, timeout=300)


def explain(error: HubError, settings: Settings) -> str:
    """The sentence of an error, for the person who typed the command."""
    return error.sentence(settings.language)
