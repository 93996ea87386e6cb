-- Where every person lives: standard address, household, building, and the grid whose polygon holds the building (人房网格).
-- A person whose address is not certain down to a building has no building and no grid, but the levels that are certain.
SELECT person.person_id, found.level, found.score, found.address_code, found.household_code, found.building_id,
       place.grid_code, found.community_code, found.township_code, person.address_from, person.alive, person.providers
  FROM population AS person
  JOIN spatial_address_text AS found ON found.address = person.address
  LEFT JOIN (SELECT housed.building_id, min(grid.grid_code) AS grid_code
               FROM (SELECT DISTINCT building_id, community_code
                       FROM spatial_address_text
                      WHERE building_id IS NOT NULL) AS housed
               JOIN spatial_building AS building ON building.building_id = housed.building_id
               JOIN spatial_grid AS grid ON grid.community_code = housed.community_code
                AND wkb_holds(grid.geometry, building.longitude, building.latitude)
              GROUP BY housed.building_id) AS place ON place.building_id = found.building_id
 ORDER BY person.person_id
