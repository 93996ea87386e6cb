-- What every register says about a division code of 6, 9 or 12 digits; the smaller rank is believed.
SELECT code AS division_code, name, 50 AS rank_no, 'bureau' AS agency, CAST(NULL AS VARCHAR) AS batch, 0 AS row_no,
       valid_to IS NOT NULL AS abolished, successor, CAST(NULL AS BLOB) AS geometry,
       CAST(NULL AS DOUBLE) AS longitude, CAST(NULL AS DOUBLE) AS latitude
  FROM division_register
UNION ALL
SELECT division_code, name, 40, 'bureau', _batch, _row, coalesce(revoked, false), CAST(NULL AS VARCHAR),
       CAST(NULL AS BLOB), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE)
  FROM bureau_division
UNION ALL
SELECT division_code, name, 30, 'land', _batch, _row, CAST(NULL AS BOOLEAN), CAST(NULL AS VARCHAR),
       geometry, longitude, latitude
  FROM land_county
UNION ALL
SELECT township_code, name, 10, 'civil', _batch, _row, CAST(NULL AS BOOLEAN), CAST(NULL AS VARCHAR),
       CAST(NULL AS BLOB), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE)
  FROM civil_township
UNION ALL
SELECT community_code, name, 10, 'civil', _batch, _row, CAST(NULL AS BOOLEAN), CAST(NULL AS VARCHAR),
       CAST(NULL AS BLOB), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE)
  FROM civil_village
UNION ALL
SELECT community_code, name, 11, 'civil', _batch, _row, CAST(NULL AS BOOLEAN), CAST(NULL AS VARCHAR),
       CAST(NULL AS BLOB), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE)
  FROM civil_village_rare
UNION ALL
SELECT substr(grid_code, 1, 9), min(township), 20, 'land', min(_batch), min(_row), CAST(NULL AS BOOLEAN),
       CAST(NULL AS VARCHAR), CAST(NULL AS BLOB),
       (min(wkb_longitude(geometry)) + max(wkb_longitude(geometry))) / 2,
       (min(wkb_latitude(geometry)) + max(wkb_latitude(geometry))) / 2
  FROM land_grid
 WHERE length(grid_code) >= 12
 GROUP BY substr(grid_code, 1, 9)
UNION ALL
SELECT substr(grid_code, 1, 12), CAST(NULL AS VARCHAR), 20, 'land', min(_batch), min(_row), CAST(NULL AS BOOLEAN),
       CAST(NULL AS VARCHAR), CAST(NULL AS BLOB),
       (min(wkb_longitude(geometry)) + max(wkb_longitude(geometry))) / 2,
       (min(wkb_latitude(geometry)) + max(wkb_latitude(geometry))) / 2
  FROM land_grid
 WHERE length(grid_code) >= 12
 GROUP BY substr(grid_code, 1, 12)
UNION ALL
SELECT community_code, CAST(NULL AS VARCHAR), 21, 'police', min(_batch), min(_row), CAST(NULL AS BOOLEAN),
       CAST(NULL AS VARCHAR), CAST(NULL AS BLOB), CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE)
  FROM police_address
 WHERE length(community_code) = 12
 GROUP BY community_code
