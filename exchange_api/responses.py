"""Rows and documents as bytes: JSON, NDJSON, CSV. Every kind of value has one form in each."""

import base64
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from fastapi import Request, Response

from catalog.errors import InvalidInput
from catalog.spreadsheets import defused

JSON = "application/json"
NDJSON = "application/x-ndjson; charset=utf-8"
CSV = "text/csv; charset=utf-8; header=present"
FORMS = ("json", "ndjson", "csv")

Row = Mapping[str, Any]
CODES = tuple[str, ...]
"""The type of a list of codes: two of them are not a title in two languages."""


def json_bytes(document: Any) -> bytes:
    """A document as JSON; decimals as numbers' text, geometry (bytes) as base64, moments in ISO 8601."""
    return orjson.dumps(document, default=_plain, option=orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_UTC_Z)


def answer(document: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(json_bytes(document), status, media_type=JSON)


def public(found: Any) -> Any:
    """A view (dataclass, tuple, pair of titles) as plain JSON: a (zh, en) pair becomes {"zh": ..., "en": ...}."""
    if is_dataclass(found) and not isinstance(found, type):
        parts = {field.name: (field.type, getattr(found, field.name)) for field in fields(found)}
        return {name: list(part) if kind == CODES else public(part) for name, (kind, part) in parts.items()}
    if isinstance(found, tuple) and len(found) == 2 and all(isinstance(part, str) for part in found):
        return {"zh": found[0], "en": found[1]}
    if isinstance(found, Mapping):
        return {name: public(value) for name, value in found.items()}
    return [public(part) for part in found] if isinstance(found, list | tuple) else found


def form_of(request: Request) -> str:
    """json, ndjson or csv: what the Accept header names first; JSON when it names none of them."""
    accepted = request.headers.get("accept", "").lower()
    places = {form: accepted.find(word) for form, word in (("json", "/json"), ("ndjson", "ndjson"), ("csv", "/csv"))}
    named = [(place, form) for form, place in places.items() if place >= 0]
    return min(named)[1] if named else "json"


def ndjson(rows: Sequence[Row]) -> bytes:
    """One JSON object a line."""
    return b"".join(json_bytes(row) + b"\n" for row in rows)


def csv_text(names: Sequence[str], rows: Sequence[Row]) -> bytes:
    """RFC 4180 with a header line, in UTF-8 with byte order mark, so that spreadsheets read Chinese.

    Text beginning with = + - @, tab or carriage return gets a ' before it, so that no spreadsheet runs it as a formula;
    numbers and dates are untouched. Programs that need the text as it is take NDJSON or JSON.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def check_form(form: str) -> str:
    """`form` if it is one of FORMS; raises InvalidInput."""
    if form not in FORMS:
        raise InvalidInput("格式只能是 json、ndjson 或 csv。", "A form is json, ndjson or csv.", code="form_unknown")
    return form


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(bytes(value)).decode()
        case set() | frozenset() | tuple():
            return list(value)
    if is_dataclass(value) and not isinstance(value, type):
        return public(value)
    raise TypeError("a value has no JSON form")


def _cell(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(bytes(value)).decode()
        case bool():
            return "true" if value else "false"
        case str():
            return defused(value)
    return value
