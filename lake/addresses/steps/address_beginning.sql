-- The distinct names of readings without the county's; one that still begins with another city or county lies elsewhere.
SELECT said.names, said.rest, said.doubt,
       regexp_matches(said.rest, '^[^0-9A-Za-z路街村镇乡]{2,7}?(省|自治区|自治州|[^城都超门]市|[^城]县)') AS elsewhere
  FROM (SELECT asked.names, 0 AS doubt, substr(asked.names, 1 + coalesce(county.letters, 0)) AS rest,
               row_number() OVER (PARTITION BY asked.names ORDER BY coalesce(county.letters, 0) DESC) AS turn
          FROM (SELECT DISTINCT names FROM address_reading) AS asked
          LEFT JOIN address_county AS county ON county.doubt = 0 AND starts_with(asked.names, county.spelling)
        UNION ALL
        SELECT asked.names, 1, substr(asked.names, 1 + county.letters),
               row_number() OVER (PARTITION BY asked.names ORDER BY county.letters DESC)
          FROM (SELECT DISTINCT names FROM address_reading) AS asked
          JOIN address_county AS county ON county.doubt = 1 AND starts_with(asked.names, county.spelling)) AS said
 WHERE said.turn = 1
