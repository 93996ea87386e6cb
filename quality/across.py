"""Judge what only settled tables can tell: the rules between datasets, over the newest standard tables of all sides.

The outcome is a new verdict on the dataset's last batch: what the batch's own rules had found, and beside it what the
rules between datasets find now. It is asked again only when one of the tables, or a rule, has changed. Rows stay where
they are; findings point to the batch and row they were delivered in, and are written once.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from catalog.contracts import Contract
from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import confine, connect
from lake.layout import Layout
from quality import verdicts
from quality.checkpoint.outcomes import outcomes, unasked
from quality.gate import Waiver, decide, with_waivers
from quality.marking import judged
from quality.marking.scan import MARKS, ROWS, Scan
from quality.rules.across import LINKS, AcrossRule, across_rules, view_of
from quality.rules.rule import Rule, RuleResult, Verdict, literal, moment

_BATCH_ROWS = 50_000


def judge_across(
    settings: Settings, contract: Contract, *, now: datetime, by: str = "quality", waivers: Iterable[Waiver] = ()
) -> Verdict | None:
    """The verdict of the rules between datasets on `contract`, with those of its last batch; the same again is stored.

    None when there are no such rules, or no batch was found fit whose rows could be asked. A rule whose other side has
    no standard table yet is not applicable. Raises ContractBroken when a rule is not whole.
    """
    asked = _question(settings, contract)
    known = verdicts.read(settings, asked.verdict_id) if asked else None
    if asked is None or known is not None:
        return known
    base, given, versions, verdict_id = asked.base, asked.given, asked.versions, asked.verdict_id
    waived = tuple(waivers)
    ready = [one.rule for one in given if all(versions[other] is not None for other in one.others)]
    found = _ask(settings, contract, with_waivers(ready, waived, now), versions, verdict_id, now)
    results = tuple(found.get(one.rule.rule_id, unasked(one.rule)) for one in given)
    own = tuple(result for result in base.results if result.scope != "across")
    every = (*own, *results)
    decision = decide(every, waived, now=now, rows=base.rows, accepted=base.accepted)
    verdict = replace(base, verdict_id=verdict_id, outcome=decision.outcome, judged_at=now, results=every)
    verdicts.store(settings, verdict, by=by, now=now)
    return verdict


def pending(settings: Settings, contract: Contract) -> bool:
    """Is there something to ask that was not asked of these very tables before? Raises like judge_across."""
    asked = _question(settings, contract)
    return asked is not None and verdicts.read(settings, asked.verdict_id) is None


def through_identity(contract: Contract) -> bool:
    """Does a rule of `contract` look at whom rows are about? Then it is asked once the base is built, too."""
    return any(not LINKS.isdisjoint(one.others) for one in across_rules(contract))


def only_across(verdict: Verdict) -> Verdict:
    """The same verdict with the results of rules between datasets alone, as their tickets are to follow it."""
    return replace(verdict, results=tuple(result for result in verdict.results if result.scope == "across"))


@dataclass(frozen=True)
class _Question:
    """The verdict on the last batch, the rules, the version of every table (None: not there), the id of the answer."""

    base: Verdict
    given: tuple[AcrossRule, ...]
    versions: Mapping[str, int | None]
    verdict_id: str


def _question(settings: Settings, contract: Contract) -> _Question | None:
    given = across_rules(contract)
    base = verdicts.fit_batch(settings, contract.dataset) if given else None
    if base is None:
        return None
    versions = _versions(settings, contract, given)
    if versions[contract.dataset] is None:
        return None
    return _Question(base, given, versions, f"{base.batch_id}{verdicts.ACROSS}{_digest(versions, given)}")


def _versions(settings: Settings, contract: Contract, given: Iterable[AcrossRule]) -> dict[str, int | None]:
    layout = Layout(settings.lake_url)
    names = {contract.dataset, *(other for one in given for other in one.others)}
    return {name: tables.version(_uri(layout, name), settings=settings) for name in sorted(names)}


def _uri(layout: Layout, name: str) -> str:
    return layout.base(name) if name in LINKS else layout.standard(name)


def _digest(versions: Mapping[str, int | None], given: Iterable[AcrossRule]) -> str:
    told = (sorted(versions.items()), [(one.rule.rule_id, one.rule.applies_sql, one.rule.sql) for one in given])
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12]


def _ask(
    settings: Settings,
    contract: Contract,
    rules: tuple[Rule, ...],
    versions: Mapping[str, int | None],
    verdict_id: str,
    now: datetime,
) -> dict[str, RuleResult]:
    """Results by rule id; the rows that broke one are written as findings on the way."""
    if not rules:
        return {}
    layout = Layout(settings.lake_url)
    with connect(settings, keep_order=False) as connection:
        confine(connection, settings)
        for name, version in versions.items():
            if version is not None:
                table = tables.scan(_uri(layout, name), version, settings=settings)
                judged.view_settled(connection, view_of(name), table, placed=name not in LINKS)
        connection.execute(f"CREATE OR REPLACE VIEW {ROWS} AS SELECT * FROM {view_of(contract.dataset)}")
        scan = Scan(connection, rules, contract.keys, now, settings.rule_seconds)
        results = {result.rule_id: result for result in outcomes(scan, contract.dataset)}
        _write_findings(settings, layout.findings(contract.dataset), contract.dataset, scan, verdict_id)
    return results


def _write_findings(settings: Settings, uri: str, dataset: str, scan: Scan, verdict_id: str) -> None:
    """What was not found before, each in the partition of the batch it was delivered in."""
    failing = scan.failing()
    if not failing:
        return
    scan.connection.execute(f"CREATE TEMP TABLE hub_broken AS {_new_findings(settings, uri, dataset, scan, failing)}")
    batches = scan.connection.execute("SELECT DISTINCT batch FROM hub_broken ORDER BY batch").fetchall()
    for (batch,) in batches:
        rows = _of_batch(scan.connection, batch)
        run_id, of_batch = f"{verdict_id}:{batch}", {"batch": batch}
        tables.write(uri, rows, mode="append", run_id=run_id, partition=of_batch, settings=settings)


def _of_batch(connection: Any, batch: str) -> Any:
    query = "SELECT * EXCLUDE (batch) FROM hub_broken WHERE batch = $1 ORDER BY rule, row"
    return connection.execute(query, [batch]).to_arrow_reader(_BATCH_ROWS)


def _new_findings(settings: Settings, uri: str, dataset: str, scan: Scan, failing: list[Rule]) -> str:
    branches = " UNION ALL ".join(
        f"SELECT {literal(dataset)} AS dataset, split_part(_row, ':', 2)::BIGINT AS row, _key AS key, "
        f"{literal(rule.rule_id)} AS rule, {literal(rule.item)} AS item, {literal(rule.severity)} AS severity, "
        f"{moment(scan.now)} AS judged_at, split_part(_row, ':', 1) AS batch FROM {MARKS} WHERE {scan.broke([rule])}"
        for rule in failing
    )
    if tables.version(uri, settings=settings) is None:
        return branches
    known = f"SELECT batch, row, rule FROM {tables.scan(uri, settings=settings)} WHERE starts_with(rule, 'across.')"
    return f"SELECT f.* FROM ({branches}) AS f ANTI JOIN ({known}) AS k USING (batch, row, rule)"
