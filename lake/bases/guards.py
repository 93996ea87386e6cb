"""What keeps a bad delivery from remaking every entity: a source gone silent, no numbers at all, one cluster for many.

Pure: counts in, an error out. Whatever is refused here leaves the last good base as it is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from catalog.errors import ContractBroken

ENOUGH = 50
"""Rows below which a share says nothing."""
FALLEN = 0.5
"""Part of its former share that a column must still be filled to."""
GUARDS = ("identity_source_emptied", "identity_without_numbers", "entity_too_large")
"""Codes of the errors raised here, each of which a steward may waive for a base."""
LARGEST = 200
"""Numbers and unnumbered records one entity may be made of: more is a shared phone or a placeholder, not somebody."""


@dataclass(frozen=True, slots=True)
class Filled:
    """How much of what identifies its entities a source tells: rows, those with a name, those with a sound number."""

    rows: int
    named: int
    numbered: int


def check_sources(
    base: str, now: Mapping[str, Filled], before: Mapping[str, Filled], waived: Collection[str] = ()
) -> None:
    """Raise ContractBroken when names or numbers of a source fell away since the last build, or nobody has a number.

    waived: codes of errors a steward lets pass (`shuniu quality waive <base> --rule <code>`).
    """
    if "identity_source_emptied" not in waived:
        for source, was in sorted(before.items()):
            _check_source(base, source, now.get(source, Filled(0, 0, 0)), was)
    rows = sum(filled.rows for filled in now.values())
    numbered = any(filled.numbered for filled in now.values())
    if rows >= ENOUGH and not numbered and "identity_without_numbers" not in waived:
        raise ContractBroken(
            f"{base} 的 {rows} 条来源记录没有一条带有效号码，基础库保持上一版本。请检查各部门交付的号码列。",
            f"Not one of the {rows} source rows of {base} has a sound number; the base stays as it was."
            " Check the number columns the departments deliver.",
            code="identity_without_numbers",
            base=base,
        )


def check_size(base: str, largest: int, waived: Collection[str] = ()) -> None:
    """Raise ContractBroken when one entity is made of more than LARGEST numbers and unnumbered records."""
    if largest > LARGEST and "entity_too_large" not in waived:
        raise ContractBroken(
            f"{base} 中有一个实体由 {largest} 个号码或无号记录合并而成，超过上限 {LARGEST}，基础库保持上一版本。"
            "请检查是否有大量记录共用同一姓名、电话或地址。",
            f"One entity of {base} would be made of {largest} numbers and unnumbered records, more than {LARGEST};"
            " the base stays as it was. Look for a name, phone or address that many records share.",
            code="entity_too_large",
            base=base,
            size=largest,
        )


def _check_source(base: str, source: str, filled: Filled, was: Filled) -> None:
    if was.rows < ENOUGH or 0 < filled.rows < ENOUGH:
        return
    for what, words in (("named", ("名称", "names")), ("numbered", ("有效号码", "sound numbers"))):
        share, former = getattr(filled, what) / max(filled.rows, 1), getattr(was, what) / was.rows
        if share < FALLEN * former:
            raise _fallen(base, source, words, former, share)


def _fallen(base: str, source: str, what: tuple[str, str], former: float, share: float) -> ContractBroken:
    zh, en = what
    return ContractBroken(
        f"{source} 带{zh}的记录从 {former:.0%} 降到 {share:.0%}，{base} 保持上一版本。请联系该部门核对后重新交付；"
        f"属实的，数据管理员可豁免：shuniu quality waive {base} --rule identity_source_emptied --reason … --until …。",
        f"Rows of {source} with {en} fell from {former:.0%} to {share:.0%}; {base} stays as it was."
        " Ask the department to check and deliver again; if that is how it is, a steward waives it, with a reason and"
        f" until when: shuniu quality waive {base} --rule identity_source_emptied --reason ... --until ....",
        code="identity_source_emptied",
        base=base,
        dataset=source,
    )
