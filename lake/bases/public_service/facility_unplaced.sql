-- Where the address does not tell the township, the grid does that holds the point.
SELECT claim.facility_id, min(grid.township_code) AS township_code, min(grid.community_code) AS community_code
  FROM facility_claim AS claim
  LEFT JOIN spatial_address_text AS found ON found.address = claim.address
  JOIN spatial_grid AS grid ON wkb_holds(grid.geometry, claim.longitude, claim.latitude)
 WHERE found.township_code IS NULL AND claim.longitude IS NOT NULL AND claim.latitude IS NOT NULL
 GROUP BY claim.facility_id
