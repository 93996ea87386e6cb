-- What the matcher is shown of every row: its task is models/legal_person.json.
SELECT keyed.dataset AS source, keyed.record_id AS key, keyed.org_key AS known_id, keyed.source_key, keyed.name,
       keyed.former_name, keyed.legal_representative, keyed.established_on, keyed.address,
       CASE WHEN length(keyed.org_key) = 9 THEN keyed.org_key ELSE keyed.stated_code END AS code,
       CASE WHEN reg_no_fault(keyed.reg_no) IS NULL THEN keyed.reg_no END AS registration
  FROM organisation_keyed AS keyed
