"""Evidence for a ticket: its failing rows as a CSV or XLSX sheet, masked item by item, safe to open in a spreadsheet.

Whoever may see the values in plain is decided by the door; without that right exchange_api.disguise says what is shown.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import queries
from catalog.actions import tickets
from catalog.errors import InvalidInput
from catalog.models import DataItem, Dataset, RuleResult, Ticket, Verdict
from catalog.settings import Settings
from exchange_api.disguise import HIDDEN, disguise_of, guarded, plainly
from exchange_api.numbers_of_people import PRIVATE, is_document
from lake.reading.evidence import PLACE, failing_rows
from quality.rules.rule import scope_of

PURPOSE: Final = "数据整改"
"""Why evidence is read, for the trail."""
MOST_ROWS: Final = 10_000
HEADINGS: Final = ("批次", "行号", "问题")
"""First columns of a sheet: PLACE, and what is wrong; the items follow by title and name as delivered."""
WIDEST: Final = 60
"""Characters of the widest column of a workbook; what is longer goes on in the cell."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that begins with one of these may be run by a spreadsheet; it gets an apostrophe before it (OWASP)."""
KINDS: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Evidence:
    """Headings and rows of text; `items` are the data items in it with their `titles`, `providers` whose data it is.

    Rows alike in the failing items stand together. `problem`: what is wrong with all of them.
    """

    ticket: str
    dataset: str
    providers: tuple[str, ...]
    items: tuple[str, ...]
    headings: tuple[str, ...]
    titles: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    problem: tuple[str, str] = ("", "")

    @property
    def use(self) -> dict[str, Any]:
        """What the trail keeps of showing it, at whatever door."""
        return {
            "purpose": PURPOSE,
            "dataset": self.dataset,
            "surface": "evidence",
            "rows": len(self.rows),
            "items": self.items,
            "providers": self.providers,
        }


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
    named = _of_rule(session, ticket)
    if brief:
        items = [item for item in items if item.key or item.name in named]
    found = failing_rows(
        settings,
        ticket.dataset,
        ticket.rule_id or "",
        batches=_batches(session, ticket, entry) if ticket.rule_id else (),
        columns={item.name: item.source_name or item.name for item in items},
        limit=limit,
    )
    show = [plainly if plain else disguise_of(item) for item in items]
    rows = tuple(
        (row["_batch"], str(row["_row"]), *(how(row[item.name]) for how, item in zip(show, items, strict=True)))
        for row in found.to_pylist()
    )
    names = tuple(item.name for item in items)
    failing = [place for place, name in enumerate(names, len(PLACE)) if name in named]
    headings = (*PLACE, *(item.source_name or item.title_zh for item in items))
    titles = tuple((item.title_zh, item.title_en) for item in items)
    rows = tuple(sorted(rows, key=lambda row: [row[place] for place in failing]))  # by what is shown, never by more
    problem = ticket.title_zh, ticket.title_en
    return Evidence(ticket_id, ticket.dataset, tuple(entry.providers), names, headings, titles, rows, problem)


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

    A key with more or fewer parts than items is hidden whole where any of them would be masked. Where the items tell of
    people, so is what looks like a passport or permit: a register may number its people by their papers.
    """
    keys = [item for item in items if item.key]
    show = [disguise_of(item) for item in keys]
    of_people = any(item.personal != "none" for item in items)

    def shown(key: str | None) -> str:
        parts = (key or "").split("|")
        if len(parts) == len(show):
            found = (how(part) for how, part in zip(show, parts, strict=True))
            return "|".join(HIDDEN if of_people and is_document(part) else part for part in found)
        telling = any(guarded(item) for item in keys) or (of_people and any(map(is_document, parts)))
        return HIDDEN if telling or PRIVATE.search(key or "") else key or ""

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


def _is_number(text: str) -> bool:
    digits = text[1:].replace(".", "", 1)
    return text[0] in "+-" and digits.isascii() and digits.isdigit()


def _lines(evidence: Evidence) -> Iterator[list[str]]:
    delivered = zip(evidence.titles, evidence.headings[len(PLACE) :], strict=True)
    named = (title[0] if title[0] == name else f"{title[0]} {name}" for title, name in delivered)
    yield [harmless(heading) for heading in (*HEADINGS, *named)]
    for batch, row, *values in evidence.rows:
        yield [harmless(value) for value in (batch, row, evidence.problem[0], *values)]


def _width(text: str) -> int:
    return sum(1 if sign.isascii() else 2 for sign in text)


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
        sheet.freeze_panes(1, len(HEADINGS))
        widths: dict[int, int] = {}
        for number, line in enumerate(_lines(evidence)):
            for place, value in enumerate(line):
                sheet.write_string(number, place, value)
                widths[place] = max(widths.get(place, 0), _width(value))
        for place, width in widths.items():
            sheet.set_column(place, place, min(width + 2, WIDEST))
    return kept.getvalue()
