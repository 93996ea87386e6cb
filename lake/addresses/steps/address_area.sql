-- What communities and townships are called, read off the texts of the standard addresses: the part before the road.
SELECT area.community_code, area.township_code, area.area, coalesce(township.name, '') AS township,
       CASE WHEN starts_with(area.rest, coalesce(township.name, ''))
            THEN substr(area.rest, length(coalesce(township.name, '')) + 1) ELSE area.rest END AS community
  FROM address_area_text AS area
  LEFT JOIN (SELECT township_code, name,
                    row_number() OVER (PARTITION BY township_code ORDER BY rows_no DESC, name) AS turn
               FROM (SELECT township_code, regexp_extract(rest, '^[^0-9A-Za-z]{1,12}?(?:街道|镇|乡|苏木)', 0) AS name,
                            sum(rows_no) AS rows_no
                       FROM address_area_text
                      GROUP BY township_code, regexp_extract(rest, '^[^0-9A-Za-z]{1,12}?(?:街道|镇|乡|苏木)', 0)) AS said
             QUALIFY turn = 1) AS township ON township.township_code = area.township_code
