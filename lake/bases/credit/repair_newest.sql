-- The last decision on every document: repaired or withdrawn. A withdrawal stands above a repair.
SELECT document_no, repair_no, repair_kind, decided_on, issuer, _batch AS batch
  FROM reform_repair
 WHERE document_no IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY document_no
             ORDER BY CASE WHEN repair_kind = '2' THEN 0 ELSE 1 END, decided_on DESC NULLS LAST, _batch DESC, _row) = 1
