"""Judge one delivery, or one built table: rules, checkpoint, gate; then findings, quarantine and accepted rows.

Exactly once per batch: every write carries the run id `<batch>:judge`, and the verdict is stored last. Killed anywhere
and run again, it ends in the same state. While a rule cannot be run nothing is written but the verdict 'error', and the
batch may be judged again. The staged file stays; maintenance removes it later.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from catalog.contracts import Contract
from catalog.errors import NotFound
from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import confine, connect
from lake.layout import Layout
from quality import verdicts
from quality.checkpoint.outcomes import outcomes
from quality.figures import profile
from quality.figures.drift import compare, drift_rules
from quality.gate import Decision, Waiver, decide, with_waivers
from quality.marking import judged, rowmask
from quality.marking.scan import ROWS, Scan
from quality.rules.derivation import rules_for
from quality.rules.rule import Rule, RuleResult, Verdict


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
    history = verdicts.history(settings, contract.dataset, batch_id)
    rules = rules_for(contract, hub_id=settings.hub_id, history=history)
    with connect(settings, extensions=_extensions(contract), keep_order=False) as connection:
        judged.leave_room(connection)
        confine(connection, settings)
        judged.view_batch(connection, settings, contract, batch_id)
        if contract.mode == "snapshot":  # only a whole can be held against the last whole
            rules = (*rules, *_drift_rules(settings, connection, contract.dataset, contract.agency))
        scan = Scan(connection, with_waivers(rules, waived, now), contract.keys, now, settings.rule_seconds)
        results = outcomes(scan, contract.dataset)
        held, changed = rowmask.held_rows(scan), judged.changes(connection)
        decision = decide(results, waived, now=now, rows=scan.rows, accepted=scan.rows - held)
        if decision.outcome != "error":
            _write(settings, contract, batch_id, scan, goes_on=decision.goes_on)
    rows = scan.rows + history.left_out  # as delivered: see catalog.actions.erasures.left_out
    verdict = _verdict(contract.dataset, batch_id, verdict_id, decision, scan, rows, results, held, changed)
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
        owner = next((rule.owner for rule in rules), by)
        rules = (*rules, *_drift_rules(settings, connection, name, owner))
        scan = Scan(connection, rules, keys, now, settings.rule_seconds)
        results = outcomes(scan, name)
        decision = decide(results, now=now, rows=scan.rows, accepted=scan.rows)
        if decision.outcome != "error":
            _write_findings(settings, name, batch_id, scan)
    verdict = _verdict(name, batch_id, verdict_id, decision, scan, scan.rows, results, 0, {})
    verdicts.store(settings, verdict, by=by, now=now)
    return verdict


def _drift_rules(settings: Settings, connection: Any, dataset: str, owner: str) -> tuple[Rule, ...]:
    """How far the relation judged has moved from the version published last; nothing for the first one."""
    last = profile.newest(settings, dataset)
    if not last:
        return ()
    return tuple(drift_rules(dataset, owner, compare(profile.measure(connection, ROWS), last[0].columns)))


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
    rows: int,
    results: tuple[RuleResult, ...],
    held: int,
    changed: Mapping[str, int],
) -> Verdict:
    return Verdict(
        verdict_id=verdict_id,
        dataset=dataset,
        batch_id=batch_id,
        outcome=decision.outcome,
        rows=rows,
        accepted=rows - held,
        quarantined=held,
        judged_at=scan.now,
        results=results,
        changes=changed,
    )


def _extensions(contract: Contract) -> tuple[str, ...]:
    return ("spatial",) if any(item.kind == "geometry" for item in contract.items) else ()


def _spatial(rules: Iterable[Rule]) -> tuple[str, ...]:
    return ("spatial",) if any("ST_" in fact.sql for rule in rules for fact in rule.facts) else ()
