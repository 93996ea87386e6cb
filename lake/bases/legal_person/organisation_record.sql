-- What the matcher is shown of every row: its task is models/legal_person.json.
-- A branch that a department holds by its parent's name is shown by its own: the number tells that it is the branch, and
-- the parent's name would draw to it whatever names the parent and no number.
SELECT named.dataset AS source, named.record_id AS key, named.org_key AS known_id, named.source_key,
       CASE WHEN strpos(named.branch, named.name) = 1 AND length(named.branch) > length(named.name)
            THEN named.branch ELSE named.name END AS name,
       named.former_name, named.legal_representative, named.established_on, named.address,
       CASE WHEN length(named.org_key) = 9 THEN named.org_key ELSE named.stated_code END AS code,
       CASE WHEN reg_no_fault(named.reg_no) IS NULL THEN named.reg_no END AS registration
  FROM (SELECT keyed.dataset, keyed.record_id, keyed.org_key, keyed.source_key, keyed.name, keyed.former_name,
               keyed.legal_representative, keyed.established_on, keyed.address, keyed.stated_code, keyed.reg_no,
               CASE WHEN keyed.org_key IS NOT NULL
                    THEN first_value(CASE WHEN regexp_matches(keyed.name, '分公司|支公司|分行|支行|分店|分部|分所|分院|分校|分社|办事处|营业部')
                                          THEN keyed.name END)
                         OVER (PARTITION BY keyed.org_key
                         ORDER BY CASE WHEN regexp_matches(keyed.name, '分公司|支公司|分行|支行|分店|分部|分所|分院|分校|分社|办事处|营业部')
                                       THEN keyed.name END NULLS LAST) END AS branch
          FROM organisation_keyed AS keyed) AS named
