"""Three hard cases in a small made-up town, built by the hub and told from what it left: the page of docs/explanation.

`python -m tests.factories.hard_cases` writes the page anew; tests/docs/test_three_hard_cases.py holds it to the data.
"""

import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from textwrap import fill
from typing import Any

from catalog.settings import Settings
from catalog.standards import check_digits
from exchange_api.views import matching_words
from lake import tables
from lake.bases import base, build
from lake.bases.explaining import Entity, explain
from lake.layout import Layout
from tests.factories.reviewed import insured
from tests.factories.reviewed import police as townsman
from tests.factories.standard_tables import day, hold, moment

PAGE = Path(__file__).parents[2] / "docs/explanation/three-hard-cases.md"
NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
HOME = {"address": "山东省莱州市文峰街道府前街18号3号楼2单元501室", "phone": "13900001111"}
ELSEWHERE = {"address": "山东省莱州市城港街道光州南街6号1号楼301室", "phone": "13700002222"}
OTHERWHERE = {"address": "山东省莱州市永安街道文化路9号2号楼102室", "phone": "13600003333"}
USCC = "91370683MA3C00003Q"
OLD = "37068320000001" + check_digits.mod_11_10("37068320000001")
INTRODUCTION = (
    "Invented people and firms, delivered to a hub and built as every night. The tables are what `shuniu base explain`"
    " reads; a test builds the town anew and holds this page to it (`python -m tests.factories.hard_cases` writes it)."
)
WIDTH = 125
HOW = {True: "its own number", False: "its values"}
Row = dict[str, Any]


def number(front: str) -> str:
    """A sound identity number."""
    return front + check_digits.mod_11_2(front)


ELDER, YOUNGER = number("37068320150316102"), number("37068320150316104")
LI, ZHANG = number("37068319680205301"), number("37068319740918302")


@dataclass(frozen=True)
class Case:
    """A hard case: its rows by (dataset, key), and what is to be said before the tables."""

    title: str
    story: str
    base: str
    rows: tuple[tuple[str, str], ...]


CASES = (
    Case(
        "Twins with one telephone",
        "Born on the same day, at one address, under their mother's telephone; the school knows neither number. A name"
        " that differs forbids a match whatever else agrees (`veto` of the task), so each row finds its own twin.",
        "population",
        (("police_person", "t1"), ("police_person", "t2"), ("education_pupil", "s1"), ("education_pupil", "s2")),
    ),
    Case(
        "One number used by two people",
        "The insurance has Mrs Zhang under Mr Li's number: a clerk's slip that is a sound number. Names under one"
        " number that have nothing in common dispute it: it stays with the register's row, the other loses it and is"
        " matched by its name, telephone and address.",
        "population",
        (("police_person", "u1"), ("police_person", "u2"), ("hrss_insurance", "w1"), ("hrss_insurance", "w2")),
    ),
    Case(
        "A firm renamed and moved",
        "The register has the firm twice: as of old, by registration number alone, and under its credit code with a new"
        " name and seat. The tax office, one level up, still has the old ones.",
        "legal_person",
        (("market_enterprise", "1"), ("market_enterprise", "2"), ("tax_payer", USCC), ("reform_permit", "P1")),
    ),
)


def deliver(settings: Settings) -> None:
    """A town of 160, and the three cases among them."""
    born = {"birth_date": day(2015, 3, 16), "status": "1", "updated_at": moment(2025)}
    hold(
        settings,
        "police_person",
        *(townsman(n) for n in range(160)),
        {"person_no": "t1", "resident_id": ELDER, "name": "王子涵", "sex": "2", **born, **HOME},
        {"person_no": "t2", "resident_id": YOUNGER, "name": "王若曦", "sex": "2", **born, **HOME},
        {"person_no": "u1", "resident_id": LI, "name": "李建国", "sex": "1", "birth_date": day(1968, 2, 5),
         "status": "1", "updated_at": moment(2025), **ELSEWHERE},
        {"person_no": "u2", "resident_id": ZHANG, "name": "张秀英", "sex": "2", "birth_date": day(1974, 9, 18),
         "status": "1", "updated_at": moment(2025), **OTHERWHERE},
    )  # fmt: skip
    hold(
        settings,
        "hrss_insurance",
        *(insured(n) for n in range(120)),
        {"insurance_no": "w1", "resident_id": LI, "name": "李建国", "updated_at": moment(2026), **ELSEWHERE},
        {"insurance_no": "w2", "resident_id": LI, "name": "张秀英", "updated_at": moment(2026), **OTHERWHERE},
    )
    pupil = {"birth_date": day(2015, 3, 16), "sex": "2", **HOME}
    hold(
        settings,
        "education_pupil",
        {"pupil_no": "s1", "name": "王子涵", **pupil},
        {"pupil_no": "s2", "name": "王若曦", **pupil},
    )
    old, new = "莱州市驿道永丰果品商店", "莱州永丰果品贸易有限公司"
    hold(
        settings,
        "market_enterprise",
        {"record_no": "1", "reg_no": OLD, "name": old, "address": "莱州市驿道镇府前街8号", "status": "3",
         "legal_representative": "赵德明", "updated_at": moment(2012)},
        {"record_no": "2", "uscc": USCC, "reg_no": OLD, "name": new, "former_name": old, "status": "1",
         "address": "莱州市城港路街道光州南街66号", "legal_representative": "赵德明", "updated_at": moment(2025)},
    )  # fmt: skip
    hold(settings, "tax_payer", {"taxpayer_no": USCC, "name": old, "address": "莱州市驿道镇府前街8号", "status": "正常",
                                 "updated_at": moment(2026)})  # fmt: skip
    hold(settings, "reform_permit", {"permit_no": "P1", "uscc": USCC, "name": "永丰果品贸易"})


def entities(settings: Settings, case: Case) -> dict[tuple[str, str], str]:
    """(dataset, key) of the case -> the entity it is linked to."""
    uri = Layout(settings.lake_url).base(f"{case.base}_links")
    column = base(case.base).key[0]
    links = tables.read(uri, settings=settings).to_pylist()
    return {(row["dataset"], row["key"]): row[column] for row in links if (row["dataset"], row["key"]) in case.rows}


def built(home: Path) -> Settings:
    """The town with both bases built."""
    settings = Settings(home=home)
    deliver(settings)
    for name in ("population", "legal_person"):
        build(settings, name, now=NOW)
    return settings


def page(settings: Settings) -> str:
    """The page, from what the build left."""
    lines = ["# Three hard cases, explained from the data", "", fill(INTRODUCTION, WIDTH)]
    for number_, case in enumerate(CASES, 1):
        lines += ["", f"## {number_}. {case.title}", "", fill(case.story, WIDTH), *_told(settings, case)]
    return "\n".join(lines) + "\n"


def _told(settings: Settings, case: Case) -> Iterable[str]:
    found = entities(settings, case)
    letters = {entity: "ABCD"[place] for place, entity in enumerate(dict.fromkeys(found[row] for row in case.rows))}
    told = {entity: explain(settings, base(case.base), entity) for entity in letters}
    known = {(row["dataset"], row["key"]): row for entity in told.values() for row in entity.records}
    yield ""
    yield "| row | became | because of |"
    yield "|---|---|---|"
    for row in case.rows:
        yield f"| `{row[0]}` {row[1]} | {letters[found[row]]} | {HOW[known[row]['by_key']]} |"
    yield ""
    yield "| entity | field | won | whose, since | rule | lost |"
    yield "|---|---|---|---|---|---|"
    for entity, letter in letters.items():
        yield from _fields(told[entity], letter)


def _fields(told: Entity, letter: str) -> Iterable[str]:
    """The fields departments tell differently, and the name."""
    names = dict.fromkeys(claim["field"] for claim in told.claims)
    for name in names:
        claims = [claim for claim in told.claims if claim["field"] == name]
        lost = list(
            dict.fromkeys(f"{one['value']} ({one['agency']})" for one in claims if one["value"] != _won(claims))
        )
        if not lost and name != "name":
            continue
        won = next((one for one in claims if one["won"]), None)
        whose = f"{won['agency']}, {won['observed_at']:%Y-%m-%d}" if won else "—"
        rule = matching_words.rule(won["rule"])[1] if won else "a disputed number never wins"
        yield f"| {letter} | {name} | {_won(claims) or '—'} | {whose} | {rule} | {'; '.join(lost) or '—'} |"


def _won(claims: list[Row]) -> str | None:
    return next((str(one["value"]) for one in claims if one["won"]), None)


def main() -> int:
    """Write the page."""
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(page(built(Path(folder) / "home")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
