"""Judge one delivery, or one built table: rules, checkpoint, gate; then findings, quarantine and accepted rows.

Exactly once per batch: every write carries the run id `<batch>:judge`, and the verdict is stored last. Killed anywhere
and run again, it ends in the same state. While a rule cannot be run nothing is written but the verdict 'error', and the
batch may be judged again. The staged file stays; maintenance removes it later.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from catalog.contracts import Contract
from catalog.errors import NotFound, Unavailable
from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import confine, connect
from lake.layout import Layout
from quality import judged, rowmask, verdicts
from quality.engine import checkpoint
from quality.gate import Decision, Waiver, decide, with_waivers
from quality.rules import Outcome, Rule, RuleResult, Verdict
from quality.scan import Scan
from quality.suites import rules_for, suite_for


def judge(
    settings: Settings,
    contract: Contract,
    batch_id: str,
    *,
    now: datetime,
    by: str = "quality",
    waivers: Iterable[Waiver] = (),
) -> Verdict:
    """Judge the staged batch and send its rows where they belong; the same batch again returns the stored verdict.

    Standard zone: snapshot replaces, incremental merges by key, append appends; only when the verdict is fit. Findings
    and quarantine are written when it is blocked too; after 'error' the batch is judged anew when it comes again.
    Raises NotFound when the batch is not staged, ContractBroken when the staged file lacks a column of the contract.
    """
    known, verdict_id = verdicts.settled(settings, batch_id)
    if known is not None:
        return known
    waived = tuple(waivers)
    history = verdicts.history(settings, contract.dataset)
    rules = with_waivers(rules_for(contract, hub_id=settings.hub_id, history=history), waived, now)
    with connect(settings, extensions=_extensions(contract), keep_order=False) as connection:
        confine(connection, settings)
        judged.view_batch(connection, settings, contract, batch_id)
        scan = Scan(connection, rules, contract.keys, now)
        results = _run(scan, contract.dataset)
        held, changed = rowmask.held_rows(scan), judged.changes(connection)
        decision = decide(results, waived, now=now, rows=scan.rows, accepted=scan.rows - held)
        if decision.outcome != "error":
            _write(settings, contract, batch_id, scan, goes_on=decision.goes_on)
    verdict = _verdict(contract.dataset, batch_id, verdict_id, decision, scan, results, held, changed)
    verdicts.store(settings, verdict, by=by, now=now)
    return verdict


def judge_table(
    settings: Settings, name: str, uri: str, rules: Sequence[Rule], *, now: datetime, by: str = "quality"
) -> Verdict:
    """Judge the newest version of a base or topic table. Rows that break a rule are findings; none is held back.

    The verdict is for that version ('<name>@<version>'); judged again, the stored one is returned. Raises NotFound when
    there is no such table.
    """
    version = tables.version(uri, settings=settings)
    if version is None:
        raise NotFound(
            f"表 {name} 尚未建成。", f"Table {name} has not been built yet.", code="table_missing", table=name
        )
    batch_id = f"{name}@{version}"
    known, verdict_id = verdicts.settled(settings, batch_id)
    if known is not None:
        return known
    with connect(settings, extensions=_spatial(rules)) as connection:
        confine(connection, settings)
        judged.view_table(connection, tables.scan(uri, version, settings=settings))
        keys = next((rule.items for rule in rules if rule.rule_id == "key.duplicate"), ())
        scan = Scan(connection, tuple(rules), keys, now)
        results = _run(scan, name)
        decision = decide(results, now=now, rows=scan.rows, accepted=scan.rows)
        if decision.outcome != "error":
            _write_findings(settings, name, batch_id, scan)
    verdict = _verdict(name, batch_id, verdict_id, decision, scan, results, 0, {})
    verdicts.store(settings, verdict, by=by, now=now)
    return verdict


def _run(scan: Scan, dataset: str) -> tuple[RuleResult, ...]:
    """One result per rule, as the GX checkpoint saw it."""
    if not scan.rules:
        scan.run()
        return ()
    outcome = checkpoint(scan, suite_for(dataset, scan.rules))
    if not scan.done:
        raise Unavailable(
            f"数据集 {dataset} 的质量检查未能执行，可能是内存或磁盘不足。原有数据保持不变，请稍后重试。",
            f"The rules of {dataset} could not be run; memory or disk may be short. What was there stays. Try again.",
            code="judgement_failed",
            dataset=dataset,
        )
    (validation,) = outcome.run_results.values()
    found = {each.expectation_config.meta["rule"]: each for each in validation.results}
    return tuple(_result(rule, found[rule.rule_id]) for rule in scan.rules)


def _result(rule: Rule, seen: Any) -> RuleResult:
    raised = bool(seen.exception_info and seen.exception_info.get("raised_exception"))
    assessed = 0 if raised else int(seen.result["element_count"])
    conforming = assessed - (0 if raised else int(seen.result["unexpected_count"]))
    return RuleResult(
        rule_id=rule.rule_id,
        item=rule.item,
        scope=rule.scope,
        severity=rule.severity,
        dimension=rule.dimension,
        title_zh=rule.title_zh,
        title_en=rule.title_en,
        a=conforming,
        b=assessed,
        outcome=_outcome(raised, assessed, bool(seen.success)),
    )


def _outcome(raised: bool, assessed: int, success: bool) -> Outcome:
    """Three states and none: a rule that raised is no fault of the data, and nothing assessed is no 100 %."""
    if raised:
        return "error"
    if assessed == 0:
        return "not_applicable"
    return "passed" if success else "failed"


def _write(settings: Settings, contract: Contract, batch_id: str, scan: Scan, *, goes_on: bool) -> None:
    """Findings, quarantine, and, if the delivery goes on, the standard table: in this order, each once per batch."""
    layout, run_id = Layout(settings.lake_url), f"{batch_id}:judge"
    names = [item.name for item in contract.items]
    _write_findings(settings, contract.dataset, batch_id, scan)
    held = rowmask.quarantine(scan, names, scan.now)
    if held is not None:
        uri, of_batch = layout.quarantine(contract.dataset), {"_batch": batch_id}
        tables.write(uri, held, mode="append", run_id=run_id, partition=of_batch, settings=settings)
    if not goes_on:
        return
    rows, uri = rowmask.accepted(scan, names), layout.standard(contract.dataset)
    match contract.mode:
        case "incremental":
            tables.merge(uri, rows, keys=contract.keys, run_id=run_id, settings=settings)
        case "append":
            tables.write(uri, rows, mode="append", run_id=run_id, settings=settings)
        case _:
            tables.write(uri, rows, mode="overwrite", run_id=run_id, settings=settings)


def _write_findings(settings: Settings, dataset: str, batch_id: str, scan: Scan) -> None:
    found = rowmask.findings(scan, dataset, scan.now)
    if found is not None:
        uri = Layout(settings.lake_url).findings(dataset)
        run_id, of_batch = f"{batch_id}:judge", {"batch": batch_id}
        tables.write(uri, found, mode="append", run_id=run_id, partition=of_batch, settings=settings)


def _verdict(
    dataset: str,
    batch_id: str,
    verdict_id: str,
    decision: Decision,
    scan: Scan,
    results: tuple[RuleResult, ...],
    held: int,
    changed: Mapping[str, int],
) -> Verdict:
    return Verdict(
        verdict_id=verdict_id,
        dataset=dataset,
        batch_id=batch_id,
        outcome=decision.outcome,
        rows=scan.rows,
        accepted=scan.rows - held,
        quarantined=held,
        judged_at=scan.now,
        results=results,
        changes=changed,
    )


def _extensions(contract: Contract) -> tuple[str, ...]:
    return ("spatial",) if any(item.kind == "geometry" for item in contract.items) else ()


def _spatial(rules: Iterable[Rule]) -> tuple[str, ...]:
    return ("spatial",) if any("ST_" in fact.sql for rule in rules for fact in rule.facts) else ()
