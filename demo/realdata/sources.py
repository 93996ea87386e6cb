"""Which real files make which department's system. The files stay where they are; nothing is copied or changed here."""

import shutil
from pathlib import Path

from catalog.contracts import load_contracts
from catalog.errors import NotFound
from catalog.systems import SystemSpec

CONTRACTS = Path(__file__).parents[1] / "contracts" / "real"
SYSTEMS = {
    "civil_divisions": ("civil", "admin"),
    "land_boundaries": ("land", "boundaries"),
    "bureau_codes": ("bureau", "codes"),
}
"""System code -> department, folder inside the data folder."""


def register(data: Path, home: Path) -> tuple[list[SystemSpec], Path]:
    """The systems over the files in `data`, and a folder under `home` with the contracts of those that are there.

    Raises NotFound when `data` holds none of them.
    """
    data = data.expanduser().resolve()
    target = home / "demo" / "realdata" / "contracts"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    used = set()
    for contract in load_contracts(CONTRACTS).values():
        folder = data / SYSTEMS[contract.system][1]
        if (folder / contract.locator).is_file():
            name = f"{contract.dataset}.odcs.yaml"
            shutil.copyfile(CONTRACTS / name, target / name)
            used.add(contract.system)
    if not used:
        raise _nothing(data)
    return [_spec(code, data) for code in SYSTEMS if code in used], target


def _spec(code: str, data: Path) -> SystemSpec:
    agency, folder = SYSTEMS[code]
    return SystemSpec(code, agency, "files", str(data / folder))


def _nothing(data: Path) -> NotFound:
    return NotFound(
        f"文件夹 {data} 中没有可登记的真实数据（应有 admin、boundaries、codes 子文件夹）。请检查 DATA 参数。",
        f"There are no real files to register in {data} (folders admin, boundaries, codes). Check DATA.",
        code="real_data_missing",
    )
