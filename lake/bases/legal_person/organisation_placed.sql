-- Observations with the id of their organisation, as the matcher found it; NULL where a row says nothing about who it is.
SELECT who.entity_key AS legal_id, coalesce(who.numbered, false) AS by_key, who.probability, keyed.record_id,
       keyed.org_key, keyed.dataset, keyed.agency, keyed.batch, keyed.row_no, keyed.source_key, keyed.observed_at,
       keyed.uscc, keyed.org_code, keyed.reg_no, keyed.name, keyed.former_name, keyed.org_type,
       keyed.legal_representative, keyed.legal_representative_id, keyed.capital, keyed.established_on,
       keyed.address, keyed.industry, keyed.status, keyed.tax_status, keyed.credit_grade
  FROM organisation_keyed AS keyed
  LEFT JOIN organisation_identity AS who ON who.source = keyed.dataset AND who.key = keyed.record_id
