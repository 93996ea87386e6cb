-- Every row a department holds about a person with a valid identity number, in one shape. One row per source row.
-- What a department does not hold is NULL. observed_at: when the source says it was true, else when it was delivered.
SELECT 'police_person' AS dataset, 'police' AS agency, _batch AS batch, _row AS row_no, updated_at AS stated_at,
       resident_id, name, sex, ethnic, birth_date, address, division_code, phone, household_no, relation,
       CASE WHEN status = '2' THEN cancelled_on END AS death_date, status
  FROM police_person
 WHERE resident_id IS NOT NULL AND resident_id_fault(resident_id) IS NULL
UNION ALL
SELECT 'health_birth', 'health', _batch, _row, CAST(NULL AS TIMESTAMPTZ),
       child_id, child_name, sex, CAST(NULL AS VARCHAR), birth_date, address, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS VARCHAR)
  FROM health_birth
 WHERE child_id IS NOT NULL AND resident_id_fault(child_id) IS NULL
UNION ALL
SELECT 'health_death', 'health', _batch, _row, CAST(NULL AS TIMESTAMPTZ),
       resident_id, name, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), death_date,
       '2'
  FROM health_death
 WHERE resident_id IS NOT NULL AND resident_id_fault(resident_id) IS NULL
UNION ALL
SELECT 'hrss_insurance', 'hrss', _batch, _row, updated_at,
       resident_id, name, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS DATE), address,
       CAST(NULL AS VARCHAR), phone, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS VARCHAR)
  FROM hrss_insurance
 WHERE resident_id IS NOT NULL AND resident_id_fault(resident_id) IS NULL
UNION ALL
SELECT 'civil_subsistence', 'civil', _batch, _row, CAST(NULL AS TIMESTAMPTZ),
       resident_id, name, sex, CAST(NULL AS VARCHAR), birth_date, address, CAST(NULL AS VARCHAR), phone,
       CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS VARCHAR)
  FROM civil_subsistence
 WHERE resident_id IS NOT NULL AND resident_id_fault(resident_id) IS NULL
UNION ALL
SELECT 'education_pupil', 'education', _batch, _row, CAST(NULL AS TIMESTAMPTZ),
       resident_id, name, sex, CAST(NULL AS VARCHAR), birth_date, address, CAST(NULL AS VARCHAR), phone,
       CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS VARCHAR)
  FROM education_pupil
 WHERE resident_id IS NOT NULL AND resident_id_fault(resident_id) IS NULL
