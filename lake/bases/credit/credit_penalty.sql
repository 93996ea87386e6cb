-- Penalties that may be shown on the day of the build: neither repaired nor withdrawn, and within their publication.
-- One that is repaired or withdrawn is gone with the next build, so every consumer's copy learns of it as a deletion.
SELECT penalty.penalty_no, who.legal_id, who.legal_name, penalty.uscc, penalty.name, penalty.fact, penalty.decided_on,
       penalty.publicised_until, penalty.amount, penalty.issuer, 'reform' AS provided_by, penalty.batch
  FROM penalty_claim AS penalty
 CROSS JOIN building_day AS today
  LEFT JOIN repair_newest AS repair ON repair.document_no = penalty.penalty_no AND repair.decided_on <= today.day
  LEFT JOIN counterparty AS who ON who.dataset = 'reform_penalty' AND who.key = penalty.penalty_no
 WHERE repair.document_no IS NULL
   AND (penalty.publicised_until IS NULL OR penalty.publicised_until >= today.day)
 ORDER BY penalty.penalty_no
