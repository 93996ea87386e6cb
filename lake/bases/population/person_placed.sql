-- Observations with the id of their person. This is where rows without a number would be linked to somebody.
SELECT concat('P', substr(sha256(concat(secret.secret, seen.resident_id)), 1, 24)) AS person_id,
       coalesce(seen.stated_at, batch_moment(seen.batch)) AS observed_at,
       seen.dataset, seen.agency, seen.batch, seen.row_no, seen.resident_id, seen.name, seen.sex,
       seen.ethnic, seen.birth_date, seen.address, seen.division_code, seen.phone, seen.household_no,
       seen.relation, seen.death_date, seen.status
  FROM person_observation AS seen CROSS JOIN identity_secret AS secret
