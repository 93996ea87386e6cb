-- Grids of local governance (GB/T 34300) with the community and township their code begins with.
SELECT grid_code, name, township, substr(grid_code, 1, 9) AS township_code, substr(grid_code, 1, 12) AS community_code,
       wkb_longitude(geometry) AS longitude, wkb_latitude(geometry) AS latitude, geometry, 'land' AS provided_by,
       _batch AS batch
  FROM land_grid
QUALIFY row_number() OVER (PARTITION BY grid_code ORDER BY _batch DESC, _row) = 1
 ORDER BY grid_code
