"""A county in which one person stands everywhere: raw in two batches, standard, quarantine, findings, both bases."""

import gzip
import os
import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.actions import agencies, batches, datasets, erasures
from catalog.contracts import Contract, Item
from catalog.database import migrate, open_session
from catalog.settings import Settings
from catalog.standards import check_digits
from lake import tables
from lake.bases import base, build, catalogue
from lake.erasing import carry_out
from lake.layout import Layout
from lake.loading import deliveries
from lake.reading.projection import Projection, project
from tests.factories.standard_tables import batch_of, day, hold, moment, read

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
BODY = "37068319900307707"
NUMBER = BODY + check_digits.mod_11_2(BODY)
"""It ends in X, so that in small letters it is written otherwise."""
OLD_NUMBER = NUMBER[:6] + NUMBER[8:17]
NAME, PHONE, ADDRESS, OLD_ADDRESS = (
    "欧阳霖霏",
    "13912340077",
    "莱州市文昌路街道独居路77号",
    "莱州市城港路街道先前路66号",
)
PLANTED = (NUMBER, OLD_NUMBER, NAME, PHONE, ADDRESS, OLD_ADDRESS)
"""Nobody else has any of these."""
OTHER_BODY = "37068319850101101"
OTHER = OTHER_BODY + check_digits.mod_11_2(OTHER_BODY)


def contract(dataset: str, agency: str, *items: Item) -> Contract:
    return Contract(
        dataset, "1.0.0", dataset, dataset, agency, f"{agency}_db", "snapshot", "t", None, items, grade="L4"
    )


def item(name: str, element: str, *, key: bool = False, source: str = "", personal: str = "none") -> Item:
    return Item(name, name, name, element, "string", source or name, key=key, grade="L4", personal=personal)


POLICE = contract(
    "police_person",
    "police",
    item("person_no", "record_no", key=True, source="编号"),
    item("resident_id", "resident_id", source="证件号", personal="sensitive"),
    item("name", "person_name", source="姓名", personal="general"),
    item("address", "address_text", source="住址", personal="general"),
)
MARKET = contract(
    "market_enterprise",
    "market",
    item("record_no", "record_no", key=True),
    item("name", "org_name"),
    item("legal_representative", "person_name", personal="general"),
    item("legal_representative_id", "resident_id", personal="sensitive"),
)


def person(address: str, updated: datetime) -> dict[str, Any]:
    known = {"person_no": "1", "resident_id": NUMBER, "name": NAME, "phone": PHONE, "birth_date": day(1990, 3, 7)}
    return known | {"address": address, "updated_at": updated, "status": "1"}


OTHERS = {
    "person_no": "2",
    "resident_id": OTHER,
    "name": "李建国",
    "birth_date": day(1985, 1, 1),
    "address": "莱州市永安路街道1号",
    "status": "1",
}
INSURED = {"insurance_no": "h2", "resident_id": OTHER, "name": "李建国"}
FIRM = {"record_no": "9", "uscc": "91370683MA3C00003Q", "name": "莱州永丰果品商店", "legal_representative": NAME,
        "legal_representative_id": NUMBER, "status": "1", "updated_at": moment(2025)}  # fmt: skip


def fill(settings: Settings) -> str:
    """The county, built twice (the person moved between), published; the person's id."""
    migrate(settings)
    with open_session(settings) as session:
        for code in ("police", "market", "hrss"):
            agencies.register(session, code=code, name_zh=code, name_en=code, by="t", now=NOW)
        for one in (POLICE, MARKET):
            datasets.register_contract(session, contract=one, hub_id=settings.hub_id, by="t", now=NOW)
    for on, address, updated in ((1, OLD_ADDRESS, moment(2024)), (8, ADDRESS, moment(2026, 11, 6))):
        _raw(
            settings,
            "police_person",
            on,
            {
                "编号": ["1", "2"],
                "证件号": [NUMBER if on > 1 else OLD_NUMBER, OTHER],
                "姓名": [NAME, "李建国"],
                "住址": [address, "莱州市永安路街道1号"],
            },
        )
        hold(settings, "police_person", person(address, updated), OTHERS, day=on)
        _raw(
            settings,
            "market_enterprise",
            on,
            {
                "record_no": ["9"],
                "name": [FIRM["name"]],
                "legal_representative": [NAME],
                "legal_representative_id": [f" {NUMBER.lower()} "],
            },
        )
        hold(settings, "market_enterprise", FIRM, day=on)
        hold(settings, "hrss_insurance", INSURED, day=on)
        for name in ("population", "legal_person"):
            build(settings, name, now=datetime(2026, 11, on + 1, tzinfo=UTC))
    layout = Layout(settings.lake_url)
    for zone, columns in (
        (
            "quarantine",
            {
                "_row": [1],
                "_batch": [batch_of("police_person", 8)],
                "person_no": ["1"],
                "resident_id": [NUMBER],
                "name": [NAME],
            },
        ),
        ("history", {"person_no": ["1", "2"], "resident_id": [NUMBER, OTHER], "name": [NAME, "李建国"]}),
        (
            "findings",
            {
                "dataset": ["police_person"],
                "batch": [batch_of("police_person", 8)],
                "row": [0],
                "key": [f"1|{NUMBER}"],
                "rule": ["x"],
            },
        ),
    ):
        uri = getattr(layout, zone)("police_person")
        tables.write(uri, pa.table(columns), run_id=f"plant {zone}", settings=settings)
    _compare(settings)
    _deliver(settings)
    with open_session(settings) as session:
        for dataset in ("police_person", "market_enterprise"):
            for on in (1, 8):
                name = batch_of(dataset, on)
                batches.register(
                    session,
                    batch_id=name,
                    dataset=dataset,
                    system="s",
                    rows=2,
                    fingerprint=name,
                    position=None,
                    by="t",
                    now=NOW,
                )
                batches.advance(session, batch_id=name, status="judged")
        catalogue.register(
            session, bases=(base("population"), base("legal_person")), hub_id=settings.hub_id, by="t", now=NOW
        )
        uri = layout.base("population")
        version = tables.version(uri, settings=settings) or 0
        shown = Projection(tuple((one, one) for one in ("person_id", "resident_id", "name")), "", {}, "f00d")
        assert project(settings, uri=uri, version=version, projection=shown), "a recipient has asked for it"
        datasets.publish(
            session, dataset="population", uri=uri, delta_version=version, rows=2, verdict_id=None, by="t", now=NOW
        )
    return next(
        str(row["person_id"]) for row in read(settings, layout.base("population")) if row["resident_id"] == NUMBER
    )


def _compare(settings: Settings) -> None:
    """Every pair of the three records as the matcher remembers pairs: by numbers alone."""
    base_of = Layout(settings.lake_url).base
    records = read(settings, base_of("population_prepared"))
    pairs = [
        {"record_l": one["record"], "record_r": other["record"], "content_l": one["content"],
         "content_r": other["content"], "bits": 1.5}
        for one, other in combinations(sorted(records, key=lambda row: int(row["record"])), 2)
    ]  # fmt: skip
    uri = base_of("population_weighed")
    rows = pa.Table.from_pylist(pairs, schema=tables.schema(uri, settings=settings))
    tables.write(uri, rows, run_id="plant pairs", settings=settings)


def _deliver(settings: Settings) -> None:
    """Files as they came: the person plain, packed and in an encoding of its own; and of a dataset without them."""
    row = f"编号,证件号\n1,{NUMBER}\n"
    for dataset, on, name, content in (
        ("police_person", 8, "a.csv", row.encode()),
        ("police_person", 1, "a.csv", row.encode("utf-16")),
        ("market_enterprise", 8, "a.csv.gz", gzip.compress(row.encode())),
        ("land_parcel", 8, "a.csv", "地块\n1\n".encode()),
    ):
        kept = deliveries.folder(settings, dataset, batch_of(dataset, on))
        kept.mkdir(parents=True)
        (kept / name).write_bytes(content)


def _raw(settings: Settings, dataset: str, on: int, columns: dict[str, list[Any]]) -> None:
    rows = pa.table(columns | {"_row": list(range(len(next(iter(columns.values())))))})
    name = batch_of(dataset, on)
    uri = Layout(settings.lake_url).raw(dataset)
    tables.write(uri, rows, mode="append", run_id=name, partition={"_batch": name}, settings=settings)


def found(settings: Settings, planted: Sequence[str] = PLANTED) -> list[str]:
    """Where under the lake and the deliveries a planted value stands: plain, and inside every Parquet file there is."""
    hits = []
    for path in [*Path(settings.lake_url).rglob("*"), *(settings.home / "deliveries").rglob("*")]:
        if not path.is_file():
            continue
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += repr(pq.ParquetFile(path).read().to_pylist()).encode()
        hits += [f"{path.name}: {value}" for value in planted if value.upper().encode() in content.upper()]
    return hits


def approve(settings: Settings, entity: str) -> int:
    """An erasure one steward asked for and another approved."""
    with open_session(settings) as session:
        made = erasures.ask(
            session, entity=entity, ground="consent_withdrawn", reference="莱个信删〔2026〕7号", by="li", now=NOW
        )
        erasures.decide(session, erasure_id=made.erasure_id, approve=True, reason="核实无误", by="wang", now=NOW)
        return made.erasure_id


def carry_out_until(home: Path, call: str, times: int) -> None:
    """Carry out what was approved, as a process of its own that ends by SIGKILL after so many calls of `call`."""
    truly, left = getattr(carry_out, call), [times]

    def dying(*given: Any, **named: Any) -> Any:
        found = truly(*given, **named)
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(carry_out, call, dying)
    carry_out.carry_out(Settings(home=home), now=NOW, by="t")
