-- Names the register itself gives as aliases, without the county's.
SELECT DISTINCT substr(said.names, 1 + said.letters) AS body, said.door, said.middle, said.site
  FROM (SELECT named.names, named.door, named.middle, named.site, coalesce(county.letters, 0) AS letters,
               row_number() OVER (PARTITION BY named.names, named.door, named.middle, named.site
                    ORDER BY coalesce(county.letters, 0) DESC) AS turn
          FROM (SELECT DISTINCT site, alias_names AS names, alias_door AS door, alias_middle AS middle
                  FROM address_part
                 WHERE alias_names IS NOT NULL) AS named
          LEFT JOIN address_county AS county ON county.doubt = 0 AND starts_with(named.names, county.spelling)) AS said
 WHERE said.turn = 1
