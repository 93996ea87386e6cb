"""ODCS documents as they are: read and written again without losing a field, a value's kind, or the order.

For contracts made elsewhere, of any version of the standard, with fields this release does not know. Read by the core
schema of YAML 1.2, in which 2022-10-03, 09:00 and `no` are texts, as the standard means them. Comments are not data:
they go. What a contract means to this hub is catalog.contracts.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, get_args

import yaml
from open_data_contract_standard.model import OpenDataContractStandard
from pydantic import BaseModel, ValidationError

from catalog.errors import ContractBroken
from catalog.read_options import KNOWN

Document = dict[str, Any]
READ: Final[Mapping[str, frozenset[str]]] = {
    "OpenDataContractStandard": frozenset(
        {"agency", "crs", "format", "grade", "mode", "options", "origin", "schedule", "sharing", "sharingCondition"}
        | {"sharingMode", "system", "titleEn", "watermark"}
    ),
    "SchemaProperty": frozenset({"codeList", "element", "personal", "titleEn"}),
    "DataQuality": frozenset({"indicator", "items"}),
}
"""Part of a document, as the standard's model calls it -> the custom properties this hub reads there (contracts.py)."""

_MAP = "tag:yaml.org,2002:map"
_STR = "tag:yaml.org,2002:str"
_CORE: tuple[tuple[str, str, str], ...] = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
    ("null", r"~|null|Null|NULL|", "~nN"),
)
"""What a plain text may stand for besides itself (YAML 1.2, 10.3.2), tried in this order; first signs of each."""


_ESCAPED = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\u2028\u2029\ufeff]")
"""Signs that only an escape brings through: controls, and line breaks YAML would fold."""


class _Reader(yaml.SafeLoader):
    """Core schema, no key twice."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012  # PyYAML's own way


class _Writer(yaml.SafeDumper):
    """Block style, in the order given; several lines as a literal block, lists indented as ODCS shows them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists below their key."""
        super().increase_indent(flow, False)


def read(text: str, *, name: str) -> Document:
    """The document as plain dicts, lists, texts, numbers, in order.

    Raises ContractBroken, with `name` and the line, for what is no YAML, no mapping, or has a key twice.
    """
    try:
        document = yaml.load(text, _Reader)  # noqa: S506  # a SafeLoader with fewer conversions
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _broken(name, *yaml_place(error)) from None
    if not isinstance(document, dict):
        raise _broken(name, *NO_MAPPING)
    return document


NO_MAPPING: Final = ("全文：须由“键: 值”组成", "the whole text: keys and values are expected")


def yaml_place(error: Exception) -> tuple[str, str]:
    """Where YAML cannot be read, in Chinese and English."""
    mark = getattr(error, "problem_mark", None)
    return (f"第 {mark.line + 1} 行的写法", f"line {mark.line + 1}") if mark else ("YAML 写法", "its YAML")


def write(document: Document) -> str:
    """The document as YAML; read() gives the same again, kinds and order included."""
    return yaml.dump(document, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=120)


def faults(document: Document) -> tuple[str, ...]:
    """Places that the official model of the standard (v3) does not know or accept; () for a valid document."""
    try:
        OpenDataContractStandard.model_validate(document)
    except ValidationError as error:
        return tuple(".".join(str(part) for part in fault["loc"]) for fault in error.errors())
    return ()


@dataclass(frozen=True)
class Stranger:
    """A key nothing reads, where it stands (by keys and names), and the known one most like it, or ''."""

    place: str
    key: str
    nearest: str


def strangers(document: Document) -> tuple[Stranger, ...]:
    """Keys, custom properties and options neither the standard (v3) nor this hub knows: mistyped, they say nothing."""
    return (*_strangers(document, OpenDataContractStandard, ""), *_strange_options(document))


def told(stranger: Stranger) -> tuple[str, str]:
    """That there is no such key, where, and which was meant, as a phrase in Chinese and English."""
    place, key, nearest = stranger.place, stranger.key, stranger.nearest
    at = (f"{place} 中", f" in {place}") if place else ("", "")
    alike = (f"，是否为 {nearest}", f"; did you mean {nearest}") if nearest else ("", "")
    return f"{at[0]}没有键 {key}{alike[0]}", f"no key {key}{at[1]}{alike[1]}"


def _strangers(part: Document, model: type[BaseModel], place: str) -> Iterator[Stranger]:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    yield from (_stranger(place, key, fields) for key in part if key not in fields)
    for key, value in part.items():
        inner = _model_in(fields[key].annotation) if key in fields else None
        for one in (value if isinstance(value, list) else [value]) if inner else ():
            if isinstance(one, dict) and inner is not None:
                called = one.get("name") or one.get("property") or one.get("id")
                yield from _strangers(one, inner, ".".join(filter(None, (place, key, str(called or "")))))
    if ours := READ.get(model.__name__):
        for one in _own(part):
            if "property" in one and str(one["property"]) not in ours:
                yield _stranger(f"{place}.customProperties".strip("."), one["property"], ours)


def _strange_options(document: Document) -> Iterator[Stranger]:
    for one in _own(document):
        if one.get("property") == "options" and isinstance(one.get("value"), dict):
            yield from (_stranger("options", name, KNOWN) for name in one["value"] if name not in KNOWN)


def _own(part: Document) -> list[Document]:
    """The custom properties of a part; none where something else stands in their place."""
    given = part.get("customProperties")
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _stranger(place: str, key: object, known: Collection[str]) -> Stranger:
    return Stranger(place, str(key), next(iter(get_close_matches(str(key), sorted(known), n=1)), ""))


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model a field holds, alone or in a list; None for plain values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one)) is not None), None)


def _broken(name: str, zh: str, en: str) -> ContractBroken:
    return ContractBroken(
        f"数据契约 {name} 无法读取，问题在：{zh}。请改正后重试。",
        f"Contract {name} cannot be read; look at: {en}. Correct it and try again.",
        code="contract_unreadable",
        contract=name,
        where=en,
    )


def _mapping(reader: _Reader, node: yaml.MappingNode) -> dict[Any, Any]:
    reader.flatten_mapping(node)
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = reader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float | bool | None) or key in found:
            raise yaml.constructor.ConstructorError(None, None, "key twice or no key", key_node.start_mark)
        found[key] = reader.construct_object(value_node, deep=True)
    return found


def _integer(reader: _Reader, node: yaml.ScalarNode) -> int:
    return int(reader.construct_scalar(node))


def _decimal(reader: _Reader, node: yaml.ScalarNode) -> float:
    text = str(reader.construct_scalar(node)).lower()
    return float(text.replace(".inf", "inf").replace(".nan", "nan"))


def _text(writer: _Writer, value: str) -> yaml.ScalarNode:
    if _ESCAPED.search(value):
        return writer.represent_scalar(_STR, value, style='"')
    return writer.represent_scalar(_STR, value, style="|" if "\n" in value.strip("\n") else None)


for _name, _pattern, _first in _CORE:
    _tag = f"tag:yaml.org,2002:{_name}"
    _signs = [*_first, ""] if _name == "null" else list(_first)
    _Reader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), _signs)
    # A text that the core schema would read as something else is quoted, also where YAML 1.1 would not.
    _Writer.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), _signs)
_Reader.add_constructor(_MAP, _mapping)
_Reader.add_constructor("tag:yaml.org,2002:int", _integer)
_Reader.add_constructor("tag:yaml.org,2002:float", _decimal)
_Writer.add_representer(str, _text)
