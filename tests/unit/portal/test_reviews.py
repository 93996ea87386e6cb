"""Clerical review in the portal and over HTTP: what a reviewer sees, decides, and what the next build makes of it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest
from fastapi import FastAPI

from authorization.access import Caller
from authorization.actions import accounts
from authorization.permissions import Permission
from catalog.actions import review_decisions
from catalog.database import open_reader, open_session
from catalog.errors import NotAllowed
from catalog.settings import Settings
from dags.steps.bases import build_group
from exchange_api import reviews
from exchange_api.views import reviews as views
from lake import bases, tables
from lake.layout import Layout
from tests.factories import reviewed
from tests.factories.client import TestClient
from tests.factories.standard_tables import hold
from tests.unit.portal.conftest import form_token
from tests.unit.portal.test_pages import words_of

Enter = Callable[[str], TestClient]
Row = dict[str, object]
SURFACES = ("review", "review:parts", "review:decide", "explain", "as-of", "find")
FIRST, SECOND, THIRD = "h20", "h80", "h40"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module", autouse=True)
def doubtful_city(city: Settings) -> None:
    """The city with a population base built by the step of the night, and pairs in doubt."""
    reviewed.deliver(city)
    build_group(city, "population", clock=now)


@pytest.fixture
def steward_token(city: Settings) -> dict[str, str]:
    with open_session(city) as session:
        token = accounts.issue_token(session, login="steward", label="t", days=1, by="test", now=now())
    return {"Authorization": f"Bearer {token}"}


def pair(city: Settings, key: str) -> str:
    """The pair of an insured person's record."""
    return next(row["pair"] for row in reviewed.queue(city) if key in (row["key_l"], row["key_r"]))


def page_of(city: Settings, key: str) -> str:
    return f"/reviews/population/{pair(city, key)}"


def said(city: Settings, key: str) -> list[tuple[str, str]]:
    """Every decision on the pair, verdict and who."""
    with open_reader(city) as session:
        return [
            (one.verdict, one.decided_by) for one in review_decisions.history(session, "population", pair(city, key))
        ]


def entities(city: Settings) -> dict[str, str]:
    """Key of a row -> the person it is linked to."""
    rows = tables.read(Layout(city.lake_url).base("population_links"), settings=city).to_pylist()
    return {row["key"]: row["person_id"] for row in rows}


def redirects(city: Settings) -> list[tuple[str, str, str]]:
    rows = tables.read(Layout(city.lake_url).base("population_redirects"), settings=city).to_pylist()
    return [(row["old"], row["to"], row["reason"]) for row in rows]


def decide(browser: TestClient, path: str, verdict: str, reason: str = "电话核实", **more: str) -> tuple[int, str]:
    """Send the form of a pair's page; status and where it leads."""
    page = browser.get(path).text
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    form = {"csrf": form_token(browser, path), "seen": found[1], "verdict": verdict, "reason": reason} | more
    answer = browser.post(path, data=form, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", "")


def looks(app: FastAPI, city: Settings) -> list[dict[str, object]]:
    """Records of the trail about reviews, so far."""
    app.state.hub.close()
    lines = [line for path in sorted(city.audit_dir.glob("*/*.jsonl")) for line in path.read_bytes().splitlines()]
    found = [orjson.loads(line) for line in lines]
    return [one for one in found if one.get("surface") in SURFACES]


def test_the_list_shows_the_most_doubtful_first_and_no_value(city: Settings, signed_in: Enter) -> None:
    browser = signed_in("steward")
    page = words_of(browser, "/reviews")
    assert len(reviewed.queue(city)) > 3
    assert f"待核对 {len(reviewed.queue(city))} 对" in page
    shown = [float(chance) for chance in re.findall(r"([\d.]+) %", page)]
    assert len(shown) == len(reviewed.queue(city))
    assert shown == sorted(shown, key=lambda chance: abs(chance - 50))
    assert not any(person["name"] in page for person in reviewed.PERSONS)


def test_the_list_is_narrowed_by_base_and_state(city: Settings, signed_in: Enter) -> None:
    browser = signed_in("steward")
    assert "没有符合条件的记录对" in words_of(browser, "/reviews?base=legal_person")
    assert "没有符合条件的记录对" in words_of(browser, "/reviews?state=same&base=population")
    assert f"共 {len(reviewed.queue(city))} 对" in words_of(browser, "/reviews?state=open&base=population")


def test_a_pair_is_led_to_by_its_number_alone(city: Settings, signed_in: Enter) -> None:
    browser, name = signed_in("steward"), pair(city, FIRST)
    led = browser.get(f"/reviews/{name}", follow_redirects=False)
    assert (led.status_code, led.headers["location"]) == (303, page_of(city, FIRST))
    assert browser.get("/reviews/V00000000000").status_code == 404


def test_only_who_reviews_gets_in(city: Settings, signed_in: Enter) -> None:
    browser = signed_in("police_clerk")
    assert browser.post("/entities", data={"base": "population", "number": "x"}).status_code == 403
    for path in ("/reviews", "/entities", page_of(city, FIRST), f"/entities/population/{entities(city)[FIRST]}"):
        assert browser.get(path).status_code == 403


def test_a_pair_shows_both_sides_masked_with_a_waterfall_that_adds_up(
    app: FastAPI, city: Settings, signed_in: Enter
) -> None:
    before = len(looks(app, city))
    browser = signed_in("steward")
    markup = browser.get(page_of(city, FIRST)).text
    person = reviewed.PERSONS[20]
    assert all(person[name] not in markup for name in ("name", "resident_id", "phone"))
    assert person["name"][0] in markup  # masked, not left out
    assert "支持" in markup
    assert 'class="bar"' in markup
    assert "style=" not in markup
    assert "<script" not in markup
    new = looks(app, city)[before:]
    assert [(one["surface"], one["actor"], one["rows"], sorted(one["providers"])) for one in new] == [
        ("review", "steward", 2, ["hrss", "police"])
    ]  # fmt: skip


def test_a_pair_says_of_every_field_whether_it_is_the_same_and_where_each_record_came_from(
    city: Settings, signed_in: Enter, browser: TestClient, steward_token: dict[str, str]
) -> None:
    path = f"/api/v1/bases/population/reviews/{pair(city, FIRST)}"
    case = browser.get(path, headers=steward_token).json()
    told = {field["name"]: field["relation"] for field in case["fields"]}
    assert (told["name"], told["resident_id"], told["birth_date"]) == ("same", "one_empty", "one_empty")
    rows = {row["record_id"]: row for row in _links(city)}
    for side in (case["left"], case["right"]):
        link = rows[side["record"]]
        assert (side["batch"], side["row"], side["entity"]) == (link["batch"], link["row"], link["person_id"])
    steward = signed_in("steward")
    page, markup = words_of(steward, page_of(city, FIRST)), steward.get(page_of(city, FIRST)).text
    for side in (case["left"], case["right"]):
        assert side["batch"] in page
        assert f"第 {side['row']} 行" in page
        assert side["agency_name"]["zh"] in page
        assert f'href="/entities/population/{side["entity"]}"' in markup
    assert "一方为空" in page
    assert "可能性降至 1/" in page
    assert {"1": "1 男性", "2": "2 女性"}[reviewed.PERSONS[20]["sex"]] in page


def test_parts_of_masked_values_are_shown_to_who_asks_for_them_and_that_is_on_record(
    app: FastAPI, city: Settings, signed_in: Enter
) -> None:
    before = len(looks(app, city))
    browser, number = signed_in("steward"), reviewed.PERSONS[20]["resident_id"]
    path = page_of(city, FIRST)
    masked = browser.get(f"{path}?parts=true").text
    assert browser.post(f"{path}/parts", data={"csrf": "foreign"}).status_code == 403
    assert browser.get(f"{path}/parts").status_code == 405
    more = browser.post(f"{path}/parts", data={"csrf": form_token(browser, path)}).text
    # With its stars: four figures alone may stand in the token of a form.
    assert f"*{number[-4:]}" not in masked
    assert f"{'*' * 14}{number[-4:]}" in more
    assert f"{number[6:10]}-**-**" not in more, "by the year of birth the number could be tried out"
    assert number not in more
    assert number[10:14] + number[-4:] not in more
    assert [one["surface"] for one in looks(app, city)[before:]] == ["review", "review", "review:parts"]


def test_parts_are_had_over_http_by_a_post_and_no_link(
    app: FastAPI, city: Settings, browser: TestClient, steward_token: dict[str, str]
) -> None:
    before, path = len(looks(app, city)), f"/api/v1/bases/population/reviews/{pair(city, FIRST)}"
    asked = browser.get(f"{path}?parts=true", headers=steward_token).json()
    told = browser.post(f"{path}/parts", headers=steward_token).json()
    assert (asked["parts"], told["parts"]) == (False, True)
    assert browser.get(f"{path}/parts", headers=steward_token).status_code in (404, 405)
    assert [one["surface"] for one in looks(app, city)[before:]] == ["review", "review:parts"]


def test_of_who_may_be_a_minor_no_part_is_shown_though_asked_for(city: Settings) -> None:
    born = int(str(reviewed.PERSONS[20]["birth_date"])[:4])
    with open_reader(city) as session:
        shown = {
            year: views.case(
                city, session, "population", pair(city, FIRST), agency="", today=date(year, 1, 1), parts=True
            )
            for year in (born + 10, born + 30)
        }
    assert [(one.withheld, one.parts) for one in shown.values()] == [(True, False), (True, True)]  # h20 tells no age
    young, grown = ({field.name: field.left + field.right for field in one.fields} for one in shown.values())
    part = f"{'*' * 14}{str(reviewed.PERSONS[20]['resident_id'])[-4:]}"
    assert (part in young["resident_id"], part in grown["resident_id"]) == (False, True)
    assert not [one for one in (young, grown) if str(born) in str(one)], "by the year a number could be tried out"


@pytest.mark.parametrize(
    ("left", "right", "sides"),
    [
        ({"birth_date": "19900307"}, {"resident_id": "370683198001011230"}, "lr"),
        ({"birth_date": "19900307"}, {"birth_date": "1900-01-01", "resident_id": "370683201503161020"}, ""),
        ({"birth_date": "19900307"}, {"resident_id": "37068320150316102"}, ""),
        ({"birth_date": "19900307"}, {"birth_date": "1900-01-01"}, "l"),
        ({"birth_date": "19900307"}, {"name": "李小宝"}, "l"),
        ({}, {}, ""),
    ],
)
def test_parts_are_shown_of_nobody_whose_age_is_not_known_and_of_no_pair_with_a_minor(
    left: dict[str, str], right: dict[str, str], sides: str
) -> None:
    found = views.sides_of_age(bases.base("population"), {"l": left, "r": right}, date(2026, 11, 21))
    assert found == frozenset(sides)


def test_who_only_reads_pairs_is_shown_no_part_and_the_refusal_is_on_record(app: FastAPI, city: Settings) -> None:
    reader = Caller("reader", "bureau", "person", "", "", frozenset({Permission.ALL_REVIEW_READ}))
    with pytest.raises(NotAllowed):
        reviews.seen(app.state.hub, reader, "population", pair(city, FIRST), parts=True)
    last = looks(app, city)[-1]
    assert (last["surface"], last["decision"], last["account"]) == ("review:parts", "refused", "reader")


def test_a_service_decides_on_no_pair_over_http_and_is_shown_no_part_whatever_its_role(
    app: FastAPI, city: Settings, browser: TestClient
) -> None:
    with open_session(city) as session:
        accounts.create(
            session, login="robot", agency="bureau", kind="service", roles=["steward"],
            name_zh="程序", name_en="Program", by="test", now=now(),
        )  # fmt: skip
        token = accounts.issue_token(session, login="robot", label="t", days=1, by="test", now=now())
    path, bearer = f"/api/v1/bases/population/reviews/{pair(city, FIRST)}", {"Authorization": f"Bearer {token}"}
    before = said(city, FIRST)
    decided = browser.post(f"{path}/decision", json={"verdict": "same", "reason": "程序"}, headers=bearer)
    assert (decided.status_code, decided.json()["code"]) == (403, "review_service_refused")
    assert said(city, FIRST) == before
    assert browser.post(f"{path}/parts", headers=bearer).json()["code"] == "review_parts_refused"
    assert browser.get(path, headers=bearer).status_code == 200
    refused = [one for one in looks(app, city) if one["account"] == "robot" and one["decision"] == "refused"]
    assert [one["surface"] for one in refused] == ["review:decide", "review:parts"]


def test_the_evidence_over_http_adds_up_to_the_probability(
    city: Settings, browser: TestClient, steward_token: dict[str, str]
) -> None:
    path = f"/api/v1/bases/population/reviews/{pair(city, FIRST)}"
    case = browser.get(path, headers=steward_token).json()
    bits = sum(step["bits"] or 0 for step in case["steps"])
    assert 1 / (1 + 2**-bits) == pytest.approx(case["probability"], abs=1e-6)
    assert case["steps"][0]["title"]["zh"].startswith("先验")
    assert {"for", "against"} <= {step["says"] for step in case["steps"]}
    listed = browser.get("/api/v1/bases/population/reviews", headers=steward_token).json()
    assert (listed["total"], listed["pages"]) == (len(reviewed.queue(city)), 1)
    assert browser.get("/api/v1/bases/population/reviews/Vnone", headers=steward_token).status_code == 404
    assert browser.get("/api/v1/bases/spatial_grid/reviews", headers=steward_token).status_code == 404


def test_a_pair_in_doubt_asked_for_by_its_two_records_has_its_evidence(
    city: Settings, browser: TestClient, steward_token: dict[str, str]
) -> None:
    row = next(row for row in reviewed.queue(city) if row["pair"] == pair(city, FIRST))
    path = "/api/v1/bases/population/reviews"
    case = browser.get(f"{path}/{row['pair']}", headers=steward_token).json()
    for left, right in (("record_l", "record_r"), ("record_r", "record_l")):
        asked = f"{row[left]}-{row[right]}"
        assert browser.get(f"{path}/{asked}", headers=steward_token).json() == case | {"pair": asked}
    assert case["probability"] is not None


@pytest.mark.parametrize("form", ["{l}-{r}-{l}", "{l}-{l}", "{l}", "{l}-{r}-", "-"])
def test_what_is_no_two_records_is_not_found(
    city: Settings, browser: TestClient, steward_token: dict[str, str], form: str
) -> None:
    records = {row["key"]: row["record_id"] for row in _links(city)}
    asked = form.format(l=records["p7"], r=records["h7"])
    answer = browser.get(f"/api/v1/bases/population/reviews/{asked}", headers=steward_token)
    assert (answer.status_code, answer.json()["code"]) == (404, "review_unknown")


def test_a_decision_in_the_portal_leads_on_to_the_next_pair_and_twice_is_once(city: Settings, signed_in: Enter) -> None:
    browser = signed_in("steward")
    status, to = decide(browser, page_of(city, FIRST), "same")
    assert status == 303
    assert to.startswith("/reviews/population/V")
    assert to.endswith(f"after={pair(city, FIRST)}")
    assert pair(city, FIRST) != to.split("/")[-1].split("?")[0]
    assert "已记录" in words_of(browser, to)
    assert decide(browser, page_of(city, FIRST), "same")[0] == 303
    assert decide(browser, page_of(city, FIRST), "same", seen="0")[0] == 303  # the back button
    assert said(city, FIRST) == [("same", "steward")]
    with open_session(city) as session:
        states = [doubt.state for doubt in views.listed(city, session, views.Wanted()).doubts]
    assert (states[-1], "same" in states[:-1]) == ("same", False), "what is decided comes behind what waits"


def test_nothing_is_called_noted_that_nobody_decided(city: Settings, signed_in: Enter) -> None:
    page = words_of(signed_in("steward"), f"{page_of(city, THIRD)}?after=Vnone")
    assert "已记录" not in page


def test_a_changed_mind_keeps_its_history_and_both_are_shown(city: Settings, signed_in: Enter) -> None:
    browser = signed_in("steward")
    decide(browser, page_of(city, SECOND), "unsure", "待查")
    decide(browser, page_of(city, SECOND), "different", "兄弟二人")
    assert said(city, SECOND) == [("unsure", "steward"), ("different", "steward")]
    page = words_of(browser, page_of(city, SECOND))
    assert page.index("待查") < page.index("兄弟二人")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"verdict": "perhaps"}, 422),
        ({"reason": "  "}, 422),
        ({"reason": "长" * 2001}, 422),
        ({"reason": "身份证 370683199003074514 相同"}, 422),
        ({"reason": "电话13900001234核实"}, 422),
        ({"csrf": "forged"}, 403),
    ],
)
def test_what_is_refused_says_why_and_keeps_nothing(
    city: Settings, signed_in: Enter, form: dict[str, str], status: int
) -> None:
    browser = signed_in("steward")
    before = said(city, THIRD)
    path = page_of(city, THIRD)
    sent = {"csrf": form_token(browser, path), "seen": "0", "verdict": "same", "reason": "核实"} | form
    answer = browser.post(path, data=sent)
    assert answer.status_code == status
    assert "未提交" in answer.text
    assert said(city, THIRD) == before


def test_who_did_not_see_anothers_decision_does_not_write_over_it(
    city: Settings, browser: TestClient, steward_token: dict[str, str]
) -> None:
    path = f"/api/v1/bases/population/reviews/{pair(city, THIRD)}/decision"
    with open_session(city) as session:
        row = next(row for row in reviewed.queue(city) if row["pair"] == pair(city, THIRD))
        review_decisions.decide(
            session, base="population", pair=row["pair"], records=(row["record_l"], row["record_r"]),
            verdict="different", reason="看过档案", by="another", now=now(),
        )  # fmt: skip
    form = {"verdict": "same", "reason": "像", "seen": 0}
    answer = browser.post(path, json=form, headers=steward_token)
    assert (answer.status_code, answer.json()["code"]) == (409, "review_decided_meanwhile")
    assert said(city, THIRD) == [("different", "another")]


def test_what_the_portal_decided_merges_and_parts_in_the_next_build_with_redirects(
    city: Settings, browser: TestClient, signed_in: Enter, steward_token: dict[str, str]
) -> None:
    before = entities(city)
    joined, apart = "h60", "h15"  # in doubt; joined by its values
    assert before[joined] != before["p60"]
    assert before[apart] == before["p15"]
    records = {row["key"]: row["record_id"] for row in _links(city)}
    two = f"/reviews/population/{records[apart]}-{records['p15']}"
    steward = signed_in("steward")
    assert decide(steward, page_of(city, joined), "same")[0] == 303
    assert decide(steward, two, "different", "同名同住址的两人")[0] == 303
    waiting = browser.get(f"/api/v1/bases/population/entities/{before['p60']}", headers=steward_token).json()
    assert "people" not in {record["how"] for record in waiting["records"]}, "it holds from the next build on"
    build_group(city, "population", clock=now)
    after = entities(city)
    assert after[joined] == after["p60"] == before["p60"]
    assert after[apart] != after["p15"] == before["p15"]
    assert {(before[joined], after["p60"], "merged"), (before[apart], after[apart], "split")} <= set(redirects(city))
    gone = browser.get(f"/api/v1/bases/population/entities/{before[joined]}", headers=steward_token)
    assert (gone.status_code, gone.json()["code"]) == (404, "entity_redirected")
    assert after["p60"] in gone.json()["detail"]
    told = browser.get(f"/api/v1/bases/population/entities/{after['p60']}", headers=steward_token).json()
    assert ("same", "steward") in {(one["verdict"], one["by"]) for one in told["said"]}
    assert {record["how"] for record in told["records"]} == {"number", "people"}
    assert "并入" in words_of(steward, f"/entities/population/{after['p60']}")


def _links(city: Settings) -> list[Row]:
    return tables.read(Layout(city.lake_url).base("population_links"), settings=city).to_pylist()


def test_an_entity_says_of_every_field_whose_word_won_by_which_rule_and_who_lost(
    app: FastAPI, city: Settings, signed_in: Enter
) -> None:
    before = len(looks(app, city))
    person = entities(city)["p3"]
    markup = signed_in("steward").get(f"/entities/population/{person}").text
    assert reviewed.PERSONS[3]["resident_id"] not in markup
    assert "按数源部门次序 公安局 &gt; 人力资源和社会保障局，居首者采用" in markup
    assert "未采用 · 一致" in markup
    assert "凭号码归入" in markup
    rows = markup.partition('id="records"')[2].partition('id="fields"')[0]
    assert re.findall(r'data-label="把握"[^>]*><span>([^<]*)<', rows) == ["—", "—"], "a number leaves nothing to weigh"
    assert [(one["surface"], one["rows"]) for one in looks(app, city)[before:]] == [("explain", 2)]


def test_a_masked_word_that_lost_differs_on_the_page_and_over_http(
    city: Settings, browser: TestClient, signed_in: Enter, steward_token: dict[str, str]
) -> None:
    rows = [reviewed.police(number) for number in range(len(reviewed.PERSONS))]
    rows[13] |= {"address": reviewed.STRANGE}
    hold(city, "police_person", *rows, day=3)
    build_group(city, "population", clock=now)
    person = entities(city)["p13"]
    told = browser.get(f"/api/v1/bases/population/entities/{person}", headers=steward_token).json()
    (address,) = [field for field in told["fields"] if field["name"] == "address"]
    assert [claim["stands"] for claim in address["claims"]] == ["", "differs"]
    assert address["why"]["en"].endswith(": the first counts")
    assert not [text for text in (reviewed.STRANGE, reviewed.PERSONS[13]["address"]) if text in str(told)]
    assert "未采用 · 不一致" in words_of(signed_in("steward"), f"/entities/population/{person}")


def test_a_row_joined_by_its_values_says_so_with_its_bits(
    city: Settings, browser: TestClient, signed_in: Enter, steward_token: dict[str, str]
) -> None:
    person = entities(city)["h105"]
    assert person == entities(city)["p105"]
    told = browser.get(f"/api/v1/bases/population/entities/{person}", headers=steward_token).json()
    numbered, matched = sorted(told["records"], key=lambda record: record["how"], reverse=True)
    assert (numbered["dataset"], numbered["how"]) == ("police_person", "number")
    assert (matched["dataset"], matched["how"], matched["tied_to"]) == ("hrss_insurance", "match", numbered["record"])
    assert matched["bits"] > 0
    assert matched["probability"] > 0.5
    assert "按取值匹配" in words_of(signed_in("steward"), f"/entities/population/{person}")


def test_two_rows_under_one_number_can_be_said_to_be_two_people(city: Settings, signed_in: Enter) -> None:
    before = entities(city)
    assert before["h7"] == before["p7"]
    records = {row["key"]: row["record_id"] for row in _links(city)}
    path = f"/reviews/population/{records['p7']}-{records['h7']}"
    steward = signed_in("steward")
    asked = steward.get(f"/reviews/population?left={records['p7']}&right={records['h7']}", follow_redirects=False)
    assert asked.headers["location"] == path
    assert "并未存疑" in words_of(steward, path)
    assert decide(steward, path, "different", "一号两人")[0] == 303
    build_group(city, "population", clock=now)
    after = entities(city)
    assert after["p7"] == before["p7"]
    assert after["h7"] != before["h7"]
    assert (before["h7"], after["h7"], "split") in redirects(city)


@pytest.mark.parametrize("left", ["R1", "../../x", "R" * 30])
def test_records_that_are_not_there_are_not_found(signed_in: Enter, left: str) -> None:
    assert signed_in("steward").get(f"/reviews/population/{left}-R2").status_code == 404


def test_what_somebody_was_is_told_by_day_and_by_what_was_known(
    app: FastAPI, city: Settings, browser: TestClient, signed_in: Enter, steward_token: dict[str, str]
) -> None:
    person = entities(city)["p5"]
    path = f"/api/v1/bases/population/entities/{person}/as-of"
    now_held = browser.get(path, headers=steward_token).json()
    assert now_held["base_title"]["zh"] == "人口基础信息库"
    fields = {field["name"]: field for field in now_held["fields"]}
    assert fields["address"]["valid_from"] == "2025-01-01"
    assert (fields["birth_date"]["valid_from"], fields["birth_date"]["since"]["zh"]) == (None, "自出生")
    assert reviewed.PERSONS[5]["resident_id"] not in str(now_held)
    earlier = browser.get(path, params={"valid": "2024-12-31"}, headers=steward_token).json()
    assert "address" not in {field["name"] for field in earlier["fields"]}
    unknown = browser.get(path, params={"known": "2020-01-01"}, headers=steward_token).json()
    assert unknown["fields"] == []
    edges = ("0001-01-01T00:00+23:59", "0001-01-01T00:00", "9999-12-31T23:59-23:59")
    for earliest in ({"valid": "0001-01-01"}, {"known": "0001-01-01"}):
        assert browser.get(path, params=earliest, headers=steward_token).status_code == 200
    for asked in ({"valid": "heute"}, {"known": "2026-13-01"}, *({"known": edge} for edge in edges)):
        answer = browser.get(path, params=asked, headers=steward_token)
        assert (answer.status_code, answer.json()["code"]) == (422, "as_of_invalid")
    assert browser.get(path.replace(person, "P0"), headers=steward_token).status_code == 404
    assert signed_in("police_clerk").get(path).status_code in (401, 403)


def test_an_entity_without_history_has_its_page_and_an_empty_past(
    city: Settings, browser: TestClient, signed_in: Enter, steward_token: dict[str, str], tmp_path: Path
) -> None:
    person, place = entities(city)["p11"], Path(Layout(city.lake_url).base("population_history"))
    kept = place.rename(tmp_path / "history")  # as on a hub that was upgraded and has not built yet
    try:
        assert "以往的状况" not in words_of(signed_in("steward"), f"/entities/population/{person}")
        path = "/api/v1/bases/population/entities/{}/as-of"
        assert browser.get(path.format(person), headers=steward_token).json()["fields"] == []
        assert browser.get(path.format("P0"), headers=steward_token).status_code == 404
    finally:
        kept.rename(place)


def test_the_page_of_somebody_who_moved_tells_the_former_address(city: Settings, signed_in: Enter) -> None:
    person = entities(city)["p9"]
    steward = signed_in("steward")
    assert "以往的状况" not in words_of(steward, f"/entities/population/{person}")
    rows = [reviewed.police(number) for number in range(len(reviewed.PERSONS))]
    rows[9] |= {"address": reviewed.STRANGE, "updated_at": datetime(2026, 3, 1, tzinfo=UTC)}
    hold(city, "police_person", *rows, day=2)
    build_group(city, "population", clock=now)
    page = words_of(steward, f"/entities/population/{person}")
    assert "以往的状况" in page
    assert "2026-03-01" in page
    assert reviewed.PERSONS[9]["address"] not in page


def test_the_page_of_an_entity_answers_for_a_day_and_for_what_was_known_then(
    app: FastAPI, city: Settings, signed_in: Enter
) -> None:
    path = f"/entities/population/{entities(city)['p9']}"
    steward, before = signed_in("steward"), len(looks(app, city))
    asked = words_of(steward, f"{path}?valid=2024-12-31")
    assert "2024-12-31 有效的值，按现在所知" in asked
    assert "以往的状况" not in asked
    assert "自出生" in asked
    assert "2025-01-01" not in asked[asked.index("某日的状况") :]
    later = words_of(steward, f"{path}?valid=2025-06-01")
    assert "2025-01-01" in later[later.index("某日的状况") :]
    assert "当时没有任何记载" in words_of(steward, f"{path}?known=2020-01-01")
    assert [one["surface"] for one in looks(app, city)[before:]] == ["explain"] * 3
    for wrong in ("valid=2999-01-01", "known=2999-01-01", "valid=heute"):
        answer = steward.get(f"{path}?{wrong}")
        assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert "1 正常" in later
