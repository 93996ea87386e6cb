-- Names the register itself gives as aliases: of a site where they go on with the address's own building, unit and room.
SELECT DISTINCT substr(said.names, 1 + said.letters) AS body, said.door, said.middle, said.site
  FROM (SELECT named.names, named.door, named.middle, named.site, coalesce(county.letters, 0) AS letters,
               row_number() OVER (PARTITION BY named.names, named.door, named.middle, named.site
                    ORDER BY coalesce(county.letters, 0) DESC) AS turn
          FROM (SELECT DISTINCT site, address_names(marks) AS names, address_door(marks) AS door,
                       address_middle(marks) AS middle
                  FROM address_alias_read
                 WHERE address_building(marks) = building AND address_unit(marks) = unit AND address_room(marks) = room
                   AND address_rest(marks) = '') AS named
          LEFT JOIN address_county AS county ON county.doubt = 0 AND starts_with(named.names, county.spelling)) AS said
 WHERE said.turn = 1
