-- Observations with the id of their person, as the matcher found it; NULL where a row says nothing about who it is.
-- by_key: the row's number is its person's; one that other rows dispute stays a claim and never wins.
SELECT who.entity_key AS person_id, coalesce(who.numbered, false) AS by_key, who.probability, seen.record_id,
       seen.observed_at, seen.dataset, seen.agency, seen.batch, seen.row_no, seen.source_key,
       seen.known_id AS resident_id, seen.name, seen.sex, seen.ethnic, seen.birth_date, seen.address, seen.division_code, seen.phone,
       seen.household_no, seen.relation, seen.death_date, seen.status
  FROM person_numbered AS seen
  LEFT JOIN person_identity AS who ON who.source = seen.dataset AND who.key = seen.record_id
