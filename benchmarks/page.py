"""docs/performance.md: every benchmark writes its own section between two marks and leaves the others alone."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.claims import Claim
from benchmarks.origin import Origin, told

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"


def put(path: Path, name: str, section: str) -> None:
    """Replace the section of benchmark `name`, or add it at the end. Raises ValueError when a mark stands alone."""
    begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    text = path.read_text(encoding="utf-8")
    if (begin in text) != (end in text):
        raise ValueError(f"{path.name}: {begin} and {end} must both stand or both be missing")
    if begin not in text:
        text = f"{text.rstrip()}\n\n{begin}\n{end}\n"
    before, _, rest = text.partition(begin)
    after = rest.partition(end)[2]
    path.write_text(f"{before}{begin}\n{section.strip()}\n{end}{after}", encoding="utf-8")


def section(title: str, origins: Iterable[Origin], claims: Iterable[Claim], *parts: str) -> str:
    """A section: by which code, when and where it was measured, what was claimed and came out, tables of its own."""
    rows = (
        (
            claim.claim,
            number(claim.ours),
            number(claim.peer),
            number(claim.ratio),
            f"≤ {number(claim.goal)}",
            claim.unit,
            "yes" if claim.met else "**no**",
        )
        for claim in claims
    )
    decided = table(("claim", "ours", "peer", "ratio", "goal", "unit", "met"), rows)
    return "\n\n".join([f"## {title}", told(origins), decided, *parts])


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; columns after the first are numbers."""
    marks = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (heads, marks, *rows))


def number(value: float | None) -> str:
    """1234567.8 → 1,234,568; small numbers keep what matters; nothing for None."""
    if value is None:
        return ""
    if abs(value) >= 100 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
