"""Great Expectations speaks for our rules: one expectation per rule, one shared metric that runs them all in one scan.

Imported lazily (great_expectations takes seconds to import); engine.load() does it. Suites are made in suites.py, the
SQL in scan.py. The metric's id is the same for every expectation of a run, so GX computes it once.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

METRIC = "table.hub_rule_counts"


class RuleRaised(Exception):
    """A rule's SQL raised: neither a fault of the data nor a pass. Carries the kind of error, never its text."""


class RuleCounts(TableMetricProvider):
    """The metric: {rule id: (A, B)} for all rules, {rule id: kind of error} for those that raised."""

    metric_name = METRIC

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,
        execution_engine: Any,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> dict[str, Any]:
        scan = execution_engine.scan
        scan.run()
        return {"counts": scan.counts, "broken": scan.broken}


class ExpectRuleToHold(BatchExpectation):
    """No assessed row breaks the rule. The observed value is the number of rows that do."""

    rule_id: str
    metric_dependencies: ClassVar[tuple[str, ...]] = (METRIC,)
    success_keys: ClassVar[tuple[str, ...]] = ("rule_id",)

    def _validate(
        self,
        metrics: Mapping[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        found = metrics[METRIC]
        if self.rule_id in found["broken"]:
            raise RuleRaised(found["broken"][self.rule_id])
        conforming, assessed = found["counts"][self.rule_id]
        bad = assessed - conforming
        return {
            "success": bad == 0,
            "result": {
                "observed_value": bad,
                "element_count": assessed,
                "unexpected_count": bad,
                "unexpected_percent": 100 * bad / assessed if assessed else None,
            },
        }
