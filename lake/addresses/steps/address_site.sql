-- A site is what shares community, road, door and estate; it is called by its smallest address code.
SELECT min(address_code) AS site, community_code, township_code, way, door, middle, count(*) AS addresses,
       count(DISTINCT coalesce(building_id, address_code)) AS buildings, min(building_id) AS building_id
  FROM address_way
 GROUP BY community_code, township_code, way, door, middle
