"""Uses from the trail to the departments that provided the data: tables, signed reports, three roads, once."""

import csv
import sqlite3
from copy import deepcopy

import orjson
import pytest

from catalog.audit.chains import Tip
from catalog.audit.keys import public_document, public_key, signed, signing_key
from catalog.audit.statements import statement, verify_report
from catalog.errors import InvalidInput, SourceUnreachable
from exchange_api.cli.keeping.hub_key import hub_key
from exchange_api.cli.main import main
from lake.feedback import statements as feedback
from lake.feedback import usage
from tests.integration.exchange_api.city import NOW, PURPOSE, TOPIC

COLUMNS = "feedback_id TEXT PRIMARY KEY, period, dataset, consumer, purpose, calls, row_count, items, receipt, sent_at"


@pytest.fixture
def used(city):
    """Three allowed reads of ten rows, one refusal, sealed."""
    for _ in range(3):
        assert city.records(limit=10).status_code == 200
    city.records(account="stranger")
    city.hub.close()
    return city


def key(city):
    return public_key(city.client.get("/api/v1/keys").json()["keys"][0])


def test_uses_are_counted_once_however_often_the_tables_are_refreshed(used):
    assert usage.refresh(used.settings, now=NOW) == 4
    assert usage.refresh(used.settings, now=NOW) == 0
    lines = usage.summary(used.settings, provider="civil")
    assert [(line["recipient"], line["decision"], line["calls"], line["rows"]) for line in lines] == [
        ("housing", "allowed", 3, 30),
        ("stats", "refused", 1, 0),
    ]
    assert lines[0]["purpose"] == PURPOSE
    assert lines[0]["items"]["monthly_amount"] == 3
    used.records(limit=5)
    used.hub.close()
    assert usage.refresh(used.settings, now=NOW) == 1
    assert usage.summary(used.settings, provider="police")[0]["rows"] == 35


def test_a_provider_sees_its_uses_through_the_api_and_nobody_elses(used):
    usage.refresh(used.settings, now=NOW)
    feedback.reports(used.settings, now=NOW)
    seen = used.get("/api/v1/usage", "police_clerk", params={"dataset": TOPIC}).json()["uses"]
    assert {line["provider"] for line in seen} == {"police"}
    assert sum(line["calls"] for line in seen if line["decision"] == "allowed") == 3
    reports = used.get("/api/v1/usage/reports", "civil_clerk").json()["reports"]
    assert [report["provider"] for report in reports] == ["civil"]
    body = used.get(f"/api/v1/usage/reports/{reports[0]['report_id']}", "civil_clerk").json()
    assert verify_report(body, key(used)) == []
    assert used.get(f"/api/v1/usage/reports/{reports[0]['report_id']}", "police_clerk").status_code == 404
    assert used.get("/api/v1/usage", "auditor").status_code == 200


def test_reports_go_by_every_road_exactly_once(used, tmp_path):
    database, folder = tmp_path / "feedback.sqlite", tmp_path / "drop"
    with sqlite3.connect(database) as own:
        own.execute(f"CREATE TABLE sjgx_fankui ({COLUMNS})")
    own.close()
    targets = [
        {"way": "table", "kind": "sqlite", "location": str(database), "table": "sjgx_fankui"},
        {"way": "folder", "location": str(folder)},
    ]
    made = {report.provider: report for report in feedback.reports(used.settings, now=NOW)}
    assert set(made) == {"civil", "police"}
    for _ in range(2):
        roads = feedback.deliver(used.settings, report=made["civil"], targets=targets, now=NOW)
        assert roads == ["database", "file", "api"]
    rows = sqlite3.connect(database).execute("SELECT consumer, calls, row_count, receipt FROM sjgx_fankui").fetchall()
    assert [row[:3] for row in rows] == [("housing", 3, 30), ("stats", 1, 0)]
    assert rows[0][3] == made["civil"].body["merkle_root"]
    signed_file = orjson.loads((folder / f"{made['civil'].report_id}.json").read_bytes())
    assert verify_report(signed_file, key(used)) == []
    with (folder / f"{made['civil'].report_id}.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert [row["calls"] for row in csv.DictReader(lines)] == ["3", "1"]
    assert [report.provider for report in feedback.reports(used.settings, now=NOW)] == ["police"]


def test_a_road_that_fails_is_tried_again_and_the_others_are_not_held_up(used, tmp_path):
    folder = tmp_path / "drop"
    broken = {"way": "table", "kind": "sqlite", "location": str(tmp_path / "none.sqlite"), "table": "t"}
    report = feedback.reports(used.settings, now=NOW)[0]
    with pytest.raises(SourceUnreachable):
        feedback.deliver(
            used.settings, report=report, targets=[broken, {"way": "folder", "location": str(folder)}], now=NOW
        )
    assert len(list(folder.iterdir())) == 2
    assert report.report_id in {one.report_id for one in feedback.reports(used.settings, now=NOW)}


def test_a_second_report_begins_where_the_first_ended(used):
    first = next(one for one in feedback.reports(used.settings, now=NOW) if one.provider == "civil")
    feedback.deliver(used.settings, report=first, targets=[], now=NOW)
    used.records(limit=2)
    used.hub.close()
    later = [one for one in feedback.reports(used.settings, now=NOW) if one.provider == "civil"]
    assert [(one.calls, one.rows) for one in later] == [(1, 2)]
    assert verify_report(later[0].body, key(used), previous=first.body) == []
    gap = deepcopy(dict(first.body))
    gap["nodes"][0]["seal"]["providers"]["civil"] = [1, "00"]
    assert verify_report(later[0].body, key(used), previous=gap) == ["the report before is not signed by this key"]
    by_the_hub = signed(gap, signing_key(used.settings.keys_dir))
    missing = ["uses between this report and the one before are missing"]
    assert verify_report(later[0].body, key(used), previous=by_the_hub) == missing
    for whose in ("provider", "hub_id"):
        other = signed({**first.body, whose: "other"}, signing_key(used.settings.keys_dir))
        found = verify_report(later[0].body, key(used), previous=other)
        assert found == ["the report before is another department's or another hub's"]


def without_a_use(body):
    body["lines"] = body["lines"][1:]


def with_fewer_rows(body):
    body["lines"][0] = body["lines"][0].replace('"rows":10', '"rows":1')


def with_other_totals(body):
    body["calls"] -= 1


def with_another_summary(body):
    body["summary"][0]["calls"] -= 1


@pytest.mark.parametrize("change", [without_a_use, with_fewer_rows, with_other_totals, with_another_summary])
def test_a_report_that_hides_a_use_does_not_verify_even_when_signed_by_the_hub(used, change):
    honest = next(one for one in feedback.reports(used.settings, now=NOW) if one.provider == "civil")
    body = deepcopy(dict(honest.body))
    change(body)
    assert verify_report(body, key(used)) == ["the report is not signed by this key"]
    dishonest = signed(body, signing_key(used.settings.keys_dir))
    assert verify_report(dishonest, key(used)) != []


def test_leaving_a_use_out_with_all_totals_recomputed_shows_against_the_seal(used):
    honest = next(one for one in feedback.reports(used.settings, now=NOW) if one.provider == "civil").body
    entries = [(orjson.loads(line)["node"], line.encode()) for line in honest["lines"]][1:]
    seals = {entry["node"]: entry["seal"] for entry in honest["nodes"]}
    starts = {entry["node"]: Tip(*entry["from"]) for entry in honest["nodes"]}
    forged = statement(report_id="x", hub_id="370683", provider="civil", entries=entries, starts=starts, seals=seals)
    found = verify_report(signed(forged, signing_key(used.settings.keys_dir)), key(used))
    assert found == ["a use that the hub sealed is not in the report"]


def test_the_auditor_proves_the_trail_over_the_api(used):
    answer = used.get("/api/v1/audit/verify", "auditor").json()
    assert (answer["ok"], answer["records"]) == (True, 4)
    assert used.get("/api/v1/audit/verify", "steward").status_code == 403


def test_the_security_administrator_revokes_and_nobody_else_does(used):
    for account in ("housing_service", "police_clerk", "operator", "auditor", "pipeline"):
        assert used.post("/api/v1/grants/housing_grant/revoke", account).status_code == 403
    assert used.post("/api/v1/grants/housing_grant/revoke", "security").status_code == 200
    assert used.post("/api/v1/accounts/stranger/disable", "operator").json()["active"] is False


@pytest.fixture
def proof(used, tmp_path, monkeypatch):
    """Two reports of one department and the hub's key as files on a machine of its own, which has no hub."""
    first = next(one for one in feedback.reports(used.settings, now=NOW) if one.provider == "civil")
    feedback.deliver(used.settings, report=first, targets=[], now=NOW)
    used.records(limit=2)
    used.hub.close()
    later = next(one for one in feedback.reports(used.settings, now=NOW) if one.provider == "civil")
    place = tmp_path / "department"
    place.mkdir()
    monkeypatch.setenv("SHUNIU_HOME", str(place / "no-hub"))
    for name, body in (
        ("first", dict(first.body)),
        ("later", dict(later.body)),
        ("key", used.get("/api/v1/keys").json()),
    ):
        (place / f"{name}.json").write_bytes(orjson.dumps(body))
    return place


def verified(capfd, *arguments, language="zh"):
    code = main(("usage", "verify", *arguments), {"SHUNIU_LANGUAGE": language})
    printed = capfd.readouterr()
    return code, printed.out + printed.err


def test_a_department_proves_a_report_on_its_own_machine_with_the_key_alone(proof, capfd):
    report, key_file, before = (str(proof / f"{name}.json") for name in ("later", "key", "first"))
    code, said = verified(capfd, report, "--key", key_file, "--previous", before)
    told = orjson.loads((proof / "later.json").read_bytes())
    assert code == 0
    assert said.startswith("报告真实、完整，未被改动。\n枢纽 370683 给部门 civil 的报告 ")
    assert said.endswith("，调用 1 次，共 2 行。\n")
    code, said = verified(capfd, report, "--key", key_file, "--json")
    assert orjson.loads(said)["report"] == {
        name: told[name]
        for name in ("report_id", "hub_id", "provider", "period_start", "period_end", "calls", "rows", "key_id")
    }
    assert not (proof / "no-hub").exists(), "nothing of a hub is made or needed"

    forged = orjson.loads((proof / "later.json").read_bytes())
    with_other_totals(forged)
    (proof / "forged.json").write_bytes(orjson.dumps(forged))
    code, said = verified(capfd, str(proof / "forged.json"), "--key", key_file)
    assert code == 1
    assert "报告不是用这把密钥签名的" in said
    code, said = verified(capfd, str(proof / "forged.json"), "--key", key_file, "--json", language="en")
    assert (code, orjson.loads(said)["ok"], orjson.loads(said)["report"]) == (1, False, None)

    code, said = verified(capfd, before, "--key", key_file, "--previous", report)
    assert code == 1
    assert "缺少使用记录" in said


def test_without_a_key_nothing_is_proved_and_no_key_is_made(proof, capfd):
    code, said = verified(capfd, str(proof / "later.json"))
    assert code == 1
    assert "没有审计签名密钥" in said
    assert not (proof / "no-hub").exists()
    code, said = verified(capfd, str(proof / "later.json"), "--key", str(proof / "later.json"))
    assert code == 2
    assert "不是枢纽的公钥" in said


def test_of_several_keys_the_one_that_the_report_names_proves_it(proof, capfd, tmp_path):
    (own,) = orjson.loads((proof / "key.json").read_bytes())["keys"]
    other = public_document(tmp_path / "other-keys")
    report, several = str(proof / "later.json"), proof / "several.json"
    several.write_bytes(orjson.dumps({"keys": [other, own]}))
    assert verified(capfd, report, "--key", str(several))[0] == 0
    several.write_bytes(orjson.dumps({"keys": [other, other | {"kid": own["kid"]}]}))
    code, said = verified(capfd, report, "--key", str(several))
    assert code == 1
    assert "报告不是用这把密钥签名的" in said


def test_an_edited_report_before_hides_no_gap(proof, capfd):
    before = orjson.loads((proof / "first.json").read_bytes())
    before["nodes"][0]["from"] = [0, "ff"]
    (proof / "first.json").write_bytes(orjson.dumps(before))
    places = [str(proof / f"{name}.json") for name in ("later", "key", "first")]
    code, said = verified(capfd, places[0], "--key", places[1], "--previous", places[2])
    assert code == 1
    assert "上一份报告不是用这把密钥签名的" in said


@pytest.mark.parametrize("command", [("usage", "verify"), ("audit", "verify", "--folder")])
def test_a_folder_given_as_a_key_is_refused_in_a_sentence(used, proof, capfd, command):
    place = str(proof / "later.json") if command[0] == "usage" else str(used.settings.audit_dir)
    assert main((*command, place, "--key", str(proof)), {}) == 2
    assert "--key" in capfd.readouterr().err


def test_a_key_file_that_cannot_be_read_is_refused_by_a_name_that_steers_no_terminal(tmp_path):
    with pytest.raises(InvalidInput) as refused:
        hub_key(tmp_path / "no\x1b[2J\nkey.json")
    assert "no�[2J�key.json 不是枢纽的公钥，或无法读取" in refused.value.sentence("zh")


def test_the_trail_is_proved_by_the_keys_as_the_hub_serves_them(used, proof, capfd):
    trail = str(used.settings.audit_dir)
    assert main(("audit", "verify", "--folder", trail, "--key", str(proof / "key.json")), {}) == 0
    capfd.readouterr()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"signature": 1}', "[" * 100_000])
def test_what_is_no_report_is_told_so_and_proves_nothing(proof, capfd, text):
    (proof / "none.json").write_text(text)
    code, said = verified(capfd, str(proof / "none.json"), "--key", str(proof / "key.json"))
    assert code in (1, 2)
    assert "不是" in said
    assert "真实" not in said
