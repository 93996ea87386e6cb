"""What a contract still needs from a person before others can be told of its dataset. Pure but for draft_lies_at.

A draft (catalog/contract_draft.py) leaves these open on purpose: values cannot tell them. A dataset may be taken in and
judged before anybody decides who shares it, so whoever checks or registers it is reminded; while its contract says
`status: draft`, nothing of it is published and no base is built from it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from catalog.contracts import Contract
from catalog.contracts_document import strangers, told
from catalog.errors import ContractBroken, InvalidInput
from catalog.read_options import check_values

TO_REVIEW = "待审核"
"""The word a drafted description carries until somebody has read it."""
_CHINESE = re.compile("[\u3400-\u9fff]")


def unfinished(contract: Contract) -> tuple[tuple[str, str], ...]:
    """What is still open, as (Chinese, English) phrases that name the key to fill in; empty for a finished contract."""
    return tuple(_open(contract))


def _open(contract: Contract) -> Iterator[tuple[str, str]]:
    if is_draft(contract):
        yield ("status 仍是 draft：审核后改为 active", "status is still draft: make it active once reviewed")
    if not _CHINESE.search(contract.title_zh):
        yield ("businessName：数据集的中文标题", "businessName: the dataset's title in Chinese")
    if contract.title_en in ("", contract.dataset):
        yield ("titleEn：数据集的英文标题", "titleEn: the dataset's title in English")
    if TO_REVIEW in contract.abstract_zh:
        yield (
            f"description.purpose 仍写着“{TO_REVIEW}”：改写为数据集说明",
            "description.purpose is still as drafted: say what the dataset is for",
        )
    if contract.sharing == "conditional" and not contract.sharing_condition.strip():
        yield (
            "sharingCondition：有条件共享须写明条件",
            "sharingCondition: sharing under conditions has to state them",
        )
    for stranger in strangers(yaml.safe_load(contract.document)) if contract.document else ():
        zh, en = told(stranger)
        yield f"不起作用：{zh}", f"without effect: {en}"
    if ungraded := [item.name for item in contract.items if not item.grade or not item.personal]:
        named = ", ".join(ungraded)
        yield (
            f"classification 与 personal：数据项 {named} 的分级和个人信息类别，写明后才能发布",
            f"classification and personal: the grade and kind of {named}; nothing is published without them",
        )
    if untitled := [item.name for item in contract.items if not _CHINESE.search(item.title_zh)]:
        named = ", ".join(untitled)
        yield (f"businessName：数据项 {named} 的中文标题", f"businessName: titles in Chinese of {named}")


def check_option_values(contract: Contract) -> None:
    """Raise ContractBroken that names every option whose number or length of time is none it may be.

    Nothing open but something wrong: every load of the dataset would end at it.
    """
    try:
        check_values(contract.options)
    except InvalidInput as wrong:
        raise ContractBroken(
            f"数据契约 {contract.dataset} 的选项不对。{wrong.zh}",
            f"Contract {contract.dataset} has wrong options. {wrong.en}",
            code="contract_options_invalid",
            dataset=contract.dataset,
        ) from None


def is_draft(contract: Contract) -> bool:
    """Whether nobody has reviewed the contract yet: its status is still `draft`."""
    return _says_draft(contract.document)


def draft_lies_at(place: Path) -> bool:
    """Whether the file at `place` is a contract nobody has reviewed yet; no file is none."""
    try:
        return _says_draft(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False


def _says_draft(document: str) -> bool:
    if "draft" not in document:
        return False  # most are active, and reading YAML takes a while
    found = yaml.safe_load(document)
    return isinstance(found, dict) and found.get("status") == "draft"
