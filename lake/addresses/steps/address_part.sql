-- Every standard address with its site.
SELECT site.site, way.address_code, way.building, way.unit, way.room, way.building_id, way.alias_names,
       way.alias_door, way.alias_middle
  FROM address_way AS way
  JOIN address_site AS site ON site.community_code = way.community_code AND site.way = way.way
   AND site.door = way.door AND site.middle = way.middle
