"""Match anew only the texts whose answer may be another one than last time, by what a run before left (Memory).

    rows of the register changed → the sites they lie at → the ways these are written → texts that are read so → matched

An answer follows from the names of county, townships and communities, from the sites a text may mean by the ways it is
written, and of a site from the site itself where the text names no building, else from the rows of that building. So a
text asks anew when it is new, when it may be written for a site that came, went or has another alias, when the site's
own facts changed and it names no building, when those of its building did or rows of its room in that building, and
when it names a road that came or went.
Where the names themselves changed, or too much did, everything is matched: see `again`.
The steps are those of match.py, over less; that both ways give the same is held by tests/property/.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import duckdb

from catalog.standards import divisions
from lake.addresses.match import STEPS, sql
from lake.engines.duckdb import FUNCTIONS, quote

MOST = 0.3
"""Share of the texts from which on it is cheaper to match all of them than to tell them apart."""
_SAID = "hash(full_address, alias, community_code, road, door_no, building_no, building_id)"
REGISTER = (
    f"SELECT taken.*, told.said FROM address_register AS taken JOIN (SELECT address_code, CAST({_SAID} // 2 AS BIGINT)"
    " AS said FROM standard_address) AS told ON told.address_code = taken.address_code"
)
"""What a run leaves of the register: its rows taken apart, with a fingerprint of what each was taken from."""
TEXTS = (
    "SELECT read.address, taken.names, taken.door, taken.middle, taken.building, taken.room"
    " FROM address_read AS read JOIN address_reading AS taken ON taken.marks = read.marks"
)
"""What a run leaves of the texts: the parts of each by which it is looked up. A text without any has no row."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the last run left, as SQL usable in FROM. answers: addresses it has answered, once each."""

    register: str
    texts: str
    answers: str


@cache
def edition() -> str:
    """What the memory was made by: another edition must not be given it."""
    files = [FUNCTIONS, Path(__file__), Path(divisions.__file__).with_name("divisions.csv")]
    known = [sha256(file.read_bytes()).hexdigest() for file in files]
    return sha256(json.dumps([duckdb.__version__, *known, *map(sql, STEPS)]).encode()).hexdigest()[:16]


def again(connection: duckdb.DuckDBPyConnection, memory: Memory) -> bool:
    """Make `address_read` and `address_match` of the texts to be answered anew, and `address_gone` (address) of those
    whose answer no longer stands: those and the ones nobody says any more. False: everything is to be matched.

    Reads what match does, standard_address as a view, and address_line (address). Leaves `again_register`, which is
    REGISTER of now, and `again_texts`, what is to be added to TEXTS.
    """
    make = _Maker(connection)
    _register(make, memory)
    if _names_changed(make) or make.one("SELECT count(*) FROM again_changed WHERE way IS NULL OR middle IS NULL"):
        return False
    _sites(make)
    _asked(make, memory)
    if make.one("SELECT count(*) FROM address_read") > MOST * make.one("SELECT count(*) FROM again_said"):
        return False
    _match(make)
    return True


@dataclass(frozen=True, slots=True)
class _Maker:
    connection: duckdb.DuckDBPyConnection

    def table(self, name: str, text: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {quote(name)} AS {text}")

    def view(self, name: str, of: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {quote(name)} AS FROM {quote(of)}")

    def steps(self, names: Iterable[str]) -> None:
        for name in names:
            self.table(name, sql(name))

    def one(self, text: str) -> int:
        ((found,),) = self.connection.execute(text).fetchall()
        return int(found)


def _register(make: _Maker, memory: Memory) -> None:
    """The register as it was and as it is (address_register), and what changed of it: again_left, again_fresh."""
    make.table("again_register", f"SELECT * FROM {memory.register}")
    make.table("again_now", f"SELECT *, CAST({_SAID} // 2 AS BIGINT) AS said FROM standard_address")
    make.connection.execute("DROP VIEW standard_address")
    make.table("standard_address", "SELECT * FROM again_now ANTI JOIN again_register USING (address_code, said)")
    make.steps(("address_said", "address_register"))
    make.table("again_fresh", REGISTER)
    make.table("again_left", "SELECT * FROM again_register ANTI JOIN again_now USING (address_code, said)")
    make.connection.execute("DROP TABLE address_register")


_NAMES = ("address_county", "address_area_text", "address_area")
_NAMED = ("address_county", "address_area")


def _names_changed(make: _Maker) -> bool:
    """Whether county and communities are called otherwise, or a code of the register stands twice. If not, there are
    address_way of all rows, and again_changed: those that were, and those that came."""
    make.view("address_register", "again_register")
    make.steps(_NAMES)
    for name in _NAMED:
        make.table(f"again_{name}", f"FROM {name}")
    make.connection.execute("DELETE FROM again_register WHERE address_code IN (SELECT address_code FROM again_left)")
    make.connection.execute("INSERT INTO again_register BY NAME FROM again_fresh")
    make.steps(_NAMES)
    for name in _NAMED:
        was, now = f"FROM again_{name}", f"FROM {name}"
        if make.one(f"SELECT count(*) FROM (({was} EXCEPT {now}) UNION ALL ({now} EXCEPT {was}))"):
            return True
    rows = make.one("SELECT count(*) FROM again_now")
    for counted in ("*", "DISTINCT address_code"):
        if make.one(f"SELECT count({counted}) FROM again_register") != rows:
            return True
    for register, way in (("again_left", "again_left_way"), ("again_fresh", "again_fresh_way")):
        make.view("address_register", register)
        make.table(way, sql("address_way"))
    make.table(
        "again_changed",
        "SELECT *, true AS was FROM again_left_way UNION ALL SELECT *, false FROM again_fresh_way",
    )
    make.view("address_register", "again_register")
    make.steps(("address_area_name", "address_township", "address_way"))
    return False


_SITE = "community_code, way, door, middle"


def _written(when: str) -> str:
    """Of the rows of a site at one time: whether it is there, and how it is written besides by its place."""
    aliases = "list_sort(list(DISTINCT concat_ws('|', alias_names, alias_door, alias_middle))"
    found = f"{aliases} FILTER ({when} AND alias_names IS NOT NULL))"
    return f"[CAST(bool_or({when}) AS VARCHAR)] || coalesce({found}, [])"


def _facts(when: str, building: str) -> str:
    """Of the rows of a site or of a building at one time: what an answer that goes no further takes from them."""
    alone = f"CASE WHEN count(*) FILTER ({when}) = 1 THEN min(address_code) FILTER ({when}) END"
    one = f"count(DISTINCT {building}) FILTER ({when}) = 1"
    return f"[CAST(bool_or({when}) AS VARCHAR), {alone}, CASE WHEN {one} THEN min(building_id) FILTER ({when}) END]"


def _sites(make: _Maker) -> None:
    """again_key: the ways the sites of changed rows are or were written, and for texts of which building and room that
    counts (otherwise: of any building; NULL: of any room). again_road: roads that came or went, and their community."""
    make.table(
        "again_row",
        f"SELECT *, address_code NOT IN (SELECT address_code FROM again_fresh) AS was, true AS now FROM address_way"
        f" SEMI JOIN again_changed USING ({_SITE})"
        " UNION ALL BY NAME SELECT *, false AS now FROM again_changed WHERE was",
    )
    site, building = ("coalesce(building_id, address_code)", "coalesce(building_id, '')")
    make.table(
        "again_site",
        f"SELECT {_SITE}, {_written('was')} IS DISTINCT FROM {_written('now')} AS otherwise,"
        f" {_facts('was', site)} IS DISTINCT FROM {_facts('now', site)} AS moved FROM again_row GROUP BY {_SITE}",
    )
    make.table(
        "again_building",
        f"SELECT {_SITE}, building FROM again_row GROUP BY {_SITE}, building"
        f" HAVING {_facts('was', building)} IS DISTINCT FROM {_facts('now', building)}",
    )
    make.connection.execute("ALTER TABLE address_way RENAME TO again_way")
    make.table("address_way", "SELECT * EXCLUDE (was, now) FROM again_row")
    make.steps(("address_site", "address_part", "address_alias", "address_spelling"))
    make.table(
        "again_key",
        "SELECT DISTINCT written.body, written.door, written.middle, there.otherwise, there.building, there.room"
        " FROM address_spelling AS written JOIN address_site AS site ON site.site = written.site"
        f" JOIN (SELECT {_SITE}, false AS otherwise, building, room FROM again_changed WHERE room <> ''"
        f" UNION ALL SELECT {_SITE}, false, building, NULL FROM again_building"
        f" UNION ALL SELECT {_SITE}, otherwise, '', NULL FROM again_site WHERE moved OR otherwise) AS there"
        " ON there.community_code = site.community_code AND there.way = site.way AND there.door = site.door"
        " AND there.middle = site.middle",
    )
    make.table(
        "again_road",
        "SELECT road.way AS body, area.community FROM (SELECT community_code, way FROM again_changed"
        " GROUP BY community_code, way HAVING bool_and(was) OR NOT bool_or(was)) AS road"
        " ANTI JOIN (SELECT community_code, way FROM again_way ANTI JOIN again_fresh USING (address_code)) AS stayed"
        " USING (community_code, way) LEFT JOIN address_area AS area USING (community_code)",
    )
    make.connection.execute("DROP TABLE address_way")
    make.connection.execute("ALTER TABLE again_way RENAME TO address_way")


_BUILDING = (
    "(key.otherwise OR ((text.building = key.building OR (text.building = '' AND text.door = key.building))"
    " AND coalesce(key.room = text.room, true)))"
)
_NAMED_SO = "JOIN address_body AS body ON body.names = text.names"
_KEYED = "JOIN again_key AS key ON"
_LOOKED_UP = (
    f"{_KEYED} key.body = body.body AND key.door = text.door AND key.middle IN ('', text.middle) WHERE {_BUILDING}",
    f"{_KEYED} key.body = body.body AND key.door = '' AND key.middle = '' WHERE {_BUILDING}",
    f"{_KEYED} key.body = text.middle AND key.door = '' AND key.middle = '' WHERE {_BUILDING}",
    "JOIN again_road AS road ON road.body = body.body OR concat(road.community, road.body) = body.body",
)
"""How address_hit and address_near look a text up. More is found than they would use, never less."""


def _asked(make: _Maker, memory: Memory) -> None:
    """again_said: all texts; address_read: those to be answered anew; address_gone: see `again`."""
    make.table("again_said", "SELECT DISTINCT address FROM address_line")
    make.table("again_text", f"SELECT * FROM {memory.texts}")
    make.table("address_reading", "SELECT DISTINCT names FROM again_text")
    make.steps(("address_beginning", "address_body"))
    rows = f"SELECT text.address FROM again_text AS text {_NAMED_SO}"
    looked_up = " UNION ".join(f"{rows} {written}" for written in _LOOKED_UP)
    make.table("again_new", f"SELECT address FROM again_said ANTI JOIN {memory.answers} USING (address)")
    make.table(
        "address_read",
        "SELECT address, address_marked(address) AS marks FROM (FROM again_new UNION"
        f" (SELECT address FROM ({looked_up}) SEMI JOIN again_said USING (address)))",
    )
    make.table(
        "address_gone",
        f"SELECT address FROM {memory.answers} ANTI JOIN again_said USING (address)"
        " UNION ALL SELECT address FROM address_read",
    )


def _match(make: _Maker) -> None:
    """The steps of match.py with the ways of writing, and the rows, of those sites alone that a text asked may mean."""
    make.steps(("address_asked", "address_reading", "address_beginning", "address_body"))
    make.steps(("address_site", "address_part", "address_alias"))
    make.table(
        "again_wanted",
        "SELECT body, door, middle FROM address_reading JOIN address_body USING (names)"
        " UNION SELECT body, door, '' FROM address_reading JOIN address_body USING (names)"
        " UNION SELECT body, '', '' FROM address_body UNION SELECT middle, '', '' FROM address_reading",
    )
    spelled = sql("address_spelling")
    make.table("address_spelling", f"SELECT * FROM ({spelled}) SEMI JOIN again_wanted USING (body, door, middle)")
    make.table("address_part", "SELECT * FROM address_part SEMI JOIN address_spelling USING (site)")
    make.steps(STEPS[STEPS.index("address_spelling_few") : STEPS.index("address_reading")])
    make.steps(STEPS[STEPS.index("address_hit_whole") :])
    make.table("again_texts", f"SELECT * FROM ({TEXTS}) SEMI JOIN again_new USING (address)")
