"""Whom an erasure must leave alone: who took over a key, who is called the same, a firm whose licence looks alike."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from catalog.actions import agencies, datasets, erasures
from catalog.contracts import Contract
from catalog.database import forget_engines, open_reader, open_session
from catalog.settings import Settings
from catalog.standards import check_digits
from lake.erasing.carry_out import carry_out
from lake.layout import Layout
from lake.loading import ingest
from tests.factories import erased
from tests.factories.deliveries import a_contract, a_folder
from tests.factories.erased import ADDRESS, NAME, NOW, NUMBER, OTHER, contract, item
from tests.factories.standard_tables import read

THIRD_BODY = "37068319770505123"
THIRD = THIRD_BODY + check_digits.mod_11_2(THIRD_BODY)
FAR = "烟台市芝罘区南大街77号"
LICENCE = contract(
    "approval_licence",
    "market",
    item("licence_id", "licence_id", key=True, personal="sensitive"),
    item("licence_no", "licence_no", personal="sensitive"),
    item("holder", "licence_holder", personal="general"),
    item("holder_code", "licence_holder_code", source="持证主体代码", personal="sensitive"),
)
PEOPLE = [
    ("1", THIRD, "赵铁柱", FAR),
    ("8", OTHER, NAME, ADDRESS),
    ("9", "", NAME, FAR),
    ("11", "", "赵铁柱", ADDRESS),
]
"""Others: one under the key the person had, one called the same at the same address, one called the same elsewhere."""
THEIRS = [
    ("12", "", "欧阳 霖霏", f" {ADDRESS}"),
    ("13", "无", NAME, ADDRESS),
    ("14", NUMBER[:-1] + "1", NAME, ADDRESS),
    (" 1", "", NAME, ""),
    ("1", "1234", "", ""),
    ("1", THIRD, NAME, ""),
    ("15", NUMBER.lower(), NAME, ""),
]
"""The person's: by name and address, by the key, by the number; a number with a wrong last sign is nobody's."""
FIRM = ("1.2.156.7", f"9{NUMBER}9", "莱州永丰果品商店", "91370683MA3C00003Q")
LICENCES = [FIRM, (f"1.2.156.9{NUMBER}", "A8", *FIRM[2:])]
OWN = [("1.2.156.8", f"9{NUMBER}9", NAME, ""), ("1.2.156.9", f"9{NUMBER}9", NAME, NUMBER)]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The person erased, after the department had delivered all of these."""
    settings = Settings(home=tmp_path_factory.mktemp("county") / "home")
    entity = erased.fill(settings)
    with open_session(settings) as session:
        agencies.register(session, code="education", name_zh="e", name_en="e", by="t", now=NOW)
        datasets.register_contract(session, contract=LICENCE, hub_id=settings.hub_id, by="t", now=NOW)
    for dataset, rows, names in (
        ("police_person", PEOPLE + THEIRS, ("编号", "证件号", "姓名", "住址")),
        ("approval_licence", LICENCES + OWN, ("licence_id", "licence_no", "holder", "持证主体代码")),
    ):
        columns = {name: [row[at] or None for row in rows] for at, name in enumerate(names)}
        erased._raw(settings, dataset, 9, columns)
    erased.approve(settings, entity)
    carry_out(settings, now=NOW, by="t")
    yield settings
    forget_engines()


def _delivered(settings: Settings, place: Path, of: Contract, head: str, rows: Sequence[tuple[str, ...]]) -> str:
    folder = a_folder(place)
    text = "\n".join([head, *map(",".join, rows)])
    (Path(folder.location) / "a.csv").write_text(text + "\n", encoding="utf-8")
    known = a_contract(dataset=of.dataset, agency=of.agency, items=of.items)
    return ingest.collect(settings, known, folder, now=NOW, by="t").batch_id


def test_a_person_with_a_number_of_their_own_stays_whatever_key_name_or_address_they_share(
    county: Settings, tmp_path: Path
) -> None:
    batch = _delivered(county, tmp_path / "people", erased.POLICE, "编号,证件号,姓名,住址", PEOPLE + THEIRS)
    rows = read(county, Layout(county.lake_url).raw("police_person"))
    for came in (True, False):
        found = [row for row in rows if (row["_batch"] == batch) is came and row["编号"] != "2"]
        assert {tuple(row[name] or "" for name in ("编号", "证件号", "姓名", "住址")) for row in found} == set(PEOPLE)
    with open_reader(county) as session:
        (back,) = [one for one in erasures.returns(session) if one.subject.endswith(batch)]
    assert (back.details["left_out"], back.details["other_name"]) == (len(THEIRS), 0)


def test_a_row_that_a_key_alone_takes_is_counted_by_its_name(county: Settings, tmp_path: Path) -> None:
    rows = [("1", "", "赵铁柱", FAR), ("1", "", NAME, FAR), ("2", OTHER, "李建国", "")]
    batch = _delivered(county, tmp_path / "keys", erased.POLICE, "编号,证件号,姓名,住址", rows)
    with open_reader(county) as session:
        (back,) = [one for one in erasures.returns(session) if one.subject.endswith(batch)]
    assert (back.details["left_out"], back.details["other_name"]) == (2, 1)


def test_a_firms_licence_stays_though_its_number_holds_the_digits_of_the_person(
    county: Settings, tmp_path: Path
) -> None:
    head = "licence_id,licence_no,holder,持证主体代码"
    batch = _delivered(county, tmp_path / "licences", LICENCE, head, LICENCES + OWN)
    rows = read(county, Layout(county.lake_url).raw("approval_licence"))
    for came in (True, False):
        found = [row for row in rows if (row["_batch"] == batch) is came]
        assert {tuple(row[name] for name in head.split(",")) for row in found} == set(LICENCES)
