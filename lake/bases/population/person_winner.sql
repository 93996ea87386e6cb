-- Per person, the smallest ordering number of each field: what a claim must have to be the one that won.
SELECT person_id,
       min(resident_id_key) AS resident_id_key,
       min(name_key) AS name_key,
       min(sex_key) AS sex_key,
       min(ethnic_key) AS ethnic_key,
       min(birth_date_key) AS birth_date_key,
       min(address_key) AS address_key,
       min(division_code_key) AS division_code_key,
       min(phone_key) AS phone_key,
       min(household_no_key) AS household_no_key,
       min(relation_key) AS relation_key,
       min(death_date_key) AS death_date_key
  FROM person_ranked
 GROUP BY person_id
