"""ODCS contracts: what the house reads from them, and the place named when one is wrong."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from catalog import contracts
from catalog.contracts import Contract, load_contract, load_contracts, parse_contract
from catalog.contracts_document import READ
from catalog.errors import ContractBroken, NotFound

ROOT = Path(__file__).resolve().parents[3]
CONTRACTS = ROOT / "demo" / "contracts"


def document(**changed: Any) -> dict[str, Any]:
    """A complete contract of two items and one rule."""
    given: dict[str, Any] = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "police_person",
        "name": "police_person",
        "version": "1.2.0",
        "status": "active",
        "description": {"purpose": "户籍人口。 / The registered population."},
        "schema": [
            {
                "name": "police_person",
                "physicalName": "hkrk",
                "businessName": "户籍人口",
                "properties": [
                    {
                        "name": "person_no",
                        "physicalName": "rybh",
                        "businessName": "人员编号",
                        "logicalType": "string",
                        "required": True,
                        "primaryKey": True,
                        "classification": "L2",
                        "customProperties": [{"property": "element", "value": "record_no"}],
                    },
                    {
                        "name": "birth_date",
                        "physicalName": "csrq",
                        "logicalType": "date",
                        "classification": "L2",
                        "customProperties": [
                            {"property": "personal", "value": "general"},
                            {"property": "titleEn", "value": "Date of birth"},
                        ],
                    },
                ],
                "quality": [
                    {
                        "type": "sql",
                        "name": "born_later",
                        "query": "birth_date > current_date",
                        "dimension": "accuracy",
                        "severity": "error",
                        "description": "出生在未来 / Born in the future",
                        "customProperties": [{"property": "items", "value": "birth_date"}],
                    }
                ],
            }
        ],
        "slaProperties": [{"property": "frequency", "value": "daily"}],
        "customProperties": [
            {"property": "agency", "value": "police"},
            {"property": "system", "value": "police_db"},
            {"property": "mode", "value": "incremental"},
            {"property": "watermark", "value": "gxsj"},
            {"property": "titleEn", "value": "Population"},
            {"property": "sharing", "value": "conditional"},
            {"property": "schedule", "value": "0 2 * * *"},
            {"property": "options", "value": {"sheet": "1"}},
        ],
    }
    return given | changed


def parsed(**changed: Any) -> Contract:
    return parse_contract(yaml.safe_dump(document(**changed), allow_unicode=True), name="police_person.odcs.yaml")


def test_a_contract_says_whose_what_from_where_and_when() -> None:
    contract = parsed()
    assert (contract.dataset, contract.version, contract.agency, contract.system) == (
        "police_person",
        "1.2.0",
        "police",
        "police_db",
    )
    assert (contract.mode, contract.locator, contract.watermark) == ("incremental", "hkrk", "gxsj")
    assert (contract.schedule, contract.update_cycle, contract.options) == ("0 2 * * *", "daily", {"sheet": "1"})
    assert (contract.abstract_zh, contract.abstract_en) == ("户籍人口。", "The registered population.")


def owning(**own: Any) -> Contract:
    given = {entry["property"]: entry["value"] for entry in document()["customProperties"]} | own
    return parsed(customProperties=[{"property": name, "value": value} for name, value in given.items()])


@pytest.mark.parametrize(
    ("said", "modes"),
    [
        (["服务接口", "文件下载"], ("service", "file")),
        ("bulk", ("bulk",)),
        (["Bulk exchange", "bulk", "库表交换"], ("bulk", "库表交换")),
        (["SERVICE INTERFACE", "介质交换"], ("service", "medium")),
        ([], ("service", "bulk")),
        (None, ("service", "bulk")),
        (["", " "], ("service", "bulk")),
    ],
)
def test_a_contract_says_how_its_data_is_shared_by_whatever_word_there_is_for_it(said: Any, modes: tuple[str, ...]):
    assert owning(sharingMode=said).sharing_modes == modes


def test_a_contract_says_in_what_form_its_data_is_held_else_how_it_is_read() -> None:
    assert owning(format="数据库/PostgreSQL").data_format == "数据库/PostgreSQL"
    assert owning(options={"format": "csv"}).data_format == "csv"
    assert parsed().data_format == ""


@pytest.mark.parametrize("name", ["format", "sharingMode"])
def test_a_form_or_mode_longer_than_the_catalogue_takes_is_refused_by_name(name: str) -> None:
    assert owning(**{name: "长" * 64})
    with pytest.raises(ContractBroken, match=name):
        owning(**{name: "长" * 65})


@pytest.mark.parametrize("said", [1, 0, 1.5, True, False, {"service": 1}, [["service"]], [{"a": 1}], [1], [None]])
def test_a_mode_of_sharing_that_is_no_text_is_refused_by_the_name_of_its_key(said: Any) -> None:
    with pytest.raises(ContractBroken, match="sharingMode，须为文字或文字的列表") as refused:
        owning(sharingMode=said)
    assert "sharingMode, which is a text or a list of texts" in refused.value.en


@pytest.mark.parametrize("said", ["service,bulk", ["service,bulk"], "服务接口，文件下载", ["文件下载、介质交换"]])
def test_several_modes_of_sharing_in_one_text_are_refused_for_each_is_an_entry_of_the_list(said: Any) -> None:
    with pytest.raises(ContractBroken, match="sharingMode，有几种方式时须写成列表"):
        owning(sharingMode=said)


@pytest.mark.parametrize("said", ["format: csv", [1], 5])
def test_options_that_are_no_keys_and_values_are_refused_by_name(said: Any) -> None:
    with pytest.raises(ContractBroken, match="问题在：options，须由“键: 值”组成"):
        owning(options=said)


@pytest.mark.parametrize("said", [1, 0, True, False, ["csv"], {"a": 1}])
def test_a_form_that_is_no_text_is_refused_by_the_name_of_its_key_also_where_it_is_how_files_are_read(
    said: Any,
) -> None:
    with pytest.raises(ContractBroken, match="问题在：format，须为文字"):
        owning(format=said)
    with pytest.raises(ContractBroken, match=r"问题在：options\.format，须为文字"):
        owning(options={"format": said})


def test_a_form_taken_from_how_files_are_read_is_held_to_the_same_length_and_one_of_its_own_goes_before_it() -> None:
    assert owning(options={"format": "长" * 64}).data_format == "长" * 64
    with pytest.raises(ContractBroken, match=r"options\.format，合计不超过 64 字"):
        owning(options={"format": "长" * 65})
    assert owning(format="数据库", options={"format": "长" * 65}).data_format == "数据库"
    assert owning(format=" ", options={"format": "csv"}).data_format == "csv"


def test_an_item_knows_its_name_here_and_its_name_there() -> None:
    item = parsed().item("birth_date")
    assert (item.source_name, item.kind, item.personal, item.title_en) == (
        "csrq",
        "date",
        "general",
        "Date of birth",
    )
    assert item.element == "birth_date", "the element has the item's name where none is given"
    assert parsed().keys == ("person_no",)


def test_a_rule_of_the_contract_keeps_both_sentences_and_its_weight() -> None:
    (rule,) = parsed().row_rules
    assert (rule.rule_id, rule.severity, rule.items) == ("born_later", "block", ("birth_date",))
    assert (rule.title_zh, rule.title_en) == ("出生在未来", "Born in the future")


def test_an_item_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="phone"):
        parsed().item("phone")


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"kind": "Recipe"}, "kind"),
        ({"schema": []}, "schema"),
        ({"id": "Police Person"}, ""),
        ({"customProperties": [{"property": "system", "value": "x"}]}, "agency"),
        ({"schema": "hkrk"}, "schema"),
    ],
    ids=["not a contract", "no table", "a name that cannot be", "no agency", "wrong type"],
)
def test_a_broken_contract_names_its_file_and_the_place(changed: dict[str, Any], where: str) -> None:
    with pytest.raises(ContractBroken) as caught:
        parsed(**changed)
    assert "police_person.odcs.yaml" in str(caught.value)
    assert where in caught.value.en
    assert caught.value.code == "contract_invalid"


def test_a_schedule_that_is_no_cron_line_is_refused_before_it_stops_a_department() -> None:
    own = {entry["property"]: entry["value"] for entry in document()["customProperties"]} | {"schedule": "every night"}
    with pytest.raises(ContractBroken) as caught:
        parsed(customProperties=[{"property": name, "value": value} for name, value in own.items()])
    assert caught.value.code == "schedule_invalid"


def changed(place: str, **keys: Any) -> str:
    """The contract with keys of its first item or rule set, or (None) left out."""
    given = document()
    part = given["schema"][0][place][0]
    part |= keys
    for key in [key for key, value in keys.items() if value is None]:
        del part[key]
    return yaml.safe_dump(given, allow_unicode=True)


ENGLISH = re.compile(r"missing|unreadable|line|expected|NoneType|which|the ")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "全文"),
        ("just words", "全文"),
        ("a: 1\nid: [", "第 2 行"),
        (yaml.safe_dump(document(shema=[])), "没有键 shema，是否为 schema"),
        (yaml.safe_dump(document(id=None)), "缺少 id"),
        (yaml.safe_dump(document(customProperties=[])), "缺少 customProperties.agency"),
        (changed("properties", name=None), "缺少 schema.properties.0.name"),
        (changed("properties", name="Person No"), "小写字母"),
        (changed("properties", logicalType="array"), "person_no 的 logicalType"),
        (changed("properties", logicalType=None), "person_no 的 logicalType"),
        (changed("quality", query=None), "规则 born_later 缺少 id 或 query"),
        (changed("quality", severity=[3]), "schema.0.quality.0.severity"),
    ],
)
def test_a_broken_contract_is_told_in_chinese_with_a_place_that_is_never_empty(text: str, place: str) -> None:
    with pytest.raises(ContractBroken) as caught:
        parse_contract(text, name="x.odcs.yaml")
    said = caught.value.zh.partition("问题在：")[2]
    assert place in said
    assert not ENGLISH.search(said)
    assert "look at: ." not in caught.value.en


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id: [",
        "- a\n- b",
        "just words",
        "id: 2026-02-30",
        "id: !!int x",
        "[" * 3000,
        "schema: [&within {name: x, properties: [*within]}]",
    ],
    ids=["empty", "not YAML", "list", "words", "no such day", "no number", "too deep", "within itself"],
)
def test_a_file_that_is_no_contract_at_all_is_a_sentence_not_a_traceback(text: str) -> None:
    with pytest.raises(ContractBroken):
        parse_contract(text, name="x.odcs.yaml")


@pytest.mark.parametrize("own", [5, "agency", {"agency": "police"}, [5], [{"property": ["agency"]}]])
def test_custom_properties_that_are_no_list_of_them_are_a_sentence_not_a_traceback(own: Any) -> None:
    with pytest.raises(ContractBroken, match="customProperties"):
        parse_contract(yaml.safe_dump(document(customProperties=own)), name="x")


class Noted(dict[str, Any]):
    """Custom properties that note which of them were asked for."""

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(given)
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.read.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)


def test_the_custom_properties_called_known_are_those_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of part gets a property that names it, so that what is asked of one is not taken for another's."""
    asked: list[Noted] = []
    plain = contracts._properties

    def noted(given: list[Any] | None) -> Noted:
        asked.append(Noted(plain(given)))
        return asked[-1]

    monkeypatch.setattr(contracts, "_properties", noted)
    given = document()
    (table,) = given["schema"]
    parts = {
        "SchemaProperty": table["properties"],
        "DataQuality": table["quality"],
        "OpenDataContractStandard": [given],
    }
    for kind, found in parts.items():
        for part in found:
            part["customProperties"].append({"property": "part", "value": kind})
    parse_contract(yaml.safe_dump(given), name="x")
    read = {kind: {key for one in asked if dict.get(one, "part") == kind for key in one.read} for kind in parts}
    assert read == READ


def test_an_unknown_type_of_item_is_refused() -> None:
    changed = document()
    changed["schema"][0]["properties"][0]["logicalType"] = "array"
    with pytest.raises(ContractBroken):
        parse_contract(yaml.safe_dump(changed), name="x.odcs.yaml")


def test_a_file_in_another_encoding_is_a_sentence_not_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "police_person.odcs.yaml"
    path.write_bytes(yaml.safe_dump(document(), allow_unicode=True).encode("gb18030"))
    with pytest.raises(ContractBroken, match="police_person"):
        load_contract(path)


def test_a_folder_of_contracts_is_read_sorted_and_other_files_are_left_alone(tmp_path: Path) -> None:
    for dataset in ("police_person", "health_birth"):
        changed = document(id=dataset, name=dataset)
        (tmp_path / f"{dataset}.odcs.yaml").write_text(yaml.safe_dump(changed), encoding="utf-8")
    (tmp_path / "README.md").write_text("not a contract")
    assert list(load_contracts(tmp_path)) == ["health_birth", "police_person"]


def test_every_contract_of_the_demo_is_read_and_keeps_its_document() -> None:
    contracts = load_contracts(CONTRACTS)
    assert len(contracts) == 24
    assert all(contract.keys and contract.agency and contract.document for contract in contracts.values())
