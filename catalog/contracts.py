"""Data contracts: ODCS v3.1 files on disk <-> what the rest of the house needs of them.

Only reading and checking live here; registering a contract in the catalogue is catalog.actions.datasets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from open_data_contract_standard.model import OpenDataContractStandard
from pydantic import ValidationError

from catalog.contracts_document import NO_MAPPING, strangers, yaml_place
from catalog.errors import ContractBroken, InvalidInput, NotFound
from catalog.identifiers import check_dataset_code
from catalog.schedules import check_schedule
from catalog.standards import sharing

KINDS = {
    "string": "string",
    "date": "date",
    "integer": "integer",
    "number": "decimal",
    "timestamp": "timestamp",
    "boolean": "boolean",
    "object": "geometry",
}


@dataclass(frozen=True)
class Item:
    """One data item (数据项). `source_name` is the column as delivered; `element` its data element (数据元).

    `grade` and `personal` are '' where a contract forgot them: it is read, but neither registered nor published.
    """

    name: str
    title_zh: str
    title_en: str
    element: str
    kind: str
    source_name: str = ""
    required: bool = False
    key: bool = False
    grade: str = "L2"
    personal: str = "none"
    code_list: str | None = None
    description: str = ""


@dataclass(frozen=True)
class RowRule:
    """A rule of the contract's own: `sql` is TRUE for a bad row; severity 'block' or 'warn'; GB/T 36344 `dimension`."""

    rule_id: str
    sql: str
    severity: str
    dimension: str
    title_zh: str
    title_en: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """What a department promises to deliver, and how. Sharing attribute, modes and conditions: Order 809 Art. 13-15.

    data_format: in what form the department holds it, in its own words; sharing_modes: codes of sharing.SHARING_MODES.
    day: the one day a backfill reads again; never in a file.
    """

    dataset: str
    version: str
    title_zh: str
    title_en: str
    agency: str
    system: str
    mode: str
    locator: str
    watermark: str | None
    items: tuple[Item, ...]
    row_rules: tuple[RowRule, ...] = ()
    sharing: str = "conditional"
    sharing_condition: str = ""
    sharing_modes: tuple[str, ...] = ("service", "bulk")
    data_format: str = ""
    update_cycle: str = ""
    schedule: str = ""
    origin: str = "local"
    crs: str | None = None
    grade: str = "L2"
    abstract_zh: str = ""
    abstract_en: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    document: str = field(default="", repr=False)
    day: date | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the key items, in key order."""
        return tuple(item.name for item in self.items if item.key)

    def item(self, name: str) -> Item:
        """The item called `name`; raises NotFound."""
        for item in self.items:
            if item.name == name:
                return item
        raise NotFound(
            f"数据集 {self.dataset} 没有数据项 {name}。请核对名称。",
            f"Dataset {self.dataset} has no item {name}. Check the name.",
            code="contract_item_unknown",
            dataset=self.dataset,
            item=name,
        )


def load_contracts(folder: Path) -> dict[str, Contract]:
    """All contracts in `folder` (*.odcs.yaml), by dataset code, sorted. Raises ContractBroken for the first bad one."""
    contracts = (load_contract(path) for path in sorted(folder.glob("*.odcs.yaml")))
    return {contract.dataset: contract for contract in contracts}


def load_contract(path: Path) -> Contract:
    """Read one ODCS v3.1 file. Raises ContractBroken: it cannot be read, or the place that is wrong."""
    try:
        document = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise _broken(path.name, "编码须为 UTF-8", "its encoding, which must be UTF-8") from None
    except OSError:  # gone, or not ours to read: that dataset's fault alone, so callers must be able to go on
        raise _broken(path.name, "文件不存在或读不了", "file missing or unreadable") from None
    return parse_contract(document, name=path.name)


def parse_contract(document: str, *, name: str) -> Contract:
    """Read one ODCS document; `name` is only for the sentence of ContractBroken."""
    try:
        given = yaml.safe_load(document)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a date that is none is no fault of YAML
        raise _broken(name, *yaml_place(error)) from None
    if not isinstance(given, dict):
        raise _broken(name, *NO_MAPPING)
    try:
        odcs = OpenDataContractStandard.model_validate(given)
    except ValidationError as error:
        raise _broken(name, *_place(given, error)) from None
    if missing := _missing(odcs):
        raise _broken(name, *missing)
    try:
        return _contract(odcs, document)
    except InvalidInput:
        raise _broken(
            name,
            "id 和各数据项的 name：小写字母开头，只含小写字母、数字、下划线",
            "id and the items' name: small letters, digits and underscores, beginning with a letter",
        ) from None
    except (KeyError, ValueError, AttributeError, TypeError):
        raise _broken(name, "键的值不是应有的种类", "a value of another kind than its key takes") from None


def _place(given: Mapping[str, Any], error: ValidationError) -> tuple[str, str]:
    """What the standard's model does not take; of a key it does not know, the known one like it."""
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "recursion_loop":  # a part that holds itself: looking for its keys would find no end
        return where, where
    if alike := next((one.nearest for one in strangers(dict(given)) if one.key == where and one.nearest), ""):
        return f"没有键 {where}，是否为 {alike}", f"{where}, which is no key; {alike} is"
    return where, where


def _missing(odcs: OpenDataContractStandard) -> tuple[str, str] | None:
    """The first thing a contract cannot do without and this one has not."""
    tables = odcs.schema_ or []
    own = _properties(odcs.customProperties)
    items = (tables[0].properties or []) if tables else []
    lacking = [
        *(["kind: DataContract"] if odcs.kind != "DataContract" else []),
        *(["id"] if not odcs.id else []),
        *(["schema"] if not tables else []),
        *(f"customProperties.{key}" for key in ("agency", "system", "mode") if key not in own),
        *(f"schema.properties.{number}.name" for number, item in enumerate(items) if not item.name),
    ]
    if lacking:
        return f"缺少 {lacking[0]}", f"{lacking[0]} is missing"
    if not isinstance(own.get("options") or {}, Mapping):
        return "options，须由“键: 值”组成", "options, which is made of keys and values"
    if unheld := sharing.wrong(own):
        return unheld
    if wrong := next((item for item in items if item.logicalType not in KINDS), None):
        kinds = ", ".join(KINDS)
        return (
            f"数据项 {wrong.name} 的 logicalType，须为 {kinds} 之一",
            f"logicalType of item {wrong.name}, which is one of {kinds}",
        )
    rules = tables[0].quality or []
    if silent := next(
        (rule for rule in rules if rule.type == "sql" and not (rule.query and (rule.id or rule.name))), None
    ):
        called = silent.id or silent.name or "—"
        return f"规则 {called} 缺少 id 或 query", f"rule {called}, which lacks its id or query"
    return None


def _broken(name: str, zh: str, en: str) -> ContractBroken:
    return ContractBroken(
        f"数据契约 {name} 不符合 ODCS v3.1，问题在：{zh}。请按文档改正后重试。",
        f"Contract {name} is not valid ODCS v3.1; look at: {en}. Correct it and try again.",
        code="contract_invalid",
        contract=name,
        where=en,
    )


def _contract(odcs: OpenDataContractStandard, document: str) -> Contract:
    table = (odcs.schema_ or [])[0]
    own = _properties(odcs.customProperties)
    purpose_zh, purpose_en = _pair(odcs.description.purpose if odcs.description else "")
    return Contract(
        dataset=check_dataset_code(str(odcs.id)),
        version=odcs.version or "1.0.0",
        title_zh=table.businessName or table.name or "",
        title_en=str(own.get("titleEn", table.name)),
        agency=str(own["agency"]),
        system=str(own["system"]),
        mode=str(own["mode"]),
        locator=table.physicalName or table.name or "",
        watermark=own.get("watermark"),
        items=tuple(_item(spec) for spec in table.properties or []),
        row_rules=tuple(_row_rule(rule) for rule in table.quality or [] if rule.type == "sql"),
        sharing=str(own.get("sharing", "conditional")),
        sharing_condition=str(own.get("sharingCondition", "")),
        sharing_modes=sharing.modes(own) or Contract.sharing_modes,
        data_format=sharing.data_format(own),
        update_cycle=_frequency(odcs),
        schedule=check_schedule(str(odcs.id), str(own.get("schedule", ""))),
        origin=str(own.get("origin", "local")),
        crs=own.get("crs"),
        grade=str(own.get("grade", "L2")),
        abstract_zh=purpose_zh,
        abstract_en=purpose_en,
        options=own.get("options") or {},
        document=document,
    )


def _item(spec: Any) -> Item:
    own = _properties(spec.customProperties)
    return Item(
        name=check_dataset_code(spec.name),
        title_zh=spec.businessName or spec.name,
        title_en=str(own.get("titleEn", spec.name)),
        element=str(own.get("element", spec.name)),
        kind=KINDS[spec.logicalType],
        source_name=spec.physicalName or spec.name,
        required=bool(spec.required),
        key=bool(spec.primaryKey),
        grade=spec.classification or "",
        personal=str(own.get("personal", "")),
        code_list=own.get("codeList"),
        description=spec.description or "",
    )


def _row_rule(rule: Any) -> RowRule:
    own = _properties(rule.customProperties)
    zh, en = _pair(rule.description or "")
    items = own.get("items") or ()
    return RowRule(
        rule_id=rule.id or rule.name,
        sql=rule.query,
        severity={"error": "block", "block": "block"}.get(rule.severity or "", "warn"),
        dimension=str(own.get("indicator", rule.dimension or "0104")),
        title_zh=zh,
        title_en=en,
        items=tuple(items.split(",")) if isinstance(items, str) else tuple(items),
    )


def _properties(given: list[Any] | None) -> dict[str, Any]:
    return {entry.property: entry.value for entry in given or []}


def _pair(text: str | None) -> tuple[str, str]:
    zh, _, en = (text or "").partition(" / ")
    return zh.strip(), (en or zh).strip()


def _frequency(odcs: OpenDataContractStandard) -> str:
    return next((str(entry.value) for entry in odcs.slaProperties or [] if entry.property == "frequency"), "")
