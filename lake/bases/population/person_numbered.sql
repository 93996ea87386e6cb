-- Observations with the id of the record and, where it is valid, the identity number (GB 11643).
-- record_id follows from dataset and key alone: a department's row stays the same record from delivery to delivery.
SELECT seen.dataset, seen.agency, seen.batch, seen.row_no, seen.source_key,
       concat('R', substr(sha256(concat(secret.secret, seen.dataset, '|', coalesce(seen.source_key, ''), '|',
            row_number() OVER (PARTITION BY seen.dataset, seen.source_key ORDER BY seen.batch, seen.row_no))), 1, 24))
            AS record_id,
       coalesce(seen.stated_at, batch_moment(seen.batch)) AS observed_at,
       CASE WHEN resident_id_fault(seen.resident_id) IS NULL THEN seen.resident_id END AS known_id,
       seen.resident_id, seen.name, seen.sex, seen.ethnic, seen.birth_date, seen.address, seen.division_code, seen.phone,
       seen.household_no, seen.relation, seen.death_date, seen.status
  FROM person_observation AS seen CROSS JOIN identity_secret AS secret
