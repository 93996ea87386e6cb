"""What city is asked for. The same plan gives the same city, to the byte."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from catalog.errors import InvalidInput

MOST_RESIDENTS = 1_000_000


@dataclass(frozen=True)
class Plan:
    """`residents` 500 to 1,000,000; `seed` any whole number; `dirt` 0 to 3 scales every rate of defects.

    `data` is a folder with real files to register and run as well, or None.
    """

    residents: int = 20_000
    seed: int = 7
    dirt: float = 1.0
    data: Path | None = None

    def __post_init__(self) -> None:
        """Refuse what no city can be built from."""
        if not 500 <= self.residents <= MOST_RESIDENTS:
            raise InvalidInput(
                f"RESIDENTS 必须在 500 到 {MOST_RESIDENTS:,} 之间。",
                f"RESIDENTS must lie between 500 and {MOST_RESIDENTS:,}.",
                code="residents_out_of_range",
            )
        if not 0 <= self.dirt <= 3:
            raise InvalidInput("DIRT 必须在 0 到 3 之间。", "DIRT must lie between 0 and 3.", code="dirt_out_of_range")
        if self.data is not None and not self.data.is_dir():
            raise InvalidInput(
                f"DATA 指定的文件夹 {self.data} 不存在。请核对路径。",
                f"The folder {self.data} given as DATA does not exist. Check the path.",
                code="data_folder_missing",
            )

    def as_json(self) -> dict[str, Any]:
        """The plan as it is written into summary.json and city.json."""
        return {**asdict(self), "data": str(self.data) if self.data else None}
