-- The ways people write a site: with or without community, road and door, or estate.
SELECT DISTINCT said.body, said.door, said.middle, said.site, said.community_code, said.township_code
  FROM (SELECT concat(area.community, site.way) AS body, site.door, site.middle, site.site, site.community_code,
               site.township_code
          FROM address_site AS site
          JOIN address_area_name AS area ON area.community_code = site.community_code
        UNION ALL
        SELECT way, door, middle, site, community_code, township_code FROM address_site
        UNION ALL
        SELECT concat(area.community, site.way), site.door, '', site.site, site.community_code, site.township_code
          FROM address_site AS site
          JOIN address_area_name AS area ON area.community_code = site.community_code
         WHERE site.middle <> ''
        UNION ALL
        SELECT way, door, '', site, community_code, township_code FROM address_site WHERE middle <> ''
        UNION ALL
        SELECT area.community, site.door, site.middle, site.site, site.community_code, site.township_code
          FROM address_site AS site
          JOIN address_area_name AS area ON area.community_code = site.community_code
         WHERE site.way <> '' AND site.door <> ''
        UNION ALL
        SELECT concat(area.community, site.middle), '', '', site.site, site.community_code, site.township_code
          FROM address_site AS site
          JOIN address_area_name AS area ON area.community_code = site.community_code
         WHERE site.middle <> ''
        UNION ALL
        SELECT middle, '', '', site, community_code, township_code FROM address_site WHERE middle <> ''
        UNION ALL
        SELECT concat(way, middle), '', '', site, community_code, township_code FROM address_site WHERE middle <> ''
        UNION ALL
        SELECT concat(middle, way), door, '', site, community_code, township_code FROM address_site WHERE middle <> ''
        UNION ALL
        SELECT concat(area.community, site.way, site.middle), '', '', site.site, site.community_code, site.township_code
          FROM address_site AS site
          JOIN address_area_name AS area ON area.community_code = site.community_code
         WHERE site.middle <> ''
        UNION ALL
        SELECT alias.body, alias.door, alias.middle, alias.site, site.community_code, site.township_code
          FROM address_alias AS alias
          JOIN address_site AS site ON site.site = alias.site) AS said
 WHERE said.body <> ''
