"""All rules over all rows in one scan: the SQL that marks, per row, which rules it broke and which were assessed.

The marks (one bit per rule) stay in a temporary table: the counts A and B, the findings and the quarantine are read
from it, so no rule is evaluated twice. A rule whose SQL raises, or one written in a contract that takes longer than it
may, is found and set aside; the others still run.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lake.engines.expressions import endless, is_expression, tables_given
from lake.engines.limits import TooSlow, limited
from quality.rules.rule import Rule, quoted, wall_clock

ROWS = "staged"
"""The relation judged: a view that has `_row`, `_bad`, `_notes` and every item."""

MARKS = "hub_marks"
"""The marks: `_row`, `_key` (of rows that broke a rule), `bad<n>`, `seen<n>`; rule i is bit i % 60 of word i // 60."""

ESCAPING = "NotOneExpression"
"""The kind of error of a rule whose text is more than one expression over what it was given."""

ENDLESS = "NoLimitHolds"
"""The kind of error of a rule with a function that no time limit holds for; a colon and the function follow."""

log = logging.getLogger(__name__)
_WORD = 60  # rules per BIGINT: whole, never negative


@dataclass
class Scan:
    """One run of the rules over one relation on `connection`, and what became of it.

    `rules` in the order of their bits. After run(): `counts` has (A, B) per rule id, `broken` the ids of rules that
    raised with the kind of error (never its text, which could hold data), `rows` the number of rows. `seconds`: how
    long a rule that a contract wrote may take; 0 is for ever.
    """

    connection: Any
    rules: tuple[Rule, ...]
    keys: tuple[str, ...]
    now: datetime
    seconds: float = 0
    rows: int = 0
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    done: bool = False

    def run(self) -> None:
        """Mark every row and count. Rules that raise end up in `broken`, whatever raised in them."""
        marked = [rule for rule in self.rules if rule.scope != "dataset"]
        whole = [rule for rule in self.rules if rule.scope == "dataset"]
        self.broken.update(unplannable(self.connection, self.rules, self.now, self.seconds))
        sound = self._sound(marked)
        try:
            with limited(self.connection, self.seconds * sum(rule.written for rule in sound)):
                self._mark(sound)
        except Exception as error:
            faults = self._faults(sound)
            if not faults and not isinstance(error, TooSlow):
                raise
            self.broken.update(faults)
            self._mark(self._sound(marked))  # what is left is linear, or stayed within its time
        self._count(self._sound(marked))
        for rule in self._sound(whole):
            self._count_whole(rule)
        self.done = True

    def bit(self, rule: Rule) -> tuple[int, int]:
        """Word and value of the bit that stands for `rule`."""
        return _bit(self.rules.index(rule))

    def broke(self, rules: Iterable[Rule]) -> str:
        """SQL over the marks, TRUE for rows that broke at least one of `rules`."""
        masks: dict[int, int] = {}
        for rule in rules:
            word, value = self.bit(rule)
            masks[word] = masks.get(word, 0) | value
        return " OR ".join(f"bad{word} & {mask} <> 0" for word, mask in masks.items()) or "FALSE"

    def failing(self) -> list[Rule]:
        """The row rules at least one row broke, in order."""
        return [
            rule
            for rule in self.rules
            if rule.scope != "dataset" and rule.rule_id in self.counts and _missed(self.counts[rule.rule_id])
        ]

    def _faults(self, rules: Sequence[Rule]) -> dict[str, str]:
        """Rules that raise or take too long: those of a contract one by one, each with its own time, then the rest."""
        written = [rule for rule in rules if rule.written]
        found = ((rule.rule_id, _error(self.connection, _probe([rule]), self.now, self.seconds)) for rule in written)
        broken = {rule_id: kind for rule_id, kind in found if kind is not None}
        return broken | _raising(self.connection, [rule for rule in rules if not rule.written], self.now)

    def _mark(self, rules: Sequence[Rule]) -> None:
        self.connection.execute(marks_sql(rules, self.rules, self.keys, self.now))

    def _sound(self, rules: Iterable[Rule]) -> list[Rule]:
        return [rule for rule in rules if rule.rule_id not in self.broken]

    def _count(self, rules: Sequence[Rule]) -> None:
        columns = ["n"]
        for rule in rules:
            word, value = self.bit(rule)
            columns += [
                f"CASE WHEN seen{word} & {value} <> 0 THEN n END",
                f"CASE WHEN bad{word} & {value} <> 0 THEN n END",
            ]
        sums = ", ".join(f"coalesce(sum({column}), 0)" for column in columns)
        # Many rows, few patterns of marks: counting patterns first leaves next to nothing to add up per rule.
        patterns = f"SELECT count(*) AS n, COLUMNS('^(bad|seen)[0-9]+$') FROM {MARKS} GROUP BY ALL"
        (found,) = self.connection.execute(f"SELECT {sums} FROM ({patterns})").fetchall()
        self.rows = int(found[0])
        for rule, seen, bad in zip(rules, found[1::2], found[2::2], strict=True):
            self.counts[rule.rule_id] = (int(seen) - int(bad), int(seen))

    def _count_whole(self, rule: Rule) -> None:
        sql = f"SELECT count(*), ({rule.applies_sql})::BOOLEAN, ({rule.sql})::BOOLEAN FROM {{rows}}"
        try:
            ((_, applies, bad),) = self.connection.execute(_filled(sql, self.now)).fetchall()
        except Exception as error:
            self.broken[rule.rule_id] = type(error).__name__
            return
        self.counts[rule.rule_id] = (0 if bad else 1, 1) if applies else (0, 0)


def marks_sql(rules: Sequence[Rule], places: Sequence[Rule], keys: Sequence[str], now: datetime) -> str:
    """The statement that makes the marks: facts once per row, then one bit per rule, then the key if any bit is set.

    `places` gives every rule its bit, so that setting a rule aside moves no other.
    """
    words = range(len(places) // _WORD + 1)
    columns = [f"{_word(rules, places, word, _bad)} AS bad{word}" for word in words]
    columns += [f"{_word(rules, places, word, _seen)} AS seen{word}" for word in words]
    any_bad = " OR ".join(f"bad{word} <> 0" for word in words)
    key = key_sql(keys)
    carried = "".join(f", {quoted(name)}" for name in keys)
    marks = ", ".join(f"bad{word}, seen{word}" for word in words)
    inner = f"SELECT _row{carried}, {', '.join(columns)} FROM {_with_facts(rules)}"
    return _filled(
        f"CREATE OR REPLACE TEMP TABLE {MARKS} AS "
        f"SELECT _row, CASE WHEN {any_bad} THEN {key} END AS _key, {marks} FROM ({inner}) AS marked",
        now,
    )


def key_sql(keys: Sequence[str]) -> str:
    """The key of a row as findings carry it: its key items joined by '|'; NULL for a table without any."""
    return " || '|' || ".join(f"coalesce({quoted(name)}::VARCHAR, '')" for name in keys) or "NULL::VARCHAR"


def _word(rules: Sequence[Rule], places: Sequence[Rule], word: int, condition: Any) -> str:
    """Sum of the bits of the rules in one word whose condition holds. Rules with the same condition share one test."""
    values: dict[str, int] = {}
    index = {rule.rule_id: place for place, rule in enumerate(places)}
    for rule in rules:
        at, value = _bit(index[rule.rule_id])
        if at == word:
            values[condition(rule)] = values.get(condition(rule), 0) + value
    terms = [f"CASE WHEN {sql} THEN {value} ELSE 0 END" for sql, value in values.items()]
    return f"({' + '.join(terms) or '0'})::BIGINT"


def _seen(rule: Rule) -> str:
    return f"({rule.applies_sql})"


def _bad(rule: Rule) -> str:
    return f"({rule.sql})" if rule.applies_sql == "TRUE" else f"({rule.applies_sql}) AND ({rule.sql})"


def _with_facts(rules: Iterable[Rule]) -> str:
    """The relation judged, with every fact the rules need as a column of its own (so it is computed once)."""
    facts = {fact.name: fact.sql for rule in rules for fact in rule.facts}
    extra = "".join(f", {sql} AS {name}" for name, sql in facts.items())
    return f"(SELECT *{extra} FROM {{rows}}) AS judged" if extra else "{rows}"


def _probe(rules: Sequence[Rule]) -> str:
    """A statement that evaluates `rules` on every row and nothing else."""
    tests = ", ".join(f"count(*) FILTER ({_bad(rule)}), count(*) FILTER ({_seen(rule)})" for rule in rules)
    return f"SELECT {tests} FROM {_with_facts(rules)}"


def unplannable(connection: Any, rules: Sequence[Rule], now: datetime, seconds: float = 0) -> dict[str, str]:
    """Rules the engine cannot even plan (syntax, unknown column or function), or that are more than an expression.

    A text that ends the expression it stands in, or reads what the rule was not given, never reaches the engine: it
    would run with the hub's own rights. Nor does one that no time limit would hold for: planning computes what is
    constant. Costs one plan when all are sound; `seconds` is how long that of a single rule may take, 0 for ever.
    """
    broken = unlimited(connection, rules, now)
    given = tables_given(connection)
    for rule in rules:
        if rule.rule_id not in broken and (kind := _escaping(connection, rule, given, now, seconds * rule.written)):
            broken[rule.rule_id] = kind
    rows = [rule for rule in rules if rule.scope != "dataset" and rule.rule_id not in broken]
    if not rows or _error(connection, f"EXPLAIN {_probe(rows)}", now, seconds * len(rows)) is None:
        return broken
    found = ((rule.rule_id, _error(connection, f"EXPLAIN {_probe([rule])}", now, seconds)) for rule in rows)
    return broken | {rule_id: kind for rule_id, kind in found if kind is not None}


def unlimited(connection: Any, rules: Iterable[Rule], now: datetime) -> dict[str, str]:
    """Rules written in a contract with a function that no time limit holds for: by id, ENDLESS and that function."""
    found = {}
    for rule in rules:
        texts = _texts(rule, now) if rule.written else ()
        name = next((name for text in texts if (name := endless(connection, text))), "")
        if name:
            log.warning("rule %s is not run: %s can keep the engine busy for ever on a single row", rule.rule_id, name)
            found[rule.rule_id] = f"{ENDLESS}:{name}"
    return found


def _escaping(connection: Any, rule: Rule, given: frozenset[str], now: datetime, seconds: float) -> str | None:
    """The kind of error of a rule that is not one expression over what it was given, or takes too long to be read."""
    try:
        with limited(connection, seconds):
            sound = all(is_expression(connection, text, given) for text in _texts(rule, now))
    except TooSlow as error:
        return type(error).__name__
    return None if sound else ESCAPING


def _texts(rule: Rule, now: datetime) -> set[str]:
    return {_filled(text, now) for text in (rule.sql, rule.applies_sql, *(fact.sql for fact in rule.facts))}


def _raising(connection: Any, rules: Sequence[Rule], now: datetime) -> dict[str, str]:
    """Rules that raise on the data, found by halving: a few scans, and only when something raised at all."""
    kind = _error(connection, _probe(rules), now) if rules else None
    if kind is None:
        return {}
    if len(rules) == 1:
        return {rules[0].rule_id: kind}
    half = len(rules) // 2
    return _raising(connection, rules[:half], now) | _raising(connection, rules[half:], now)


def _error(connection: Any, sql: str, now: datetime, seconds: float = 0) -> str | None:
    try:
        with limited(connection, seconds):
            connection.execute(_filled(sql, now)).fetchall()
    except Exception as error:
        return type(error).__name__
    return None


def _filled(sql: str, now: datetime) -> str:
    return sql.replace("{rows}", ROWS).replace("{now}", wall_clock(now))


def _bit(index: int) -> tuple[int, int]:
    return index // _WORD, 1 << (index % _WORD)


def _missed(counts: tuple[int, int]) -> int:
    return counts[1] - counts[0]
