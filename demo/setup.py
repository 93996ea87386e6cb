"""Enter the city into the registry: departments, systems with credentials, contracts, base tables, designations."""

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from catalog.actions import datasets, systems
from catalog.contracts import load_contracts
from catalog.database import migrate, open_session
from catalog.settings import Settings
from catalog.systems import SystemSpec
from demo import agencies as city_agencies
from lake.bases import BASES, catalogue

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
        catalogue.register(session, bases=BASES, hub_id=settings.hub_id, by=BY, now=now)
    return len(known)


def register_systems(session: Session, settings: Settings, specs: Iterable[SystemSpec], *, now: datetime) -> None:
    """Register the departments' systems where they run now (their ports are new at every start)."""
    for spec in specs:
        systems.register(session, settings=settings, spec=spec, by=BY, now=now)
