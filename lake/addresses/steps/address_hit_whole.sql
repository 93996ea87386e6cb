-- Readings every part of which is a known spelling of a site.
SELECT reading.marks, spelling.site, 0 AS doubt, true AS whole, reading.building
  FROM address_reading AS reading
  JOIN address_body AS body ON body.names = reading.names
  JOIN address_spelling_few AS spelling ON spelling.scope = body.scope AND spelling.body = body.body
   AND spelling.door = reading.door AND spelling.middle = reading.middle
 WHERE body.doubt = 0
