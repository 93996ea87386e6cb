-- The register of standard addresses the texts are matched to.
SELECT address_code, full_address, alias, community_code, road, door_no, building_no, building_id
  FROM spatial_address
