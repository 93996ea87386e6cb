-- Which person each source row belongs to; NULL where key-based fusion cannot tell (no valid identity number).
SELECT link.dataset, link.key, link.batch, link.row_no AS "row", link.resident_id IS NOT NULL AS by_key,
       CASE WHEN link.resident_id IS NOT NULL
            THEN concat('P', substr(sha256(concat(secret.secret, link.resident_id)), 1, 24)) END AS person_id
  FROM (
        SELECT 'police_person' AS dataset, person_no AS key, _batch AS batch, _row AS row_no,
               CASE WHEN resident_id_fault(resident_id) IS NULL THEN resident_id END AS resident_id
          FROM police_person
        UNION ALL
        SELECT 'health_birth' AS dataset, certificate_no AS key, _batch AS batch, _row AS row_no,
               CASE WHEN resident_id_fault(child_id) IS NULL THEN child_id END AS resident_id
          FROM health_birth
        UNION ALL
        SELECT 'health_death' AS dataset, certificate_no AS key, _batch AS batch, _row AS row_no,
               CASE WHEN resident_id_fault(resident_id) IS NULL THEN resident_id END AS resident_id
          FROM health_death
        UNION ALL
        SELECT 'hrss_insurance' AS dataset, insurance_no AS key, _batch AS batch, _row AS row_no,
               CASE WHEN resident_id_fault(resident_id) IS NULL THEN resident_id END AS resident_id
          FROM hrss_insurance
        UNION ALL
        SELECT 'civil_subsistence' AS dataset, serial_no AS key, _batch AS batch, _row AS row_no,
               CASE WHEN resident_id_fault(resident_id) IS NULL THEN resident_id END AS resident_id
          FROM civil_subsistence
        UNION ALL
        SELECT 'education_pupil' AS dataset, pupil_no AS key, _batch AS batch, _row AS row_no,
               CASE WHEN resident_id_fault(resident_id) IS NULL THEN resident_id END AS resident_id
          FROM education_pupil
       ) AS link CROSS JOIN identity_secret AS secret
 ORDER BY link.dataset, link.key, link.batch, link.row_no
