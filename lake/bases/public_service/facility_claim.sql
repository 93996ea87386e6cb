-- Every facility of every department, in one shape and in CGCS2000.
SELECT concat('education_school:', school_no) AS facility_id, 'education' AS agency, school_no AS source_no,
       school_name AS name, facility_kind AS kind, address, longitude, latitude, opening_hours, phone, status,
       managing_uscc, _batch AS batch, _row AS row_no
  FROM education_school
 WHERE school_no IS NOT NULL
UNION ALL
SELECT concat('civil_facility:', facility_no), 'civil', facility_no, facility_name, facility_kind, address, longitude,
       latitude, opening_hours, phone, status, managing_uscc, _batch, _row
  FROM civil_facility
 WHERE facility_no IS NOT NULL
