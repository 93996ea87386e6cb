-- The texts of the standard addresses and the names they have beside them, marked.
SELECT address_code, address_marked(full_address) AS marks, CASE WHEN alias IS NOT NULL THEN address_marked(alias) END
            AS alias_marks, community_code, building_id, road, door_no, building_no
  FROM standard_address
