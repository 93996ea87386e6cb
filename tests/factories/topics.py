"""Declared topics written by hand: the two files of one, as an engineer of the bureau would make them."""

from pathlib import Path
from typing import Any

import yaml

SQL = """
SELECT home.township_code, home.kind, count(*) AS facilities
  FROM public_service AS home
 WHERE home.township_code IS NOT NULL
 GROUP BY home.township_code, home.kind
"""


def contract(name: str, *items: tuple[str, str, str, str], key: str = "township_code", **options: Any) -> str:
    """An ODCS contract with items (name, element, logicalType, grade)."""

    def custom(**values: Any) -> list[dict[str, Any]]:
        return [{"property": name, "value": value} for name, value in values.items()]

    properties = [
        {"name": item, "businessName": item, "logicalType": kind, "required": item == key, "primaryKey": item == key,
         "classification": grade, "customProperties": custom(element=element, personal="none")}
        for item, element, kind, grade in items
    ]  # fmt: skip
    own = custom(agency="bureau", system="hub", mode="snapshot", sharing="unconditional", grade="L2", options=options)
    table = {"name": name, "businessName": "主题", "properties": properties}
    document = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": name, "version": "1.0.0", "status": "active"}
    return yaml.safe_dump(document | {"schema": [table], "customProperties": own}, allow_unicode=True)


ITEMS = (
    ("township_code", "township_code", "string", "L1"),
    ("kind", "facility_kind", "string", "L1"),
    ("facilities", "count", "integer", "L1"),
)


def write(folder: Path, sql: str = SQL, text: str = "", name: str = "topic_facilities") -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / f"{name}.sql", folder / f"{name}.odcs.yaml"
    files[0].write_text(sql, encoding="utf-8")
    files[1].write_text(text or contract(name, *ITEMS), encoding="utf-8")
    return files
