"""Whose word counts about a legal person, field by field: every department designated for a field beats all behind it.

One build over one organisation per case: in each, a department speaks and so do all behind it, but none before it; the
farther behind, the newer.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.database import forget_engines
from catalog.settings import Settings
from catalog.standards import check_digits
from lake import bases
from lake.bases import build
from lake.layout import Layout
from tests.factories.standard_tables import batch_of, day, hold, moment, read

MARKET, UNIT, CIVIL = "market_enterprise", "establishment_unit", "civil_organisation"
TAX, PERMIT, PENALTY = "tax_payer", "reform_permit", "reform_penalty"
ORDER = {
    "uscc": (MARKET, CIVIL, UNIT, TAX, PERMIT, PENALTY),
    "org_code": (UNIT, TAX),
    "reg_no": (MARKET,),
    "name": (MARKET, UNIT, CIVIL, TAX, PERMIT, PENALTY),
    "former_name": (MARKET,),
    "org_type": (MARKET, UNIT, CIVIL),
    "legal_representative": (MARKET, UNIT, CIVIL),
    "legal_representative_id": (MARKET,),
    "capital": (MARKET,),
    "established_on": (MARKET, CIVIL),
    "address": (MARKET, UNIT, CIVIL, TAX),
    "industry": (MARKET,),
    "status": (MARKET,),
    "tax_status": (TAX,),
    "credit_grade": (TAX,),
}
"""What the city decided; written here once more, so that nobody changes it by accident."""
ITEMS = {(TAX, "tax_status"): "status", (TAX, "org_code"): "taxpayer_no"}
DELIVERED = {MARKET: 1, UNIT: 2, CIVIL: 3, TAX: 4, PERMIT: 5, PENALTY: 6}
"""Day of November on which a dataset came: the farther behind, mostly, the newer."""
CASES = [(field, place) for field, listed in ORDER.items() for place in range(len(listed))]


def organisation(case: int) -> str:
    """The organisation code of one case (GB 11714)."""
    body = f"{10_000_000 + case}"
    return body + check_digits.organisation(body)


def credit_code(case: int, place: int = 0) -> str:
    """A credit code that embeds it (GB 32100); another one per place, by the division that issued it."""
    body = f"91{370683 + place}{organisation(case)}"
    return body + check_digits.uscc(body)


def said(field: str, case: int, place: int) -> Any:
    """What the dataset at `place` claims; where they can differ, those behind come first in any order of values."""
    if field in ("uscc", "org_code"):
        return credit_code(case, 9 - place) if field == "uscc" else organisation(case)
    if field == "established_on":
        return day(1990, 3, 28 - place)
    return float(9 - place) if field == "capital" else f"值{9 - place}"


def deliveries() -> dict[str, list[dict[str, Any]]]:
    """Rows by dataset: each claims something about one field, and whose it is by a number, and nothing else."""
    rows = defaultdict(list)
    for case, (field, place) in enumerate(CASES):
        for behind, dataset in list(enumerate(ORDER[field]))[place:]:
            row = {ITEMS.get((dataset, field), field): said(field, case, behind)}
            if field not in ("uscc", "org_code"):
                row["uscc"] = credit_code(case)
            if dataset in (MARKET, TAX):
                row["updated_at"] = moment(2020 if behind == place else 2027)
            rows[dataset].append(row)
    return rows


@pytest.fixture(scope="module")
def organisations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    """The built base, by organisation code."""
    settings = Settings(home=tmp_path_factory.mktemp("order"))
    for dataset, rows in deliveries().items():
        hold(settings, dataset, *rows, day=DELIVERED[dataset])
    build(settings, "legal_person", now=datetime(2026, 11, 20, 1, tzinfo=UTC))
    rows = read(settings, Layout(settings.lake_url).base("legal_person"))
    yield {row["org_code"].replace("-", ""): row for row in rows}
    forget_engines()


@pytest.mark.parametrize(("field", "place"), CASES, ids=[f"{field}-{ORDER[field][place]}" for field, place in CASES])
def test_a_designated_department_beats_all_behind_it_however_new_their_word(
    organisations: dict[str, dict[str, Any]], field: str, place: int
) -> None:
    case, winner = CASES.index((field, place)), ORDER[field][place]
    row = organisations[organisation(case)]
    value = row[field].replace("-", "") if field == "org_code" else row[field]
    assert value == said(field, case, place)
    assert (row[f"{field}_from"], row[f"{field}_batch"]) == (
        winner.partition("_")[0],
        batch_of(winner, DELIVERED[winner]),
    )


def test_no_field_or_department_is_designated_beside_these() -> None:
    with (Path(bases.__file__).parent / "legal_person" / "fields.csv").open(encoding="utf-8") as stream:
        listed = [(line["field"], line["dataset"]) for line in csv.DictReader(stream)]
    expected = {(field, dataset) for field, those in ORDER.items() for dataset in those}
    assert (set(listed), len(listed)) == (expected, len(expected))
