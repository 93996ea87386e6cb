-- What the matcher is shown of every row: its task is models/person.json.
SELECT seen.dataset AS source, seen.record_id AS key, seen.known_id, seen.source_key, seen.name, seen.sex,
       coalesce(seen.birth_date, resident_id_birth(seen.known_id)) AS birth_date, seen.phone, seen.address,
       seen.death_date, seen.resident_id
  FROM person_numbered AS seen
