"""Find the standard address that any department's address text means, as far down as the text makes certain.

Set-based: the steps/*.sql run one after another over all texts at once. What a text fits is found by looking up the
ways people write a site (with or without township, community, road and door, estate); a text that fits several places
gets only what all of them share, never one of them.
"""

from pathlib import Path

import duckdb

from lake.engines.duckdb import quote

STEPS = (
    "address_said",
    "address_register",
    "address_county",
    "address_area_text",
    "address_area",
    "address_area_name",
    "address_township",
    "address_way",
    "address_site",
    "address_part",
    "address_alias",
    "address_spelling",
    "address_spelling_few",
    "address_building",
    "address_room",
    "address_reading",
    "address_beginning",
    "address_body",
    "address_hit_whole",
    "address_unread",
    "address_hit",
    "address_found",
    "address_best",
    "address_settled",
    "address_near",
    "address_around",
    "address_match",
)
LEVELS = ("household", "building", "door", "road", "community", "township", "none")
FOLDER = Path(__file__).parent / "steps"


def sql(step: str) -> str:
    """The SELECT of one step."""
    return (FOLDER / f"{step}.sql").read_text(encoding="utf-8")


def match(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `address_match`: marks, address_code, building_id, community_code, township_code, level, score.

    Reads the relations standard_address (address_code, full_address, alias, community_code, road, door_no, building_no,
    building_id), division_register (code, name, successor) and address_asked (marks: the texts through address_marked).
    score, 0 to 1: how much of the text was understood without doubt; level: one of LEVELS.
    """
    for step in STEPS:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {quote(step)} AS {sql(step)}")
