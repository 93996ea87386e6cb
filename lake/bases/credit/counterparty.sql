-- Which legal person a permit or penalty is about, by the identity of the legal-person base.
SELECT linked.dataset, linked.key, linked.legal_id, known.name AS legal_name
  FROM (SELECT dataset, key, min(legal_id) AS legal_id
          FROM legal_person_links
         WHERE dataset IN ('reform_permit', 'reform_penalty') AND legal_id IS NOT NULL
         GROUP BY dataset, key) AS linked
  LEFT JOIN legal_person AS known ON known.legal_id = linked.legal_id
