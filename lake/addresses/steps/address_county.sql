-- How an address may begin down to the county of the register: 山东省烟台市莱州市, 山东莱州市, 莱州市, 烟台市, former names.
-- doubt 1: without 市, as 莱州 in 莱州文昌路街道, which may be the beginning of a name as well.
SELECT said.spelling, length(said.spelling) AS letters, min(said.doubt) AS doubt
  FROM (SELECT concat(start.word, province.word, prefecture.word, county.word) AS spelling, county.doubt,
               province.formal AND prefecture.formal AS formal, county.word
          FROM (SELECT DISTINCT substr(community_code, 1, 6) AS code FROM address_register) AS here
          JOIN (SELECT code, name AS word, 0 AS doubt FROM division_register
                UNION SELECT successor, name, 0 FROM division_register WHERE successor IS NOT NULL
                UNION SELECT code, '', 0 FROM division_register
                UNION SELECT code, regexp_replace(name, '[市县区]$', '', 'g'), 1 FROM division_register
                       WHERE length(name) > 2) AS county ON county.code = here.code
          JOIN (SELECT code, name AS word, true AS formal FROM division_register
                UNION SELECT code, '', true FROM division_register
                UNION SELECT code, regexp_replace(name, '(省|市|[^治]{1,3}族自治区|自治区)$', '', 'g'), false
                        FROM division_register) AS province ON province.code = concat(substr(here.code, 1, 2), '0000')
          JOIN (SELECT code, name AS word, true AS formal FROM division_register
                UNION SELECT code, '', true FROM division_register
                UNION SELECT code, regexp_replace(name, '(市|地区|盟)$', '', 'g'), false
                        FROM division_register) AS prefecture ON prefecture.code = concat(substr(here.code, 1, 4), '00')
         CROSS JOIN (SELECT '' AS word UNION ALL SELECT '中国') AS start) AS said
 -- 山东 or 烟台 alone may begin the name of a road: short forms count only before the county's own name.
 WHERE (said.formal OR said.word <> '') AND said.spelling NOT IN ('', '中国')
 GROUP BY said.spelling
