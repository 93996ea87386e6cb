-- The standard addresses taken apart, their community under the county code in force.
SELECT said.address_code, said.community_code, substr(said.community_code, 1, 9) AS township_code, said.building_id,
       said.road, said.alias, address_names(said.marks) AS names,
       coalesce(nullif(address_door(said.marks), ''), said.door_no) AS door, address_middle(said.marks) AS middle,
       coalesce(nullif(address_building(said.marks), ''), said.building_no) AS building,
       address_unit(said.marks) AS unit, address_room(said.marks) AS room
  FROM (SELECT given.address_code, given.marks, given.building_id, given.alias,
               CASE WHEN county.successor IS NOT NULL THEN concat(county.successor, substr(given.community_code, 7))
                    ELSE coalesce(given.community_code, '') END AS community_code,
               coalesce(address_folded(given.road), '') AS road,
               coalesce(regexp_replace(address_folded(given.door_no), '号$', '', 'g'), '') AS door_no,
               coalesce(regexp_replace(address_folded(given.building_no), '(号楼|号|栋|幢|座|#)$', '', 'g'), '')
                    AS building_no
          FROM address_said AS given
          LEFT JOIN division_register AS county
            ON county.code = substr(given.community_code, 1, 6) AND county.successor IS NOT NULL) AS said
