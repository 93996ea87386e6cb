-- Penalties no longer shown, and why, since when and by whose decision: nothing is said of what they were for
-- or whom they were about, or else this table would be the list of everybody who was ever penalised.
SELECT penalty.penalty_no,
       CASE WHEN repair.repair_kind = '2' THEN 'withdrawn' WHEN repair.document_no IS NOT NULL THEN 'repaired'
            ELSE 'lapsed' END AS reason,
       CASE WHEN repair.document_no IS NOT NULL THEN repair.decided_on ELSE penalty.publicised_until END AS removed_on,
       repair.repair_no, repair.issuer AS decided_by, 'reform' AS provided_by,
       coalesce(repair.batch, penalty.batch) AS batch
  FROM penalty_claim AS penalty
 CROSS JOIN building_day AS today
  LEFT JOIN repair_newest AS repair ON repair.document_no = penalty.penalty_no AND repair.decided_on <= today.day
 WHERE repair.document_no IS NOT NULL OR penalty.publicised_until < today.day
 ORDER BY penalty.penalty_no
