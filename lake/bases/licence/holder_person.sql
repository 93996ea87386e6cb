-- One person per identity number of the population base.
SELECT resident_id, min(person_id) AS person_id, min(name) AS name
  FROM population
 WHERE resident_id IS NOT NULL
 GROUP BY resident_id
HAVING count(*) = 1
