"""The approval service: electronic licences in PostgreSQL (else SQLite)."""

from catalog.systems import SystemSpec
from demo.systems import relational
from demo.systems.place import Deliveries, Place

TABLE = "dzzz_zzxx"


def specs(place: Place) -> list[SystemSpec]:
    """approval_db."""
    if service := place.services.postgresql:
        database, reader = _names(service.prefix)
        secret = {"user": reader, "password": place.password(reader)}
        location = f"{service.location}/{database}"
        return [SystemSpec("approval_db", "approval", "postgresql", location, {"schema": "public"}, secret)]
    return [SystemSpec("approval_db", "approval", "sqlite", str(place.folder("approval") / "approval.sqlite"))]


def fill(place: Place, deliveries: Deliveries) -> None:
    """Put the delivered rows into the department's system."""
    if service := place.services.postgresql:
        database, reader = _names(service.prefix)
        relational.make_database(service, database, reader=reader, password=place.password(reader))
        relational.copy_table(service, database, TABLE, deliveries, "approval_licence", reader=reader)
    else:
        path = place.folder("approval") / "approval.sqlite"
        relational.write_sqlite(path, {TABLE: "approval_licence"}, deliveries)


def _names(prefix: str) -> tuple[str, str]:
    return f"{prefix}approval", f"{prefix}approval_read"
