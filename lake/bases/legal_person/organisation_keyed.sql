-- Observations with the id of the record and the number of their organisation: the 9 characters of GB 11714 that a credit
-- code embeds; from the organisation code itself; through the registration number; else R and the registration number
-- alone. NULL: no number tells. stated_code: what the row gives as its code, right or wrong; the embedded one where only
-- the credit code's own check fails. A citizen's identity number that happens to be a sound credit code is none.
SELECT seen.dataset, seen.agency, seen.batch, seen.row_no, seen.source_key,
       concat('R', substr(sha256(concat(secret.secret, seen.dataset, '|', coalesce(seen.source_key, ''), '|',
            coalesce(again.turn, 1))), 1, 24))
            AS record_id,
       coalesce(seen.stated_at, batch_moment(seen.batch)) AS observed_at,
       CASE WHEN coalesce(uscc_fault(seen.uscc), 'org_check') = 'org_check' AND resident_id_fault(seen.uscc) IS NOT NULL
            THEN substr(seen.uscc, 9, 9)
            WHEN seen.org_code IS NOT NULL AND org_code_fault(seen.org_code) IS NULL THEN org_compact(seen.org_code)
            WHEN known.org_key IS NOT NULL THEN known.org_key
            WHEN seen.reg_no IS NOT NULL AND reg_no_fault(seen.reg_no) IS NULL THEN concat('R', seen.reg_no)
            END AS org_key,
       CASE WHEN coalesce(uscc_fault(seen.uscc), 'org_check') = 'org_check' AND resident_id_fault(seen.uscc) IS NOT NULL
            THEN seen.uscc END AS uscc,
       CASE WHEN org_code_fault(seen.org_code) IS NULL THEN org_compact(seen.org_code) END AS org_code,
       CASE WHEN uscc_fault(seen.uscc) = 'check_digit' AND org_code_fault(substr(seen.uscc, 9, 9)) IS NULL
            THEN substr(seen.uscc, 9, 9)
            ELSE coalesce(CASE WHEN resident_id_fault(seen.uscc) IS NOT NULL THEN seen.uscc END, seen.org_code)
            END AS stated_code, seen.reg_no, seen.name, seen.former_name, seen.org_type,
       seen.legal_representative, seen.legal_representative_id, seen.capital, seen.established_on, seen.address,
       seen.industry, seen.status, seen.tax_status, seen.credit_grade
  FROM organisation_observation AS seen
  LEFT JOIN (SELECT counted.dataset, counted.batch, counted.row_no, counted.turn
               FROM (SELECT dataset, batch, row_no,
                            row_number() OVER (PARTITION BY dataset, source_key ORDER BY batch, row_no) AS turn
                       FROM organisation_observation) AS counted
              WHERE counted.turn > 1) AS again
         ON again.dataset = seen.dataset AND again.batch = seen.batch AND again.row_no = seen.row_no
  LEFT JOIN registration_map AS known ON known.reg_no = seen.reg_no
 CROSS JOIN identity_secret AS secret
