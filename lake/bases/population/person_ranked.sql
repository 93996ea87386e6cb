-- Observations and, per field, a number that orders the claims: the smallest wins.
-- `turn` orders the rows of one person from newest to oldest and is unique within the person, so there are no ties.
-- order: rank of the source, then newest; recency: ranks are all 0, so newest; earliest: the day itself comes first.
SELECT ordered.person_id, ordered.dataset, ordered.agency, ordered.batch, ordered.row_no, ordered.observed_at,
       ordered.resident_id, ordered.name, ordered.sex, ordered.ethnic, ordered.birth_date, ordered.address,
       ordered.division_code, ordered.phone, ordered.household_no, ordered.relation, ordered.death_date, ordered.status,
       CASE WHEN ordered.by_key AND ordered.resident_id IS NOT NULL
            THEN coalesce(ranks.resident_id, 99) * 1000000 + ordered.turn END AS resident_id_key,
       CASE WHEN ordered.name IS NOT NULL THEN coalesce(ranks.name, 99) * 1000000 + ordered.turn END AS name_key,
       CASE WHEN ordered.sex IS NOT NULL THEN coalesce(ranks.sex, 99) * 1000000 + ordered.turn END AS sex_key,
       CASE WHEN ordered.ethnic IS NOT NULL THEN coalesce(ranks.ethnic, 99) * 1000000 + ordered.turn END AS ethnic_key,
       CASE WHEN ordered.birth_date IS NOT NULL
            THEN coalesce(ranks.birth_date, 99) * 1000000 + ordered.turn END AS birth_date_key,
       CASE WHEN ordered.address IS NOT NULL
            THEN coalesce(ranks.address, 99) * 1000000 + ordered.turn END AS address_key,
       CASE WHEN ordered.division_code IS NOT NULL
            THEN coalesce(ranks.division_code, 99) * 1000000 + ordered.turn END AS division_code_key,
       CASE WHEN ordered.phone IS NOT NULL THEN coalesce(ranks.phone, 99) * 1000000 + ordered.turn END AS phone_key,
       CASE WHEN ordered.household_no IS NOT NULL
            THEN coalesce(ranks.household_no, 99) * 1000000 + ordered.turn END AS household_no_key,
       CASE WHEN ordered.relation IS NOT NULL
            THEN coalesce(ranks.relation, 99) * 1000000 + ordered.turn END AS relation_key,
       CASE WHEN ordered.death_date IS NOT NULL
            THEN date_diff('day', DATE '1800-01-01', ordered.death_date) * 10000
                 + ordered.turn END AS death_date_key
  FROM (SELECT placed.person_id, placed.by_key, placed.dataset, placed.agency, placed.batch, placed.row_no, placed.observed_at,
               placed.resident_id, placed.name, placed.sex, placed.ethnic, placed.birth_date, placed.address,
               placed.division_code, placed.phone, placed.household_no, placed.relation, placed.death_date, placed.status,
               row_number() OVER (PARTITION BY placed.person_id
                    ORDER BY placed.observed_at DESC NULLS LAST, placed.dataset, placed.batch, placed.row_no) AS turn
          FROM person_placed AS placed) AS ordered
  LEFT JOIN population_rank AS ranks ON ranks.dataset = ordered.dataset
