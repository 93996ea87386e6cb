"""What a base database is: its items, the tables it is built from, the SQL steps that build it, who provides what.

The SQL lies beside the model as one SELECT per file, in the dialect both engines read alike (see gate.py).
"""

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from catalog.classification import GRADES
from catalog.contracts import Contract, Item
from catalog.standards.elements import element

FOLDER = Path(__file__).parent
STATED = "stated"
"""Fact of a commit: under which statement of a declared topic (BaseModel.stated) its rows were made."""


@dataclass(frozen=True)
class Identity:
    """How a base's rows become entities. task: of lake/matching/models; prefix: what ids begin with.

    records: the step with a row per source row to be matched: source, key, known_id, source_key and the task's columns.
    answer: the relation later steps find the result under: source, key, entity_key, numbered, probability.
    """

    task: str
    records: str
    answer: str
    prefix: str


@dataclass(frozen=True)
class Validity:
    """Between which items a row holds in the world (valid time): from the first on, and through the last day.

    until: the last item is instead the first day on which the row no longer holds. NULL is open on either side.
    """

    first: str
    last: str
    until: bool = False


@dataclass(frozen=True)
class BaseModel:
    """One base or topic table. `inputs`: the standard tables and other base tables its SQL reads, by name.

    steps: SQL files in order, each a relation the next ones see; the last gives the table itself.
    held: steps that are kept as tables, because several later ones read them.
    entity: (step, column) whose rows belong to one entity each; what follows is done for a part of the entities at a
        time, so that memory does not grow with the county.
    identity: how rows without a number find their entity; its tables (state.py) lie beside the base as well.
    beside, beside_entities: tables written with it, one SQL file each, over everything or by parts (links, provenance).
    sources: item -> agencies by whose word it goes, first first (一数一源).
    spatial: the SQL asks for places of geometries.
    declared: CSV files beside the SQL that it reads as relations of texts (units, orders of departments).
    dated: the rows depend on the day of the build, which the SQL reads as building_day.day.
    ordered: fields.csv of its folder says whose word counts; the catalogue enters it as designated sources.
    valid: the items between which a row holds.
    membership: the item that being in the table at all tells of, such as the allowance of who is entitled to one.
    texts: its rows answer texts, one each, that lake/addresses matches and remembers (spatial/addressing.py).
    contract, text: of a topic that was declared (declared.py), what it promises, and its SQL as it was read.
    """

    name: str
    title_zh: str
    title_en: str
    inputs: tuple[str, ...]
    items: tuple[Item, ...]
    folder: str
    steps: tuple[str, ...]
    held: tuple[str, ...] = ()
    entity: tuple[str, str] | None = None
    identity: Identity | None = None
    beside: tuple[str, ...] = ()
    beside_entities: tuple[str, ...] = ()
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zone: str = "base"
    spatial: bool = False
    declared: tuple[str, ...] = ()
    dated: bool = False
    ordered: bool = False
    valid: Validity | None = None
    membership: str = ""
    texts: bool = False
    contract: Contract | None = field(default=None, repr=False)
    text: str = field(default="", repr=False)

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key items."""
        return tuple(item.name for item in self.items if item.key)

    @property
    def providers(self) -> tuple[str, ...]:
        """Agencies named as a source of any item, sorted."""
        return tuple(sorted({agency for order in self.sources.values() for agency in order}))

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table a build writes, itself last."""
        return (*self.beside, *self.beside_entities, self.name)

    def sql(self, step: str) -> str:
        """The text of one SQL file of this model."""
        return self.text or (FOLDER / self.folder / f"{step}.sql").read_text(encoding="utf-8")

    @property
    def stated(self) -> str:
        """Digest of what a declared topic says: its SQL, and what its items are. '' of the hub's own tables.

        Rows made under another one may be of another grade than the items that stand in the contract now.
        """
        if self.contract is None:
            return ""
        items = [[item.name, item.element, item.grade, item.personal] for item in self.items]
        return hashlib.sha256(json.dumps([self.text, items]).encode()).hexdigest()[:16]

    def declaration(self, name: str) -> str:
        """The text of one of the `declared` CSV files."""
        return (FOLDER / self.folder / f"{name}.csv").read_text(encoding="utf-8")


@dataclass(frozen=True)
class FieldOrder:
    """Whose word counts for one field; `ranks` is dataset -> place, 1 first.

    `rule`: order, recency, earliest, or full_name: order, but a short name only where nobody gives one in full.
    """

    name: str
    rule: str
    ranks: Mapping[str, int]

    @property
    def agencies(self) -> tuple[str, ...]:
        """The agencies in order, each once."""
        ordered = sorted(self.ranks, key=lambda dataset: self.ranks[dataset])
        return tuple(dict.fromkeys(dataset.partition("_")[0] for dataset in ordered))


@cache
def field_orders(folder: str) -> tuple[FieldOrder, ...]:
    """The orders of fields.csv of a model's folder, in the order of the file."""
    rules: dict[str, str] = {}
    ranks: dict[str, dict[str, int]] = {}
    with (FOLDER / folder / "fields.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            rules[row["field"]] = row["rule"]
            ranks.setdefault(row["field"], {})[row["dataset"]] = int(row["rank"])
    return tuple(FieldOrder(name, rule, ranks[name]) for name, rule in rules.items())


def item(
    name: str,
    code: str,
    title_zh: str = "",
    title_en: str = "",
    *,
    key: bool = False,
    grade: str = "",
    personal: str = "",
) -> Item:
    """An item of a base table, with kind, grade and kind of personal data of its data element `code`.

    grade, personal: where the element alone says too little, such as a date beside whom it is about.
    """
    of = element(code)
    return Item(
        name=name,
        title_zh=title_zh or of.name_zh,
        title_en=title_en or of.name_en,
        element=code,
        kind=of.kind,
        required=key,
        key=key,
        grade=grade or of.grade,
        personal=personal or of.personal,
        code_list=of.code_list or None,
    )


def traced(each: Item, *, grade: str = "", personal: str = "") -> tuple[Item, Item, Item]:
    """An item with the two that say where its value came from: agency and batch, classified like the item itself.

    grade, personal: where it tells more than the value that some department has a row about somebody.
    """
    # Of what a law has made public, such as a representative's name, the source is nobody's secret.
    own = each.personal if each.grade > GRADES[0] else "none"
    grade, personal = grade or each.grade, personal or own
    titles = f"{each.title_zh}（数源部门）", f"{each.title_en}: source agency"
    agency = item(f"{each.name}_from", "text", *titles, grade=grade, personal=personal)
    titles = f"{each.title_zh}（来源批次）", f"{each.title_en}: source batch"
    return each, agency, item(f"{each.name}_batch", "record_no", *titles, grade=grade, personal=personal)
