"""Contracts, systems and registry entries for tests about how rows get in."""

import os
import signal
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from catalog.actions import agencies, datasets
from catalog.contracts import Contract, Item
from catalog.database import migrate, open_session
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.loading import ingest

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def an_item(name: str, source_name: str = "", **given: Any) -> Item:
    """An item of kind string; the first is usually the key."""
    return Item(name, name, name, name, given.pop("kind", "string"), source_name=source_name, **given)


def a_contract(**given: Any) -> Contract:
    """A contract of the civil affairs bureau; give what the test is about."""
    usual: dict[str, Any] = {
        "dataset": "civil_person",
        "version": "1.0.0",
        "title_zh": "人员",
        "title_en": "Persons",
        "agency": "civil",
        "system": "civil_files",
        "mode": "snapshot",
        "locator": "*.csv",
        "watermark": None,
        "items": (an_item("number", "编号", key=True, required=True), an_item("name", "姓名")),
    }
    return Contract(**(usual | given))


def a_folder(folder: Path, **given: Any) -> SystemSpec:
    """A department's folder, made."""
    folder.mkdir(parents=True, exist_ok=True)
    return SystemSpec("civil_files", "civil", given.pop("kind", "files"), str(folder), **given)


def a_registry_with(settings: Settings, *contracts: Contract) -> Settings:
    """A migrated registry that knows the contracts' datasets."""
    migrate(settings)
    with open_session(settings) as session:
        for contract in contracts:
            agencies.register(
                session, code=contract.agency, name_zh="民政局", name_en="Civil affairs", by="test", now=NOW
            )
            datasets.register_contract(session, contract=contract, hub_id=settings.hub_id, by="test", now=NOW)
    return settings


def collect_once(home: Path, folder: Path) -> None:
    """One collection of the usual contract, as a process of its own would do it."""
    spec = SystemSpec("civil_files", "civil", "files", str(folder))
    ingest.collect(Settings(home=home), a_contract(), spec, now=datetime.now(UTC), by="test")


def collect_until(home: Path, folder: Path, kind: str, call: str, when: str) -> None:
    """One collection, as a process of its own, that ends by SIGKILL before or after `call` (module.function)."""
    if call:
        module, _, name = call.rpartition(".")
        die_at(import_module(module), name, when)
    place = folder if kind == "files" else folder / "people.sqlite"
    contract = a_contract() if kind == "files" else a_contract(locator="people")
    spec = SystemSpec("civil_files", "civil", kind, str(place))
    ingest.collect(Settings(home=home), contract, spec, now=datetime.now(UTC), by="test")


def die_at(module: Any, name: str, when: str) -> None:
    """From here on this process ends by SIGKILL before or after it calls `name` of `module`."""
    truly = getattr(module, name)

    def dying(*given: Any, **named: Any) -> Any:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        truly(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    for loaded in list(sys.modules.values()):  # also where it was imported by name
        if loaded is not None and getattr(loaded, name, None) is truly:
            setattr(loaded, name, dying)
