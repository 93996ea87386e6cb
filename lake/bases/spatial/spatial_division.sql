-- One row per division code, from province to village, in force or abolished. GB/T 2260, GB/T 10114, statistical codes.
SELECT division.division_code, division.name, division.name_from, division.name_batch,
       CASE WHEN length(division.division_code) = 12 THEN 'village'
            WHEN length(division.division_code) = 9 THEN 'township'
            WHEN substr(division.division_code, 3, 4) = '0000' THEN 'province'
            WHEN substr(division.division_code, 5, 2) = '00' THEN 'prefecture' ELSE 'county' END AS level,
       CASE WHEN length(division.division_code) = 12 THEN substr(division.division_code, 1, 9)
            WHEN length(division.division_code) = 9 THEN substr(division.division_code, 1, 6)
            WHEN substr(division.division_code, 3, 4) = '0000' THEN NULL
            WHEN substr(division.division_code, 5, 2) = '00' THEN concat(substr(division.division_code, 1, 2), '0000')
            ELSE concat(substr(division.division_code, 1, 4), '00') END AS parent_code,
       coalesce(division.abolished, false) AS abolished, division.successor, division.longitude, division.latitude,
       division.geometry, division.providers
  FROM (SELECT claim.division_code,
               arg_min(claim.name, claim.turn) FILTER (WHERE claim.name IS NOT NULL) AS name,
               arg_min(claim.agency, claim.turn) FILTER (WHERE claim.name IS NOT NULL) AS name_from,
               arg_min(claim.batch, claim.turn) FILTER (WHERE claim.name IS NOT NULL AND claim.batch IS NOT NULL)
                    AS name_batch,
               bool_or(claim.abolished) AS abolished,
               arg_min(claim.successor, claim.turn) FILTER (WHERE claim.successor IS NOT NULL) AS successor,
               arg_min(claim.longitude, claim.turn) FILTER (WHERE claim.longitude IS NOT NULL) AS longitude,
               arg_min(claim.latitude, claim.turn) FILTER (WHERE claim.latitude IS NOT NULL) AS latitude,
               arg_min(claim.geometry, claim.turn) FILTER (WHERE claim.geometry IS NOT NULL) AS geometry,
               string_agg(DISTINCT claim.agency, ',' ORDER BY claim.agency) AS providers
          FROM (SELECT said.division_code, nullif(said.name, '') AS name, said.agency, said.batch, said.abolished,
                       said.successor, said.longitude, said.latitude, said.geometry,
                       row_number() OVER (PARTITION BY said.division_code
                            ORDER BY said.rank_no, said.batch, said.row_no, said.name) AS turn
                  FROM division_claim AS said
                 WHERE regexp_matches(said.division_code, '^[0-9]{6}([0-9]{3}([0-9]{3})?)?$')) AS claim
         GROUP BY claim.division_code) AS division
 ORDER BY division.division_code
