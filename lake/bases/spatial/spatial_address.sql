-- Standard addresses with the divisions they lie in, in CGCS2000.
SELECT address_code, full_address, nullif(alias, '') AS alias, community_code, substr(community_code, 1, 9) AS township_code,
       substr(community_code, 1, 6) AS division_code, road, door_no, building_no, building_id, longitude, latitude,
       'police' AS provided_by, _batch AS batch
  FROM police_address
QUALIFY row_number() OVER (PARTITION BY address_code ORDER BY _batch DESC, _row) = 1
 ORDER BY address_code
