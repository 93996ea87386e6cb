-- Public-service facilities: where they are, which standard address that is, when they are open.
SELECT claim.facility_id, claim.source_no, claim.name, claim.kind, claim.address, found.level AS address_level,
       found.address_code, coalesce(found.community_code, placed.community_code) AS community_code,
       coalesce(found.township_code, placed.township_code) AS township_code, claim.longitude, claim.latitude,
       claim.opening_hours, claim.phone, claim.status, claim.managing_uscc, claim.agency AS provided_by, claim.batch
  FROM (SELECT facility_id, agency, source_no, name, kind, address, longitude, latitude, opening_hours, phone, status,
               managing_uscc, batch
          FROM facility_claim
       QUALIFY row_number() OVER (PARTITION BY facility_id ORDER BY batch DESC, row_no) = 1) AS claim
  LEFT JOIN spatial_address_text AS found ON found.address = claim.address
  LEFT JOIN facility_unplaced AS placed ON placed.facility_id = claim.facility_id
 ORDER BY claim.facility_id
