-- The standard addresses taken apart, their community under the county code in force. An alias counts where it goes on
-- with the address's own building, unit and room: then the rest of it is a name of the site.
SELECT told.address_code, told.community_code, told.township_code, told.building_id, told.road, told.names, told.door,
       told.middle, told.building, told.unit, told.room,
       CASE WHEN told.called THEN address_names(told.alias_marks) END AS alias_names,
       CASE WHEN told.called THEN address_door(told.alias_marks) END AS alias_door,
       CASE WHEN told.called THEN address_middle(told.alias_marks) END AS alias_middle
  FROM (SELECT part.address_code, part.community_code, part.township_code, part.building_id, part.road, part.names,
               part.door, part.middle, part.building, part.unit, part.room, part.alias_marks,
               address_building(part.alias_marks) = part.building AND address_unit(part.alias_marks) = part.unit
               AND address_room(part.alias_marks) = part.room AND address_rest(part.alias_marks) = '' AS called
          FROM (SELECT said.address_code, said.community_code, substr(said.community_code, 1, 9) AS township_code,
                       said.building_id, said.road, said.alias_marks, address_names(said.marks) AS names,
                       coalesce(nullif(address_door(said.marks), ''), said.door_no) AS door,
                       address_middle(said.marks) AS middle,
                       coalesce(nullif(address_building(said.marks), ''), said.building_no) AS building,
                       address_unit(said.marks) AS unit, address_room(said.marks) AS room
                  FROM (SELECT given.address_code, given.marks, given.building_id, given.alias_marks,
                               CASE WHEN county.successor IS NOT NULL
                                    THEN concat(county.successor, substr(given.community_code, 7))
                                    ELSE coalesce(given.community_code, '') END AS community_code,
                               coalesce(address_folded(given.road), '') AS road,
                               coalesce(regexp_replace(address_folded(given.door_no), '号$', '', 'g'), '') AS door_no,
                               coalesce(regexp_replace(address_folded(given.building_no), '(号楼|号|栋|幢|座|#)$', '',
                                                       'g'), '') AS building_no
                          FROM address_said AS given
                          LEFT JOIN division_register AS county
                            ON county.code = substr(given.community_code, 1, 6) AND county.successor IS NOT NULL)
                    AS said) AS part) AS told
