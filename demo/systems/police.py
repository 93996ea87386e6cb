"""Public security: the household register in PostgreSQL (else SQLite), the standard addresses as CSV in BD-09."""

from catalog.systems import SystemSpec
from demo.systems import relational
from demo.systems.delimited import write_csv
from demo.systems.place import Deliveries, Place

TABLE = "hkrk"


def specs(place: Place) -> list[SystemSpec]:
    """police_db and address_files."""
    return [_database(place), SystemSpec("address_files", "police", "files", str(place.folder("address")))]


def fill(place: Place, deliveries: Deliveries) -> None:
    """Put the delivered rows into the department's systems."""
    if service := place.services.postgresql:
        database, reader, writer = _names(service.prefix)
        relational.make_database(service, database, reader=reader, password=place.password(reader))
        relational.copy_table(service, database, TABLE, deliveries, "police_person", reader=reader)
        relational.make_feedback_table(service, database, writer=writer, password=place.password(writer))
    else:
        folder = place.folder("police")
        relational.write_sqlite(folder / "police.sqlite", {TABLE: "police_person"}, deliveries)
        relational.make_feedback_file(folder / "feedback.sqlite")
    path = place.folder("address") / f"标准地址_{deliveries.month}.csv"
    write_csv(path, "标准地址*.csv", deliveries, "police_address", encoding="utf-8")


def _database(place: Place) -> SystemSpec:
    if service := place.services.postgresql:
        database, reader, writer = _names(service.prefix)
        location = f"{service.location}/{database}"
        feedback = {"way": "table", "kind": "postgresql", "location": location, "table": relational.FEEDBACK_TABLE}
        secret = {"user": reader, "password": place.password(reader)}
        secret |= {"feedback_user": writer, "feedback_password": place.password(writer)}
        return SystemSpec(
            "police_db", "police", "postgresql", location, {"schema": "public", "feedback": feedback}, secret
        )
    folder = place.folder("police")
    file = str(folder / "feedback.sqlite")
    feedback = {"way": "table", "kind": "sqlite", "location": file, "table": relational.FEEDBACK_TABLE}
    return SystemSpec("police_db", "police", "sqlite", str(folder / "police.sqlite"), {"feedback": feedback})


def _names(prefix: str) -> tuple[str, str, str]:
    return f"{prefix}police", f"{prefix}police_read", f"{prefix}police_feedback"
