-- Every distinct reading with the place it means, how far down that is certain, and how well the text was understood.
SELECT marks, address_code, building_id, community_code, township_code,
       CASE WHEN address_code IS NOT NULL THEN 'household'
            WHEN building_id IS NOT NULL THEN 'building'
            WHEN one_site THEN 'door'
            WHEN way <> '' AND township_code IS NOT NULL THEN 'road'
            WHEN community_code IS NOT NULL THEN 'community'
            WHEN township_code IS NOT NULL THEN 'township' ELSE 'none' END AS level,
       (10 - doubt - CASE WHEN whole THEN 0 ELSE 1 END) / 10.0 AS score
  FROM address_settled
UNION ALL
SELECT marks, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), community_code, township_code,
       CASE WHEN by_road AND township_code IS NOT NULL THEN 'road' WHEN community_code IS NOT NULL THEN 'community'
            WHEN township_code IS NOT NULL THEN 'township' ELSE 'none' END,
       (10 - doubt - CASE WHEN whole THEN 0 ELSE 4 END) / 10.0
  FROM address_around
 WHERE marks NOT IN (SELECT marks FROM address_settled)
