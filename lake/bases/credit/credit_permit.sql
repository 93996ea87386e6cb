-- Permits of legal persons with what they are worth on the day of the build. What stands as a credit code and is none may
-- be the number of a citizen: it goes no further.
SELECT permit.permit_no, who.legal_id, who.legal_name, permit.uscc, permit.name, permit.permit_content,
       permit.decided_on, permit.valid_from,
       CASE WHEN repair.decided_on < coalesce(permit.valid_to, DATE '9999-12-31') THEN repair.decided_on
            ELSE permit.valid_to END AS valid_to,
       CASE WHEN repair.document_no IS NOT NULL THEN 'withdrawn' WHEN permit.valid_from > today.day THEN 'not_yet'
            WHEN permit.valid_to < today.day THEN 'expired' ELSE 'valid' END AS state,
       permit.issuer, permit.division_code, 'reform' AS provided_by, permit.batch
  FROM (SELECT permit_no,
               CASE WHEN uscc_fault(uscc) IS NULL AND resident_id_fault(uscc) IS NOT NULL THEN uscc END AS uscc,
               name, permit_content, decided_on, valid_from, valid_to, issuer, division_code,
               _batch AS batch
          FROM reform_permit
         WHERE permit_no IS NOT NULL
       QUALIFY row_number() OVER (PARTITION BY permit_no ORDER BY _batch DESC, _row) = 1) AS permit
 CROSS JOIN building_day AS today
  LEFT JOIN repair_newest AS repair ON repair.document_no = permit.permit_no AND repair.repair_kind = '2'
   AND repair.decided_on <= today.day
  LEFT JOIN counterparty AS who ON who.dataset = 'reform_permit' AND who.key = permit.permit_no
 ORDER BY permit.permit_no
