-- Every distinct address to be matched, taken apart by its marks.
SELECT said.marks, address_names(said.marks) AS names, address_door(said.marks) AS door,
       address_middle(said.marks) AS middle, address_building(said.marks) AS building, address_unit(said.marks) AS unit,
       address_room(said.marks) AS room, address_rest(said.marks) AS rest
  FROM (SELECT DISTINCT marks FROM address_asked WHERE marks <> '') AS said
