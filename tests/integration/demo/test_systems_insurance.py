"""The human-resources department's service, as a process of its own, asked over real HTTP."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pyarrow as pa
import pytest

from demo.systems import hrss, insurance
from demo.systems.place import Place

ROWS = pa.table(
    {
        "socialNo": [f"S{number:04d}" for number in range(1_234)],
        "name": ["𠮷野"] * 1_234,
        "payBase": [None] * 1_234,
        "updateTime": [date(2025, 12, 31)] * 1_234,
    }
)


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A home for the service of this module."""
    from demo.services.service import Services

    return Place(tmp_path_factory.mktemp("hrss"), Services())


@pytest.fixture(scope="module")
def running(rooms: Place) -> Iterator[str]:
    """URL of the running service."""
    import pyarrow.parquet as pq

    from demo.systems.place import Deliveries

    folder = rooms.home / "city" / "deliveries"
    folder.mkdir(parents=True)
    pq.write_table(ROWS, folder / "hrss_insurance.parquet")
    hrss.fill(rooms, Deliveries(folder.parent))
    service = insurance.run(rooms.folder("hrss"))
    yield service.url
    service.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(service.url)


@pytest.fixture
def client(rooms: Place, running: str) -> Iterator[httpx.Client]:
    """A client with a good token; the service without faults."""
    insurance.set_faults(rooms.folder("hrss"))
    (spec,) = hrss.specs(rooms, running)
    with httpx.Client(base_url=spec.location) as http:
        answer = http.post(
            spec.options["token_path"],
            data={"grant_type": "client_credentials"},
            auth=(spec.secret["client_id"], spec.secret["client_secret"]),
        )
        assert answer.status_code == 200
        assert answer.json()["token_type"] == "Bearer"
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield http


def test_all_pages_together_are_the_delivery(client: httpx.Client):
    rows, page = [], 1
    while more := client.get("/api/insured", params={"page": page, "size": 500}).json()["rows"]:
        rows += more
        page += 1
    assert page == 4
    assert [row["socialNo"] for row in rows] == ROWS["socialNo"].to_pylist()
    assert rows[0] == {"socialNo": "S0000", "name": "𠮷野", "payBase": None, "updateTime": "2025-12-31"}


def test_every_page_says_the_total(client: httpx.Client):
    answer = client.get("/api/insured", params={"page": 3, "size": 500}).json()
    assert (answer["total"], answer["page"], answer["size"], len(answer["rows"])) == (1_234, 3, 500, 234)


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic eDp5", "Bearer"])
def test_without_a_good_token_there_is_nothing(client: httpx.Client, header: str | None):
    client.headers.pop("Authorization")
    answer = client.get("/api/insured", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert "rows" not in answer.json()
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"grant_type": "client_credentials", "client_id": "shuniu-hub", "client_secret": "wrong"}, 401),
        ({"grant_type": "client_credentials"}, 401),
        ({"grant_type": "password"}, 400),
        ({}, 400),
    ],
)
def test_a_wrong_client_gets_no_token(running: str, client: httpx.Client, form: dict[str, str], status: int):
    answer = httpx.post(f"{running}/oauth/token", data=form)
    assert answer.status_code == status
    assert "access_token" not in answer.json()


def test_the_client_may_also_prove_itself_in_the_form(rooms: Place, running: str, client: httpx.Client):
    secret = hrss.specs(rooms, running)[0].secret
    answer = httpx.post(f"{running}/oauth/token", data={"grant_type": "client_credentials", **secret})
    assert answer.status_code == 200


@pytest.mark.parametrize("query", ["page=0", "size=0", "size=5001", "page=x"])
def test_a_page_that_cannot_be_is_refused(client: httpx.Client, query: str):
    assert client.get(f"/api/insured?{query}").status_code == 422


@pytest.mark.parametrize(
    ("fault", "status"), [({"unavailable": True}, 503), ({"fail_from_page": 2}, 500)], ids=["down", "breaks off"]
)
def test_the_service_can_be_made_to_fail_and_mended(rooms: Place, client: httpx.Client, fault: dict, status: int):
    insurance.set_faults(rooms.folder("hrss"), **fault)
    assert client.get("/api/insured", params={"page": 2}).status_code == status
    insurance.set_faults(rooms.folder("hrss"))
    assert client.get("/api/insured", params={"page": 2}).status_code == 200


def test_the_service_can_lose_a_column_or_send_half_an_answer(rooms: Place, client: httpx.Client):
    insurance.set_faults(rooms.folder("hrss"), lost_column="name")
    assert "name" not in client.get("/api/insured").json()["rows"][0]
    insurance.set_faults(rooms.folder("hrss"), broken_json=True)
    with pytest.raises(ValueError, match=r"."):
        client.get("/api/insured").json()


def test_a_service_an_interrupted_run_left_behind_makes_way_for_the_new_one(rooms: Place, tmp_path: Path):
    folder = tmp_path / "hrss"
    shutil.copytree(rooms.folder("hrss"), folder, ignore=shutil.ignore_patterns("server.pid"))
    lost = insurance.run(folder)
    found = insurance.run(folder)
    with pytest.raises(httpx.ConnectError):
        httpx.get(lost.url)
    assert httpx.get(f"{found.url}/api/insured").status_code in (401, 503)
    found.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(found.url)


def test_a_fault_that_does_not_exist_cannot_be_switched_on(rooms: Place):
    with pytest.raises(TypeError):
        insurance.set_faults(rooms.folder("hrss"), unheard_of=True)
