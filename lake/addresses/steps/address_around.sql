-- Per reading without a site what is known of the places around it: the road, the community of the longest name.
SELECT near.marks, min(near.doubt) AS doubt, bool_or(near.whole) AS whole,
       bool_or(near.by_road) AND count(DISTINCT near.township_code) FILTER (WHERE near.by_road) = 1 AS by_road,
       CASE WHEN bool_or(near.by_road) AND count(DISTINCT near.community_code) FILTER (WHERE near.by_road) = 1
            THEN min(near.community_code) FILTER (WHERE near.by_road)
            WHEN NOT bool_or(near.by_road)
                 AND count(DISTINCT near.community_code) FILTER (WHERE near.letters = longest.letters) = 1
            THEN min(near.community_code) FILTER (WHERE near.letters = longest.letters) END AS community_code,
       CASE WHEN count(DISTINCT near.township_code) = 1 THEN min(near.township_code) END AS township_code
  FROM address_near AS near
  JOIN (SELECT marks, max(letters) AS letters FROM address_near GROUP BY marks) AS longest ON longest.marks = near.marks
 WHERE near.by_road OR near.letters = longest.letters OR near.letters = 0
 GROUP BY near.marks
