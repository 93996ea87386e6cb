-- Parcels of the cadastre (GB/T 37346), in CGCS2000.
SELECT parcel_code, use_code, area_m2, right_holder, wkb_longitude(geometry) AS longitude,
       wkb_latitude(geometry) AS latitude, geometry, 'land' AS provided_by, _batch AS batch
  FROM land_parcel
QUALIFY row_number() OVER (PARTITION BY parcel_code ORDER BY _batch DESC, _row) = 1
 ORDER BY parcel_code
