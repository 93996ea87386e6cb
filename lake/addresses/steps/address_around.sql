-- Per reading without a site what is known of the places around it: the road, the community of the longest name.
SELECT near.marks, min(near.doubt) AS doubt, bool_or(near.whole) AS whole, bool_or(near.by_road) AS by_road,
       CASE WHEN count(near.community_code) = count(*) AND min(near.community_code) = max(near.community_code)
            THEN min(near.community_code) END AS community_code,
       CASE WHEN min(near.township_code) = max(near.township_code) THEN min(near.township_code) END AS township_code
  FROM address_near AS near
  JOIN (SELECT marks, max(weight) AS weight FROM address_near GROUP BY marks) AS most
    ON most.marks = near.marks AND most.weight = near.weight
 GROUP BY near.marks
