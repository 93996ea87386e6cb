"""The levels on which two values of a role are compared: a pair just inside every threshold, and one just outside.

Values are compared as the matcher does it: cleaned, prepared, by the role's SQL. Where a measure can hit a threshold
exactly, the pair inside does, so that the threshold can move neither way unseen.
"""

from functools import cache

import pyarrow as pa
import pytest

from lake.engines.duckdb import connect
from lake.matching import exact, prepare, scoring
from lake.matching.compared import hold_shares
from lake.matching.model import Column, Task
from lake.matching.roles import ROLES

NOTHING, MISSING = "nothing in common", "missing"
VALUES = [
    # Jaro-Winkler 0.92, a start, 0.8 (0.7968 outside), and what is left: the same consonants
    ("given_name", "josé", "jose", "equal"),
    ("given_name", "evans", "evana", "similarity 0.92"),
    ("given_name", "anderson", "adenrsn", "similarity 0.8"),
    ("given_name", "alex", "alexander", "start"),
    ("given_name", "alexa", "alex", "similarity 0.92"),
    ("given_name", "alez", "alexander", NOTHING),
    ("given_name", "anderson", "aldeoson", "similarity 0.8"),
    ("given_name", "collins", "conens", NOTHING),
    ("given_name", "catherine", "kathryn", "sound"),
    ("given_name", "catherine", "kathryl", NOTHING),
    ("surname", "evans", "evana", "similarity 0.92"),
    ("surname", "anderson", "adenrsn", "similarity 0.8"),
    ("surname", "alex", "alexander", "start"),
    ("surname", "anderson", "aldeoson", "similarity 0.8"),
    ("surname", "collins", "conens", NOTHING),
    ("surname", "catherine", "kathryn", "sound"),
    ("surname", None, "kathryn", MISSING),
    ("full_name", "王 伟", "王伟", "equal"),
    ("full_name", "王伟", "王玮", "same sound"),
    ("full_name", "王伟", "王?", "as far as legible"),
    ("full_name", "王伟", "王芳", "one slip"),
    ("full_name", "王伟", "王建国", "one part"),
    ("full_name", "王伟", "李芳", NOTHING),
    # one edit, day and month turned; two parts alike; near: years 0, 1 or 10 apart, months 1, days 2
    ("birth_date", "1980-05-15", "1980年5月15日", "equal"),
    ("birth_date", "1980-05-15", "1980-05-16", "one slip"),
    ("birth_date", "1980-05-15", "1980-05-51", "one slip"),
    ("birth_date", "1980-05-03", "1980-03-05", "one slip"),
    ("birth_date", "1980-05-15", "1980-05-28", "two parts of three"),
    ("birth_date", "1980-05-15", "1993-05-15", "two parts of three"),
    ("birth_date", "1980-05-15", "1980-12-15", "two parts of three"),
    ("birth_date", "1980-05-15", "1980-06-16", "all parts near"),
    ("birth_date", "1980-05-15", "1981-05-17", "all parts near"),
    ("birth_date", "1980-05-15", "1981-04-13", "all parts near"),
    ("birth_date", "1980-05-15", "1990-05-17", "all parts near"),
    ("birth_date", "1980-05-15", "1980-07-16", "two parts near"),
    ("birth_date", "1980-05-15", "1981-05-18", "two parts near"),
    ("birth_date", "1980-05-15", "1982-05-17", "two parts near"),
    ("birth_date", "1980-05-15", "1989-05-17", "two parts near"),
    ("birth_date", "1980-05-15", "1991-06-17", "two parts near"),
    ("birth_date", "1980-05-15", "1982-05-18", NOTHING),
    ("birth_date", "1980-05-15", "1981-07-18", NOTHING),
    ("date", "1980-05-15", "1981-05-17", "all parts near"),
    ("date", "1980-05-15", "1981-05-18", "two parts near"),
    ("date", "1980-05-15", "1980-05-16", "one slip"),
    ("date", "1980-05-15", "1980-05-28", "two parts of three"),
    ("sex", "男", "1", "equal"),
    ("sex", "男", "女", NOTHING),
    ("category", "Retail", "retail", "equal"),
    ("category", "retail", "retai", NOTHING),
    ("region", "NSW", "nsw", "equal"),
    ("region", "nsw", "nsv", NOTHING),
    # one edit; nine digits at the end of ten
    ("phone", "+86 138 1234 5678", "13812345678", "equal"),
    ("phone", "13812345678", "13812345687", "edits 1 or same end"),
    ("phone", "13812345678", "1381234568", "edits 1 or same end"),
    ("phone", "13812345678", "13812345689", NOTHING),
    ("phone", "0612345678", "33612345678", "edits 1 or same end"),
    ("phone", "0612345678", "33712345678", NOTHING),
    ("phone", "612345678", "33612345678", NOTHING),
    ("code", "MA3C-8F2K", "ma3c8f2k", "equal"),
    ("code", "MA3C8F2K", "MA3C8F2L", "edits 1"),
    ("code", "MA3C8F2K", "AM3C8F2K", "edits 1"),
    ("code", "MA3C8F2K", "MA38CF2K", "edits 1"),
    ("code", "MA3C8F2K", "MA3C98F2K", "edits 1"),
    ("code", "MA3C8F2K", "MA3C8F3L", NOTHING),
    ("code", "MA3C8F2K", "AA3C8F2L", NOTHING),
    ("postcode", "261400", "261 400", "equal"),
    ("postcode", "261400", "261401", "edits 1"),
    ("postcode", "261400", "269811", "same area"),
    ("postcode", "261400", "271411", NOTHING),
    ("street_number", "12 ", "12", "equal"),
    ("street_number", "12", "21", "edits 1"),
    ("street_number", "12", "123", "edits 1"),
    ("street_number", "12", "35", NOTHING),
    ("street_number", "12", "1234", NOTHING),
    # grades of two places (test_matching_grades.py); Jaro-Winkler 0.92 (0.9192 outside)
    ("address", "山东省莱州市文昌路街道北苑西路1号", "文昌路街道北苑西路1", "equal"),
    ("address", "北苑西路1号嘉城家园1号楼1单元202室", "嘉城家园1-1-202", "contained"),
    ("address", "程郭镇上路家庄村西南街3", "程郭镇上路庄村西大街3", "nearly"),
    ("address", "程郭镇上路家庄村西南街3", "程郭镇上路家庄村西南街4", "nearly"),
    ("address", "柞村镇东宋村西街8", "柞村镇西宋村西街8", "nearly"),
    ("address", "宋村大街8", "宋村大街9", "nearly"),
    ("address", "evans", "evana", "nearly"),
    ("address", "嘉城家园1-1-202", "嘉城家园202-1", "much in common"),
    ("address", "程郭镇上路家庄村西南街3", "上路家庄村西南街4", "other number"),
    ("address", "程郭镇上路家庄村西南街3", "程郭镇东路李庄村东南街4", "much in common"),
    ("address", "程郭镇上路家庄村西南街3", "程郭镇东路李庄东南街4", NOTHING),
    # Jaro-Winkler 0.92 (0.9193 outside), words in common 90 (89.5), Jaro-Winkler 0.8
    ("street", "Station Road", "station road", "equal"),
    ("street", "church street", "church atteet", "similarity 0.92"),
    ("street", "little river road", "little river lad east", "similarity 0.8"),
    ("street", "park avenue", "avne park", "words"),
    ("street", "little river road", "road lower litt river", NOTHING),
    ("street", "park avenue", "pirk avenue east", "similarity 0.8"),
    ("street", "church street", "huuch street", NOTHING),
    ("city", "laizhou", "Laizhou", "equal"),
    ("city", "evans", "evana", "similarity 0.92"),
    ("city", "anderson", "adenrsn", "similarity 0.8"),
    ("city", "anderson", "aldeoson", "similarity 0.8"),
    ("city", "collins", "conens", NOTHING),
    # two edits of the account; Jaro-Winkler 0.88 (0.8797 outside) of the whole
    ("email", "Anna.Smith@mail.com", "anna.smith@mail.com", "equal"),
    ("email", "anna.smith@mail.com", "anna.smith@post.org", "same account"),
    ("email", "anna.smith@mail.com", "ana.smth@post.org", "account slip"),
    ("email", "anna.smith@mail.com", "an.smth@post.org", NOTHING),
    ("email", "anna.smith@mail.com", "ann.smitac@mail.cm", "similarity 0.88"),
    ("email", "jonathan@post.org", "jonaana@post.ir", "similarity 0.88"),
    ("email", "jonathan@post.org", "jonehai@psot.org", NOTHING),
    ("national_id", "370683199003071234", "370683 19900307 1234", "equal"),
    ("national_id", "370683199003071234", "370683199003071243", "edits 1"),
    ("national_id", "370683199003071234", "37068319900307123", "edits 1"),
    ("national_id", "370683199003071234", "370683199003071244", "edits 1"),
    ("national_id", "370683199003071234", "370683199003081244", NOTHING),
    # the core alike, 0.92 (0.9196 outside) and of the same branch; short forms from four characters,
    # in letters by words in common 95 (94.7 outside) or as a part; 0.8 (0.7968)
    ("organisation", "莱州市金达（集团）有限公司", "莱州市金达集团有限公司", "equal"),
    ("organisation", "莱州市金达集团有限公司", "莱州市金达股份有限公司", "same core"),
    ("organisation", "莱州市金达集团有限公司", "莱州市金达集团有限公司夏邱分公司", "related"),
    ("organisation", "城关镇建筑安装公司", "城关镇建筑东安装公司", "near core"),
    ("organisation", "城关镇建筑安装", "城关海镇美建兴筑安装", "near core"),
    ("organisation", "东海渔业食品加工公司", "东业海渔食加工公司", "related"),
    ("organisation", "alexander", "alaxndso", "related"),
    ("organisation", "城关镇建筑安装一分店", "城关镇建筑东安装公司", "related"),
    ("organisation", "山东盛飞莱州软件科技公司", "盛飞软件科技", "short form"),
    ("organisation", "山东莱州盛飞科技", "盛飞科技", "short form"),
    ("organisation", "山东莱州盛飞社", "盛飞社", NOTHING),
    ("organisation", "northstar software house", "star software", "short form"),
    ("organisation", "saint george terrace", "terrace aient george", "short form"),
    ("organisation", "saint george terrace", "terrace ain george", NOTHING),
    ("organisation", "山东莱州盛飞科技一分店", "盛飞科技", NOTHING),
    ("organisation", "东海渔业食品加工", "东建渔业食加品海", "related"),
    ("organisation", "城关镇建筑安装", "城关丰美筑装", NOTHING),
    # words in common 90 (89.5 outside), 70 (69.2); Jaro-Winkler 0.8 (0.797)
    ("free_text", "Green Tea, trading", "green tea trading", "equal"),
    ("free_text", "park avenue", "avne park", "words 90"),
    ("free_text", "little river road", "road lower litt river", "words 70"),
    ("free_text", "green tea trading", "tea upper green esadiin", "words 70"),
    ("free_text", "park avenue", "lower aene park", NOTHING),
    ("free_text", "station road", "stetino road north", "similarity 0.8"),
    ("free_text", "church street", "upper chsrhc street", NOTHING),
    ("free_text", "collins", "conens", NOTHING),
]
Texts = tuple[str | None, ...]
Pair = tuple[Texts, Texts, str]

# (given name, surname) of either; 0.88 is met exactly, 0.8798 lies outside
EXCHANGED: list[Pair] = [
    (("gabriel", "thomas"), ("thomas", "gabriel"), "exchanged"),
    (("anderson", "gabriel"), ("gabriel", "anndrenson"), "exchanged"),
    (("gabriel", "anderson"), ("anndrenson", "gabriel"), "exchanged"),
    (("catherine", "gabriel"), ("gabriel", "catehearine"), NOTHING),
    (("gabriel", "catherine"), ("catehearine", "gabriel"), NOTHING),
    (("thomas", "thomas"), ("thomas", "thomas"), "equal"),
    (("gabriel", None), ("thomas", "gabriel"), "half exchanged"),
    (("thomas", "gabriel"), ("gabriel", None), "half exchanged"),
    ((None, "gabriel"), ("gabriel", "thomas"), "half exchanged"),
    (("gabriel", None), ("thomas", "gabrial"), NOTHING),
    (("gabriel", "smith"), ("thomas", "gabriel"), NOTHING),
]
# (name, former name) of either
FORMER: list[Pair] = [
    (("莱州鑫源商贸", "金达机械"), ("金达机械", None), "former name"),
    (("金达机械", None), ("莱州鑫源商贸", "金达机械"), "former name"),
    (("金达机械", "东海渔业"), ("莱州鑫源商贸", "东海渔业"), NOTHING),
    (("金达机械", None), ("莱州鑫源商贸", "金大机械"), NOTHING),
    (("金达机械", "莱州鑫源商贸"), ("金达机械", "金达机械"), "equal"),
]


def compared(task: Task, pairs: list[Pair]) -> list[str]:
    """What the level of the task's first column is called, pair by pair; all are compared at once."""
    count = len(pairs)
    texts = [pair[side] for side in (0, 1) for pair in pairs]
    names = {"source": ["l"] * count + ["r"] * count, "key": [f"{at:03d}" for at in range(count)] * 2}
    values = {
        column.name: pa.array([text[at] for text in texts], pa.string()) for at, column in enumerate(task.columns)
    }
    with connect() as connection:
        connection.register("held", pa.table({**names, "known_id": pa.nulls(2 * count, pa.string()), **values}))
        prepare.prepare(connection, "held", task)
        hold_shares(connection, prepare.frequencies(connection, task, scoring.weighted_columns(task)))
        exact.number_nodes(connection, task)
        connection.execute(
            "CREATE TEMP TABLE asked AS SELECT l.key, l.record AS record_l, r.record AS record_r"
            " FROM matching_record AS l JOIN matching_record AS r ON r.key = l.key AND l.source < r.source"
        )
        asked = connection.execute("SELECT record_l, record_r, CAST(key AS INT) FROM asked").fetchall()
        found = scoring.compare(connection, task, "asked")
    labels = [NOTHING, *(label for label, _ in reversed(scoring.levels_of(task, task.columns[0]))), MISSING]
    level = dict(zip(zip(found.left, found.right, strict=True), found.levels[task.columns[0].name], strict=True))
    told = {place: labels[level[left, right]] for left, right, place in asked}
    return [told[place] for place in range(count)]


@cache
def told_of(role: str) -> dict[tuple[str | None, str | None], str]:
    """Every pair of VALUES of a role, and turned round, with the level it has."""
    pairs: list[tuple[str | None, str | None]] = [(one, other) for of, one, other, _ in VALUES if of == role]
    pairs += [(other, one) for one, other in pairs]
    asked: list[Pair] = [((one,), (other,), "") for one, other in pairs]
    return dict(zip(pairs, compared(Task("levels", (Column("it", role),)), asked), strict=True))


@pytest.mark.parametrize(("role", "one", "other", "level"), VALUES)
def test_two_values_have_the_best_level_they_reach(role: str, one: str | None, other: str | None, level: str) -> None:
    assert told_of(role)[one, other] == level
    assert told_of(role)[other, one] == level


@pytest.mark.parametrize("role", sorted(role for role, of in ROLES.items() if of.levels))
def test_every_level_of_every_role_stands_in_the_table(role: str) -> None:
    wanted = {label for label, _ in ROLES[role].levels} | {NOTHING}
    assert wanted <= {level for of, _, _, level in VALUES if ROLES[of] is ROLES[role]}


def test_given_name_and_surname_count_in_each_others_places() -> None:
    task = Task("names", (Column("given", "given_name"), Column("surname", "surname")))
    assert compared(task, EXCHANGED) == [level for *_, level in EXCHANGED]


def test_a_name_of_today_counts_as_the_former_name_of_another() -> None:
    task = Task("firms", (Column("name", "organisation"), Column("former", "former_organisation")))
    assert compared(task, FORMER) == [level for *_, level in FORMER]
