"""docs/how-to/add-a-standard.md, word by word: proposed, approved by another, used in a contract; wrong codes found."""

import os
import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from authorization.actions import accounts
from catalog.actions import agencies, datasets, standards, systems
from catalog.contracts import load_contract
from catalog.database import forget_engines, open_reader, open_session
from catalog.errors import NotFound
from catalog.models import Event, RuleResult
from catalog.settings import Settings
from catalog.standards.own import in_force, proposal
from catalog.systems import SystemSpec
from dags.steps.department import load
from dags.steps.judgement import judge_waiting
from lake.layout import Layout
from quality.rules.derivation import rules_for
from tests.factories.standard_tables import read

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "add-a-standard.md"
NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
WHO: dict[str, Any] = {"by": "test", "now": NOW}
CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: civil_billboard
name: civil_billboard
version: 1.0.0
status: active
schema:
- name: civil_billboard
  physicalName: ggp
  physicalType: table
  businessName: 户外广告
  properties:
{items}
slaProperties: [{{property: frequency, value: daily}}]
customProperties:
- {{property: agency, value: civil}}
- {{property: system, value: civil_db}}
- {{property: mode, value: snapshot}}
- {{property: grade, value: L1}}
- {{property: sharing, value: conditional}}
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.M | re.S)


@pytest.fixture
def hub(registry: Settings, tmp_path: Path) -> Settings:
    """A hub with two stewards, and a department that has three advertisements and three mistakes."""
    database = tmp_path / "civil.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE ggp (permit_no TEXT PRIMARY KEY, kind TEXT)")
        rows = [("HW20260001", "01"), ("HW20260002", "墙面"), ("HW20260003", "02")]
        wrong = [("HW20260004", "04"), ("HW20260005", "03"), ("HW2026", "01")]
        connection.executemany("INSERT INTO ggp VALUES (?, ?)", rows + wrong)
    connection.close()
    with open_session(registry) as session:
        for code in ("civil", "bureau"):
            agencies.register(session, code=code, name_zh=code, name_en=code, **WHO)
        for login in ("li_steward", "wang_steward"):
            accounts.create(
                session, login=login, agency="bureau", kind="person", password="Long-enough-2026",
                roles=["steward"], name_zh=login, name_en=login,
                **WHO,
            )  # fmt: skip
        spec = SystemSpec("civil_db", "civil", "sqlite", str(database))
        systems.register(session, settings=registry, spec=spec, **WHO)
    forget_engines()
    return registry


def test_the_page_adds_standards_that_a_contract_uses_and_a_judgement_follows(hub: Settings, tmp_path: Path) -> None:
    written, items = blocks("yaml")
    (tmp_path / "billboards.yaml").write_text(written, encoding="utf-8")
    contract = hub.contracts_dir / "civil_billboard.odcs.yaml"
    contract.parent.mkdir(parents=True)
    contract.write_text(CONTRACT.format(items=items), encoding="utf-8")
    (steps,) = blocks("bash")
    with pytest.raises(NotFound, match="billboard_permit_no"):
        rules_for(load_contract(contract))
    done = _run(f"{steps}\nshuniu contract check {contract}", hub, tmp_path)
    assert (done.returncode, "2 items" in done.stdout) == (0, True), done.stderr[-2000:]

    with open_session(hub) as session:
        datasets.register_contract(session, contract=load_contract(contract), hub_id=hub.hub_id, **WHO)
    batch = load(hub, "civil_billboard", clock=lambda: NOW)
    assert judge_waiting(hub, clock=lambda: NOW) == {}
    with open_reader(hub) as session:
        found = {one.rule_id: (one.a, one.b) for one in session.query(RuleResult).all()}
        said = session.query(Event).filter(Event.tag.startswith("standard:")).order_by(Event.event_id).all()
        told = [(one.tag, one.subject, one.details["account"]) for one in said]
    assert (found["kind.code_list"], found["permit_no.own_billboard_permit_form"]) == ((4, 6), (5, 6))
    assert told == [
        ("standard:proposed", "standard/1", "li_steward"),
        ("standard:reviewed", "standard/1", "wang_steward"),
    ]
    findings = read(hub, Layout(hub.lake_url).findings("civil_billboard"))
    assert {one["batch"] for one in findings} == {batch}
    clauses = {rule.rule_id: rule.clause for rule in rules_for(load_contract(contract))}
    assert clauses["kind.code_list"] == "莱城管规〔2026〕3号 第五条"
    assert clauses["permit_no.own_billboard_permit_form"] == "莱城管规〔2026〕3号 第八条"
    kinds = {row["permit_no"]: row["kind"] for row in read(hub, Layout(hub.lake_url).standard("civil_billboard"))}
    assert kinds["HW20260002"] == "02"


def test_a_night_writes_the_file_anew_when_it_was_spoilt(hub: Settings) -> None:
    with open_session(hub) as session:
        added = proposal.read(blocks("yaml")[0])
        standards.propose(session, title="t", additions=added, compiles=bool, by="li", now=NOW)
        standards.review(session, proposal_id=1, verdict="approve", reason="r", compiles=bool, by="wang", now=NOW)
        assert standards.keep_in_force(session, hub.standards_dir)
    path = hub.standards_dir / in_force.FILE
    good = path.read_text(encoding="utf-8")
    path.write_text("{", encoding="utf-8")
    assert judge_waiting(hub, clock=lambda: NOW) == {}
    assert path.read_text(encoding="utf-8") == good


def _run(script: str, hub: Settings, folder: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SHUNIU_")}
    environ = {**kept, **hub.as_environ(), "SHUNIU_LANGUAGE": "en", "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{script}"],
        cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
