"""The real Delta Sharing client against a real server: it reads exactly what the grant shows, from clean bytes."""

import json
import time
import warnings

import httpx
import psutil
import pyarrow.parquet as pq
import pytest

from authorization.actions import accounts, grants
from authorization.masking import apply, parse_mask, recipient_key
from catalog.audit.keys import signing_key
from catalog.audit.recovery import seal_orphans
from catalog.audit.verify import verify
from catalog.database import open_session
from exchange_api.routes.delta_sharing import profile
from lake.reading.projection import folder
from tests.integration.exchange_api.city import CANARY, NOW, TOPIC, source_rows

COLUMNS = ["person_no", "resident_id", "name", "birth_date", "address", "monthly_amount", "division_code"]
MASKS = {
    "resident_id": "pseudonym",
    "name": "name",
    "birth_date": "year_of_date",
    "address": "address",
    "monthly_amount": "band:500",
}
KINDS = {"birth_date": "date", "monthly_amount": "decimal"}
TABLE = "/delta-sharing/shares/housing/schemas/civil/tables/topic_support"


def expected(city):
    keys = {name: recipient_key(city.hub.keys.pseudonyms, agency="housing", element=name) for name in COLUMNS}

    def shown(row, name):
        mask = parse_mask(MASKS.get(name, "plain"), KINDS.get(name, "string"))
        return apply(mask, row[name], keys[name])

    return sorted(tuple(shown(row, name) for name in COLUMNS) for row in source_rows() if row["alive"])


@pytest.fixture
def share(live, tmp_path):
    path = tmp_path / "housing.share"
    path.write_text(json.dumps(profile(live.settings, "housing_service", live.tokens["housing_service"])))
    return path


def load(url):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the client's own dependencies warn
        import delta_sharing

        return delta_sharing.load_as_pandas(url)


def test_pandas_reads_exactly_the_granted_columns_rows_and_masks(live, share):
    frame = load(f"{share}#housing.civil.{TOPIC}")
    assert list(frame.columns) == COLUMNS
    assert sorted(frame.itertuples(index=False, name=None)) == expected(live)


def test_the_client_lists_what_is_granted_and_nothing_else(live, share):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import delta_sharing

        client = delta_sharing.SharingClient(str(share))
        assert [(t.share, t.schema, t.name) for t in client.list_all_tables()] == [("housing", "civil", TOPIC)]


def query(live):
    lines = live.post(f"{TABLE}/query", json={}).text.splitlines()
    return [json.loads(line) for line in lines]


def test_bytes_footers_and_statistics_hold_nothing_hidden(live):
    protocol, metadata, *files = query(live)
    assert protocol == {"protocol": {"minReaderVersion": 1}}
    assert "secret_note" not in json.dumps(metadata)
    for entry in files:
        answer = httpx.get(entry["file"]["url"])
        assert answer.status_code == 200
        assert len(answer.content) == entry["file"]["size"]
        assert CANARY.encode() not in answer.content
        assert b"secret_note" not in answer.content
        assert json.loads(entry["file"]["stats"]) == {"numRecords": 51}
    for path in folder(live.settings, metadata["metaData"]["id"]).iterdir():
        footer = pq.read_metadata(path)
        assert footer.metadata is None
        assert footer.schema.names == COLUMNS
        shown = pq.read_table(path).to_pylist()
        group = footer.row_group(0)
        for number in range(group.num_columns):
            statistics, name = group.column(number).statistics, COLUMNS[number]
            assert statistics.min in {row[name] for row in shown}
        order = [row["person_no"] for row in shown]
        assert order == sorted(order)


def test_file_urls_are_refused_when_forged_moved_late_or_of_another_file(live):
    url = query(live)[2]["file"]["url"]
    assert httpx.get(url, headers={"Range": "bytes=0-3"}).content == b"PAR1"
    assert httpx.head(url).headers["accept-ranges"] == "bytes"
    for changed in (
        url.replace("X-Amz-Signature=", "X-Amz-Signature=0"),
        url.replace("grant=housing_grant", "grant=other"),
        url.replace("expires=", "expires=9"),
        url.replace("version=1", "version=2"),
        url.split("?")[0],
    ):
        assert httpx.get(changed).status_code == 403
    path, _, rest = url.partition("/delta-sharing/files/")
    fingerprint, _, query_text = rest.partition("?")
    outside = f"{path}/delta-sharing/files/{fingerprint.split('/')[0]}/..%2F..%2Fregistry.sqlite?{query_text}"
    assert httpx.get(outside).status_code in (404, 422)


def test_history_is_not_shared(live):
    for asked in ({"version": 0}, {"startingVersion": 0}, {"timestamp": "2026-01-01T00:00:00Z"}):
        assert live.post(f"{TABLE}/query", json=asked).json()["errorCode"] == "HISTORY_NOT_SHARED"


def test_a_revoked_grant_is_refused_on_every_worker_and_every_surface_within_two_seconds(live):
    url = query(live)[2]["file"]["url"]
    page = live.records(limit=5).json()["next"]
    with open_session(live.settings) as session:
        grants.revoke(session, code="housing_grant", by="test", now=NOW)
    time.sleep(1.5)
    for _ in range(10):  # both workers are met
        assert live.records(limit=5).status_code == 403
        assert live.records(limit=5, page=page).status_code == 403
        assert live.post(f"{TABLE}/query", json={}).status_code == 404
        assert httpx.get(url).status_code == 403


def test_a_revoked_token_and_a_disabled_account_end_within_two_seconds(live):
    url = query(live)[2]["file"]["url"]
    token_id = live.tokens["housing_service"].split("_")[1]
    with open_session(live.settings) as session:
        accounts.revoke_token(session, token_id=token_id, by="test", now=NOW)
        accounts.disable(session, login="stranger", by="test", now=NOW)
    time.sleep(1.5)
    for _ in range(6):
        assert live.records(limit=1).status_code == 401
        assert live.get("/api/v1/datasets", "stranger").status_code == 401
        assert httpx.get(url).status_code == 403


def test_a_server_killed_while_it_answers_loses_no_answered_record(live):
    answered = 0
    for number in range(30):
        if number == 20:
            server = psutil.Process(live.server_pid)
            for process in (server, *server.children()):
                process.kill()
        try:
            answered += live.records(limit=1).status_code == 200
        except httpx.TransportError:
            break
    assert answered >= 20
    seal_orphans(live.settings)
    report = verify(live.settings.audit_dir, signing_key(live.settings.keys_dir).public_key())
    assert report.ok
    assert report.sealed >= answered
