-- Per indicator and period the department whose word counts: the first in order of those that published it (一数一源).
SELECT indicator_code, period, min(source_rank) AS source_rank
  FROM economy_claim
 GROUP BY indicator_code, period
