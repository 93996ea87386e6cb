"""The little Markdown that generated pages are made of."""

from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("catalog", "lake", "quality", "authorization", "exchange_api", "dags", "launch", "demo")


def document(title: str, intro: str, *parts: str) -> str:
    """A page with its note that it is generated."""
    head = f"# {title}\n\n<!-- Made from the code by `make docs`; change the code, not this page. -->\n"
    return "\n".join([head, intro.strip() + "\n", *(part.rstrip("\n") + "\n" for part in parts)])


def section(title: str, *parts: str, level: int = 2) -> str:
    """A heading with what stands under it."""
    return "\n\n".join([f"{'#' * level} {title}", *(part.strip("\n") for part in parts if part)]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; cells may hold any text."""
    lines = [_line(heads), _line(["---"] * len(heads)), *(_line([_cell(value) for value in row]) for row in rows)]
    return "\n".join(lines) + "\n"


def code(text: object) -> str:
    """Text as code, or nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def first_sentence(docstring: str | None) -> str:
    """The first line or paragraph of a docstring, on one line."""
    return " ".join((docstring or "").strip().split("\n\n")[0].split())


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ").strip()
