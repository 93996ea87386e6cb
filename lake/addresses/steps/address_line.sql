-- Every address any department wrote into a row, in one shape.
SELECT 'police_person' AS dataset, 'police' AS agency, _batch AS batch, _row AS row_no, person_no AS source_key, address
  FROM police_person
 WHERE address IS NOT NULL
UNION ALL
SELECT 'health_birth', 'health', _batch, _row, certificate_no, address FROM health_birth WHERE address IS NOT NULL
UNION ALL
SELECT 'hrss_insurance', 'hrss', _batch, _row, insurance_no, address FROM hrss_insurance WHERE address IS NOT NULL
UNION ALL
SELECT 'civil_subsistence', 'civil', _batch, _row, serial_no, address FROM civil_subsistence WHERE address IS NOT NULL
UNION ALL
SELECT 'education_pupil', 'education', _batch, _row, pupil_no, address FROM education_pupil WHERE address IS NOT NULL
UNION ALL
SELECT 'market_enterprise', 'market', _batch, _row, record_no, address FROM market_enterprise WHERE address IS NOT NULL
UNION ALL
SELECT 'establishment_unit', 'establishment', _batch, _row, org_code, address
  FROM establishment_unit
 WHERE address IS NOT NULL
UNION ALL
SELECT 'civil_organisation', 'civil', _batch, _row, uscc, address FROM civil_organisation WHERE address IS NOT NULL
UNION ALL
SELECT 'tax_payer', 'tax', _batch, _row, taxpayer_no, address FROM tax_payer WHERE address IS NOT NULL
UNION ALL
SELECT 'education_school', 'education', _batch, _row, school_no, address FROM education_school WHERE address IS NOT NULL
UNION ALL
SELECT 'civil_facility', 'civil', _batch, _row, facility_no, address FROM civil_facility WHERE address IS NOT NULL
