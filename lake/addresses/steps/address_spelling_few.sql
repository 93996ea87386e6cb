-- Spellings that name a handful of sites at most, in their township and ('') in the county: 西南街12号 is in every village.
SELECT every.scope, every.body, every.door, every.middle, every.site
  FROM (SELECT township_code AS scope, body, door, middle, site FROM address_spelling
        UNION ALL
        SELECT '', body, door, middle, site FROM address_spelling) AS every
  JOIN (SELECT scope, body, door, middle
          FROM (SELECT township_code AS scope, body, door, middle FROM address_spelling
                UNION ALL
                SELECT '', body, door, middle FROM address_spelling) AS counted
         GROUP BY scope, body, door, middle
        HAVING count(*) <= 16) AS few
    ON few.scope = every.scope AND few.body = every.body AND few.door = every.door AND few.middle = every.middle
