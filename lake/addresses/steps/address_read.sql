-- The distinct texts with their marks.
SELECT said.address, address_marked(said.address) AS marks
  FROM (SELECT DISTINCT address FROM address_line) AS said
