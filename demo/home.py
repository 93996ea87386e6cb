"""Make SHUNIU_HOME ready for a demo: end what an interrupted run left, check ports and disk, clear an older city.

A home that holds anything but a demo city is never touched.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from catalog.database import forget_engines
from catalog.errors import ConfigurationError
from catalog.settings import Settings
from demo.plan import Plan
from launch import processes
from launch.home import check_ports, hub_stands

MARKER = "city.json"
OURS = (
    "airflow", "audit", "contracts", "deliveries", "demo", "keys", "lake", "locks", "logs", "run", "tmp", "topics",
    "registry.sqlite", "registry.sqlite-shm", "registry.sqlite-wal",
)  # fmt: skip
MIB_PER_THOUSAND_RESIDENTS = 6
MIB_AT_LEAST = 600


def prepare(settings: Settings, plan: Plan) -> None:
    """An empty home with a marker that it is a demo's. Raises ConfigurationError with what is in the way."""
    processes.sweep(settings.home / "run")
    _refuse_foreign_home(settings)
    check_ports(settings)
    check_disk(settings.home, plan)
    forget_engines()
    for name in OURS:
        _remove(settings.home / name)
    folder = settings.home / "demo"
    folder.mkdir(parents=True)
    (folder / MARKER).write_text(json.dumps(plan.as_json()), encoding="utf-8")


def stands(settings: Settings, asked: dict[str, Any]) -> bool:
    """Whether there is something to revive: a finished city (of the plan asked for, if any), or a production home."""
    if not is_demo_home(settings):
        return hub_stands(settings)
    if not (settings.home / "demo" / "summary.json").exists():
        return False
    plan = json.loads((settings.home / "demo" / MARKER).read_text(encoding="utf-8"))
    return not asked or bool(plan == Plan(**asked).as_json())


def is_demo_home(settings: Settings) -> bool:
    """Whether this home was made by the demo."""
    return (settings.home / "demo" / MARKER).exists()


def check_disk(home: Path, plan: Plan) -> None:
    """Raise ConfigurationError when the disk has less room than the city will need."""
    home.mkdir(parents=True, exist_ok=True)
    need = MIB_AT_LEAST + MIB_PER_THOUSAND_RESIDENTS * plan.residents // 1000
    free = shutil.disk_usage(home).free // 2**20
    if free < need:
        raise ConfigurationError(
            f"{home} 所在磁盘只剩 {free} MiB，建城约需 {need} MiB。请清理磁盘，或用 SHUNIU_HOME 换一个位置。",
            f"The disk of {home} has {free} MiB left; the city needs about {need} MiB. Make room, or choose another"
            " place with SHUNIU_HOME.",
            code="disk_too_small",
            free_mib=free,
            need_mib=need,
        )


def _refuse_foreign_home(settings: Settings) -> None:
    if is_demo_home(settings) or not any((settings.home / name).exists() for name in OURS if name != "logs"):
        return
    raise ConfigurationError(
        f"{settings.home} 中已有非演示数据，演示不会覆盖它。请用 SHUNIU_HOME 指定另一个文件夹。",
        f"{settings.home} holds data that is not a demo's, and the demo will not overwrite it. Name another folder"
        " with SHUNIU_HOME.",
        code="home_not_a_demo",
    )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
