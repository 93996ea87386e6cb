"""What quality is measured against: the same counts written by hand, as one DuckDB query and as GX on pandas.

Both must give the counts the hub gives, rule by rule, or nothing is measured. The query is written as somebody would
who needs these numbers once: fused, no bitmask, no names, the hub's own functions for check digits.
"""

from typing import Any

Counts = dict[str, tuple[int, int]]

QUERY = """
WITH judged AS (
    SELECT *, phone_fault(phone) AS tel, uscc_fault(uscc) AS licence, pay_base < 1000 OR pay_base > 60000 AS pay,
        CASE WHEN substr(resident_id, 7, 8) > '20261120' THEN 'date' ELSE resident_id_fault(resident_id) END AS id
    FROM {rows})
SELECT
    count(*) FILTER ((person_no IS NULL OR trim(person_no) = '') AND NOT list_contains(_bad, 'person_no')), count(*),
    count(*) FILTER ((resident_id IS NULL OR trim(resident_id) = '') AND NOT list_contains(_bad, 'resident_id')),
    count(*),
    count(*) FILTER (resident_id <> '' AND id IS NOT NULL), count(*) FILTER (resident_id <> ''),
    count(*) FILTER ((name IS NULL OR trim(name) = '') AND NOT list_contains(_bad, 'name')), count(*),
    count(*) FILTER (sex <> '' AND sex NOT IN ('0', '1', '2', '9')), count(*) FILTER (sex <> ''),
    count(*) FILTER (ethnic <> '' AND ethnic NOT IN ({ethnic})), count(*) FILTER (ethnic <> ''),
    count(*) FILTER (list_contains(_bad, 'birth_date')),
    count(*) FILTER (birth_date IS NOT NULL OR list_contains(_bad, 'birth_date')),
    count(*) FILTER (birth_date > DATE '2026-11-20'), count(birth_date),
    count(*) FILTER (birth_date IN (DATE '0001-01-01', DATE '1900-01-01')
                     OR list_contains(_notes, 'birth_date:placeholder')),
    count(*) FILTER (birth_date IS NOT NULL OR list_contains(_notes, 'birth_date:placeholder')),
    count(*) FILTER (relation <> '' AND relation NOT IN ({relation})), count(*) FILTER (relation <> ''),
    count(*) FILTER (division_code <> '' AND division_code NOT IN ({division})), count(*) FILTER (division_code <> ''),
    count(*) FILTER (phone <> '' AND tel IS NOT NULL), count(*) FILTER (phone <> ''),
    count(*) FILTER (status <> '' AND status NOT IN ('1', '2', '3')), count(*) FILTER (status <> ''),
    count(*) FILTER (uscc <> '' AND licence IS NOT NULL AND licence <> 'org_check'), count(*) FILTER (uscc <> ''),
    count(*) FILTER (uscc <> '' AND licence = 'org_check'), count(*) FILTER (uscc <> ''),
    count(*) FILTER (list_contains(_bad, 'pay_base')),
    count(*) FILTER (pay_base IS NOT NULL OR list_contains(_bad, 'pay_base')),
    count(*) FILTER (list_contains(_bad, 'updated_at')),
    count(*) FILTER (updated_at IS NOT NULL OR list_contains(_bad, 'updated_at')),
    count(*) FILTER (updated_at > TIMESTAMP '2026-11-20 08:05:00'), count(updated_at),
    count(person_no) - count(DISTINCT person_no), count(person_no),
    (SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM {rows} WHERE resident_id <> ''
                                      GROUP BY resident_id HAVING count(*) > 1)), count(*) FILTER (resident_id <> ''),
    count(*) FILTER (id IS NULL AND length(resident_id) = 18
                     AND strftime(birth_date, '%Y%m%d') <> substr(resident_id, 7, 8)),
    count(*) FILTER (id IS NULL AND length(resident_id) = 18 AND birth_date IS NOT NULL),
    count(*) FILTER (id IS NULL AND length(resident_id) = 18 AND sex IN ('1', '2')
                     AND (ascii(substr(resident_id, 17, 1)) % 2 = 1) <> (sex = '1')),
    count(*) FILTER (id IS NULL AND length(resident_id) = 18 AND sex IN ('1', '2')),
    count(*) FILTER (pay), count(pay), CASE WHEN count(*) = 0 THEN 1 ELSE 0 END, 1, 0, 0
FROM judged
"""
RULES = (
    *("person_no.required", "resident_id.required", "resident_id.check_digit", "name.required", "sex.code_list"),
    *("ethnic.code_list", "birth_date.unreadable", "birth_date.future", "birth_date.placeholder"),
    *("relation.code_list", "division_code.known", "phone.format", "status.code_list", "uscc.check_digit"),
    *("uscc.org_check", "pay_base.unreadable", "updated_at.unreadable", "updated_at.future", "key.duplicate"),
    *("resident_id.duplicate", "row.birth_matches_id", "row.sex_matches_id", "row.pay_out_of_range"),
    *("dataset.not_empty", "dataset.row_count"),
)
"""In the order of the query's answers, two each: rows that break the rule, rows assessed."""


def by_hand(connection: Any, relation: str) -> Counts:
    """(A, B) per rule, by one query over `relation` on a connection that has the hub's functions."""
    from catalog.standards.code_lists import code_list

    lists = {"ethnic": "ethnic", "relation": "family_relation", "division": "division"}
    codes = {place: ", ".join(f"'{code}'" for code in code_list(name)) for place, name in lists.items()}
    (found,) = connection.execute(QUERY.format(rows=relation, **codes)).fetchall()
    pairs = zip(RULES, found[::2], found[1::2], strict=True)
    return {rule: (int(seen) - int(bad), int(seen)) for rule, bad, seen in pairs}
