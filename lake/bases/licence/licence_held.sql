-- Licences with their holder as the base databases know it, by number; the name is compared, not relied on.
SELECT claim.licence_id, claim.licence_no, claim.licence_name, claim.licence_type_code, claim.version, claim.issuer,
       claim.issuer_code, claim.issued_on, claim.valid_from, claim.valid_to, claim.holder, claim.holder_code,
       claim.holder_type, claim.status, claim.batch, person.person_id, organisation.legal_id,
       coalesce(person.name, organisation.name) AS holder_known,
       CASE WHEN claim.status IN ('03', '04', '06', '07') THEN 'revoked' WHEN claim.status = '02' THEN 'withheld'
            WHEN claim.replaced_on IS NOT NULL THEN 'replaced' WHEN claim.status = '05' THEN 'expired' END AS told,
       CASE WHEN claim.status IN ('02', '03', '04', '06', '07') THEN claim.ended_on ELSE claim.replaced_on END AS told_on
  FROM licence_claim AS claim
  LEFT JOIN holder_person AS person ON person.resident_id = claim.holder_code
  LEFT JOIN holder_organisation AS organisation ON organisation.uscc = claim.holder_code
