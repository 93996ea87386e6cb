"""Enter the city into the registry: departments, systems with credentials, contracts, base tables, designations."""

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from catalog.actions import agencies, datasets, systems
from catalog.contracts import load_contracts
from catalog.database import migrate, open_session
from catalog.models import Dataset
from catalog.settings import Settings
from catalog.systems import SystemSpec
from demo import agencies as city_agencies
from lake.bases import BASES, lineage
from lake.bases.model import field_orders

CONTRACTS = Path(__file__).parent / "contracts"
BY = "demo"


def enter(settings: Settings, specs: Iterable[SystemSpec], *, contracts: list[Path], now: datetime) -> int:
    """Migrate the registry and register everything. `contracts`: folders of files. Returns how many datasets."""
    migrate(settings)
    settings.contracts_dir.mkdir(parents=True, exist_ok=True)
    for folder in contracts:
        for path in sorted(folder.glob("*.odcs.yaml")):
            shutil.copyfile(path, settings.contracts_dir / path.name)
    with open_session(settings) as session:
        city_agencies.register_all(session, by=BY, now=now)
        register_systems(session, settings, specs, now=now)
        known = load_contracts(settings.contracts_dir)
        for contract in known.values():
            datasets.register_contract(session, contract=contract, hub_id=settings.hub_id, by=BY, now=now)
        _register_bases(session, settings, now=now)
    return len(known)


def register_systems(session: Session, settings: Settings, specs: Iterable[SystemSpec], *, now: datetime) -> None:
    """Register the departments' systems where they run now (their ports are new at every start)."""
    for spec in specs:
        systems.register(session, settings=settings, spec=spec, by=BY, now=now)


def _register_bases(session: Session, settings: Settings, *, now: datetime) -> None:
    for base in BASES:
        datasets.register(
            session,
            dataset=Dataset(
                code=base.name,
                title_zh=base.title_zh,
                title_en=base.title_en,
                agency="bureau",
                system=None,
                zone=base.zone,
                mode="snapshot",
                data_format="Delta",
                update_cycle="daily",
                sharing="conditional",
                sharing_condition="按用途授权，最小必要 / by purpose, the least that is needed",
                sharing_mode="service,bulk",
                grade=max((item.grade for item in base.items), default="L2"),
                origin="local",
                hub_id=settings.hub_id,
                abstract_zh=base.title_zh,
                abstract_en=base.title_en,
                providers=providers_of(base.name),
                version="1.0.0",
                contract="",
                registered_at=now,
            ),
            items=base.items,
            by=BY,
            now=now,
        )
        datasets.record_lineage(session, target=base.name, edges=lineage(base.name), by=BY, now=now)
        for field in field_orders(base.folder) if base.beside else ():
            order = [(name.partition("_")[0], name) for name in sorted(field.ranks, key=lambda name: field.ranks[name])]
            agencies.designate_source(session, base=base.name, field=field.name, order=order, by=BY, now=now)


def providers_of(name: str) -> list[str]:
    """Agencies whose data is in table `name`, through every table it is built from."""
    built = {base.name: base for base in BASES}
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for source in built[waiting.pop()].inputs:
            if source in built:
                waiting.append(source)
            else:
                found.add(source.partition("_")[0])
    return sorted(found)
