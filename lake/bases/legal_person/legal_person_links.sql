-- Which legal person each source row belongs to; NULL where no number tells.
SELECT dataset, source_key AS key, batch, row_no AS "row", legal_id IS NOT NULL AS by_key, legal_id
  FROM organisation_keyed
 ORDER BY dataset, source_key, batch, row_no
