"""`shuniu contract`: check contract files, list the ones registered, register one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exchange_api.cli.speaking import door
from exchange_api.cli.speaking.speech import complain, listing, named, say, tell

if TYPE_CHECKING:
    from catalog.contracts import Contract

app = door.noun("数据契约（ODCS v3.1）", "Data contracts (ODCS v3.1)")
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=say("契约文件", "Contract file"))]


@app.command(help=say("检查契约文件，不做登记", "Check contract files without registering them"))
def check(
    files: Annotated[list[Path], typer.Argument(exists=True, help=say("文件或文件夹", "Files or folders"))],
) -> None:
    """Read every file, its options, classification and rules; the first that is wrong ends the check."""
    from catalog.classification import check_classified
    from catalog.contract_review import check_option_values, is_draft
    from catalog.contracts import load_contract

    door.settings()  # with them come the county's own data elements and code lists
    paths = [path for given in files for path in (sorted(given.glob("*.odcs.yaml")) if given.is_dir() else [given])]
    for path in paths:
        contract = load_contract(path)
        check_option_values(contract)
        if not is_draft(contract):  # of a draft the open grades are told below, with whatever else is open
            check_classified(contract.dataset, contract.items, grade=contract.grade, sharing=contract.sharing)
        rules = count_rules(contract)
        told = say(f"{len(contract.items)} 个数据项，{rules} 条规则", f"{len(contract.items)} items, {rules} rules")
        tell(f"{path.name}: {contract.dataset} {contract.version}, {told}")
        _remind(contract)
    valid = "1 contract is" if len(paths) == 1 else f"{len(paths)} contracts are"
    tell(say(f"{len(paths)} 份契约符合 ODCS v3.1。", f"{valid} valid ODCS v3.1."))


@app.command("list", help=say("列出已登记的契约", "List registered contracts"))
def list_(in_json: door.Json = False) -> None:
    """Datasets that came with a contract, by code."""
    from sqlalchemy import select

    from catalog.models import Dataset

    query = select(Dataset).where(Dataset.contract != "").order_by(Dataset.code)
    with door.reading() as session:
        rows = [
            {
                "dataset": entry.code,
                "title": named((entry.title_zh, entry.title_en)),
                "agency": entry.agency,
                "system": entry.system,
                "version": entry.version,
                "mode": entry.mode,
                "registered_at": entry.registered_at,
            }
            for entry in session.scalars(query)
        ]
    columns = {
        "dataset": say("数据集", "Dataset"),
        "title": say("标题", "Title"),
        "agency": say("部门", "Department"),
        "system": say("系统", "System"),
        "version": say("版本", "Version"),
        "mode": say("方式", "Mode"),
        "registered_at": say("登记时间", "Registered"),
    }
    listing(rows, columns, in_json=in_json, empty=say("还没有登记契约。", "No contract is registered yet."))


@app.command(help=say("登记一份契约", "Register a contract"))
def register(file: File) -> None:
    """Enter the dataset into the catalogue and keep the file where the pipelines look for it."""
    from catalog.actions import datasets
    from catalog.contracts import load_contract

    contract, given = load_contract(file), door.settings()
    count_rules(contract)
    with door.writing() as session:
        datasets.register_contract(session, contract=contract, hub_id=given.hub_id, by=door.actor(), now=door.now())
        given.contracts_dir.mkdir(parents=True, exist_ok=True)
        kept = given.contracts_dir / f"{contract.dataset}.odcs.yaml"
        fresh = kept.with_suffix(".partial")
        fresh.write_text(contract.document, encoding="utf-8")
        fresh.replace(kept)  # whole or not at all; the pipelines read this folder
    tell(say(f"已登记 {contract.dataset} {contract.version}。", f"Registered {contract.dataset} {contract.version}."))
    _remind(contract)


def _remind(contract: "Contract") -> None:
    """Say on stderr what a person has still to fill in; nothing for a finished contract."""
    from catalog.contract_review import unfinished

    if found := unfinished(contract):
        complain(say(f"提醒：{contract.dataset} 还有待填写：", f"Reminder: still to fill in for {contract.dataset}:"))
        for point in found:
            complain(f"  - {named(point)}")


def count_rules(contract: "Contract") -> int:
    """How many rules the contract comes to. Raises ContractBroken for one that could never be run."""
    from quality.rules.across import across_rules
    from quality.rules.rehearsal import rehearse

    return rehearse(contract, now=door.now()) + len(across_rules(contract))
