"""The monthly quality report of the departments: the ranking of quality.figures.ranking, and under it what to mend.

As XLSX and as one HTML page without anything from elsewhere. No failing value stands in it, only counts.
"""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from catalog.errors import InvalidInput
from quality.figures.ranking import Standing
from quality.figures.scores import points

KINDS: Final[Mapping[str, str]] = {
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_HEADINGS = ("名次 Rank", "部门 Department", "得分 Score", "等级 Grade", "数据集 Datasets", "不合格 Failing")
_FAULTS = ("部门 Department", "数据集 Dataset", "规则 Rule", "含义 Meaning", "不合格 Failing", "检查 Assessed")


def as_bytes(standings: Sequence[Standing], month: str, form: str) -> bytes:
    """The report as 'xlsx' or 'html'; raises InvalidInput for another form."""
    forms: dict[str, Callable[[Sequence[Standing], str], bytes]] = {
        "html": lambda found, of: as_html(found, of).encode(),
        "xlsx": as_xlsx,
    }
    if form not in forms:
        raise InvalidInput(
            "月报的文件名须以 .xlsx 或 .html 结尾。",
            "A report's file name ends with .xlsx or .html.",
            code="report_form_unknown",
        )
    return forms[form](standings, month)


def as_xlsx(standings: Sequence[Standing], month: str) -> bytes:
    """Two sheets: the ranking, and every fault."""
    import xlsxwriter

    kept = io.BytesIO()
    options: dict[str, Any] = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(kept, options) as book:
        for name, headings, lines in (
            (f"{month} 排名", _HEADINGS, _ranked(standings)),
            ("问题清单", _FAULTS, _listed(standings)),
        ):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(headings), 22)
            for place, line in enumerate((headings, *lines)):
                sheet.write_row(place, 0, line)
    return kept.getvalue()


def as_html(standings: Sequence[Standing], month: str) -> str:
    """One page that stands alone: no script, no style sheet, no picture from elsewhere."""
    title = f"{escape(month)} 数据质量月报 · Monthly data quality report"
    return (
        f'<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{title}</title><style>'
        "body{font-family:sans-serif;margin:2rem;max-width:70rem}table{border-collapse:collapse;margin:1rem 0}"
        "th,td{border:1px solid #767676;padding:.3rem .6rem;text-align:left}</style></head><body>"
        f"<h1>{title}</h1>{_table('部门排名 Ranking', _HEADINGS, _ranked(standings))}"
        f"{_table('问题清单 To mend', _FAULTS, _listed(standings))}</body></html>"
    )


def _ranked(standings: Sequence[Standing]) -> list[tuple[Any, ...]]:
    return [
        (
            one.place,
            " ".join(one.name),
            "—" if one.score.value is None else float(points(one.score.value)),
            f"{one.score.grade.code} {one.score.grade.title_zh}" if one.score.grade else "—",
            len(one.datasets),
            sum(fault.failing for fault in one.faults),
        )
        for one in standings
    ]


def _listed(standings: Sequence[Standing]) -> list[tuple[Any, ...]]:
    return [
        (one.name[0], fault.dataset, fault.rule_id, " ".join(fault.title), fault.failing, fault.assessed)
        for one in standings
        for fault in one.faults
    ]


def _table(caption: str, headings: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in line)}</tr>" for line in lines)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
