-- People who draw the subsistence allowance, for the allotment of public housing: who they are by the population base,
-- what they draw by civil affairs. One row per person; the newest grant where one stands twice.
SELECT person.person_id, person.resident_id, person.name, person.sex, person.birth_date, person.address,
       lives.township_code, person.division_code, person.phone, support.monthly_amount, support.approved_on, person.alive,
       person.providers, support.batch
  FROM (SELECT resident_id, monthly_amount, approved_on, _batch AS batch
          FROM civil_subsistence
         WHERE resident_id IS NOT NULL
       QUALIFY row_number() OVER (PARTITION BY resident_id
                    ORDER BY approved_on DESC NULLS LAST, _batch DESC, _row) = 1) AS support
  JOIN population AS person ON person.resident_id = support.resident_id
  LEFT JOIN (SELECT housed.person_id, min(township.division_code) AS township_code
               FROM population AS housed
               JOIN civil_subsistence AS held ON held.resident_id = housed.resident_id
               JOIN spatial_division AS township ON contains(housed.address, township.name)
               JOIN hub ON substr(township.division_code, 1, 6) = hub.hub_id
              WHERE township.level = 'township' AND housed.address IS NOT NULL
              GROUP BY housed.person_id) AS lives ON lives.person_id = person.person_id
 ORDER BY person.person_id
