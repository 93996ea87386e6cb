-- Every row a department holds about an organisation, in one shape; numbers as the department gives them.
-- Old tax numbers of 15 characters hold the organisation code after six digits of division.
SELECT 'market_enterprise' AS dataset, 'market' AS agency, _batch AS batch, _row AS row_no,
       record_no AS source_key, updated_at AS stated_at, uscc, CAST(NULL AS VARCHAR) AS org_code, reg_no, name,
       former_name, org_type, legal_representative, legal_representative_id, capital, established_on, address,
       industry, status, CAST(NULL AS VARCHAR) AS tax_status, CAST(NULL AS VARCHAR) AS credit_grade
  FROM market_enterprise
UNION ALL
SELECT 'establishment_unit', 'establishment', _batch, _row, org_code, CAST(NULL AS TIMESTAMPTZ), uscc, org_code,
       CAST(NULL AS VARCHAR), name, CAST(NULL AS VARCHAR), org_type, legal_representative, CAST(NULL AS VARCHAR),
       CAST(NULL AS DOUBLE), CAST(NULL AS DATE), address, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
  FROM establishment_unit
UNION ALL
SELECT 'civil_organisation', 'civil', _batch, _row, uscc, CAST(NULL AS TIMESTAMPTZ), uscc, CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), name, CAST(NULL AS VARCHAR), org_type, legal_representative, CAST(NULL AS VARCHAR),
       CAST(NULL AS DOUBLE), established_on, address, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
  FROM civil_organisation
UNION ALL
SELECT 'tax_payer', 'tax', _batch, _row, taxpayer_no, updated_at,
       coalesce(uscc, CASE WHEN length(taxpayer_no) = 18 THEN taxpayer_no END),
       CASE WHEN length(taxpayer_no) = 15 THEN substr(taxpayer_no, 7, 9) WHEN length(taxpayer_no) <= 10 THEN taxpayer_no END,
       CAST(NULL AS VARCHAR), name, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), CAST(NULL AS DOUBLE), CAST(NULL AS DATE), address, CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), status, credit_grade
  FROM tax_payer
UNION ALL
SELECT 'reform_permit', 'reform', _batch, _row, permit_no, CAST(NULL AS TIMESTAMPTZ), uscc, CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), name, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), CAST(NULL AS DOUBLE), CAST(NULL AS DATE), CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
  FROM reform_permit
UNION ALL
SELECT 'reform_penalty', 'reform', _batch, _row, penalty_no, CAST(NULL AS TIMESTAMPTZ), uscc, CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), name, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), CAST(NULL AS DOUBLE), CAST(NULL AS DATE), CAST(NULL AS VARCHAR),
       CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
  FROM reform_penalty
