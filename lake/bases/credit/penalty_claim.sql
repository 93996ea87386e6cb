-- Every penalty once, shown to the public for three years from its decision (双公示). What stands as a credit code and is
-- none may be the number of a citizen: it goes no further.
SELECT penalty_no, CASE WHEN uscc_fault(uscc) IS NULL AND resident_id_fault(uscc) IS NOT NULL THEN uscc END AS uscc,
       name, fact, decided_on, amount, issuer, _batch AS batch,
       CAST(decided_on + INTERVAL 3 YEAR AS DATE) AS publicised_until
  FROM reform_penalty
 WHERE penalty_no IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY penalty_no ORDER BY _batch DESC, _row) = 1
