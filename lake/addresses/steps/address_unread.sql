-- The readings no site was found for so far, with every way to take their names.
SELECT reading.marks, reading.door, reading.middle, reading.building, reading.unit, reading.room, reading.rest,
       body.scope, body.body, body.doubt, body.elsewhere
  FROM address_reading AS reading
  JOIN address_body AS body ON body.names = reading.names
 WHERE reading.marks NOT IN (SELECT marks FROM address_hit_whole)
