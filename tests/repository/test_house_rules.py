"""Rules of the house that no linter knows: names, notes to self, places that exist on one machine only."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = {".py", ".md", ".sql", ".toml", ".txt", ".yaml", ".yml", ".html", ".css", ".js", ".po", ".sh", ".mako", ""}
BANNED = {"manager", "handler", "helper", "helpers", "processor", "base", "common", "misc", "util", "utils"}
PAGES = sorted(
    path
    for kind in ("*.html", "*.css", "*.js", "*.svg")
    for folder in ("catalog", "lake", "quality", "authorization", "exchange_api", "launch", "demo")
    for path in (ROOT / folder).rglob(kind)
)

COUNTY = re.compile(r"timezone\(timedelta\(|INTERVAL 8 HOUR|[\"']Asia/Shanghai[\"']")
NOTES = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
PLACES = re.compile(r"(?<![\w./~-])/(ro" + r"ot|wo" + r"rk|home/\w+|tmp/\w+|Users/\w+)/")
HOSTS = re.compile(
    r"py" + r"pi\.org|pythonho" + r"sted|tsing" + r"hua|mirrors?\.\w+\.(com|cn|org)|npm" + r"js|--(extra-)?index-url "
)
MODULE = re.compile(r"(?<![\w%./*{<-])(?:\.\./)*([a-z_/]*[a-z_]\w*\.py)\b")
ELSEWHERE = re.compile(
    r"""(?:src|href|action|formaction|poster)\s*=\s*["']?(?:https?:)?//"""
    r"""|url\(\s*["']?(?:https?:)?//|@import|fetch\(\s*["']http"""
)


def _tracked() -> list[Path]:
    """Text files of the repository as git knows them; of a copy without git, those outside hidden folders."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.splitlines() if listed.returncode == 0 else [str(p.relative_to(ROOT)) for p in _visible()]
    paths = [ROOT / name for name in names]
    return [path for path in paths if path.suffix in TEXT and path.is_file()]


def _visible() -> list[Path]:
    tops = [path for path in ROOT.iterdir() if not path.name.startswith(".") and path.name != "var"]
    return [
        path for top in tops for path in ([top] if top.is_file() else top.rglob("*")) if "__pycache__" not in path.parts
    ]


def _found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _tracked()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize(
    ("pattern", "advice"),
    [
        (NOTES, "do it, or write an issue"),
        (PLACES, "a place of one machine: derive it from a setting or a temporary folder"),
        (HOSTS, "name no registry: whoever installs decides where from"),
    ],
    ids=["notes to self", "places of one machine", "registries"],
)
def test_no_line_holds(pattern: re.Pattern[str], advice: str) -> None:
    assert _found(pattern) == [], advice


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [
        str(path.relative_to(ROOT))
        for path in _tracked()
        if path.suffix == ".py" and BANNED & set(re.split(r"[_/]", str(path.relative_to(ROOT).with_suffix(""))))
    ]
    assert named == [], "name it after its subject"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_loads_nothing_from_elsewhere(path: Path) -> None:
    assert not ELSEWHERE.search(path.read_text(encoding="utf-8")), "government networks are closed: serve it ourselves"


def test_every_module_of_the_house_begins_with_what_lives_there() -> None:
    ours = [path for path in _tracked() if path.suffix == ".py" and "tests" not in path.relative_to(ROOT).parts]
    silent = [
        str(path.relative_to(ROOT))
        for path in ours
        if (text := path.read_text(encoding="utf-8")).strip() and ast.get_docstring(ast.parse(text)) is None
    ]
    assert silent == [], "a docstring of two to six lines: what lives here, what does not"


def test_files_named_in_texts_are_there() -> None:
    """A docstring or page that sends its reader to a module sends him to one that exists (ADRs tell of their day)."""
    modules = {path.relative_to(ROOT).as_posix() for path in _tracked() if path.suffix == ".py"}
    ends = {"/".join(name.split("/")[at:]) for name in modules for at in range(name.count("/") + 1)}
    texts = [path for path in _tracked() if path.suffix in {".py", ".md", ".sql"} and "adr" not in path.parts]
    lost = [
        f"{path.relative_to(ROOT)}: {named}"
        for path in texts
        for named in MODULE.findall(path.read_text(encoding="utf-8"))
        if named.strip("/") not in ends
    ]
    assert lost == []


def test_the_countys_time_is_defined_in_one_place() -> None:
    # Airflow's decorators keep the name as it is, for the page of DAGs is read from their source.
    house = ("catalog", "lake", "quality", "authorization", "exchange_api", "dags", "launch")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for package in house
        for path in sorted((ROOT / package).rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if COUNTY.search(line) and "CronTriggerTimetable" not in line
    ]
    assert [line for line in found if not line.startswith("catalog/working_days.py")] == []
    assert len(found) == 2, "the place itself: its name and its hours"


def test_where_a_kind_of_source_is_added_names_every_module_that_knows_kinds() -> None:
    (row,) = re.findall(r"^\| a kind of source \|.*$", (ROOT / "DEVELOPERS.md").read_text("utf-8"), flags=re.M)
    modules = [path for package in ("catalog", "exchange_api", "dags") for path in (ROOT / package).rglob("*.py")]
    known = {
        str(path.relative_to(ROOT)).replace("read_options.py", "read_options.csv")
        for path in modules
        if re.search(r"\"(sftp|mqtt|upstream)\"", path.read_text(encoding="utf-8"))
    }
    assert len(known) >= 5
    assert [path for path in sorted(known) if path not in row] == []


def _of_options(node: ast.AST) -> bool:
    return any(
        (isinstance(one, ast.Attribute) and one.attr == "options")
        or (isinstance(one, ast.Name) and one.id == "options")
        for one in ast.walk(node)
    )


def _bare_numbers(source: str) -> list[int]:
    """Lines where int() or float() is put to what `options` hold, or to a name such a value was given."""
    found = []
    for scope in (one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.FunctionDef)):
        values = {
            name.id
            for one in ast.walk(scope)
            if isinstance(one, ast.Assign) and _of_options(one.value)
            for target in one.targets
            for name in ast.walk(target)
            if isinstance(name, ast.Name)
        }
        for call in (one for one in ast.walk(scope) if isinstance(one, ast.Call) and one.args):
            if isinstance(call.func, ast.Name) and call.func.id in ("int", "float"):
                named = {one.id for one in ast.walk(call.args[0]) if isinstance(one, ast.Name)}
                if _of_options(call.args[0]) or named & values:
                    found.append(call.lineno)
    return found


def test_a_number_among_the_options_is_read_by_number_or_whole_alone() -> None:
    assert _bare_numbers("def a(options):\n    return int(options['x'])") == [2]
    assert _bare_numbers("def a(c):\n    n, m = c.options.get('x'), 1\n    return float(str(n))") == [3]
    packages = ("catalog", "lake", "quality", "authorization", "exchange_api", "dags")
    bare = [
        f"{path.relative_to(ROOT)}:{line}"
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
        if path != ROOT / "catalog" / "read_options.py"
        for line in _bare_numbers(path.read_text(encoding="utf-8"))
    ]
    assert bare == [], "nan, inf and ² end a load in Python's words: a line in SPANS, and number() or whole()"


def test_where_an_identifier_rule_is_added_names_the_tables_it_stands_in() -> None:
    from quality.rules import identifier

    (row,) = re.findall(r"^\| an identifier rule \|.*$", (ROOT / "DEVELOPERS.md").read_text("utf-8"), flags=re.M)
    assert set(identifier.CALLS) == set(identifier.CHECKS)
    assert "`CALLS`" in row
    assert "`CHECKS`" in row
    assert "quality/rules/identifier.py" in row
