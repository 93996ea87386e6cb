-- Per organisation, the smallest ordering number of each field.
SELECT legal_id,
       min(uscc_key) AS uscc_key,
       min(org_code_key) AS org_code_key,
       min(reg_no_key) AS reg_no_key,
       min(name_key) AS name_key,
       min(former_name_key) AS former_name_key,
       min(org_type_key) AS org_type_key,
       min(legal_representative_key) AS legal_representative_key,
       min(legal_representative_id_key) AS legal_representative_id_key,
       min(capital_key) AS capital_key,
       min(established_on_key) AS established_on_key,
       min(address_key) AS address_key,
       min(industry_key) AS industry_key,
       min(status_key) AS status_key,
       min(tax_status_key) AS tax_status_key,
       min(credit_grade_key) AS credit_grade_key
  FROM organisation_ranked
 GROUP BY legal_id
