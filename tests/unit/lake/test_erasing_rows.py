"""Whose row it is decides what goes: a person's own row, never a child's, a namesake's number or a firm's."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from catalog import queries
from catalog.actions import agencies, datasets, erasures
from catalog.contracts import Contract, load_contract
from catalog.database import forget_engines, open_reader, open_session
from catalog.errors import Conflict, HubError
from catalog.models import Batch, Dataset, Ticket
from catalog.settings import Settings
from catalog.standards import check_digits
from lake import tables
from lake.bases import build
from lake.bases.population import POPULATION
from lake.erasing import rules
from lake.erasing.carry_out import carry_out
from lake.erasing.editing import Rule, counted, edit
from lake.erasing.subject import subject_of
from lake.erasing.whose import WHOSE, named_alone
from lake.layout import Layout
from lake.loading import ingest
from quality.figures import profile
from tests.factories import erased
from tests.factories.deliveries import a_contract, a_folder
from tests.factories.erased import NAME, NOW, NUMBER, OTHER, contract, item
from tests.factories.standard_tables import day, hold, moment, read

LATER = datetime(2026, 11, 25, tzinfo=UTC)
BIRTH = contract(
    "health_birth",
    "health",
    item("certificate_no", "record_no", key=True),
    item("child_name", "person_name", personal="sensitive"),
    item("child_id", "resident_id", personal="sensitive"),
    item("mother_name", "person_name", personal="general"),
    item("mother_id", "resident_id", personal="sensitive"),
)
CREDIT = contract(
    "population_model",
    "market",
    item("resident_id", "resident_id", key=True, personal="sensitive"),
    item("score", "text"),
)
"""A department's dataset with a name like that of a table of the hub."""
LEASE = contract(
    "market_lease",
    "market",
    item("lease_no", "record_no", key=True),
    item("tenant", "person_name", source="承租人", personal="general"),
    item("resident_id", "resident_id", source="证件", personal="sensitive"),
    item("phone", "phone", personal="general"),
    item("home", "address_text", personal="general"),
    item("born", "birth_date", personal="general"),
    item("remark", "text"),
)
"""A dataset about no person, with one: whatever is personal is told with the number."""
SOLD = contract(
    "market_sale",
    "market",
    item("sale_no", "record_no", key=True),
    item("buyer_id", "resident_id", personal="sensitive"),
    item("buyer_name", "person_name", personal="general"),
    item("seller_id", "resident_id", personal="sensitive"),
    item("seller_name", "person_name", personal="general"),
)
"""Of two persons: each has a part of the row."""
LICENCE = contract(
    "approval_licence",
    "market",
    item("licence_id", "licence_id", key=True, personal="sensitive"),
    item("licence_no", "licence_no", personal="sensitive"),
    item("holder", "licence_holder", personal="general"),
    item("holder_code", "licence_holder_code", source="持证主体代码", personal="sensitive"),
)
PUPIL = contract(
    "education_pupil",
    "education",
    item("pupil_no", "pupil_no", key=True, personal="sensitive"),
    item("name", "person_name", personal="sensitive"),
    item("resident_id", "resident_id", personal="sensitive"),
    item("guardian", "person_name", source="监护人", personal="general"),
    item("phone", "phone", personal="general"),
    item("address", "address_text", personal="sensitive"),
)
"""Its pupils have a guardian who stands there by name alone."""
CHILD_BODY = "37068320200307700"
CHILD = CHILD_BODY + check_digits.mod_11_2(CHILD_BODY)
BORN = {"certificate_no": "B1", "child_name": "欧阳小宝", "child_id": CHILD, "mother_name": NAME, "mother_id": NUMBER}


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    made = Settings(home=tmp_path / "home")
    erased.fill(made)
    yield made
    forget_engines()


def _published(settings: Settings) -> str:
    """Build and publish the base once more; the person's id."""
    build(settings, "population", now=datetime(2026, 11, 16, tzinfo=UTC))
    uri = Layout(settings.lake_url).base("population")
    version = tables.version(uri, settings=settings) or 0
    with open_session(settings) as session:
        datasets.publish(
            session, dataset="population", uri=uri, delta_version=version, rows=3, verdict_id=None, by="t", now=NOW
        )
    return next(str(row["person_id"]) for row in read(settings, uri) if row["name"] == NAME)


def _everywhere(settings: Settings) -> None:
    """The person as mother in a birth, as key, in a list and a first column, and in tables that were profiled."""
    layout = Layout(settings.lake_url)
    with open_session(settings) as session:
        agencies.register(session, code="health", name_zh="h", name_en="h", by="t", now=NOW)
        for one in (BIRTH, CREDIT):
            datasets.register_contract(session, contract=one, hub_id=settings.hub_id, by="t", now=NOW)
    erased._raw(settings, "health_birth", 8, {name: [value] for name, value in BORN.items()})
    hold(settings, "health_birth", BORN | {"sex": "1", "birth_date": day(2020, 3, 7), "address": "x"}, day=8)
    credit = {"resident_id": [NUMBER, OTHER], "score": ["A", "B"]}
    erased._raw(settings, "population_model", 8, credit)
    for uri, columns in (
        (layout.standard("population_model"), credit),
        (layout.topic("homes"), {"home": ["1", "2"], "members": [[NUMBER, OTHER], [OTHER]]}),
        (layout.history("market_enterprise"), {"manager": [f"负责人{NUMBER}"], "firm": ["9"]}),
    ):
        tables.write(uri, pa.table(columns), run_id="plant", settings=settings)
    for name, uri in (
        ("police_person", layout.standard("police_person")),
        ("market_enterprise", layout.standard("market_enterprise")),
        ("population", layout.base("population")),
    ):
        profile.take(settings, name, uri, now=NOW)


def _delivered(settings: Settings, place: Path, of: object, text: str) -> list[dict[str, object]]:
    folder = a_folder(place)
    (Path(folder.location) / "a.csv").write_text(text, encoding="utf-8")
    known = a_contract(dataset=of.dataset, agency=of.agency, items=of.items)  # type: ignore[attr-defined]
    batch = ingest.collect(settings, known, folder, now=LATER, by="t")
    rows = read(settings, Layout(settings.lake_url).raw(batch.dataset))
    return [row for row in rows if row["_batch"] == batch.batch_id]


def test_only_rows_about_the_person_go_and_of_others_only_what_tells_of_them(
    settings: Settings, tmp_path: Path
) -> None:
    layout = Layout(settings.lake_url)
    _everywhere(settings)
    erased.approve(settings, _published(settings))
    carry_out(settings, now=NOW, by="t")
    for uri in (layout.raw("health_birth"), layout.standard("health_birth")):
        (birth,) = read(settings, uri)
        told = [birth.get(name) for name in ("child_name", "child_id", "mother_name", "mother_id")]
        assert told == ["欧阳小宝", CHILD, None, None]
    for uri in (layout.raw("population_model"), layout.standard("population_model")):
        assert [(row["resident_id"], row["score"]) for row in read(settings, uri)] == [(OTHER, "B")]
    homes = sorted((row["home"], row["members"]) for row in read(settings, layout.topic("homes")))
    assert homes == [("1", None), ("2", [OTHER])]
    assert read(settings, layout.history("market_enterprise")) == [{"manager": None, "firm": "9"}]
    assert {row["name"] for row in read(settings, layout.base("population"))} == {"李建国", "欧阳小宝"}
    assert profile.newest(settings, "police_person")
    head = "certificate_no,child_name,child_id,mother_name,mother_id\n"
    (born,) = _delivered(settings, tmp_path / "births", BIRTH, f"{head}B2,欧阳二宝,,{NAME},{NUMBER}\n")
    assert (born["child_name"], born["mother_name"], born["mother_id"]) == ("欧阳二宝", None, None)
    scored = _delivered(settings, tmp_path / "scores", CREDIT, f"resident_id,score\n{NUMBER},A\n{OTHER},B\n")
    assert [row["resident_id"] for row in scored] == [OTHER]


def test_cells_of_the_person_are_emptied_however_they_are_spelled(settings: Settings, tmp_path: Path) -> None:
    layout = Layout(settings.lake_url)
    _everywhere(settings)
    with open_session(settings) as session:
        for one in (LEASE, SOLD):
            datasets.register_contract(session, contract=one, hub_id=settings.hub_id, by="t", now=NOW)
    spelled = ("欧阳 霖霏", "欧阳\u200b霖霏", "欧 阳 霖 霏 ", "欧阳·霖霏", "欧阳．霖霏")
    for at, name in enumerate(spelled):
        firm = {"record_no": ["9", "10"], "name": ["店", "厂"], "legal_representative": [name, name],
                "legal_representative_id": [NUMBER, OTHER]}  # fmt: skip
        born = {key: [value] for key, value in (BORN | {"mother_name": name}).items()}
        erased._raw(settings, "market_enterprise", 10 + at, firm)
        erased._raw(settings, "health_birth", 10 + at, born)
        own = {"编号": [" 1\u3000", "2"], "证件号": [None, OTHER], "姓名": [name, "李建国"], "住址": [None, None]}
        erased._raw(settings, "police_person", 10 + at, own)
    lease: dict[str, list[object]] = {
        "lease_no": ["z1", "z2"], "resident_id": [NUMBER, OTHER], "tenant": ["欧阳霖(曾用名)", "李建国"],
        "phone": ["+86 139-1234-0077", "1"], "home": ["独居路77号（原址）", "x"],
        "born": [day(1990, 3, 7), day(1985, 1, 1)], "remark": ["欧阳 霖霏", "阳台"],
    }  # fmt: skip
    named = {"tenant": "承租人", "resident_id": "证件"}
    sold = {
        "sale_no": ["s1"],
        "buyer_id": [OTHER],
        "buyer_name": ["李建国"],
        "seller_id": [NUMBER],
        "seller_name": ["某"],
    }
    erased._raw(settings, "market_lease", 8, {named.get(key, key): values for key, values in lease.items()})
    for uri, columns in (
        (layout.standard("market_lease"), lease),
        (layout.quarantine("market_lease"), lease),
        (layout.standard("market_sale"), sold),
    ):
        tables.write(uri, pa.table(columns), run_id="plant", settings=settings)
    erased.approve(settings, _published(settings))
    carry_out(settings, now=NOW, by="t")
    firms = {(row["record_no"], row["legal_representative"]) for row in read(settings, layout.raw("market_enterprise"))}
    assert firms == {("9", None), *(("10", name) for name in spelled)}, "of another's number the name is another's"
    births = read(settings, layout.raw("health_birth"))
    assert {(row["child_name"], row["mother_name"], row["mother_id"]) for row in births} == {("欧阳小宝", None, None)}
    assert {row["编号"] for row in read(settings, layout.raw("police_person"))} == {"2"}
    for uri in (layout.raw("market_lease"), layout.standard("market_lease"), layout.quarantine("market_lease")):
        theirs, others = sorted(
            (
                {key: row[named.get(key, key) if "/raw/" in uri else key] for key in lease}
                for row in read(settings, uri)
            ),
            key=lambda row: str(row["lease_no"]),
        )
        assert theirs == {key: "z1" if key == "lease_no" else None for key in lease}
        assert others == {key: values[1] for key, values in lease.items()}
    (sale,) = read(settings, layout.standard("market_sale"))
    assert list(sale.values()) == ["s1", OTHER, "李建国", None, None]
    told = "sale_no,buyer_id,buyer_name,seller_id,seller_name\n"
    (sale,) = _delivered(settings, tmp_path / "sales", SOLD, f"{told}s2,{OTHER},李建国,{NUMBER},某\n")
    assert [sale[key] for key in sold] == ["s2", OTHER, "李建国", None, None]
    keyed = f"编号,证件号,姓名,住址\n　1 ,,欧阳 霖霏,\n2,{OTHER},李建国,\n"
    assert [row["编号"] for row in _delivered(settings, tmp_path / "people", erased.POLICE, keyed)] == ["2"]


def _market(settings: Settings, *contracts: Contract) -> None:
    with open_session(settings) as session:
        agencies.register(session, code="education", name_zh="e", name_en="e", by="t", now=NOW)
        for one in contracts:
            datasets.register_contract(session, contract=one, hub_id=settings.hub_id, by="t", now=NOW)


def test_a_licence_goes_with_its_holder_whose_number_it_bears_or_is_made_of(settings: Settings, tmp_path: Path) -> None:
    layout = Layout(settings.lake_url)
    _market(settings, LICENCE)
    held = [
        ("1.2.156.1", "A1", NAME, f" {NUMBER.lower()}"),
        ("1.2.156.2", f"{NUMBER}62", NAME, ""),
        (f"1.2.156.{NUMBER}.001", "A3", "某", ""),
        ("1.2.156.4", f"{OTHER}62", "李建国", OTHER),
    ]
    names = ("licence_id", "licence_no", "holder", "holder_code")
    columns = {name: [row[at] for row in held] for at, name in enumerate(names)}
    tables.write(layout.standard("approval_licence"), pa.table(columns), run_id="plant", settings=settings)
    columns["持证主体代码"] = columns.pop("holder_code")
    erased._raw(settings, "approval_licence", 8, columns)
    erased.approve(settings, _published(settings))
    carry_out(settings, now=NOW, by="t")
    for uri in (layout.standard("approval_licence"), layout.raw("approval_licence")):
        assert [row["licence_id"] for row in read(settings, uri)] == ["1.2.156.4"]
    text = "\n".join(",".join(row) for row in [("licence_id", "licence_no", "holder", "持证主体代码"), *held])
    again = _delivered(settings, tmp_path / "licences", LICENCE, f"{text}\n")
    assert [row["licence_id"] for row in again] == ["1.2.156.4"]


def test_a_guardian_without_a_number_goes_by_name_and_telephone_or_address_and_else_the_department_is_told(
    settings: Settings, tmp_path: Path
) -> None:
    layout = Layout(settings.lake_url)
    _market(settings, PUPIL)
    home, away = erased.ADDRESS, "莱州市永安路街道9号"
    sent = [
        ("p1", "欧阳小宝", CHILD, "欧阳 霖霏", "139-1234-0077", away),
        ("p2", "欧阳二宝", "", NAME, "13800001111", home),
        ("p3", "欧阳三宝", "", "李建国", erased.PHONE, home),
        ("p4", "欧阳四宝", "", NAME, "13800001111", away),
    ]
    left = [
        ("p1", "欧阳小宝", CHILD, None, None, away),
        ("p2", "欧阳二宝", None, None, "13800001111", home),
        ("p3", "欧阳三宝", None, "李建国", erased.PHONE, home),
        ("p4", "欧阳四宝", None, NAME, "13800001111", away),
    ]
    names = ("pupil_no", "name", "resident_id", "guardian", "phone", "address")
    columns = {name: [row[at] or None for row in sent] for at, name in enumerate(names)}
    entity = _published(settings)
    tables.write(layout.standard("education_pupil"), pa.table(columns), run_id="plant", settings=settings)
    columns["监护人"] = columns.pop("guardian")
    erased._raw(settings, "education_pupil", 8, columns)
    erased.approve(settings, entity)
    carry_out(settings, now=NOW, by="t")
    spelled = [name if name != "guardian" else "监护人" for name in names]
    stays = sorted(read(settings, layout.standard("education_pupil")), key=lambda row: str(row["pupil_no"]))
    assert [tuple(row[name] for name in names) for row in stays] == left
    with open_reader(settings) as session:
        titles = {one.dataset: one.title_zh for one in session.query(Ticket)}
    assert titles["education_pupil"].endswith("；guardian中有同名而无证件号的，请按文书核对")
    assert "同名" not in titles["police_person"]
    text = "\n".join(",".join(row) for row in [tuple(spelled), *sent])
    again = _delivered(settings, tmp_path / "pupils", PUPIL, f"{text}\n")
    for rows in (read(settings, layout.raw("education_pupil")), again):
        came = {tuple(row[name] or None for name in spelled) for row in rows}
        assert came == set(left)


def test_a_telephone_is_known_however_it_is_written_and_an_address_by_the_whole_of_it(
    settings: Settings, tmp_path: Path
) -> None:
    layout = Layout(settings.lake_url)
    _market(settings, PUPIL)
    far, number = "烟台市芝罘区南大街77号", erased.PHONE
    phones = ("+86 139 1234 0077", "8613912340077", "０１３９１２３４００７７", "0086-139-1234-0077", "٠13912340077")
    sent = [
        *((f"t{at}", f"欧阳{at}宝", "", NAME, phone, far) for at, phone in enumerate(phones)),
        ("a1", "张一", "", NAME, "13800001111", far),
        ("a2", "张二", "", NAME, "77", "济南市历下区77室"),
        ("a3", "张三", "", NAME, "13800001111", "莱州市 文昌路街道独居路７７号"),
    ]
    stay = [
        *((*row[:3], "", "", far) for row in sent[: len(phones)]),
        *sent[len(phones) : -1],
        (*sent[-1][:3], "", *sent[-1][4:]),
    ]
    names = ("pupil_no", "name", "resident_id", "guardian", "phone", "address")
    columns = {name: [row[at] or None for row in sent] for at, name in enumerate(names)}
    entity = _published(settings)
    tables.write(layout.quarantine("education_pupil"), pa.table(columns), run_id="plant", settings=settings)
    columns["监护人"] = columns.pop("guardian")
    erased._raw(settings, "education_pupil", 8, columns)
    erased.approve(settings, entity)
    carry_out(settings, now=NOW, by="t")
    spelled = [name if name != "guardian" else "监护人" for name in names]
    text = "\n".join(",".join(row) for row in [tuple(spelled), *sent])
    again = _delivered(settings, tmp_path / "pupils", PUPIL, f"{text}\n")
    carried = [row for row in read(settings, layout.raw("education_pupil")) if row["_batch"] != again[0]["_batch"]]
    for rows in (carried, again):
        assert {tuple(row[name] or "" for name in spelled) for row in rows} == set(stay)
    held = read(settings, layout.quarantine("education_pupil"))
    assert {tuple(row[name] or "" for name in names) for row in held} == set(stay)
    with open_reader(settings) as session:
        titles = {one.dataset: one.title_zh for one in session.query(Ticket)}
    assert number not in repr(titles)
    assert "同名" in titles["education_pupil"], "it stands in what was delivered and refused alone"


def test_a_telephone_that_every_row_must_have_stays_with_the_pupil() -> None:
    items = [*PUPIL.items[:4], replace(PUPIL.items[4], required=True), PUPIL.items[5]]
    alone = named_alone("education_pupil", items)
    assert ([one.name for one in alone.names], [one.name for one in alone.given]) == (["guardian"], [])
    assert [one.name for one in named_alone("education_pupil", PUPIL.items).given] == ["phone"]


def test_by_the_contracts_of_the_county_only_these_stand_by_name_alone() -> None:
    folder = Path(__file__).parents[3] / "demo" / "contracts"
    contracts = [load_contract(path) for path in sorted(folder.glob("*.odcs.yaml"))]
    found = {one.dataset: [item.name for item in named_alone(one.dataset, one.items).names] for one in contracts}
    assert {dataset: names for dataset, names in found.items() if names} == {
        "civil_organisation": ["legal_representative"],
        "education_pupil": ["guardian"],
        "establishment_unit": ["legal_representative"],
        "land_parcel": ["right_holder"],
    }


def test_an_erasures_rows_are_not_those_of_one_whose_number_begins_so(settings: Settings) -> None:
    uri = Layout(settings.lake_url).topic("counted")
    tables.write(uri, pa.table({"one": ["a", "b", "c"]}), run_id="plant", settings=settings)
    edit(settings, uri, Rule("one = 'a'", {}), run="1")
    edit(settings, uri, Rule("one IN ('b', 'c')", {}), run="10")
    assert [counted(settings, uri, run=run) for run in ("1", "10", "0")] == [1, 2, 0]


def test_a_number_that_two_people_bear_is_refused_before_anything_is_touched(settings: Settings) -> None:
    third = {"person_no": "7", "resident_id": NUMBER, "name": "赵铁柱", "birth_date": day(1960, 1, 1), "status": "1"}
    hold(settings, "police_person", erased.person(erased.ADDRESS, moment(2026, 11, 6)), erased.OTHERS, third, day=15)
    erased.approve(settings, _published(settings))
    layout = Layout(settings.lake_url)
    before = read(settings, layout.base("population")), read(settings, layout.raw("police_person"))
    with pytest.raises(Conflict) as refused:
        carry_out(settings, now=NOW, by="t")
    assert refused.value.code == "erasure_number_shared"
    assert (read(settings, layout.base("population")), read(settings, layout.raw("police_person"))) == before
    with open_reader(settings) as session:
        assert not erasures.marks(session)
        assert [one.status for one in erasures.listed(session)] == ["approved"]


def test_a_delivery_that_is_held_keeps_no_files_once_somebody_was_erased(settings: Settings, tmp_path: Path) -> None:
    with open_reader(settings) as session:
        assert session.get(Dataset, "police_person")
        assert queries.published_all(session)
    erased.approve(settings, _published(settings))
    carry_out(settings, now=NOW, by="t")
    with pytest.raises(HubError) as lost:
        _delivered(settings, tmp_path / "in", erased.POLICE, f"编号,证件号,姓名\n1,{NUMBER},{NAME}\n")
    assert lost.value.code == "column_lost"
    assert not [path for path in (settings.home / "deliveries" / "police_person").rglob("*") if path.is_file()]
    with open_reader(settings) as session:
        (held,) = session.query(Batch).where(Batch.dataset == "police_person", Batch.status == "held")
        assert "交付文件不留存" in held.message_zh


def test_an_error_while_a_table_is_rewritten_tells_no_number(settings: Settings) -> None:
    uri = Layout(settings.lake_url).standard("police_person")
    with pytest.raises(Conflict) as failed:
        edit(settings, uri, Rule(f"no_such_column = '{NUMBER}'", {}), run="1")
    assert failed.value.code == "erasure_table_unreadable"
    assert NUMBER not in str(failed.value)
    assert failed.value.__suppress_context__


def test_whose_a_row_is_stands_in_the_query_of_the_base_as_it_stands_in_the_rules() -> None:
    import lake.bases.population as folder

    text = (Path(folder.__file__).parent / "person_observation.sql").read_text(encoding="utf-8")
    text = re.sub(r"--.*|CAST\(NULL AS (\w+)\)", "NULL", text)
    found = {}
    for part in text.split("UNION ALL"):
        columns = [one.split(" AS ")[0].strip() for one in part.split("SELECT", 1)[1].split("FROM")[0].split(",")]
        found[part.split("FROM")[1].split()[0]] = (columns[6], columns[7], columns[4])
    assert found == {name: tuple(whose) for name, whose in WHOSE.items()}
    assert set(WHOSE) == set(POPULATION.inputs)


def test_the_rule_of_a_table_grows_with_its_columns_and_holds_no_value_of_the_person(settings: Settings) -> None:
    subject = subject_of(settings, _published(settings))
    narrow, wide = (
        rules.of_table("standard", "land", pa.schema([(f"c{at}", pa.string()) for at in range(many)]), subject, {}, "")
        for many in (20, 200)
    )
    for rule in (narrow, wide):
        said = repr((rule.gone, rule.hit, rule.blank))
        assert not [one for one in (NUMBER, NAME, erased.PHONE, erased.ADDRESS, subject.entity) if one in said]
    size = [sum(map(len, (rule.gone, rule.hit, *rule.blank.values()))) for rule in (narrow, wide)]
    assert size[1] < 12 * size[0]
