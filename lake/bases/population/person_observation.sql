-- Every row a department holds about a person, in one shape. One row per source row.
-- What a department does not hold is NULL. stated_at: when the source says it was true.
SELECT 'police_person' AS dataset, 'police' AS agency, _batch AS batch, _row AS row_no,
       person_no AS source_key, updated_at AS stated_at, resident_id, name, sex, ethnic, birth_date, address,
       division_code, phone, household_no, relation,
       CASE WHEN status = '2' THEN cancelled_on END AS death_date, status
  FROM police_person
UNION ALL
SELECT 'health_birth', 'health', _batch, _row, certificate_no, CAST(NULL AS TIMESTAMPTZ),
       child_id, child_name, sex, CAST(NULL AS VARCHAR), birth_date, address, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS VARCHAR)
  FROM health_birth
UNION ALL
SELECT 'health_death', 'health', _batch, _row, certificate_no, CAST(NULL AS TIMESTAMPTZ),
       resident_id, name, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), death_date,
       '2'
  FROM health_death
UNION ALL
SELECT 'hrss_insurance', 'hrss', _batch, _row, insurance_no, updated_at,
       resident_id, name, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS DATE), address,
       CAST(NULL AS VARCHAR), phone, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS VARCHAR)
  FROM hrss_insurance
UNION ALL
SELECT 'civil_subsistence', 'civil', _batch, _row, serial_no, CAST(NULL AS TIMESTAMPTZ),
       resident_id, name, sex, CAST(NULL AS VARCHAR), birth_date, address, CAST(NULL AS VARCHAR), phone,
       CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS VARCHAR)
  FROM civil_subsistence
UNION ALL
SELECT 'education_pupil', 'education', _batch, _row, pupil_no, CAST(NULL AS TIMESTAMPTZ),
       resident_id, name, sex, CAST(NULL AS VARCHAR), birth_date, address, CAST(NULL AS VARCHAR), phone,
       CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS VARCHAR)
  FROM education_pupil
