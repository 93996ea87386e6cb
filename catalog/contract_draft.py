"""A draft contract from what a delivery looks like: ODCS v3.1 YAML, ready for a person to review. Pure.

What values cannot tell (what the dataset is called, who may share it, how often it comes) is left at the cautious
default; catalog/contract_review.py lists what is still open.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import yaml

from catalog.classification import highest
from catalog.contract_review import TO_REVIEW
from catalog.identifiers import check_dataset_code
from catalog.standards.elements import element

LOGICAL = {
    "string": "string",
    "date": "date",
    "integer": "integer",
    "decimal": "number",
    "timestamp": "timestamp",
    "boolean": "boolean",
    "geometry": "object",
}
LONGEST_NAME = 60
_HAN = re.compile("[\u3400-\u9fff]")
GENERIC = frozenset({"code", "text", "integer", "decimal", "date", "datetime"})
"""Elements that say only what kind a value is: the item is then named after its column."""


class Seen(Protocol):
    """What a draft needs to know of one delivered column (lake.profile.Column is one)."""

    @property
    def name(self) -> str:
        """As delivered."""

    @property
    def element(self) -> str:
        """The data element it is likely to be."""

    @property
    def filled(self) -> int:
        """Rows with a value."""

    @property
    def nulls(self) -> int:
        """Rows without a value."""

    @property
    def key(self) -> bool:
        """No row without a value, and no value twice."""


@dataclass(frozen=True)
class Place:
    """Where the dataset comes from, as the contract says it. `options`: how its files or pages are read; origin: local
    or upper (回流). title_zh, title_en: what the dataset is called, its code where nobody says."""

    dataset: str
    agency: str
    system: str
    locator: str
    options: Mapping[str, Any]
    crs: str | None = None
    origin: str = "local"
    title_zh: str = ""
    title_en: str = ""


def draft(place: Place, columns: Sequence[Seen]) -> str:
    """The YAML document of a draft contract that catalog.contracts reads; raises InvalidInput for a bad code."""
    check_dataset_code(place.dataset)
    names = _names(columns)
    key = next((column.name for column in columns if column.key), None)
    titles = _titles(columns)
    properties = [
        _property(column, name, title, key=key) for column, name, title in zip(columns, names, titles, strict=True)
    ]
    title_zh, title_en = place.title_zh or place.dataset, place.title_en or place.dataset
    grade = highest(entry["classification"] for entry in properties if entry["classification"])
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": place.dataset,
        "name": place.dataset,
        "version": "0.1.0",
        "status": "draft",
        "domain": place.agency,
        "description": {"purpose": f"{title_zh}（由采样生成，{TO_REVIEW}） / {title_en} (drafted, to be reviewed)"},
        "schema": [
            {
                "name": place.dataset,
                "physicalName": place.locator,
                "businessName": title_zh,
                "description": title_zh,
                "properties": properties,
            }
        ],
        "slaProperties": [{"property": "frequency", "value": "daily"}],
        "customProperties": _custom(place, grade),
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)


def _custom(place: Place, grade: str) -> list[dict[str, Any]]:
    given: dict[str, Any] = {
        "agency": place.agency,
        "system": place.system,
        "mode": "snapshot",
        "titleEn": place.title_en or place.dataset,
        "sharing": "conditional",
        "sharingCondition": "",
        "schedule": "0 1 * * *",
        "origin": place.origin,
        "grade": grade,
    }
    if place.crs:
        given["crs"] = place.crs
    if place.options:
        given["options"] = dict(place.options)
    return [{"property": name, "value": value} for name, value in given.items()]


def _property(column: Seen, name: str, title: str, *, key: str | None) -> dict[str, Any]:
    known = element(column.element)
    # A text or a date can be anything: its grade is left open, and nothing is published until a person has said it.
    told = known.code not in GENERIC
    own = {"element": known.code, "personal": known.personal if told else "", "titleEn": known.name_en}
    if known.code_list:
        own["codeList"] = known.code_list
    entry: dict[str, Any] = {
        "name": name,
        "physicalName": column.name,
        "businessName": title,
        "logicalType": LOGICAL[known.kind],
        "required": column.nulls == 0 < column.filled,  # of no row nothing is known
        "classification": known.grade if told else "",
        "customProperties": [{"property": title, "value": value} for title, value in own.items()],
    }
    if column.name == key:
        entry |= {"primaryKey": True, "primaryKeyPosition": 1}
    return entry


def _titles(columns: Sequence[Seen]) -> list[str]:
    """Chinese titles: the department's own heading where it is Chinese, else what the standards call the element.

    Two columns of one element are told apart by their headings; where the element says too little, the heading stays.
    """
    told = [_HAN.search(column.name) is None and column.element not in GENERIC for column in columns]
    same = Counter(column.element for column, by_element in zip(columns, told, strict=True) if by_element)
    titles: list[str] = []
    for column, by_element in zip(columns, told, strict=True):
        known = element(column.element).name_zh
        own = f"{known}（{column.name}）" if same[column.element] > 1 else known
        titles.append(own if by_element else column.name)
    return titles


def _names(columns: Sequence[Seen]) -> list[str]:
    """Names of items: the element where it says something, else the column's own in Latin letters; none twice."""
    names: list[str] = []
    for place, column in enumerate(columns, start=1):
        wanted = _latin(column.name, place) if column.element in GENERIC else column.element
        name, count = wanted, 1
        while name in names:
            count += 1
            name = f"{wanted}_{count}"
        names.append(name)
    return names


def _latin(header: str, place: int) -> str:
    from pypinyin import lazy_pinyin  # 0.3 s, and only drafts need it

    plain = unicodedata.normalize("NFKC", header)
    words = re.findall(r"[a-z0-9]+", "_".join(lazy_pinyin(plain)).lower())
    name = "_".join(words)[:LONGEST_NAME].strip("_")
    return name if re.match(r"[a-z][a-z0-9_]", name) else f"item_{place}"
