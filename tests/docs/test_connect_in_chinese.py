"""docs/zh/connect-a-department.md, word by word: its commands are run on a folder with a file in GB18030."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "zh" / "connect-a-department.md"
LAST = "rm -r $SHUNIU_HOME"


def blocks() -> list[str]:
    """The shell blocks of the page, in order."""
    return re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.M | re.S)


def test_the_page_works_word_by_word(tmp_path: Path) -> None:
    (tmp_path / ".venv").symlink_to(sys.prefix)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SHUNIU_")}
    script = "set -euo pipefail\n" + "\n".join(block for block in blocks() if LAST not in block)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said, warned = " ".join(done.stdout.split()), " ".join(done.stderr.split())
    assert "能连接，尚无契约；下一步：shuniu source draft education_files" in said
    assert "可试 --option encoding=gb18030" in warned
    assert re.search(r"学籍号 \S+ 200 200 ", said), "counted, and not guessed"
    assert warned.count("还有待填写") == 1, "what was open is filled in before it is registered"
    assert "sharingCondition" in warned
    assert "已登记 education_student 0.1.0。" in said
    assert len(re.findall(r"接收 education_student：批次 education_student-\S+", said)) == 2, "each night's list once"
    assert "接收 education_student：没有新数据" in said, "and not twice"
    assert re.search(r"归集库 education_student 0 200 ", said), "all rows as delivered, once"
    assert re.search(r"phone\.format .*? 3 200 98\.50 %", said), "three telephone numbers are none"
    assert re.search(r"phone\.format .*? 0 201 100\.00 %", said), "what the department corrected is no fault any more"
    assert "1380000" not in said + warned, "no command shows a value"


def test_every_block_of_the_page_is_run_here() -> None:
    assert sum(LAST in block for block in blocks()) == 1
    assert len(blocks()) > 6
