-- The buildings of every site by number.
SELECT site, building, min(building_id) AS building_id, count(DISTINCT coalesce(building_id, '')) AS buildings,
       min(address_code) AS address_code, count(*) AS addresses
  FROM address_part
 GROUP BY site, building
