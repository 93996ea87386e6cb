-- Per reading what all its best sites agree on.
SELECT marks, min(doubt) AS doubt, bool_and(whole) AS whole, min(site) = max(site) AS one_site,
       CASE WHEN count(address_code) = count(*) AND min(address_code) = max(address_code)
            THEN min(address_code) END AS address_code,
       CASE WHEN count(building_id) = count(*) AND min(building_id) = max(building_id)
            THEN min(building_id) END AS building_id,
       CASE WHEN min(way) = max(way) THEN min(way) END AS way,
       CASE WHEN min(community_code) = max(community_code) THEN min(community_code) END AS community_code,
       CASE WHEN min(township_code) = max(township_code) THEN min(township_code) END AS township_code
  FROM address_best
 GROUP BY marks
