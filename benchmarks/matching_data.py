"""What the matcher is measured on: public linkage sets and demo cities, renumbered and shuffled, truth kept apart.

Each loader gives (records for lake.matching.resolve, truth by record, task). Identifiers that carry the truth (rec_id,
cluster, soc_sec_id) never reach the records.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from catalog.standards import organisation_code, resident_id, uscc
from lake.matching.model import Column, Task, load_task
from lake.matching.text import day, plain

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
"""Where published data lies when nobody says otherwise."""
Truth = dict[tuple[str, str], str]

_FEBRL = {
    "given_name": "given_name",
    "surname": "surname",
    "street_number": "street_number",
    "address_1": "street",
    "address_2": "street",
    "suburb": "city",
    "postcode": "postcode",
    "state": "region",
    "date_of_birth": "birth_date",
}
_FAKE = {"first_name": "given_name", "surname": "surname", "dob": "birth_date", "city": "city", "email": "email"}


@dataclass(frozen=True)
class Sample:
    """Records with source, key, known_id and the task's columns; the true entity of each (source, key)."""

    name: str
    records: pa.Table
    truth: Truth
    task: Task


def linkage_files(name: str) -> tuple[str, ...]:
    """The files of 'febrl1' .. 'febrl4' or 'fake_1000' in the folder of published data."""
    if name == "fake_1000":
        return ("linkage/fake_1000/fake_1000.csv",)
    parts = ("4a", "4b") if name == "febrl4" else (name.removeprefix("febrl"),)
    return tuple(f"linkage/febrl/dataset{part}.csv" for part in parts)


def linkage_set(name: str, *, seed: int = 1, folder: Path = BESIDE) -> Sample:
    """'febrl1' .. 'febrl4' or 'fake_1000'. Raises FileNotFoundError where the folder does not hold its files."""
    paths = [folder / file for file in linkage_files(name)]
    if name == "fake_1000":
        return _sample(name, [(name, row["cluster"], row) for row in _rows(paths[0])], _FAKE, seed)
    sample = _sample(
        name, [(path.stem, row["rec_id"].split("-")[1], row) for path in paths for row in _rows(path)], _FEBRL, seed
    )
    single = tuple(path.stem for path in paths)
    return replace(sample, task=replace(sample.task, single=single)) if len(paths) > 1 else sample


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, skipinitialspace=True))


def _sample(name: str, rows: list[tuple[str, str, dict[str, str]]], roles: dict[str, str], seed: int) -> Sample:
    rows = random.Random(seed).sample(rows, len(rows))
    keys = [f"{number:06d}" for number in range(len(rows))]
    columns = {item: pa.array([row[item].strip() or None for _, _, row in rows], pa.string()) for item in roles}
    sources = [source for source, _, _ in rows]
    records = pa.table({"source": sources, "key": keys, "known_id": pa.nulls(len(rows), pa.string()), **columns})
    truth = {(source, key): entity for (source, entity, _), key in zip(rows, keys, strict=True)}
    return Sample(name, records, truth, Task(name, tuple(Column(item, role) for item, role in roles.items())))


_PERSONS = {
    "police_person": "rybh AS key, gmsfhm AS id, xm AS name, xb AS sex, csrq AS birth_date,"
    " hjdz AS address, lxdh AS phone,"
    " CASE WHEN zt = '2' THEN zxrq END AS death_date",
    "hrss_insurance": "socialNo AS key, idCard AS id, name, NULL AS sex, NULL AS birth_date,"
    " address, mobile AS phone, NULL AS death_date",
    "civil_subsistence": '序号 AS key, "申请人/身份证号码" AS id, "申请人/姓名" AS name, "申请人/性别" AS sex,'
    ' "申请人/出生日期" AS birth_date, 家庭住址 AS address, 联系电话 AS phone, NULL AS death_date',
    "education_pupil": "学籍号 AS key, 身份证件号 AS id, 姓名 AS name, 性别 AS sex, 出生日期 AS birth_date,"
    " 现住址 AS address, NULL AS phone, NULL AS death_date",
    "health_birth": "cert_no AS key, child_id AS id, child_name AS name, sex, birth_date,"
    " addr AS address, NULL AS phone, NULL AS death_date",
    "health_death": "certificate_no AS key, idno AS id, name, NULL AS sex, NULL AS birth_date,"
    " NULL AS address, NULL AS phone, death_date",
}
_PERSON_ITEMS = ("id", "name", "sex", "birth_date", "address", "phone", "death_date")

_LEGAL = {
    "market_enterprise": "nbxh AS key, uniscid AS code, NULL AS org, entname AS name,"
    " ymc AS former_name, name AS legal_representative, regno AS registration,"
    " estdate AS established_on, dom AS address",
    "establishment_unit": "组织机构代码 AS key, 统一社会信用代码 AS code, 组织机构代码 AS org, 机构名称 AS name,"
    " NULL AS former_name, 法定代表人 AS legal_representative, NULL AS registration,"
    " NULL AS established_on, 地址 AS address",
    "tax_payer": "nsrsbh AS key, shxydm AS code, nsrsbh AS org, nsrmc AS name, NULL AS former_name,"
    " NULL AS legal_representative, NULL AS registration,"
    " NULL AS established_on, scjydz AS address",
    "civil_organisation": '"登记信息/统一社会信用代码" AS key, "登记信息/统一社会信用代码" AS code, NULL AS org,'
    ' "登记信息/名称" AS name, NULL AS former_name, "登记信息/法定代表人" AS legal_representative,'
    ' NULL AS registration, "登记信息/成立日期" AS established_on, 住所 AS address',
}
_LEGAL_ITEMS = (
    "code",
    "org",
    "name",
    "former_name",
    "legal_representative",
    "registration",
    "established_on",
    "address",
)


def city_persons(folder: Path) -> Sample:
    """Every department's rows about people of a built city (demo.city.build); a sound number is known_id."""
    rows = _delivered(folder, _PERSONS, _PERSON_ITEMS)
    numbers = [_number(row["id"]) for row in rows]
    for row, number in zip(rows, numbers, strict=True):
        if number and not day(row["birth_date"]):
            row["birth_date"] = number[6:14]
        row["resident_id"] = number or row["id"]
    return _city("persons", "person", load_task("person"), rows, numbers, folder)


def city_legal_persons(folder: Path) -> Sample:
    """Every department's rows about legal persons; known_id is the organisation code, also the one inside a code."""
    rows = _delivered(folder, _LEGAL, _LEGAL_ITEMS)
    numbers = [_organisation(row["code"]) or _organisation(row["org"]) for row in rows]
    return _city("legal persons", "legal_person", load_task("legal_person"), rows, numbers, folder)


def _delivered(folder: Path, selections: dict[str, str], items: tuple[str, ...]) -> list[dict[str, str | None]]:
    found = []
    with duckdb.connect() as connection:
        for source, columns in selections.items():
            chosen = ", ".join(f"CAST({item} AS VARCHAR) AS {item}" for item in ("key", *items))
            path = folder / "deliveries" / f"{source}.parquet"
            query = f"SELECT {chosen} FROM (SELECT {columns} FROM read_parquet(?))"
            table = connection.execute(query, [str(path)]).to_arrow_table()
            found += [{"source": source, **row} for row in table.to_pylist()]
    return found


def _city(
    name: str, entity: str, task: Task, rows: list[dict[str, str | None]], numbers: list[str | None], folder: Path
) -> Sample:
    columns = {column.name: pa.array([row.get(column.name) for row in rows], pa.string()) for column in task.columns}
    if entity == "legal_person":
        columns["code"] = pa.array([n or row["code"] or row["org"] for n, row in zip(numbers, rows, strict=True)])
    records = pa.table(
        {
            "source": [r["source"] for r in rows],
            "key": [r["key"] for r in rows],
            "known_id": pa.array(numbers, pa.string()),
            **columns,
        }
    )
    with duckdb.connect() as connection:
        links = connection.execute(
            "SELECT dataset, key, uid FROM read_parquet(?) WHERE entity = ?",
            [str(folder / "truth" / "links.parquet"), entity],
        ).fetchall()
    wanted = set(zip(records["source"].to_pylist(), records["key"].to_pylist(), strict=True))
    truth = {(source, key): str(uid) for source, key, uid in links if (source, key) in wanted}
    return Sample(name, records, truth, task)


def _number(text: str | None) -> str | None:
    folded = (plain(text) or "").replace(" ", "").upper()
    number = resident_id.upgrade(folded) if len(folded) == 15 else folded
    return number if number and resident_id.is_valid(number) else None


def _organisation(text: str | None) -> str | None:
    """The organisation code, also that inside a credit code whose own check fails: the inner one speaks."""
    code = uscc.unconfused((plain(text) or "").replace(" ", "").upper())
    bare = uscc.organisation_part(code) if len(code) == 18 else organisation_code.compact(code)
    return bare if organisation_code.fault(bare) is None else None
