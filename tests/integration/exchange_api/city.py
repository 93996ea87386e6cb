"""A small published city for the API: one topic dataset with hidden columns, its grants, accounts of every kind."""

import warnings
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import orjson
import pyarrow as pa

from authorization.actions import accounts, grants
from catalog.actions import agencies, datasets
from catalog.classification import FLOORS
from catalog.contracts import Item
from catalog.database import migrate, open_session
from catalog.models import Dataset
from catalog.settings import Settings
from exchange_api.hub import Hub
from lake import tables
from lake.layout import Layout

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette recommends a client that is not among our constraints
    from fastapi.testclient import TestClient

TOPIC = "topic_support"
PURPOSE = "公租房资格核查"
CANARY = "CANARY"
"""Stands in every hidden value: where it is found, something leaked."""
NOW = datetime.now(UTC)
ROWS = 60


def item(name, kind, element, personal="none", key=False):
    return Item(
        name=name, title_zh=name, title_en=name, element=element, kind=kind, source_name=name, required=key, key=key,
        grade=FLOORS[personal], personal=personal, code_list=None, description="",
    )  # fmt: skip


ITEMS = (
    item("person_no", "string", "person_no", key=True),
    item("resident_id", "string", "resident_id", "sensitive"),
    item("name", "string", "person_name", "general"),
    item("birth_date", "date", "birth_date", "general"),
    item("phone", "string", "phone", "general"),
    item("address", "string", "address_text", "general"),
    item("monthly_amount", "decimal", "monthly_amount", "sensitive"),
    item("division_code", "string", "division_code"),
    item("secret_note", "string", "health_record", "sensitive"),
    item("alive", "boolean", "boolean"),
)
NAMES = ("王芳", "李伟强", "欧阳娜娜", "买买提·吐尔逊")


def source_rows():
    return [
        {
            "person_no": f"p{number:04d}",
            "resident_id": f"370683{1950 + number}0101{number:03d}X",
            "name": NAMES[number % 4],
            "birth_date": date(1950 + number, 1, 1),
            "phone": None if number % 5 == 0 else f"1380000{number:04d}",
            "address": f"山东省莱州市文昌路街道{CANARY}路{number}号",
            "monthly_amount": Decimal(300 + 17 * number).quantize(Decimal("0.01")),
            "division_code": "370683" if number % 3 else "370602",
            "secret_note": f"{CANARY}{number}",
            "alive": number % 7 != 0,
        }
        for number in range(ROWS)
    ]


def source_table():
    schema = pa.schema(
        [
            ("person_no", pa.string()),
            ("resident_id", pa.string()),
            ("name", pa.string()),
            ("birth_date", pa.date32()),
            ("phone", pa.string()),
            ("address", pa.string()),
            ("monthly_amount", pa.decimal128(18, 2)),
            ("division_code", pa.string()),
            ("secret_note", pa.string()),
            ("alive", pa.bool_()),
        ]
    )  # fmt: skip
    return pa.Table.from_pylist(source_rows(), schema=schema)


def register(session, settings, code=TOPIC, sharing="conditional"):
    entry = Dataset(
        code=code, title_zh="保障", title_en="Support", agency="civil", system=None, zone="topic", mode="snapshot",
        data_format="", update_cycle="daily", sharing=sharing, sharing_condition="", sharing_mode="", grade="L4",
        origin="local", hub_id=settings.hub_id, abstract_zh="", abstract_en="", providers=["civil", "police"],
        version="1.0.0", contract="", registered_at=NOW,
    )  # fmt: skip
    datasets.register(session, dataset=entry, items=ITEMS, by="test", now=NOW)


def publish(settings, table, run_id, code=TOPIC, **options):
    uri = Layout(settings.lake_url).topic(code)
    written = tables.write(uri, table, run_id=run_id, settings=settings, **options)
    with open_session(settings) as session:
        return datasets.publish(
            session, dataset=code, uri=uri, delta_version=written.version, rows=table.num_rows, verdict_id=None,
            by="test", now=NOW,
        )  # fmt: skip


def grant(session, code="housing_grant", agency="housing", **changes):
    terms = {
        "dataset": TOPIC,
        "items": ["person_no", "resident_id", "name", "birth_date", "address", "monthly_amount", "division_code"],
        "purpose": PURPOSE,
        "legal_basis": "《政务数据共享条例》第二十条",
        "valid_from": NOW - timedelta(hours=1),
        "valid_until": NOW + timedelta(days=30),
        "surfaces": ["records", "delta_sharing"],
        "row_filter": {"item": "alive", "op": "eq", "value": "true"},
        "masks": {"name": "name", "birth_date": "year_of_date", "address": "address", "monthly_amount": "band:500",
                  "resident_id": "pseudonym"},
    }  # fmt: skip
    return grants.issue(session, code=code, agency=agency, by="test", now=NOW, **(terms | changes))


@dataclass
class City:
    """The hub under test with a token per account."""

    settings: Settings
    hub: Hub
    client: TestClient
    tokens: dict
    server_pid: int = 0

    def get(self, path, account="housing_service", **options):
        headers = {"Authorization": f"Bearer {self.tokens[account]}"} if account else {}
        return self.client.get(path, headers={**headers, **options.pop("headers", {})}, **options)

    def post(self, path, account="housing_service", **options):
        headers = {"Authorization": f"Bearer {self.tokens[account]}"} if account else {}
        return self.client.post(path, headers=headers, **options)

    def records(self, account="housing_service", purpose=PURPOSE, **params):
        path = f"/api/v1/datasets/{TOPIC}/records"
        headers = params.pop("headers", {})
        return self.get(path, account, params={"purpose": purpose, **params}, headers=headers)

    def trail(self):
        """Every audit record so far; the trail is closed for it and opened again by the next use."""
        self.hub.close()
        found = sorted(self.settings.audit_dir.glob("*/*.jsonl"))
        return [orjson.loads(line) for path in found for line in path.read_bytes().splitlines()]


ACCOUNTS = {
    "housing_service": ("housing", "consumer"),
    "stranger": ("stats", "consumer"),
    "police_clerk": ("police", "publisher"),
    "civil_clerk": ("civil", "publisher"),
    "steward": ("bureau", "steward"),
    "security": ("bureau", "security_admin"),
    "auditor": ("bureau", "audit_admin"),
    "operator": ("bureau", "system_admin"),
    "pipeline": ("bureau", "pipeline"),
}


def build(settings):
    """Registry, accounts with tokens, the topic published, the housing grant."""
    migrate(settings)
    with open_session(settings) as session:
        for code in ("housing", "stats", "police", "civil", "bureau"):
            agencies.register(session, code=code, name_zh=code, name_en=code, by="test", now=NOW)
        register(session, settings)
        tokens = {}
        for login, (agency, role) in ACCOUNTS.items():
            accounts.create(
                session, login=login, agency=agency, kind="service", roles=[role], name_zh=login, name_en=login,
                by="test", now=NOW,
            )  # fmt: skip
            tokens[login] = accounts.issue_token(session, login=login, label="t", days=30, by="test", now=NOW)
    publish(settings, source_table(), "first")
    with open_session(settings) as session:
        grant(session)
    return tokens
