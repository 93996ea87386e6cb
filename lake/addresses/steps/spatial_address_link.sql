-- Every department's row that has an address, with the standard address, household and building it lies in.
SELECT concat(line.dataset, '/', line.batch, '/', line.row_no) AS record_id, line.dataset, line.agency, line.batch,
       line.row_no, line.source_key, found.level, found.score, found.address_code, found.household_code,
       found.building_id, found.community_code, found.township_code
  FROM address_line AS line
  JOIN spatial_address_text AS found ON found.address = line.address
  -- Sorted by the place of the batch, because to compare texts of the same beginning over and over takes half the time.
  JOIN (SELECT batched.dataset, batched.batch, row_number() OVER (ORDER BY batched.dataset, batched.batch) AS place
          FROM (SELECT DISTINCT dataset, batch FROM address_line) AS batched) AS told
    ON told.dataset = line.dataset AND told.batch = line.batch
 ORDER BY told.place, line.row_no
