-- Every claim of every department about every field, with the one that won. Losing values stay visible.
SELECT claim.person_id, claim.field, claim.value, claim.agency, claim.dataset, claim.batch, claim.row_no AS "row",
       claim.observed_at, rules.rule, claim.won
  FROM (
        SELECT seen.person_id, 'resident_id' AS field, seen.resident_id AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, coalesce(seen.resident_id_key = best.resident_id_key, false) AS won
          FROM person_ranked AS seen JOIN person_winner AS best ON best.person_id = seen.person_id
         WHERE seen.resident_id IS NOT NULL
        UNION ALL
        SELECT seen.person_id, 'name' AS field, seen.name AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.name_key = best.name_key AS won
          FROM person_ranked AS seen JOIN person_winner AS best ON best.person_id = seen.person_id
         WHERE seen.name IS NOT NULL
        UNION ALL
        SELECT seen.person_id, 'sex' AS field, seen.sex AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.sex_key = best.sex_key AS won
          FROM person_ranked AS seen JOIN person_winner AS best ON best.person_id = seen.person_id
         WHERE seen.sex IS NOT NULL
        UNION ALL
        SELECT seen.person_id, 'ethnic' AS field, seen.ethnic AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.ethnic_key = best.ethnic_key AS won
          FROM person_ranked AS seen JOIN person_winner AS best ON best.person_id = seen.person_id
         WHERE seen.ethnic IS NOT NULL
        UNION ALL
        SELECT seen.person_id, 'birth_date' AS field, CAST(seen.birth_date AS VARCHAR) AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.birth_date_key = best.birth_date_key AS won
          FROM person_ranked AS seen JOIN person_winner AS best ON best.person_id = seen.person_id
         WHERE seen.birth_date IS NOT NULL
        UNION ALL
        SELECT seen.person_id, 'address' AS field, seen.address AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.address_key = best.address_key AS won
          FROM person_ranked AS seen JOIN person_winner AS best ON best.person_id = seen.person_id
         WHERE seen.address IS NOT NULL
        UNION ALL
        SELECT seen.person_id, 'division_code' AS field, seen.division_code AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.division_code_key = best.division_code_key AS won
          FROM person_ranked AS seen JOIN person_winner AS best ON best.person_id = seen.person_id
         WHERE seen.division_code IS NOT NULL
        UNION ALL
        SELECT seen.person_id, 'phone' AS field, seen.phone AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.phone_key = best.phone_key AS won
          FROM person_ranked AS seen JOIN person_winner AS best ON best.person_id = seen.person_id
         WHERE seen.phone IS NOT NULL
        UNION ALL
        SELECT seen.person_id, 'household_no' AS field, seen.household_no AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.household_no_key = best.household_no_key AS won
          FROM person_ranked AS seen JOIN person_winner AS best ON best.person_id = seen.person_id
         WHERE seen.household_no IS NOT NULL
        UNION ALL
        SELECT seen.person_id, 'relation' AS field, seen.relation AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.relation_key = best.relation_key AS won
          FROM person_ranked AS seen JOIN person_winner AS best ON best.person_id = seen.person_id
         WHERE seen.relation IS NOT NULL
        UNION ALL
        SELECT seen.person_id, 'death_date' AS field, CAST(seen.death_date AS VARCHAR) AS value, seen.agency, seen.dataset, seen.batch, seen.row_no,
               seen.observed_at, seen.death_date_key = best.death_date_key AS won
          FROM person_ranked AS seen JOIN person_winner AS best ON best.person_id = seen.person_id
         WHERE seen.death_date IS NOT NULL
       ) AS claim
  LEFT JOIN population_rule AS rules ON rules.field = claim.field
 ORDER BY claim.person_id, claim.field, claim.dataset, claim.batch, claim.row_no
