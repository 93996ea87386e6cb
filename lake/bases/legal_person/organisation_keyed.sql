-- Observations with the key of their organisation: the 9 characters of GB 11714 that a credit code embeds; from the
-- organisation code itself; through the registration number; else the registration number alone. NULL: cannot be told.
SELECT keyed.dataset, keyed.agency, keyed.batch, keyed.row_no, keyed.source_key, keyed.observed_at, keyed.org_key,
       keyed.uscc, keyed.org_code, keyed.reg_no, keyed.name, keyed.former_name, keyed.org_type,
       keyed.legal_representative, keyed.legal_representative_id, keyed.capital, keyed.established_on,
       keyed.address, keyed.industry, keyed.status, keyed.tax_status, keyed.credit_grade,
       CASE WHEN keyed.org_key IS NOT NULL
            THEN concat('L', substr(sha256(concat(secret.secret, keyed.org_key)), 1, 24)) END AS legal_id
  FROM (SELECT seen.dataset, seen.agency, seen.batch, seen.row_no, seen.source_key,
               coalesce(seen.stated_at, batch_moment(seen.batch)) AS observed_at,
               CASE WHEN coalesce(uscc_fault(seen.uscc), 'org_check') = 'org_check' THEN seen.uscc END AS uscc,
               CASE WHEN org_code_fault(seen.org_code) IS NULL THEN org_compact(seen.org_code) END AS org_code,
               seen.reg_no, seen.name, seen.former_name, seen.org_type, seen.legal_representative,
               seen.legal_representative_id, seen.capital, seen.established_on, seen.address, seen.industry, seen.status,
               seen.tax_status, seen.credit_grade,
               CASE WHEN seen.uscc IS NOT NULL AND coalesce(uscc_fault(seen.uscc), 'org_check') = 'org_check'
                    THEN substr(seen.uscc, 9, 9)
                    WHEN seen.org_code IS NOT NULL AND org_code_fault(seen.org_code) IS NULL
                    THEN org_compact(seen.org_code)
                    WHEN known.org_key IS NOT NULL THEN known.org_key
                    WHEN seen.reg_no IS NOT NULL AND reg_no_fault(seen.reg_no) IS NULL
                    THEN concat('R', seen.reg_no) END AS org_key
          FROM organisation_observation AS seen
          LEFT JOIN registration_map AS known ON known.reg_no = seen.reg_no) AS keyed
 CROSS JOIN identity_secret AS secret
