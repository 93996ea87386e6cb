-- Electronic licences: who holds them by the base databases, and what they are worth on the day of the build.
-- in_force_to is the last day on which the licence was or will be worth something, whatever ends it.
SELECT held.licence_id, held.licence_no, held.licence_name, held.licence_type_code, held.version, held.issuer,
       held.issuer_code, held.issued_on, held.valid_from, held.valid_to,
       CASE WHEN held.told_on < coalesce(held.valid_to, DATE '9999-12-31') THEN held.told_on
            ELSE held.valid_to END AS in_force_to,
       held.holder, held.holder_code, held.holder_type,
       CASE WHEN held.person_id IS NOT NULL THEN 'person' WHEN held.legal_id IS NOT NULL THEN 'legal_person'
            ELSE 'unknown' END AS holder_kind,
       held.person_id, held.legal_id,
       CASE WHEN held.holder_known IS NULL THEN 'none' WHEN held.holder_known = held.holder THEN 'number_and_name'
            ELSE 'number' END AS holder_found_by,
       held.status,
       CASE WHEN held.told IS NOT NULL AND (held.told_on IS NULL OR held.told_on <= today.day) THEN held.told
            WHEN held.valid_from > today.day THEN 'not_yet' WHEN held.valid_to < today.day THEN 'expired'
            ELSE 'valid' END AS state,
       'approval' AS provided_by, held.batch
  FROM licence_held AS held
 CROSS JOIN building_day AS today
 ORDER BY held.licence_id
