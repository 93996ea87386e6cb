"""Great Expectations' own Data Docs from the stored verdicts: one page per dataset, built on a schedule.

Nothing is judged again. GX's pages ask a dozen other hosts for scripts, fonts and a picture that counts visits; in a
government network they must not, so scripts and whatever would leave the hub are taken out and a plain style sheet put
in their place; the index, which GX fills by script, is our own. They hold counts and rules, no value.
"""

import re
import shutil
import tempfile
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import select

from catalog import queries
from catalog.database import open_reader
from catalog.models import Dataset, RuleResult, Verdict
from catalog.settings import Settings
from quality.checkpoint.engine import load

FOLDER: Final = "data_docs"
"""Under SHUNIU_HOME; `index.html` is the beginning."""
SUCCEEDED: Final = frozenset({"passed", "not_applicable"})
STYLE: Final = (
    "<style>body{font-family:sans-serif;margin:2rem;max-width:80rem}table{border-collapse:collapse}"
    "th,td{border:1px solid #767676;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "ul{list-style:none;padding:0}</style>"
)
_SCRIPTS: Final = re.compile(r"<script\b.*?</script>|<footer\b.*?</footer>", re.I | re.S)
_ELSEWHERE: Final = re.compile(r"<(?:link|img|source|iframe)\b[^>]*(?:https?:)?//[^>]*>", re.I)
_ADDRESSES: Final = re.compile(r"(?:https?:)?//[a-z0-9][^\s\"'<>)]*", re.I)


def build(settings: Settings) -> Path:
    """Write the pages of every dataset's newest verdict, replacing what stood there as a whole; returns the folder."""
    gx = load().gx
    folder = settings.home / FOLDER
    with tempfile.TemporaryDirectory(prefix="data_docs", dir=settings.home) as work:
        context = gx.get_context(mode="file", project_root_dir=work)
        context.variables.progress_bars = {"globally": False}
        with open_reader(settings) as session:
            for code in session.scalars(select(Dataset.code).order_by(Dataset.code)):
                verdict = queries.last_verdict(session, code)
                if verdict is not None:
                    query = select(RuleResult).where(RuleResult.verdict_id == verdict.verdict_id)
                    _add(context, verdict, session.scalars(query.order_by(RuleResult.rule_id)))
        context.build_data_docs()
        site = Path(work) / "gx" / "uncommitted" / "data_docs" / "local_site"
        for page in site.rglob("*.html"):
            page.write_text(kept_in_house(page.read_text(encoding="utf-8")), encoding="utf-8")
        (site / "index.html").write_text(_index(site), encoding="utf-8")
        _swap(site, folder)
    return folder


def kept_in_house(page: str) -> str:
    """`page` without scripts and without anything another host would be asked for."""
    page = _ADDRESSES.sub("", _ELSEWHERE.sub("", _SCRIPTS.sub("", page)))
    return page.replace("</head>", f"{STYLE}</head>", 1)


def _index(site: Path) -> str:
    """One line per page of a dataset."""
    pages = sorted(site.glob("validations/*/**/*.html"))
    lines = "".join(
        f'<li><a href="{quote(str(page.relative_to(site)))}">{escape(page.parts[len(site.parts) + 1])}</a> '
        f"{escape(page.stem)}</li>"
        for page in pages
    )
    title = "数据质量验证 · Data Docs"
    return (
        f'<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{title}</title>{STYLE}</head>'
        f"<body><h1>{title}</h1><ul>{lines}</ul></body></html>"
    )


def _add(context: Any, verdict: Verdict, results: Iterable[RuleResult]) -> None:
    """Put a stored verdict into GX's store of validation results."""
    from great_expectations.core import ExpectationSuiteValidationResult, RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    run = RunIdentifier(run_name=verdict.batch_id, run_time=verdict.judged_at)
    found = [_result(each) for each in results]
    good = sum(each.success for each in found)
    batch = {
        "datasource_name": "hub",
        "data_connector_name": "verdicts",
        "data_asset_name": verdict.dataset,
        "batch_identifiers": {"batch": verdict.batch_id},
    }
    value = ExpectationSuiteValidationResult(
        success=verdict.outcome == "passed",
        results=found,
        suite_name=verdict.dataset,
        statistics={
            "evaluated_expectations": len(found),
            "successful_expectations": good,
            "unsuccessful_expectations": len(found) - good,
            "success_percent": 100 * good / len(found) if found else None,
        },
        meta={"run_id": run, "batch_spec": {}, "active_batch_definition": batch},
    )
    key = ValidationResultIdentifier(
        expectation_suite_identifier=ExpectationSuiteIdentifier(verdict.dataset),
        run_id=run,
        batch_identifier=verdict.batch_id,
    )
    context.validation_results_store.add(key=key, value=value)


def _result(each: RuleResult) -> Any:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    raised, bad = each.outcome == "error", each.b - each.a
    return ExpectationValidationResult(
        success=each.outcome in SUCCEEDED,
        expectation_config=ExpectationConfiguration(
            type="expect_rule_to_hold",
            kwargs={"rule_id": each.rule_id},
            description=f"{each.rule_id}: {each.title_zh} · {each.title_en}"
            f" (GB/T 36344 {each.dimension}, A {each.a} / B {each.b})",
            meta={"rule": each.rule_id, "indicator": each.dimension, "severity": each.severity},
        ),
        result={
            "observed_value": bad,
            "element_count": each.b,
            "unexpected_count": bad,
            "unexpected_percent": 100 * bad / each.b if each.b else None,
        },
        exception_info={
            "raised_exception": raised,
            "exception_message": "the rule could not be run" if raised else None,
            "exception_traceback": None,
        },
    )


def _swap(site: Path, folder: Path) -> None:
    """Put `site` in the place of `folder`; a crash in between leaves the old pages beside it, never half of the new."""
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    shutil.move(site, folder)
    shutil.rmtree(old, ignore_errors=True)
