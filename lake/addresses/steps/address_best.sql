-- Per reading the sites of least doubt; where a building is named, those without it are out.
SELECT found.marks, found.doubt, found.whole, found.site, found.address_code, found.building_id, found.way,
       found.community_code, found.township_code
  FROM address_found AS found
  JOIN (SELECT marks, min(place) AS place FROM address_found GROUP BY marks) AS least
    ON least.marks = found.marks AND least.place = found.place
