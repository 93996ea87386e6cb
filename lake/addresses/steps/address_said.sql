-- The texts of the standard addresses, marked.
SELECT address_code, address_marked(full_address) AS marks, community_code, building_id, road, door_no, building_no, alias
  FROM standard_address
