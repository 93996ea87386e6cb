"""Departments' systems over HTTP: register, test, look at what they would deliver. No credential and no value is shown.

What reads folders of the hub's own machine is registered at its command line alone: whoever may connect a department
over the network must not thereby read the hub's disk (reachable.py). Every look leaves a record before it (looks.py).
"""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel, Field, SecretStr
from sqlalchemy import select

from authorization.access import Caller
from authorization.permissions import Permission
from catalog.actions import systems
from catalog.database import open_reader, open_session
from catalog.errors import InvalidInput
from catalog.models import System
from catalog.systems import SystemSpec
from exchange_api import connecting, looks
from exchange_api.dependencies import TheHub, require
from exchange_api.responses import answer, public

router = APIRouter(tags=["systems"])
Engineer = Annotated[Caller, require(Permission.ALL_SYSTEMS_WRITE)]


class Registration(BaseModel):
    """A system to register or change. The secret goes in and never comes out."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,62}$")
    agency: str = Field(max_length=63)
    kind: str = Field(max_length=32)
    location: str = Field(max_length=1000)
    options: dict[str, Any] = Field(default_factory=dict)
    secret: dict[str, SecretStr] = Field(default_factory=dict)


class Look(BaseModel):
    """What to look at: table, file pattern or path; how a file is laid out; reference system of spatial data."""

    locator: str = Field(max_length=1000)
    options: dict[str, Any] = Field(default_factory=dict)
    crs: str = Field(default="", max_length=64)


@router.get("/api/v1/systems")
def listed(hub: TheHub, caller: Engineer) -> Response:
    """Every registered system, without its secret."""
    with open_reader(hub.settings) as session:
        found = [connecting.described(system) for system in session.scalars(select(System).order_by(System.code))]
    return answer(found)


@router.post("/api/v1/systems", status_code=201)
def register(hub: TheHub, caller: Engineer, given: Annotated[Registration, Body()]) -> Response:
    """Register a system, or change it (all of it: a secret that is not given again is gone)."""
    secret = {name: value.get_secret_value() for name, value in given.secret.items()}
    spec = SystemSpec(given.code, given.agency, given.kind, given.location, given.options, secret)
    looks.admit(hub, caller, spec)
    with open_session(hub.settings) as session:
        system = systems.register(session, settings=hub.settings, spec=spec, by=caller.login, now=hub.clock())
        shown = connecting.described(system)
    return answer(shown, 201)


@router.post("/api/v1/systems/{code}/test")
def test(hub: TheHub, caller: Engineer, code: str) -> Response:
    """Read the first rows of each of its datasets: whether that went well, and a sentence. Nothing is stored."""
    spec = looks.opened(hub, caller, "test", code)
    found = connecting.probes(hub.settings, spec, connecting.contracts_of(hub.settings, code))
    return answer([public(one) for one in found])


@router.get("/api/v1/systems/{code}/preview")
def preview(hub: TheHub, caller: Engineer, code: str, dataset: Annotated[str, Query(max_length=63)]) -> Response:
    """Columns, counts, bands of lengths and shapes of what a dataset would deliver now; no values."""
    contract = connecting.contract_of(hub.settings, dataset)
    if contract.system != code:
        raise InvalidInput(
            f"数据集 {dataset} 不是由系统 {code} 提供的。",
            f"Dataset {dataset} does not come from system {code}.",
            code="system_of_another",
            dataset=dataset,
        )
    spec = looks.opened(hub, caller, "preview", code, dataset=dataset)
    return answer(looks.previewed(connecting.preview(hub.settings, spec, contract)))


@router.post("/api/v1/systems/{code}/profile")
def profile(hub: TheHub, caller: Engineer, code: str, look: Annotated[Look, Body()]) -> Response:
    """Profile a delivery nobody has described yet, column by column, with the likely data element; no values."""
    looks.check_options(hub, caller, code, look.options)
    spec = looks.opened(hub, caller, "profile", code)
    # Lines that cannot be taken are told at the command line alone: with a delimiter of their choice, somebody could
    # count its signs in every line.
    found, _ = connecting.profile(hub.settings, spec, look.locator, options=look.options, crs=look.crs)
    return answer(looks.profiled(found))
