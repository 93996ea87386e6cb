"""Market regulation: the register of enterprises in PostgreSQL (else SQLite), asked for what changed since."""

from catalog.systems import SystemSpec
from demo.systems import relational
from demo.systems.place import Deliveries, Place

TABLE, WATERMARK = "qyjbxx", "updated_at"


def specs(place: Place) -> list[SystemSpec]:
    """market_db."""
    if service := place.services.postgresql:
        database, reader = _names(service.prefix)
        secret = {"user": reader, "password": place.password(reader)}
        location = f"{service.location}/{database}"
        return [SystemSpec("market_db", "market", "postgresql", location, {"schema": "public"}, secret)]
    return [SystemSpec("market_db", "market", "sqlite", str(place.folder("market") / "market.sqlite"))]


def fill(place: Place, deliveries: Deliveries) -> None:
    """Put the delivered rows into the department's system."""
    if service := place.services.postgresql:
        database, reader = _names(service.prefix)
        relational.make_database(service, database, reader=reader, password=place.password(reader))
        relational.copy_table(service, database, TABLE, deliveries, "market_enterprise", reader=reader, index=WATERMARK)
    else:
        path = place.folder("market") / "market.sqlite"
        relational.write_sqlite(path, {TABLE: "market_enterprise"}, deliveries)


def _names(prefix: str) -> tuple[str, str]:
    return f"{prefix}market", f"{prefix}market_read"
