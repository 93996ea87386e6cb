-- The aliases of the register, marked.
SELECT site, building, unit, room, address_marked(alias) AS marks
  FROM address_part
 WHERE alias IS NOT NULL
