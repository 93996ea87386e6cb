-- Every address text the departments use, with the standard address it means and how far down that is certain.
SELECT read.address, coalesce(found.level, 'none') AS level, coalesce(found.score, 0) AS score, found.address_code,
       household_code(found.address_code) AS household_code, found.building_id, found.community_code,
       found.township_code
  FROM address_read AS read
  LEFT JOIN address_match AS found ON found.marks = read.marks
 ORDER BY read.address
