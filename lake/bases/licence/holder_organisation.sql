-- One legal person per credit code of the legal-person base.
SELECT uscc, min(legal_id) AS legal_id, min(name) AS name
  FROM legal_person
 WHERE uscc IS NOT NULL
 GROUP BY uscc
HAVING count(*) = 1
