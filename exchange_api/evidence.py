"""Evidence for a ticket: its failing rows as a CSV or XLSX sheet, masked item by item, safe to open in a spreadsheet.

Whoever may see the values in plain is decided by the door; without that right every item of grade L3 or L4 is masked.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from authorization.masking import Mask, apply
from catalog import queries
from catalog.actions import tickets
from catalog.errors import InvalidInput
from catalog.models import DataItem, Dataset, RuleResult, Ticket, Verdict
from catalog.settings import Settings
from lake.evidence import PLACE, failing_rows
from quality.rules import scope_of

HIDDEN: Final = "****"
MOST_ROWS: Final = 10_000
MASKS: Final[Mapping[str, Mask]] = {
    "resident_id": Mask("resident_id_strict"),
    "foreign_resident_id": Mask("resident_id_strict"),
    "travel_permit_no": Mask("resident_id_strict"),
    "passport_no": Mask("resident_id_strict"),
    "person_name": Mask("name"),
    "former_person_name": Mask("name"),
    "right_holder": Mask("name"),
    "phone": Mask("phone"),
    "address_text": Mask("address"),
}
"""How an item of grade L3 or L4 is shown, by data element; of any other element nothing is shown but HIDDEN."""
MASKED_GRADES: Final = frozenset({"L3", "L4"})
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that begins with one of these may be run by a spreadsheet; it gets an apostrophe before it (OWASP)."""
KINDS: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Evidence:
    """Headings and rows of text; `items` are the data items in it with their `titles`, `providers` whose data it is."""

    ticket: str
    dataset: str
    providers: tuple[str, ...]
    items: tuple[str, ...]
    headings: tuple[str, ...]
    titles: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]


def of_ticket(
    settings: Settings, session: Session, ticket_id: str, *, plain: bool, brief: bool = False, limit: int = MOST_ROWS
) -> Evidence:
    """The rows that keep a finding's ticket open, as delivered, at most `limit`; none for a consumer's correction.

    `brief`: only the key items and those the rule speaks of. Raises NotFound for an unknown ticket. Of an incremental
    dataset the rows of every batch since it was opened.
    """
    ticket = tickets.get(session, ticket_id)
    entry = queries.dataset(session, ticket.dataset)
    items = queries.items(session, ticket.dataset)
    if brief:
        named = _of_rule(session, ticket)
        items = [item for item in items if item.key or item.name in named]
    found = failing_rows(
        settings,
        ticket.dataset,
        ticket.rule_id or "",
        batches=_batches(session, ticket, entry) if ticket.rule_id else (),
        columns={item.name: item.source_name or item.name for item in items},
        limit=limit,
    )
    show = [_plainly if plain else _shown(item) for item in items]
    rows = tuple(
        (row["_batch"], str(row["_row"]), *(how(row[item.name]) for how, item in zip(show, items, strict=True)))
        for row in found.to_pylist()
    )
    names = tuple(item.name for item in items)
    headings = (*PLACE, *(item.source_name or item.title_zh for item in items))
    titles = tuple((item.title_zh, item.title_en) for item in items)
    return Evidence(ticket_id, ticket.dataset, tuple(entry.providers), names, headings, titles, rows)


def as_bytes(evidence: Evidence, form: str) -> bytes:
    """The sheet as 'csv' (UTF-8 with byte order mark) or 'xlsx'; raises InvalidInput for another form."""
    forms: dict[str, Callable[[Evidence], bytes]] = {"csv": _csv, "xlsx": _xlsx}
    if form not in forms:
        raise InvalidInput("格式只能是 csv 或 xlsx。", "A form is csv or xlsx.", code="evidence_form_unknown")
    return forms[form](evidence)


def answer(evidence: Evidence, form: str) -> Response:
    """The sheet as a download named after its ticket."""
    headers = {
        "content-disposition": f'attachment; filename="{evidence.ticket}.{form}"',
        "cache-control": "private, no-store",
    }
    return Response(as_bytes(evidence, form), headers=headers, media_type=KINDS[form])


def shown_key(items: Sequence[DataItem]) -> Callable[[str | None], str]:
    """How a row's key is shown whose parts, joined by '|', are the key items among `items`: each as its own grade says.

    A key with more or fewer parts than items is hidden whole where any of them would be masked.
    """
    show = [_shown(item) for item in items if item.key]

    def shown(key: str | None) -> str:
        parts = (key or "").split("|")
        if len(parts) == len(show):
            return "|".join(how(part) for how, part in zip(show, parts, strict=True))
        return key or "" if all(how is _plainly for how in show) else HIDDEN

    return shown


def harmless(text: str) -> str:
    """`text` as a spreadsheet will show it and not run it. Numbers with a sign stay numbers."""
    if not text.startswith(FORMULA) or _is_number(text):
        return text
    return f"'{text}"


def _of_rule(session: Session, ticket: Ticket) -> frozenset[str]:
    result = session.get(RuleResult, (ticket.verdict_id or "", ticket.rule_id or ""))
    return frozenset(result.item.split(",") if result else ())


def _batches(session: Session, ticket: Ticket, entry: Dataset) -> tuple[str, ...]:
    """The batch measured last; of an incremental dataset every batch judged since the ticket was (re)opened.

    A rule between datasets is asked of rows of all batches, and gives a batch another verdict.
    """
    query = select(Verdict.batch_id).where(Verdict.dataset == ticket.dataset)
    match entry.mode, scope_of(ticket.rule_id or ""):
        case "incremental", "across":
            pass
        case "incremental", _:
            query = query.where(Verdict.judged_at >= (ticket.reopened_at or ticket.opened_at))
        case _:
            query = query.where(Verdict.verdict_id == ticket.verdict_id)
    return tuple(dict.fromkeys(session.scalars(query.order_by(Verdict.judged_at.desc()))))


def _shown(item: DataItem) -> Callable[[str | None], str]:
    if item.grade not in MASKED_GRADES and item.personal != "sensitive":
        return _plainly
    mask = MASKS.get(item.element)

    def masked(value: str | None) -> str:
        if not value:
            return ""
        return str(apply(mask, value, b"")) if mask else HIDDEN

    return masked


def _plainly(value: str | None) -> str:
    return value or ""


def _is_number(text: str) -> bool:
    digits = text[1:].replace(".", "", 1)
    return text[0] in "+-" and digits.isascii() and digits.isdigit()


def _lines(evidence: Evidence) -> Iterator[list[str]]:
    yield [harmless(heading) for heading in evidence.headings]
    for row in evidence.rows:
        yield [harmless(value) for value in row]


def _csv(evidence: Evidence) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(_lines(evidence))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _xlsx(evidence: Evidence) -> bytes:
    import xlsxwriter

    kept = io.BytesIO()
    options: dict[str, Any] = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(kept, options) as book:
        sheet = book.add_worksheet("evidence")
        sheet.freeze_panes(1, len(PLACE))
        for number, line in enumerate(_lines(evidence)):
            for place, value in enumerate(line):
                sheet.write_string(number, place, value)
    return kept.getvalue()
