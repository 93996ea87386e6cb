"""回流: one hub reads another's Delta Sharing endpoint as a source, and never shares what came as its own."""

import http.server
import json
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from authorization.actions import grants
from catalog.actions import agencies, datasets
from catalog.contracts import Contract
from catalog.database import open_reader, open_session
from catalog.errors import (
    ConfigurationError,
    ContractBroken,
    HubError,
    NotAllowed,
    SourceRefused,
    SourceUnreachable,
    SourceUnreadable,
)
from catalog.models import Batch, Dataset
from catalog.settings import Settings
from catalog.systems import SystemSpec
from dags.steps import publication
from exchange_api.facts import Facts
from exchange_api.routes.delta_sharing import profile
from lake import sources, tables
from lake.engines.duckdb import connect
from lake.layout import Layout
from lake.loading import ingest, raw
from tests.factories.deliveries import NOW, a_contract, a_registry_with, an_item
from tests.integration.exchange_api.city import TOPIC, City, publish, source_rows, source_table

SHOWN = ("person_no", "resident_id", "name", "birth_date", "address", "monthly_amount", "division_code")


@pytest.fixture
def upper(live: City) -> SystemSpec:
    """The other hub, by the profile it gave us."""
    given = profile(live.settings, "housing_service", live.tokens["housing_service"])
    secret = {name: str(value) for name, value in given.items()}
    return SystemSpec("province_share", "province", "upstream", given["endpoint"], {}, secret)


def contract_of(**given: object) -> Contract:
    usual = {
        "dataset": "province_support",
        "agency": "province",
        "system": "province_share",
        "locator": f"housing.civil.{TOPIC}",
        "origin": "upper",
        "items": tuple(an_item(name, key=name == "person_no") for name in SHOWN),
    }
    return a_contract(**(usual | given))


@pytest.fixture
def hub(tmp_path: Path) -> Settings:
    """Our hub, below."""
    return a_registry_with(Settings(home=tmp_path / "below"), contract_of())


def collect(hub: Settings, spec: SystemSpec) -> ingest.Batch:
    return ingest.collect(hub, contract_of(), spec, now=datetime.now(UTC), by="steward")


def stored(hub: Settings, batch: ingest.Batch, *names: str) -> list[tuple[object, ...]]:
    with connect(hub) as connection:
        relation = raw.relation(hub, batch.dataset, batch.batch_id)
        return connection.execute(f"SELECT {', '.join(names)} FROM {relation} ORDER BY ALL").fetchall()


def test_what_was_granted_comes_with_its_types_and_the_version_is_the_position(
    live: City, upper: SystemSpec, hub: Settings
) -> None:
    first = collect(hub, upper)
    alive = sorted(row["person_no"] for row in source_rows() if row["alive"])
    assert [key for (key,) in stored(hub, first, "person_no")] == alive
    schema = tables.schema(Layout(hub.lake_url).raw("province_support"), settings=hub)
    # As the grant shows them: of the date of birth the year alone, of the amount the band it lies in.
    assert (schema.field("birth_date").type, schema.field("monthly_amount").type) == (pa.int64(), pa.string())
    assert first.position == f"upper:housing.civil.{TOPIC}@1"
    assert not collect(hub, upper).new, "the same version twice is one batch"
    publish(live.settings, source_table().slice(0, 30), "second")
    wait_for_version(live, "2")
    second = collect(hub, upper)
    assert second.position == f"upper:housing.civil.{TOPIC}@2"
    assert second.rows == sum(1 for row in source_rows()[:30] if row["alive"])
    with open_reader(hub) as session:
        assert session.get(Dataset, "province_support").origin == "upper"
        assert session.get(Batch, second.batch_id).position.startswith("upper:")


def wait_for_version(live: City, version: str) -> None:
    """Until every worker of the upper hub has noticed what it published: it remembers facts for half a second."""
    table = f"/delta-sharing/shares/housing/schemas/civil/tables/{TOPIC}/version"
    ends, seen = time.monotonic() + 30, 0
    while seen < 8 and time.monotonic() < ends:
        seen = seen + 1 if live.get(table).headers["Delta-Table-Version"] == version else 0
        time.sleep(0.2)


def test_what_flowed_back_is_neither_published_nor_granted_as_our_own(hub: Settings, upper: SystemSpec) -> None:
    collect(hub, upper)
    uri = Layout(hub.lake_url).standard("province_support")
    tables.write(uri, pa.table({"person_no": ["p1"]}), run_id="judged", settings=hub)
    assert publication.publish_all(hub, clock=lambda: NOW) == {}
    with open_session(hub) as session:
        agencies.register(session, code="housing", name_zh="住建局", name_en="Housing", by="t", now=NOW)
    with pytest.raises(NotAllowed) as refused, open_session(hub) as session:
        datasets.publish(
            session, dataset="province_support", uri=uri, delta_version=0, rows=1, verdict_id=None, by="t", now=NOW
        )
    assert refused.value.code == "dataset_of_upper_level"
    with pytest.raises(NotAllowed) as refused, open_session(hub) as session:
        grants.issue(
            session,
            code="sly",
            agency="housing",
            dataset="province_support",
            items=["person_no"],
            purpose="p",
            legal_basis="l",
            valid_from=NOW,
            valid_until=NOW + timedelta(days=1),
            by="t",
            now=NOW,
        )
    assert refused.value.code == "dataset_of_upper_level"
    assert Facts(hub).of("province_support").sharing == "none", "a grant from before does not open it either"


def test_a_contract_that_calls_it_our_own_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    spec = SystemSpec("province_share", "province", "upstream", "http://127.0.0.1:9/delta-sharing", {}, {})
    settings = Settings(home=tmp_path)
    with pytest.raises(ContractBroken) as broken:
        sources.read(settings, spec, contract_of(origin="local"), since=None, keep=tmp_path / "keep")
    assert broken.value.code == "origin_undeclared"


def refusal(kind: type[HubError], spec: SystemSpec, tmp_path: Path, **given: object) -> HubError:
    with pytest.raises(kind) as error:
        sources.read(Settings(home=tmp_path), spec, contract_of(**given), since=None, keep=tmp_path / "keep")
    assert spec.secret.get("bearerToken", "?") not in str(error.value)
    return error.value


def test_a_token_a_table_and_a_profile_that_do_not_fit_are_told_apart(upper: SystemSpec, tmp_path: Path) -> None:
    def with_secret(**given: str) -> SystemSpec:
        return replace(upper, secret={**upper.secret, **given})

    assert refusal(SourceRefused, with_secret(bearerToken="nobody's"), tmp_path).code == "source_refused"
    assert (
        refusal(SourceRefused, with_secret(expirationTime="2020-01-01T00:00:00Z"), tmp_path).code == "profile_expired"
    )
    assert refusal(ConfigurationError, with_secret(endpoint="https://other"), tmp_path).code == "profile_of_another"
    assert refusal(SourceUnreadable, upper, tmp_path, locator="housing.civil.none").code == "share_missing"
    assert refusal(ConfigurationError, upper, tmp_path, locator="none").code == "locator_invalid"
    away = replace(upper, location="http://127.0.0.1:9/delta-sharing", secret={"bearerToken": "geheim"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lake.sources.rest.FIRST_PAUSE", 0.0)
        assert refusal(SourceUnreachable, away, tmp_path).code == "source_unreachable"


class Platform(http.server.BaseHTTPRequestHandler):
    """An upper-level platform that answers /query as the test wants it, and hands out one file without asking who."""

    lines: ClassVar[list[dict[str, object]]] = []
    body = b""
    seen: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        text = "".join(json.dumps(line) + "\n" for line in self.lines).encode()
        self.send_response(200)
        self.send_header("Delta-Table-Version", "7")
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization", ""))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_said: object) -> None:
        """Nothing."""


@pytest.fixture
def platform():
    """A made-up platform: (its system, its handler to be filled)."""
    handler = type("Handler", (Platform,), {"seen": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        place = f"http://127.0.0.1:{server.server_port}"
        yield SystemSpec("p", "province", "upstream", f"{place}/x", {}, {"bearerToken": "geheim"}), handler, place
        server.shutdown()


def parquet(tmp_path: Path) -> bytes:
    pq.write_table(pa.table({"n": [1, 2], "amount": [Decimal("1.10"), None]}), tmp_path / "a.parquet")
    return (tmp_path / "a.parquet").read_bytes()


def answer(url: str, size: int, *, reader: int = 1, name: str = "f1") -> list[dict[str, object]]:
    fields = [("n", "long"), ("amount", "decimal(3,2)"), ("day", "date"), ("later", "string")]
    schema = {
        "type": "struct",
        "fields": [{"name": n, "type": t, "nullable": True, "metadata": {}} for n, t in fields],
    }
    meta = {
        "id": "t",
        "format": {"provider": "parquet"},
        "schemaString": json.dumps(schema),
        "partitionColumns": ["day"],
    }
    file = {"url": url, "id": name, "partitionValues": {"day": "2026-11-20"}, "size": size, "stats": '{"numRecords":2}'}
    return [{"protocol": {"minReaderVersion": reader}}, {"metaData": meta}, {"file": file}]


TINY = {"locator": "s.c.t", "items": (an_item("n"), an_item("day"))}


def test_partition_values_and_columns_a_file_is_too_old_for_are_put_back(platform, tmp_path: Path) -> None:
    spec, handler, place = platform
    handler.body = parquet(tmp_path)
    handler.lines = answer(f"{place}/f?sig=1", len(handler.body), name="../../etc/x")
    delivery = sources.read(Settings(home=tmp_path), spec, contract_of(**TINY), since=None, keep=tmp_path / "keep")
    assert delivery.reader.read_all().to_pylist() == [
        {"n": 1, "amount": Decimal("1.10"), "day": date(2026, 11, 20), "later": None},
        {"n": 2, "amount": None, "day": date(2026, 11, 20), "later": None},
    ]
    assert (delivery.expected, delivery.position) == (2, "upper:s.c.t@7")
    assert all(path.parent == tmp_path / "keep" for path in delivery.files)
    assert handler.seen == [""], "a file's address gets no token of ours"
    handler.lines = handler.lines[:2]
    empty = sources.read(Settings(home=tmp_path), spec, contract_of(**TINY), since=None, keep=tmp_path / "keep")
    assert (empty.reader.read_all().num_rows, empty.reader.schema.field("n").type) == (0, pa.int64())


def test_a_platform_cannot_send_the_hub_elsewhere_nor_hand_out_half_a_file(platform, tmp_path: Path) -> None:
    spec, handler, place = platform
    handler.body = parquet(tmp_path)
    other = place.replace("127.0.0.1", "localhost")
    handler.lines = answer(f"{other}/f", len(handler.body))
    assert refusal(SourceRefused, spec, tmp_path, **TINY).code == "file_host_unknown"
    assert handler.seen == []
    named = replace(spec, options={"file_hosts": other.removeprefix("http://")})
    sources.read(Settings(home=tmp_path), named, contract_of(**TINY), since=None, keep=tmp_path / "keep")
    handler.lines = answer("file:///etc/passwd", 1)
    assert refusal(SourceRefused, spec, tmp_path, **TINY).code == "file_host_unknown"
    handler.lines = answer(f"{place}/f", len(handler.body) + 1)
    assert refusal(SourceUnreachable, spec, tmp_path, **TINY).code == "source_unreachable"
    handler.lines = answer(f"{place}/f", 4)
    handler.body = b"PAR1"
    assert refusal(SourceUnreadable, spec, tmp_path, **TINY).code == "share_file_unreadable"


HOSTILE = {
    "statistics that are no JSON": {"stats": "{not json"},
    "statistics that are a list": {"stats": "[1]"},
    "rows that are a text": {"stats": '{"numRecords": "2"}'},
    "a size that is a text": {"size": "12"},
    "a size below nothing": {"size": -1},
    "a size beyond all measure": {"size": 1 << 60},
    "an address with a zero byte": {"url": "http://127.0.0.1/f\x00"},
    "an address with a line end": {"url": "http://127.0.0.1/f\n"},
    "an address that is none": {"url": "http://[::1"},
    "an address that is a number": {"url": 7},
    "partition values that are a list": {"partitionValues": ["x"]},
    "a partition value that is a number": {"partitionValues": {"day": 1}},
}


@pytest.mark.parametrize("given", HOSTILE.values(), ids=HOSTILE)
def test_a_strange_file_line_is_one_sentence_and_nothing_is_fetched(
    platform, tmp_path: Path, given: dict[str, object]
) -> None:
    spec, handler, place = platform
    handler.lines = answer(f"{place}/f", 4)
    handler.lines[2]["file"] |= given
    assert refusal(SourceUnreadable, spec, tmp_path, **TINY).code == "share_unreadable"
    assert handler.seen == []


def test_a_strange_schema_or_line_is_one_sentence(platform, tmp_path: Path) -> None:
    spec, handler, place = platform
    handler.lines = answer(f"{place}/f", 4)
    schema = json.loads(handler.lines[1]["metaData"]["schemaString"])
    kind = {"type": "map", "keyType": "string", "valueType": "string", "valueContainsNull": True}
    schema["fields"].append({"name": "m", "type": kind, "nullable": True, "metadata": {}})
    handler.lines[1]["metaData"]["schemaString"] = json.dumps(schema)
    assert refusal(SourceUnreadable, spec, tmp_path, **TINY).code == "share_unreadable"
    handler.lines = [["protocol"], 7]
    assert refusal(SourceUnreadable, spec, tmp_path, **TINY).code == "share_unreadable"


def test_no_byte_beyond_the_announced_size_is_written(platform, tmp_path: Path) -> None:
    spec, handler, place = platform
    handler.body = b"x" * (3 << 20)
    handler.lines = answer(f"{place}/f", 10)
    assert refusal(SourceUnreachable, spec, tmp_path, **TINY).code == "source_unreachable"
    assert [path.stat().st_size for path in (tmp_path / "keep").glob("*.parquet")] == [0]


def test_an_expiry_without_a_zone_or_that_is_no_moment_is_understood_or_told(platform, tmp_path: Path) -> None:
    spec, _, _ = platform
    past = replace(spec, secret=spec.secret | {"expirationTime": "2020-01-01T00:00:00"})
    assert refusal(SourceRefused, past, tmp_path, **TINY).code == "profile_expired"
    none = replace(spec, secret=spec.secret | {"expirationTime": "soon"})
    assert refusal(ConfigurationError, none, tmp_path, **TINY).code == "profile_invalid"


def test_an_answer_of_a_newer_protocol_or_none_is_not_guessed_at(platform, tmp_path: Path) -> None:
    spec, handler, place = platform
    for lines in (answer(f"{place}/f", 1, reader=3), [], [{"protocol": {}}], [{"hello": 1}, {"metaData": {}}]):
        handler.lines = lines
        assert refusal(SourceUnreadable, spec, tmp_path, **TINY).code == "share_unreadable"
