-- Buildings with their place, and how many standard addresses lie in them.
SELECT building.building_id, building.name, building.floors, building.address, inside.community_code,
       coalesce(inside.addresses, 0) AS addresses, wkb_longitude(building.geometry) AS longitude,
       wkb_latitude(building.geometry) AS latitude, building.geometry, 'land' AS provided_by, building.batch
  FROM (SELECT building_id, name, floors, address, geometry, _batch AS batch
          FROM land_building
       QUALIFY row_number() OVER (PARTITION BY building_id ORDER BY _batch DESC, _row) = 1) AS building
  LEFT JOIN (SELECT building_id, min(community_code) AS community_code, count(*) AS addresses
               FROM police_address
              WHERE building_id IS NOT NULL
              GROUP BY building_id) AS inside ON inside.building_id = building.building_id
 ORDER BY building.building_id
