-- Which person each source row belongs to; NULL where a row has neither a name nor a valid identity number.
-- by_key: the row's own number tells; probability: of its strongest tie to the rest of the person, 1 where it stands alone.
SELECT dataset, source_key AS key, batch, row_no AS "row", record_id, by_key, probability, person_id
  FROM person_placed
 ORDER BY dataset, source_key, batch, row_no
