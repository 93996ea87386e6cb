"""Health: birth and death certificates in MariaDB or MySQL (else SQLite)."""

from catalog.systems import SystemSpec
from demo.systems import mariadb, relational
from demo.systems.place import Deliveries, Place

TABLES = {"birth_cert": "health_birth", "death_cert": "health_death"}


def specs(place: Place) -> list[SystemSpec]:
    """health_db."""
    if service := place.services.mysql:
        database, reader = _names(service.prefix)
        secret = {"user": reader, "password": place.password(reader)}
        location = f"{service.location}/{database}"
        return [SystemSpec("health_db", "health", "mysql", location, {}, secret)]
    return [SystemSpec("health_db", "health", "sqlite", str(place.folder("health") / "health.sqlite"))]


def fill(place: Place, deliveries: Deliveries) -> None:
    """Put the delivered rows into the department's system."""
    if service := place.services.mysql:
        database, reader = _names(service.prefix)
        mariadb.make_database(service, database, reader=reader, password=place.password(reader))
        for table, dataset in TABLES.items():
            mariadb.load_table(service, database, table, deliveries, dataset)
    else:
        relational.write_sqlite(place.folder("health") / "health.sqlite", TABLES, deliveries)


def _names(prefix: str) -> tuple[str, str]:
    return f"{prefix}health", f"{prefix}health_read"
