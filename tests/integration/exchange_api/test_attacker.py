"""The attacker's matrix: another department's token, no token, and every way to a hidden value."""

import base64
from datetime import timedelta

import pytest

from catalog.database import open_session
from tests.integration.exchange_api.city import (
    CANARY,
    NOW,
    PURPOSE,
    TOPIC,
    grant,
    publish,
    register,
    source_rows,
    source_table,
)

RECORDS = f"/api/v1/datasets/{TOPIC}/records"
TABLE = "/delta-sharing/shares/housing/schemas/civil/tables/topic_support"
HIDDEN = [
    CANARY,
    *(row["resident_id"] for row in source_rows()),
    *(row["phone"] for row in source_rows() if row["phone"]),
]


def assert_hides(answer):
    text = answer.text + str(dict(answer.headers))
    assert [value for value in HIDDEN if value in text] == []


CLOSED = (
    RECORDS, f"{TABLE}/metadata", f"{TABLE}/version", "/delta-sharing/shares", "/api/v1/datasets", "/api/v1/runs",
    "/api/v1/usage", "/api/v1/usage/reports", "/api/v1/grants", "/api/v1/audit/verify",
    f"/api/v1/datasets/{TOPIC}", f"/api/v1/datasets/{TOPIC}/quality",
)  # fmt: skip
BAD_HEADERS = (None, "Bearer ", "Bearer shuniu_000000000000_" + "A" * 43, "Basic YTpi", "Bearer x")


def test_without_a_valid_token_nothing_is_answered(city):
    altered = f"Bearer {city.tokens['housing_service'][:-1]}{'A' if city.tokens['housing_service'][-1] != 'A' else 'B'}"
    for path in CLOSED:
        for header in (*BAD_HEADERS, altered):
            answer = city.client.get(path, headers={"Authorization": header} if header else {})
            assert (path, answer.status_code) == (path, 401)
            assert answer.json()["code"] == "not_authenticated"
            assert answer.headers["www-authenticate"] == "Bearer"


def test_another_departments_consumer_reads_nothing_and_sees_no_share(city):
    assert city.records(account="stranger").status_code == 403
    assert city.get("/delta-sharing/shares", "stranger").json() == {"items": []}
    for path in (f"{TABLE}/metadata", f"{TABLE}/version"):
        assert city.get(path, "stranger").status_code == 404
    assert city.post(f"{TABLE}/query", "stranger", json={}).status_code == 404
    refused = [record for record in city.trail() if record["decision"] == "refused"]
    assert {(record["account"], *record["reasons"]) for record in refused} == {("stranger", "no_grant")}
    assert len(refused) == 4


def test_no_role_opens_rows(city):
    for account in ("police_clerk", "steward", "security", "auditor", "operator", "pipeline"):
        assert city.records(account=account).json()["code"] == "not_allowed"


REFUSED = (
    ({"columns": "secret_note"}, "未授权的数据项"),
    ({"columns": "person_no,phone"}, "未授权的数据项"),
    ({"columns": "no_such_item"}, "未授权的数据项"),
    ({"filter": "secret_note:eq:CANARY1"}, "筛选或排序"),
    ({"filter": "phone:starts:138"}, "筛选或排序"),
    ({"filter": "resident_id:eq:3706831950"}, "筛选或排序"),
    ({"filter": "monthly_amount:gt:500"}, "筛选或排序"),
    ({"filter": "alive:eq:false"}, "筛选或排序"),
    ({"order": "monthly_amount"}, "筛选或排序"),
    ({"order": "secret_note"}, "筛选或排序"),
    ({"purpose": "其他用途"}, "用途与授权不符"),
    ({"purpose": ""}, "没有说明用途"),
)


def test_hidden_items_are_reached_neither_by_column_nor_filter_nor_order_nor_purpose(city):
    for params, reason in REFUSED:
        answer = city.records(**params)
        assert (params, answer.status_code) == (params, 403)
        assert reason in answer.json()["detail"]
        assert_hides(answer)


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson", "text/csv"])
def test_every_form_of_answer_shows_granted_columns_and_rows_only(city, accept):
    answer = city.records(limit=1000, headers={"Accept": accept})
    assert answer.status_code == 200
    assert_hides(answer)
    assert "etag" not in answer.headers
    alive = sum(row["alive"] for row in source_rows())
    assert answer.text.count("p0") == alive
    assert "secret_note" not in answer.text


def test_a_hidden_key_does_not_order_the_rows(city):
    with open_session(city.settings) as session:
        grant(session, code="no_key", items=["division_code", "monthly_amount"], purpose="无主键", masks={})
    shown, token = [], ""
    while token is not None:
        page = city.records(purpose="无主键", limit=7, page=token).json()
        shown += [row["monthly_amount"] for row in page["rows"]]
        token = page["next"]
    alive = [row for row in source_rows() if row["alive"]]
    assert len(shown) == len(alive)
    assert shown != sorted(shown, key=lambda text: int(text.split("-")[0]))


def test_page_tokens_are_refused_to_others_for_other_queries_after_publication_and_when_forged(city):
    with open_session(city.settings) as session:
        grant(session, code="stats_grant", agency="stats")
    token = city.records(limit=5).json()["next"]
    assert city.records(limit=5, page=token).status_code == 200
    assert city.records(account="stranger", limit=5, page=token).json()["code"] == "page_invalid"
    assert city.records(limit=5, page=token, columns="person_no").json()["code"] == "page_invalid"
    assert city.records(limit=5, page=token, filter="division_code:eq:370683").json()["code"] == "page_invalid"
    forged = token[:-3] + ("AAA" if not token.endswith("AAA") else "BBB")
    assert city.records(limit=5, page=forged).json()["code"] == "page_invalid"
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert b"p000" not in raw
    publish(city.settings, source_table().slice(0, 40), "second")
    city.hub.facts.forget()
    assert city.records(limit=5, page=token).json()["code"] == "page_invalid"


def test_a_grant_filter_cannot_be_widened_by_the_callers_own(city):
    everybody = city.records(limit=1000, filter=["division_code:in:370683,370602"]).json()["rows"]
    assert len(everybody) == sum(row["alive"] for row in source_rows())
    assert city.records(filter="person_no:eq:p0000").json()["rows"] == []  # p0000 is not alive


def test_text_in_a_filter_never_becomes_sql(city):
    for value in ("' OR 1=1 --", '"; DROP TABLE x', "p0001' UNION SELECT secret_note"):
        answer = city.records(filter=f"person_no:eq:{value}")
        assert answer.json()["rows"] == []
    for name in ('person_no" OR 1=1 --', "person_no);--", "_row", "*"):
        assert city.records(filter=f"{name}:eq:1").status_code == 422
        assert city.records(columns=name).status_code == 403


def test_errors_repeat_nothing_of_what_was_sent(city):
    for params in ({"limit": CANARY}, {"filter": f"birth_date:eq:{CANARY}"}, {"filter": CANARY}, {"columns": CANARY}):
        answer = city.records(**params)
        assert answer.status_code in (403, 422)
        assert CANARY not in answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert CANARY not in city.get(f"/api/v1/{CANARY}").text


def test_datasets_not_shared_and_expired_or_foreign_grants_open_nothing(city):
    with open_session(city.settings) as session:
        grant(session, code="ended", purpose="已结束", valid_from=NOW - timedelta(2), valid_until=NOW - timedelta(1))
        grant(session, code="early", purpose="未开始", valid_from=NOW + timedelta(1))
        grant(session, code="verify_only", purpose="核验", surfaces=["verify"], calls_per_day=10)
    assert "已过期" in city.records(purpose="已结束").json()["detail"]
    assert "尚未生效" in city.records(purpose="未开始").json()["detail"]
    assert "共享方式" in city.records(purpose="核验").json()["detail"]
    with open_session(city.settings) as session:
        register(session, city.settings, sharing="none")
    city.hub.facts.forget()
    assert "不予共享" in city.records().json()["detail"]


def test_a_publisher_sees_uses_of_its_own_data_only(city):
    report = city.get("/api/v1/usage", "police_clerk", params={"provider": "civil"})
    assert {use["provider"] for use in report.json()["uses"]} <= {"police"}
    assert city.get("/api/v1/usage/reports/civil-0000000001", "police_clerk").status_code == 404
    assert city.get(f"/api/v1/datasets/{TOPIC}/quality", "police_clerk").status_code == 403


def test_every_use_and_every_refusal_stands_in_the_trail(city):
    city.records(limit=3)
    city.records(columns="phone")
    city.post(f"{TABLE}/query", json={})
    found = [(record["surface"], record["decision"], record["rows"]) for record in city.trail()]
    alive = sum(row["alive"] for row in source_rows())
    assert found == [("records", "allowed", 3), ("records", "refused", 0), ("delta_sharing", "allowed", alive)]
    assert all(record["providers"] == ["civil", "police"] for record in city.trail())
    assert city.trail()[0]["purpose"] == PURPOSE


def test_security_headers_stand_on_every_answer(city):
    for answer in (city.client.get("/healthz"), city.records(), city.get("/nowhere"), city.client.get("/login")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_body_too_large_is_refused(city):
    answer = city.post(f"{TABLE}/query", content=b"x" * (2 * 1024 * 1024))
    assert answer.status_code == 413


def test_refusals_at_doors_and_of_unknown_tables_stand_in_the_trail_too(city):
    city.records(account="operator")
    city.get(f"{TABLE}/metadata", "stranger")
    city.get("/delta-sharing/shares/housing/schemas/civil/tables/CANARY/metadata", "stranger")
    found = [(record["account"], record["surface"], record["dataset"], record["reasons"]) for record in city.trail()]
    assert found == [
        ("operator", "granted:records:read", "", ["not_allowed"]),
        ("stranger", "delta_sharing", TOPIC, ["no_grant"]),
    ]
