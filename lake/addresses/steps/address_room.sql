-- The households of every building by unit and room, and by room alone.
SELECT site, building, unit, room, min(address_code) AS address_code, count(*) AS addresses
  FROM address_part
 WHERE room <> ''
 GROUP BY site, building, unit, room
UNION ALL
SELECT site, building, '', room, min(address_code), count(*)
  FROM address_part
 WHERE room <> '' AND unit <> ''
 GROUP BY site, building, room
