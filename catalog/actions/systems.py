"""Register departments' business systems; their credentials are sealed before they reach the registry."""

from datetime import datetime

from sqlalchemy.orm import Session

from catalog import queries
from catalog.actions.events import EventTag, record
from catalog.errors import InvalidInput, NotFound
from catalog.models import System
from catalog.read_options import check_system_options, check_values
from catalog.secrets import decrypt, encrypt
from catalog.settings import Settings
from catalog.systems import KINDS, SystemSpec, check_open


def register(session: Session, *, settings: Settings, spec: SystemSpec, by: str, now: datetime) -> System:
    """Register `spec`, or change it. The secret is stored sealed; an empty secret is stored as none.

    Raises NotFound for an agency that is not registered, InvalidInput for a kind nobody knows, for a credential in
    location or options, for an option that is not the number it may be, and for one nothing reads.
    """
    queries.agency(session, spec.agency)
    check_open(spec)
    check_values(spec.options)
    if spec.kind not in KINDS:
        raise InvalidInput(
            f"没有 {spec.kind} 这种业务系统。可用：{'、'.join(KINDS)}。",
            f"There is no kind of system {spec.kind}. Use one of {', '.join(KINDS)}.",
            code="system_kind_invalid",
            kind=spec.kind,
        )
    check_system_options(spec.options, kind=spec.kind)
    sealed = encrypt(settings, spec.secret, context=spec.code) if spec.secret else None
    system = session.merge(
        System(
            code=spec.code,
            agency=spec.agency,
            kind=spec.kind,
            location=spec.location,
            options=dict(spec.options),
            secret=sealed,
        )
    )
    record(session, tag=EventTag.SYSTEM_REGISTERED, subject=spec.code, by=by, now=now, details={"kind": spec.kind})
    return system


def opened(session: Session, *, settings: Settings, code: str) -> SystemSpec:
    """The system `code` with its secret opened, ready for lake.sources. Raises NotFound."""
    system = session.get(System, code)
    if system is None:
        raise NotFound(
            f"没有登记业务系统 {code}。请先用 shuniu source add 登记。",
            f"System {code} is not registered. Register it first with: shuniu source add.",
            code="system_unknown",
            system=code,
        )
    secret = decrypt(settings, system.secret, context=code) if system.secret else {}
    return SystemSpec(system.code, system.agency, system.kind, system.location, dict(system.options), secret)
