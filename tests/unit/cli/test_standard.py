"""`shuniu standard`: two stewards, one sentence for each refusal, and nothing in force that nobody else approved."""

import json
from pathlib import Path

import pytest

from authorization.actions import accounts
from catalog.database import forget_engines, open_session
from catalog.models import Event
from catalog.settings import Settings
from catalog.standards.own import in_force
from tests.unit.cli.conftest import Shuniu

LIST = """
code_lists:
- code_list: sign_kind
  clause: 办法
  entries:
  - {code: "01", name_zh: 落地, name_en: Standing}
"""


@pytest.fixture
def hub(registry: Settings, now: object) -> Settings:
    from catalog.actions import agencies

    with open_session(registry) as session:
        agencies.register(session, code="bureau", name_zh="局", name_en="Bureau", by="t", now=now)  # type: ignore[arg-type]
        for login, role in (("li", "steward"), ("wang", "steward"), ("zhao", "publisher")):
            accounts.create(
                session, login=login, agency="bureau", kind="person", password="Long-enough-2026",
                roles=[role], name_zh=login, name_en=login,
                by="t", now=now,  # type: ignore[arg-type]
            )  # fmt: skip
    forget_engines()
    return registry


@pytest.fixture
def proposal(tmp_path: Path) -> str:
    path = tmp_path / "sign.yaml"
    path.write_text(LIST, encoding="utf-8")
    return str(path)


def test_what_one_steward_proposes_another_brings_into_force(shuniu: Shuniu, hub: Settings, proposal: str) -> None:
    made = shuniu("standard", "propose", proposal, "--title", "广告", "--login", "li", "--json", home=hub.home)
    assert json.loads(made.out) | {"proposed_at": ""} == {
        "proposal": 1, "title": "广告", "status": "proposed", "adds": ["list sign_kind (1)"], "proposed_by": "li",
        "proposed_at": "", "reviewed_by": "", "reviewed_at": None, "reason": "",
    }  # fmt: skip
    assert not hub.standards_dir.exists()
    approve = ("standard", "review", "1", "--verdict", "approve", "--reason", "好", "--login")
    own = shuniu(*approve, "li", home=hub.home)
    assert (own.code, "提出人以外" in own.err, hub.standards_dir.exists()) == (1, True, False)
    assert shuniu(*approve, "zhao", home=hub.home).code == 1
    assert shuniu(*approve, "wang", home=hub.home).code == 0
    again = shuniu(*approve, "wang", home=hub.home)
    assert (again.code, "已经评审" in again.err) == (1, True)
    (entry,) = in_force.read(hub.standards_dir / in_force.FILE).entries
    assert (entry.code_list, entry.code, entry.name_zh) == ("sign_kind", "01", "落地")
    shown = json.loads(shuniu("standard", "show", "1", "--json", home=hub.home).out)
    assert (shown["status"], shown["document"]["entries"][0]["code"]) == ("approved", "01")
    assert "落地" in shuniu("standard", "show", "1", home=hub.home).out
    assert "已生效" in shuniu("standard", "list", home=hub.home).out
    with open_session(hub) as session:
        tags = [one.tag for one in session.query(Event).filter(Event.subject == "standard/1")]
    assert tags == ["standard:proposed", "standard:reviewed"]


def test_a_refused_proposal_changes_nothing(shuniu: Shuniu, hub: Settings, proposal: str) -> None:
    shuniu("standard", "propose", proposal, "--title", "广告", "--login", "li", home=hub.home)
    refuse = ("standard", "review", "1", "--verdict", "refuse", "--reason", "重复", "--login", "wang", "--json")
    assert json.loads(shuniu(*refuse, home=hub.home).out)["status"] == "refused"
    assert not hub.standards_dir.exists()
    assert [row["status"] for row in json.loads(shuniu("standard", "list", "--json", home=hub.home).out)] == ["refused"]


def test_of_two_proposals_for_one_code_only_the_first_approved_comes_into_force(
    shuniu: Shuniu, hub: Settings, proposal: str, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(LIST.replace("落地", "墙面"), encoding="utf-8")
    for path in (proposal, str(other)):
        assert shuniu("standard", "propose", path, "--title", "广告", "--login", "li", home=hub.home).code == 0
    approve = ("--verdict", "approve", "--reason", "好", "--login", "wang")
    assert shuniu("standard", "review", "1", *approve, home=hub.home).code == 0
    late = shuniu("standard", "review", "2", *approve, home=hub.home)
    assert (late.code, "别的含义" in late.err) == (2, True)


def test_a_lost_file_is_written_anew(shuniu: Shuniu, hub: Settings, proposal: str) -> None:
    shuniu("standard", "propose", proposal, "--title", "广告", "--login", "li", home=hub.home)
    shuniu("standard", "review", "1", "--verdict", "approve", "--reason", "好", "--login", "wang", home=hub.home)
    (hub.standards_dir / in_force.FILE).unlink()
    assert "已重写" in shuniu("standard", "restore", home=hub.home).out
    assert "一致" in shuniu("standard", "restore", home=hub.home).out
    assert (hub.standards_dir / in_force.FILE).is_file()


def test_who_is_no_steward_proposes_nothing(shuniu: Shuniu, hub: Settings, proposal: str) -> None:
    said = shuniu("standard", "propose", proposal, "--title", "广告", "--login", "zhao", home=hub.home)
    assert (said.code, "steward" in said.err) == (1, True)
    assert json.loads(shuniu("standard", "list", "--json", home=hub.home).out) == []
