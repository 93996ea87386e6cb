"""What a topic's SQL made of an erased person is gone with them, whatever it made."""

from pathlib import Path

import yaml

from catalog.database import open_session
from catalog.settings import Settings
from lake import tables
from lake.bases import build, catalogue, check_topic, keep, known
from lake.erasing.carry_out import carry_out
from tests.factories import erased
from tests.factories.erased import NOW
from tests.factories.standard_tables import read
from tests.factories.topics import contract, write

DIGEST = """
SELECT md5(person.person_id) AS entry, concat(person.name, ' ', person.phone) AS contact,
       concat(person.sex, '-') AS note
  FROM population AS person
"""
OF_THAT = """
SELECT concat(held.entry, '-') AS entry, concat(held.contact, '-') AS contact, held.note
  FROM topic_digest AS held
"""


def declare(settings: Settings, folder: Path, name: str, sql: str) -> str:
    """Declare a topic and build it; where it lies."""
    items = (("entry", "text", "string", "L4"), ("contact", "text", "string", "L4"))
    text = contract(name, *items, ("note", "text", "string", "L4"), key="entry")
    document = yaml.safe_load(text)
    for one in document["schema"][0]["properties"]:
        one["customProperties"][1]["value"] = "general"
    for one in document["customProperties"]:
        one["value"] = {"grade": "L4", "sharing": "conditional"}.get(one["property"], one["value"])
    model = check_topic(settings, *write(folder, sql, yaml.safe_dump(document, allow_unicode=True), name))
    keep(settings, model)
    with open_session(settings) as session:
        catalogue.register(session, bases=(model,), known=known(settings), hub_id=settings.hub_id, by="t", now=NOW)
    return build(settings, name, now=NOW).uri


def test_a_topic_that_reads_a_person_is_empty_after_the_erasure_and_made_anew_without_them(
    settings: Settings, tmp_path: Path
) -> None:
    entity = erased.fill(settings)
    uris = [
        declare(settings, tmp_path, "topic_digest", DIGEST),
        declare(settings, tmp_path, "topic_of_topic", OF_THAT),
    ]
    before = [read(settings, uri) for uri in uris]
    erased.approve(settings, entity)
    assert carry_out(settings, now=NOW, by="t")
    assert [tables.rows(uri, settings=settings) for uri in uris] == [0, 0]
    assert not erased.found(settings)
    for name in ("population", "topic_digest", "topic_of_topic"):
        build(settings, name, now=NOW)
    after = [read(settings, uri) for uri in uris]
    assert [0 < len(new) < len(old) for old, new in zip(before, after, strict=True)] == [True, True]


def test_a_topic_taken_out_or_refused_as_it_stands_keeps_nobody_either(settings: Settings, tmp_path: Path) -> None:
    entity = erased.fill(settings)
    uris = [declare(settings, tmp_path, name, DIGEST) for name in ("topic_gone", "topic_refused")]
    for path in settings.topics_dir.glob("topic_gone.*"):
        path.unlink()
    (settings.topics_dir / "topic_refused.sql").write_text("SELECT nothing", encoding="utf-8")
    assert {"topic_gone", "topic_refused"}.isdisjoint(known(settings))
    erased.approve(settings, entity)
    assert carry_out(settings, now=NOW, by="t")
    assert [tables.rows(uri, settings=settings) for uri in uris] == [0, 0]
