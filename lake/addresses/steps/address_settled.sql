-- Per reading what all its sites of least doubt agree on; where a building is named, sites without it are out.
SELECT found.marks, found.doubt, bool_and(found.whole) AS whole, count(DISTINCT found.site) AS sites,
       CASE WHEN count(DISTINCT coalesce(found.address_code, '')) = 1 THEN min(found.address_code) END AS address_code,
       CASE WHEN count(DISTINCT coalesce(found.building_id, '')) = 1 THEN min(found.building_id) END AS building_id,
       CASE WHEN count(DISTINCT found.way) = 1 THEN min(found.way) END AS way,
       CASE WHEN count(DISTINCT found.community_code) = 1 THEN min(found.community_code) END AS community_code,
       CASE WHEN count(DISTINCT found.township_code) = 1 THEN min(found.township_code) END AS township_code
  FROM address_found AS found
  JOIN (SELECT marks, doubt, bool_or(building_id IS NOT NULL AND numbered) AS narrowed,
               row_number() OVER (PARTITION BY marks ORDER BY doubt) AS turn
          FROM address_found
         GROUP BY marks, doubt) AS best
    ON best.marks = found.marks AND best.doubt = found.doubt AND best.turn = 1
   AND (NOT best.narrowed OR found.building_id IS NOT NULL)
 GROUP BY found.marks, found.doubt
