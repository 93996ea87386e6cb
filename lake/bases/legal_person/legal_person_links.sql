-- Which legal person each source row belongs to; NULL where a row has neither a name nor a number.
-- by_key: the row's own number tells; probability: of its strongest tie to the rest of it, 1 where it stands alone.
SELECT dataset, source_key AS key, batch, row_no AS "row", record_id, by_key, probability, legal_id
  FROM organisation_placed
 ORDER BY dataset, source_key, batch, row_no
