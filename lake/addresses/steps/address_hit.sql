-- Sites of every reading: those read whole, and for the others what is found when one part is passed over or read anew.
SELECT marks, site, doubt, whole, building FROM address_hit_whole
UNION ALL
SELECT unread.marks, spelling.site, unread.doubt, true, unread.building
  FROM address_unread AS unread
  JOIN address_spelling_few AS spelling ON spelling.scope = unread.scope AND spelling.body = unread.body
   AND spelling.door = unread.door AND spelling.middle = unread.middle
 WHERE unread.doubt > 0 AND NOT unread.elsewhere
UNION ALL
-- Words behind the door that name no estate there: 文化东路12号某某超市 is still that door, but no building in it.
SELECT unread.marks, spelling.site, unread.doubt, false, unread.building
  FROM address_unread AS unread
  JOIN address_spelling_few AS spelling ON spelling.scope = unread.scope AND spelling.body = unread.body
   AND spelling.door = unread.door AND spelling.middle = ''
 WHERE unread.middle <> '' AND unread.door <> '' AND NOT unread.elsewhere
UNION ALL
-- 金苑小区3号2单元301室: within an estate, a door that has stairways is a building.
SELECT unread.marks, spelling.site, unread.doubt + 1, true, unread.door
  FROM address_unread AS unread
  JOIN address_spelling_few AS spelling ON spelling.scope = unread.scope AND spelling.body = unread.body
   AND spelling.door = '' AND spelling.middle = ''
 WHERE unread.building = '' AND unread.middle = '' AND unread.door <> ''
   AND (unread.unit <> '' OR unread.room <> '') AND NOT unread.elsewhere
UNION ALL
-- An estate the register has on another road or under another number.
SELECT unread.marks, spelling.site, unread.doubt + 2, true, unread.building
  FROM address_unread AS unread
  JOIN address_spelling_few AS spelling ON spelling.scope = unread.scope AND spelling.body = unread.middle
   AND spelling.door = '' AND spelling.middle = ''
 WHERE unread.middle <> '' AND NOT unread.elsewhere
