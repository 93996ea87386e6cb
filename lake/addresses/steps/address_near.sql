-- Where a reading lies when no site is found: on a known road, in a known community, at least in a known township.
-- weight: a road before communities, a longer name of a community before a shorter one.
SELECT unread.marks, unread.doubt, true AS by_road, 1000 AS weight, road.community_code, road.township_code,
       unread.door = '' AND unread.building = '' AND unread.room = '' AS whole
  FROM address_unread AS unread
  JOIN (SELECT DISTINCT site.township_code AS scope, site.way AS body, site.community_code, site.township_code
          FROM address_site AS site
         UNION
        SELECT '', site.way, site.community_code, site.township_code FROM address_site AS site
         UNION
        SELECT site.township_code, concat(area.community, site.way), site.community_code, site.township_code
          FROM address_site AS site
          JOIN address_area AS area ON area.community_code = site.community_code
         UNION
        SELECT '', concat(area.community, site.way), site.community_code, site.township_code
          FROM address_site AS site
          JOIN address_area AS area ON area.community_code = site.community_code) AS road
    ON road.scope = unread.scope AND road.body = unread.body
 WHERE road.body <> '' AND unread.doubt < 2
UNION ALL
SELECT unread.marks, unread.doubt, false, length(area.community), area.community_code, area.township_code,
       unread.body = area.community AND unread.door = '' AND unread.building = '' AND unread.room = ''
  FROM address_unread AS unread
  JOIN address_area AS area ON substr(area.community, 1, 2) = substr(unread.body, 1, 2)
   AND starts_with(unread.body, area.community)
 WHERE length(area.community) > 1 AND unread.scope IN ('', area.township_code) AND unread.doubt < 2
UNION ALL
SELECT unread.marks, unread.doubt, false, 0, CAST(NULL AS VARCHAR), unread.scope,
       unread.body = '' AND unread.door = '' AND unread.building = '' AND unread.room = ''
  FROM address_unread AS unread
 WHERE unread.scope <> '' AND unread.doubt < 2
