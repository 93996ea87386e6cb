"""The monthly report at the command line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from catalog.settings import Settings
from tests.unit.cli.conftest import Shuniu


def test_the_report_is_written_in_the_form_its_file_name_says(shuniu: Shuniu, city: Settings, tmp_path: Path) -> None:
    # The city's last verdicts were made seven hours ago; the month is that of the county.
    month = f"{datetime.now(UTC) - timedelta(hours=7) + timedelta(hours=8):%Y-%m}"
    for suffix, code in (("xlsx", 0), ("html", 0), ("pdf", 2)):
        out = tmp_path / f"report.{suffix}"
        assert shuniu("quality", "report", "--month", month, "--out", str(out), home=city.home).code == code
        assert out.exists() == (code == 0)
    assert "公安局" in (tmp_path / "report.html").read_text(encoding="utf-8")
