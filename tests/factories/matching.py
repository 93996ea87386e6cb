"""A small town for the matcher: persons held by a register and two offices, some of them without number. Seeded.

Names, dates, phones and addresses are drawn from short lists, so that twins, namesakes and neighbours happen.
"""

import random
from typing import Any

import pyarrow as pa

from catalog.standards import check_digits
from lake.matching.model import Task, load_task

SURNAMES = "王张李刘孙赵杨徐陈于马宋高朱姜郭吕胡周吴"
GIVEN = "建国志强玉兰秀英海涛晓燕子涵浩宇欣怡俊杰文博雅丽明德凤珍淑云"
STREETS = ("北苑西路", "光州南街", "文化路", "教育东路", "府前街", "鼓楼南街")
COLUMNS = ("source", "key", "known_id", "name", "sex", "birth_date", "phone", "address", "death_date", "resident_id")
Row = dict[str, str | None]


def person_task() -> Task:
    """The task for natural persons, as the base databases use it."""
    return load_task("person")


def people(count: int, seed: int) -> list[Row]:
    """So many distinct persons: everything a register would hold of them."""
    draw = random.Random(seed)
    return [_person(draw, number) for number in range(count)]


def _person(draw: random.Random, number: int) -> Row:
    born = f"{draw.randint(1940, 2015)}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}"
    sex = draw.choice("12")
    body = f"370683{born}{number % 500:02d}{draw.choice('13579' if sex == '1' else '02468')}"[:17]
    return {
        "name": draw.choice(SURNAMES) + "".join(draw.choice(GIVEN) for _ in range(draw.choice((1, 2, 2)))),
        "sex": sex,
        "birth_date": born,
        "phone": f"13{draw.randint(10**8, 10**9 - 1)}",
        "address": f"山东省莱州市{draw.choice('文峰永安城港')}街道{draw.choice(STREETS)}{draw.randint(1, 60)}号"
        f"{draw.randint(1, 9)}号楼{draw.randint(1, 6)}0{draw.randint(1, 4)}室",
        "resident_id": body + check_digits.mod_11_2(body),
    }


def row(source: str, key: str, person: Row, **changes: str | None) -> Row:
    """One record of `person` as `source` holds it; its number counts as sound unless `known_id` says otherwise."""
    held = {**person, **changes}
    if "known_id" not in changes:
        held["known_id"] = held["resident_id"]
    return {**dict.fromkeys(COLUMNS), **held, "source": source, "key": key}


def town(persons: list[Row], seed: int, *, without_number: float = 0.1) -> list[Row]:
    """Everybody in the register, most of them in two offices too, where a number may be missing."""
    draw = random.Random(seed)
    rows = [row("police_person", f"p{n:05d}", person) for n, person in enumerate(persons)]
    for source in ("hrss_insurance", "education_pupil"):
        for n, person in enumerate(persons):
            if draw.random() < 0.8:
                number = None if draw.random() < without_number else person["resident_id"]
                rows.append(row(source, f"{source[0]}{n:05d}", person, resident_id=number))
    return rows


def table(rows: list[Row]) -> pa.Table:
    """Rows as the records `resolve` takes."""
    return pa.table({name: pa.array([held[name] for held in rows], pa.string()) for name in COLUMNS})


def entities(clusters: Any) -> dict[tuple[str, str], str]:
    """(source, key) -> entity_key of a resolution's clusters."""
    names = zip(clusters["source"].to_pylist(), clusters["key"].to_pylist(), strict=True)
    return dict(zip(names, clusters["entity_key"].to_pylist(), strict=True))


def groups(clusters: Any) -> set[frozenset[tuple[str, str]]]:
    """The clusters as sets of records, whatever their ids."""
    found: dict[str, set[tuple[str, str]]] = {}
    for record, entity in entities(clusters).items():
        found.setdefault(entity, set()).add(record)
    return {frozenset(members) for members in found.values()}
