"""A rule is waived with a reason and an end, shown, and taken back."""

import json
from datetime import UTC, datetime, timedelta

from catalog.settings import Settings
from quality.verdicts import waivers
from tests.unit.cli.conftest import Shuniu


def test_a_waiver_is_granted_with_a_reason_read_by_the_gate_and_revoked(shuniu: Shuniu, city: Settings) -> None:
    now = datetime.now(UTC)
    until = f"{now + timedelta(days=30):%Y-%m-%d}"
    waive = ("quality", "waive", "police_person", "--rule", "phone.format", "--until", until, "--reason")
    assert shuniu(*waive, " ", home=city.home).code == 2
    assert shuniu(*waive, "系统升级", home=city.home).code == 0
    assert shuniu(*waive, "系统升级", home=city.home).code == 1
    (row,) = json.loads(shuniu("quality", "waivers", "--json", home=city.home).out)
    assert (row["rule_id"], row["reason"]) == ("phone.format", "系统升级")
    (held,) = waivers(city, "police_person", now)
    assert (held.rule_id, held.holds(now), held.holds(now + timedelta(days=32))) == ("phone.format", True, False)
    assert waivers(city, "police_person", now + timedelta(days=32)) == ()
    assert shuniu("quality", "unwaive", str(row["waiver_id"]), home=city.home).code == 0
    assert waivers(city, "police_person", now) == ()
    assert shuniu("quality", "unwaive", str(row["waiver_id"]), home=city.home).code == 1


def test_no_rule_is_waived_for_longer_than_a_year(shuniu: Shuniu, city: Settings) -> None:
    far = f"{datetime.now(UTC) + timedelta(days=400):%Y-%m-%d}"
    said = shuniu("quality", "waive", "police_person", "--rule", "r", "--until", far, "--reason", "x", home=city.home)
    assert said.code == 2
    assert "一年以内" in said.err
