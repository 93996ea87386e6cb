-- Every claim of every department about every field of an organisation, with the one that won.
SELECT claim.legal_id, claim.field, claim.value, claim.agency, claim.dataset, claim.batch, claim.row_no AS "row",
       claim.observed_at, rules.rule, claim.won
  FROM (
        SELECT seen.legal_id, 'uscc' AS field, seen.uscc AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.uscc_key = best.uscc_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.uscc IS NOT NULL
        UNION ALL
        SELECT seen.legal_id, 'org_code' AS field, seen.org_code AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.org_code_key = best.org_code_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.org_code IS NOT NULL
        UNION ALL
        SELECT seen.legal_id, 'reg_no' AS field, seen.reg_no AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.reg_no_key = best.reg_no_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.reg_no IS NOT NULL
        UNION ALL
        SELECT seen.legal_id, 'name' AS field, seen.name AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.name_key = best.name_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.name IS NOT NULL
        UNION ALL
        SELECT seen.legal_id, 'former_name' AS field, seen.former_name AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.former_name_key = best.former_name_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.former_name IS NOT NULL
        UNION ALL
        SELECT seen.legal_id, 'org_type' AS field, seen.org_type AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.org_type_key = best.org_type_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.org_type IS NOT NULL
        UNION ALL
        SELECT seen.legal_id, 'legal_representative' AS field, seen.legal_representative AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.legal_representative_key = best.legal_representative_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.legal_representative IS NOT NULL
        UNION ALL
        SELECT seen.legal_id, 'legal_representative_id' AS field, seen.legal_representative_id AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.legal_representative_id_key = best.legal_representative_id_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.legal_representative_id IS NOT NULL
        UNION ALL
        SELECT seen.legal_id, 'capital' AS field, CAST(seen.capital AS VARCHAR) AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.capital_key = best.capital_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.capital IS NOT NULL
        UNION ALL
        SELECT seen.legal_id, 'established_on' AS field, CAST(seen.established_on AS VARCHAR) AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.established_on_key = best.established_on_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.established_on IS NOT NULL
        UNION ALL
        SELECT seen.legal_id, 'address' AS field, seen.address AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.address_key = best.address_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.address IS NOT NULL
        UNION ALL
        SELECT seen.legal_id, 'industry' AS field, seen.industry AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.industry_key = best.industry_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.industry IS NOT NULL
        UNION ALL
        SELECT seen.legal_id, 'status' AS field, seen.status AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.status_key = best.status_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.status IS NOT NULL
        UNION ALL
        SELECT seen.legal_id, 'tax_status' AS field, seen.tax_status AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.tax_status_key = best.tax_status_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.tax_status IS NOT NULL
        UNION ALL
        SELECT seen.legal_id, 'credit_grade' AS field, seen.credit_grade AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.credit_grade_key = best.credit_grade_key AS won
          FROM organisation_ranked AS seen JOIN organisation_winner AS best ON best.legal_id = seen.legal_id
         WHERE seen.credit_grade IS NOT NULL
       ) AS claim
  LEFT JOIN legal_person_rule AS rules ON rules.field = claim.field
 ORDER BY claim.legal_id, claim.field, claim.dataset, claim.batch, claim.row_no
