-- Observations with the id of the record and, where it is valid, the identity number (GB 11643).
-- record_id follows from dataset and key alone: a department's row stays the same record from delivery to delivery.
SELECT seen.dataset, seen.agency, seen.batch, seen.row_no, seen.source_key,
       concat('R', substr(sha256(concat(secret.secret, seen.dataset, '|', coalesce(seen.source_key, ''), '|',
            coalesce(again.turn, 1))), 1, 24))
            AS record_id,
       coalesce(seen.stated_at, batch_moment(seen.batch)) AS observed_at,
       CASE WHEN resident_id_fault(seen.resident_id) IS NULL THEN seen.resident_id END AS known_id,
       seen.resident_id, seen.name, seen.sex, seen.ethnic, seen.birth_date, seen.address, seen.division_code, seen.phone,
       seen.household_no, seen.relation, seen.death_date, seen.status
  FROM person_observation AS seen
  LEFT JOIN (SELECT counted.dataset, counted.batch, counted.row_no, counted.turn
               FROM (SELECT dataset, batch, row_no,
                            row_number() OVER (PARTITION BY dataset, source_key ORDER BY batch, row_no) AS turn
                       FROM person_observation) AS counted
              WHERE counted.turn > 1) AS again
         ON again.dataset = seen.dataset AND again.batch = seen.batch AND again.row_no = seen.row_no
 CROSS JOIN identity_secret AS secret
