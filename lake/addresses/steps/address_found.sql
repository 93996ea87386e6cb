-- What each site found says of its reading: the building, and the household where the text goes that far.
-- place: the smaller the better; least doubt first, then a site that has the building the text names.
SELECT hit.marks, hit.site, hit.doubt,
       hit.doubt * 2 + CASE WHEN hit.whole AND hit.building <> '' AND building.buildings = 1
                             AND building.building_id IS NOT NULL THEN 0 ELSE 1 END AS place,
       hit.whole AND reading.rest = '' AND (reading.room = '' OR room.address_code IS NOT NULL) AS whole,
       site.community_code, site.township_code, site.way,
       CASE WHEN hit.building = '' AND site.buildings = 1 THEN site.building_id
            WHEN hit.whole AND hit.building <> '' AND building.buildings = 1 THEN building.building_id END AS building_id,
       CASE WHEN hit.building = '' AND site.addresses = 1 AND reading.unit = '' AND reading.room = '' THEN site.site
            WHEN hit.whole AND reading.room <> '' AND room.addresses = 1 THEN room.address_code
            WHEN hit.whole AND hit.building <> '' AND reading.unit = '' AND reading.room = '' AND building.addresses = 1
            THEN building.address_code END AS address_code
  FROM address_hit AS hit
  JOIN address_reading AS reading ON reading.marks = hit.marks
  JOIN address_site AS site ON site.site = hit.site
  LEFT JOIN address_building AS building ON building.site = hit.site AND building.building = hit.building
  LEFT JOIN address_room AS room ON room.site = hit.site AND room.building = hit.building
   AND room.unit = reading.unit AND room.room = reading.room
