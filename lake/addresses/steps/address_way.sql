-- Every standard address with what its text says between community and door: a road, a lane, or an estate without door.
SELECT register.address_code, register.community_code, register.township_code, register.building_id,
       CASE WHEN area.area IS NOT NULL AND starts_with(register.names, area.area)
            THEN substr(register.names, length(area.area) + 1)
            WHEN register.road <> '' AND ends_with(register.names, register.road) THEN register.road
            ELSE register.names END AS way,
       register.door, register.middle, register.building, register.unit, register.room,
       register.alias_names, register.alias_door, register.alias_middle
  FROM address_register AS register
  LEFT JOIN address_area AS area ON area.community_code = register.community_code
