-- Old registration numbers whose organisation the register knows: one organisation per number, else none.
SELECT reg_no, min(substr(uscc, 9, 9)) AS org_key
  FROM market_enterprise
 WHERE reg_no IS NOT NULL AND uscc IS NOT NULL AND coalesce(uscc_fault(uscc), 'org_check') = 'org_check'
 GROUP BY reg_no
HAVING count(DISTINCT substr(uscc, 9, 9)) = 1
