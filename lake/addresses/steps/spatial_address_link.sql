-- Every department's row that has an address, with the standard address, household and building it lies in.
SELECT concat(line.dataset, '/', line.batch, '/', line.row_no) AS record_id, line.dataset, line.agency, line.batch,
       line.row_no, line.source_key, found.level, found.score, found.address_code, found.household_code,
       found.building_id, found.community_code, found.township_code
  FROM address_line AS line
  JOIN spatial_address_text AS found ON found.address = line.address
 ORDER BY line.dataset, line.batch, line.row_no
