-- What is left of the distinct names when the township is taken off as well. doubt 0: all that was taken off is known;
-- 1: county or township were written short; 2: a township or residents' community the register does not know was
-- passed over (never a village: lanes and numbers begin anew in each).
SELECT begun.names, '' AS scope, begun.rest AS body, begun.elsewhere, begun.doubt
  FROM address_beginning AS begun
UNION ALL
SELECT begun.names, township.township_code, substr(begun.rest, length(township.township) + 1), false, begun.doubt
  FROM address_beginning AS begun
  JOIN address_township AS township ON starts_with(begun.rest, township.township)
UNION ALL
SELECT begun.names, township.township_code, substr(begun.rest, length(township.short) + 1), false, begun.doubt + 1
  FROM address_beginning AS begun
  JOIN address_township AS township
    ON starts_with(begun.rest, township.short) AND NOT starts_with(begun.rest, township.township)
 WHERE length(township.short) > 1
UNION ALL
SELECT begun.names, '', regexp_replace(begun.rest, '^[^0-9A-Za-z]{1,12}?(街道|镇|乡)', '', 'g'), begun.elsewhere, 2
  FROM address_beginning AS begun
 WHERE begun.doubt = 0 AND regexp_matches(begun.rest, '^[^0-9A-Za-z]{1,12}?(街道|镇|乡)')
   AND begun.names NOT IN (SELECT known.names
                             FROM address_beginning AS known
                             JOIN address_township AS there ON starts_with(known.rest, there.township))
UNION ALL
SELECT begun.names, township.township_code,
       regexp_replace(substr(begun.rest, length(township.township) + 1), '^[^0-9A-Za-z]{1,10}?社区', '', 'g'), false, 2
  FROM address_beginning AS begun
  JOIN address_township AS township ON starts_with(begun.rest, township.township)
 WHERE begun.doubt = 0
   AND regexp_matches(substr(begun.rest, length(township.township) + 1), '^[^0-9A-Za-z]{1,10}?社区')
