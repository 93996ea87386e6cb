-- Per community the text most of its addresses have before the road, and without the county's name.
SELECT most.community_code, substr(most.community_code, 1, 9) AS township_code, most.rows_no, most.area,
       substr(most.area, 1 + coalesce(county.letters, 0)) AS rest,
       row_number() OVER (PARTITION BY most.community_code ORDER BY most.rows_no DESC, coalesce(county.letters, 0) DESC,
                          most.area) AS turn
  FROM (SELECT community_code, substr(names, 1, length(names) - length(road)) AS area, count(*) AS rows_no
          FROM address_register
         WHERE road <> '' AND ends_with(names, road) AND length(community_code) >= 9
         GROUP BY community_code, substr(names, 1, length(names) - length(road))) AS most
  LEFT JOIN address_county AS county ON county.doubt = 0 AND starts_with(most.area, county.spelling)
QUALIFY turn = 1
