"""A registry as it stands after a few nights: the demo city's catalogue, with runs, verdicts, versions and reports.

No rows of data: only what pages, listings and the API's catalogue read. Counts are fixed, so that tests can name them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from authorization.actions import accounts, grants
from catalog.actions import agencies, batches, datasets, runs, systems, verdicts
from catalog.audit.trail import Trail
from catalog.contracts import Contract, Item, load_contracts
from catalog.database import migrate, open_session
from catalog.models import Dataset, RuleResult, Verdict
from catalog.settings import Settings
from catalog.systems import SystemSpec
from demo.agencies import register_all
from lake.feedback import statements as feedback
from lake.feedback import usage

CONTRACTS = Path(__file__).parents[2] / "demo" / "contracts"
PASSWORD = "Quiet-River-42"
ROWS = {
    "police_person": 20_431,
    "hrss_insurance": 11_208,
    "health_birth": 1_904,
    "health_death": 1_377,
    "civil_subsistence": 612,
    "education_pupil": 3_020,
    "market_enterprise": 4_466,
    "establishment_unit": 188,
    "land_parcel": 940,
    "police_address": 8_120,
    "stats_indicator": 960,
}
HELD = "education_pupil"
FAILED = "land_parcel"
BASES = {
    "population": (
        ("人口基础库", "Population"),
        20_218,
        ("police_person", "hrss_insurance", "health_birth", "health_death"),
    ),
    "legal_person": (("法人基础库", "Legal persons"), 4_512, ("market_enterprise", "establishment_unit")),
    "topic_housing_support": (("住房保障主题库", "Housing support"), 587, ("population", "civil_subsistence")),
}
ITEMS = (
    Item("person_id", "人员标识", "Person", "person_id", "string", key=True, required=True, grade="L2"),
    Item("name", "姓名", "Name", "name", "string", grade="L3", personal="general"),
    Item("resident_id", "公民身份号码", "Resident id", "resident_id", "string", grade="L4", personal="sensitive"),
)
RULES = (
    ("resident_id.check_digit", "0302", "block", "身份号码校验位正确", "Check digit of the resident id holds"),
    ("birth_date.placeholder", "0301", "warn", "出生日期不是占位值", "Birth date is no placeholder"),
    ("row.birth_matches_id", "0402", "warn", "出生日期与身份号码一致", "Birth date agrees with the resident id"),
    ("name.required", "0201", "block", "姓名已填写", "Name is given"),
    ("division_code.known", "0105", "warn", "行政区划代码有效", "Division code is known"),
)


@dataclass(frozen=True)
class Login:
    """An account of the small registry; all have the same password."""

    login: str
    agency: str
    role: str
    names: tuple[str, str]


LOGINS = (
    Login("steward", "bureau", "steward", ("数据管理员", "Data steward")),
    Login("police_clerk", "police", "publisher", ("公安局数据专员", "Police data clerk")),
    Login("housing_clerk", "housing", "consumer", ("住建局经办人", "Housing clerk")),
)


def fill(settings: Settings, *, now: datetime) -> None:
    """Migrate the registry of `settings` and fill it as of `now`."""
    migrate(settings)
    with open_session(settings) as session:
        register_all(session, by="test", now=now)
        contracts = load_contracts(CONTRACTS)
        for contract in contracts.values():
            _system(session, settings, contract, now)
            datasets.register_contract(session, contract=contract, hub_id=settings.hub_id, by="test", now=now)
        for code, rows in ROWS.items():
            _deliver(session, code, rows, now)
        for code, (names, rows, sources) in BASES.items():
            _build(session, settings, code, names, rows, sources, now)
        for login in LOGINS:
            _account(session, login, now)
        _grant(session, now)
    _steps(settings, now)
    _use(settings, now=now)


def _system(session: Session, settings: Settings, contract: Contract, now: datetime) -> None:
    kind = {"db": "postgresql", "api": "rest", "mqtt": "mqtt"}.get(contract.system.rpartition("_")[2], "files")
    spec = SystemSpec(contract.system, contract.agency, kind, f"{kind}://{contract.agency}.example")
    systems.register(session, settings=settings, spec=spec, by="test", now=now)


def _deliver(session: Session, code: str, rows: int, now: datetime) -> None:
    for night in range(2):
        at = now - timedelta(days=1 - night, hours=7)
        batch = f"{code}-{at:%Y%m%dt%H%M%S}-0000000{night}"
        batches.register(
            session,
            batch_id=batch,
            dataset=code,
            system=f"{code.partition('_')[0]}_x",
            rows=rows,
            fingerprint="0" * 64,
            position=None,
            by="test",
            now=at,
        )
        _judge(session, code, batch, rows, at)
        if code != HELD:
            datasets.publish(
                session,
                dataset=code,
                uri=f"/lake/standard/{code}",
                delta_version=night,
                rows=rows - rows // 60,
                verdict_id=f"verdict-{batch}",
                by="test",
                now=at + timedelta(minutes=20),
            )


def _judge(session: Session, code: str, batch: str, rows: int, at: datetime) -> None:
    quarantined = rows // 60
    verdict = Verdict(
        verdict_id=f"verdict-{batch}",
        dataset=code,
        batch_id=batch,
        outcome="blocked" if code == HELD else "warned",
        rows=rows,
        accepted=rows - quarantined,
        quarantined=quarantined,
        judged_at=at + timedelta(minutes=10),
    )
    results = [
        RuleResult(
            verdict_id=verdict.verdict_id,
            rule_id=rule,
            item=rule.partition(".")[0],
            severity=severity,
            dimension=dimension,
            title_zh=zh,
            title_en=en,
            a=rows - rows // (40 + 30 * place),
            b=rows,
            outcome="failed",
        )
        for place, (rule, dimension, severity, zh, en) in enumerate(RULES)
    ]
    changes = {"resident_id:upgraded15": rows // 200, "birth_date:date_format": rows // 90}
    verdicts.record(session, verdict=verdict, results=results, changes=changes, by="test", now=at)


def _build(
    session: Session,
    settings: Settings,
    code: str,
    names: tuple[str, str],
    rows: int,
    sources: tuple[str, ...],
    now: datetime,
) -> None:
    datasets.register(
        session,
        dataset=Dataset(
            code=code,
            title_zh=names[0],
            title_en=names[1],
            agency="bureau",
            system=None,
            zone="topic" if code.startswith("topic_") else "base",
            mode="snapshot",
            data_format="Delta",
            update_cycle="daily",
            sharing="conditional",
            sharing_condition="按用途授权，最小必要 / by purpose, the least that is needed",
            sharing_mode="service,bulk",
            grade="L4",
            origin="local",
            hub_id=settings.hub_id,
            abstract_zh=names[0],
            abstract_en=names[1],
            providers=["civil", "police"],
            version="1.0.0",
            contract="",
            registered_at=now,
        ),
        items=ITEMS,
        by="test",
        now=now,
    )
    datasets.record_lineage(session, target=code, edges=[("*", one, "*") for one in sources], by="test", now=now)
    order = [("police", "police_person"), ("hrss", "hrss_insurance"), ("civil", "civil_subsistence")]
    agencies.designate_source(session, base=code, field="name", order=order, by="test", now=now)
    at = now - timedelta(hours=6)
    _judge(session, code, f"{code}@1", rows, at)
    datasets.publish(
        session,
        dataset=code,
        uri=f"/lake/base/{code}",
        delta_version=1,
        rows=rows,
        verdict_id=f"verdict-{code}@1",
        by="test",
        now=at + timedelta(minutes=30),
    )


def _account(session: Session, login: Login, now: datetime) -> None:
    accounts.create(
        session,
        login=login.login,
        agency=login.agency,
        kind="person",
        roles=[login.role],
        name_zh=login.names[0],
        name_en=login.names[1],
        password=PASSWORD,
        by="test",
        now=now,
    )


def _grant(session: Session, now: datetime) -> None:
    grants.issue(
        session,
        code="housing_2026",
        agency="housing",
        dataset="topic_housing_support",
        items=["person_id", "name"],
        purpose="住房保障资格核验",
        legal_basis="《公共租赁住房管理办法》第七条",
        valid_from=now - timedelta(days=30),
        valid_until=now + timedelta(days=335),
        by="test",
        now=now,
    )


def _use(settings: Settings, *, now: datetime) -> None:
    """Nine days of reads in the audit trail, summed and reported as the feedback pipeline does it."""
    trail = Trail(settings)
    for back in range(9):
        for _ in range(6 + back * 7 % 5):
            trail.submit(
                at=now - timedelta(days=back),
                actor="housing_clerk",
                account="housing_clerk",
                agency="housing",
                purpose="住房保障资格核验",
                grant="housing_2026",
                dataset="topic_housing_support",
                version=1,
                surface="records",
                rows=25,
                items=("person_id", "name"),
                providers=("civil", "police"),
                decision="allowed" if back else "refused",
            )
    trail.close()
    usage.refresh(settings, now=now)
    for report in feedback.reports(settings, now=now):
        feedback.deliver(settings, report=report, targets=[], now=now)


def _steps(settings: Settings, now: datetime) -> None:
    at = now - timedelta(hours=7)
    runs.record_step(
        settings,
        stage="publish",
        dataset=HELD,
        agency=HELD.partition("_")[0],
        started=at,
        seconds=0.2,
        cpu_seconds=0.1,
        rows=0,
        peak_mib=218,
        ok=True,
        code="not_published",
        message_zh="未发布：dataset.not_empty（数据批次没有任何行）未通过，此前没有发布过。",
        message_en="Not published: dataset.not_empty (the delivery holds no row) failed; nothing was published before.",
    )
    for code, rows in ROWS.items():
        for stage, seconds in (("collect", 2.31), ("standardise", 1.12), ("judge", 4.4)):
            failed = code == FAILED and stage == "collect"
            runs.record_step(
                settings,
                stage=stage,
                dataset=code,
                agency=code.partition("_")[0],
                started=at,
                seconds=seconds,
                cpu_seconds=seconds / 2,
                rows=0 if failed else rows,
                peak_mib=218,
                ok=not failed,
                code="source_unreachable" if failed else "",
                message_zh="系统 land_files 的文件夹打不开。请检查共享文件夹后重新运行。" if failed else "",
                message_en="The folder of land_files cannot be opened. Check the share and run again."
                if failed
                else "",
            )
            at += timedelta(seconds=20)
            if failed:
                break
