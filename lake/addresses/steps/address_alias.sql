-- Names the register itself gives as aliases: of a site where they go on with the address's own building, unit and room.
SELECT DISTINCT substr(said.names, 1 + coalesce(county.letters, 0)) AS body, said.door, said.middle, said.site
  FROM (SELECT part.site, address_names(part.marks) AS names, address_door(part.marks) AS door,
               address_middle(part.marks) AS middle
          FROM (SELECT site, building, unit, room, address_marked(alias) AS marks
                  FROM address_part
                 WHERE alias IS NOT NULL) AS part
         WHERE address_building(part.marks) = part.building AND address_unit(part.marks) = part.unit
           AND address_room(part.marks) = part.room AND address_rest(part.marks) = '') AS said
  LEFT JOIN address_county AS county ON county.doubt = 0 AND starts_with(said.names, county.spelling)
QUALIFY row_number() OVER (PARTITION BY said.names, said.door, said.middle, said.site
            ORDER BY coalesce(county.letters, 0) DESC) = 1
