-- Claims ordered as in population/person_ranked.sql: per field the smallest number wins, and there are no ties.
-- Names: a registered full name goes before a short one, whoever gives it. Short is a name that is part of the longest
-- given for the organisation; a branch's is not its parent's name in full, and a seal's addition makes no name.
SELECT ordered.legal_id, ordered.org_key, ordered.dataset, ordered.agency, ordered.batch, ordered.row_no,
       ordered.observed_at, ordered.uscc, ordered.org_code, ordered.reg_no, ordered.name, ordered.former_name,
       ordered.org_type, ordered.legal_representative, ordered.legal_representative_id, ordered.capital,
       ordered.established_on, ordered.address, ordered.industry, ordered.status, ordered.tax_status,
       ordered.credit_grade,
       CASE WHEN ordered.uscc IS NOT NULL
            THEN coalesce(ranks.uscc, 99) * 1000000 + ordered.turn END AS uscc_key,
       CASE WHEN ordered.org_code IS NOT NULL
            THEN coalesce(ranks.org_code, 99) * 1000000 + ordered.turn END AS org_code_key,
       CASE WHEN ordered.reg_no IS NOT NULL
            THEN coalesce(ranks.reg_no, 99) * 1000000 + ordered.turn END AS reg_no_key,
       CASE WHEN ordered.name IS NOT NULL
            THEN CASE WHEN length(ordered.longest) > length(ordered.name) AND strpos(ordered.longest, ordered.name) > 0
                           AND regexp_matches(ordered.longest, '分公司|支公司|分行|支行|分店|分部|分所|分院|分校|分社|办事处|营业部')
                             = regexp_matches(ordered.name, '分公司|支公司|分行|支行|分店|分部|分所|分院|分校|分社|办事处|营业部')
                      THEN 1000000000 ELSE 0 END
                 + coalesce(ranks.name, 99) * 1000000 + ordered.turn END AS name_key,
       CASE WHEN ordered.former_name IS NOT NULL
            THEN coalesce(ranks.former_name, 99) * 1000000 + ordered.turn END AS former_name_key,
       CASE WHEN ordered.org_type IS NOT NULL
            THEN coalesce(ranks.org_type, 99) * 1000000 + ordered.turn END AS org_type_key,
       CASE WHEN ordered.legal_representative IS NOT NULL
            THEN coalesce(ranks.legal_representative, 99) * 1000000 + ordered.turn END AS legal_representative_key,
       CASE WHEN ordered.legal_representative_id IS NOT NULL
            THEN coalesce(ranks.legal_representative_id, 99) * 1000000 + ordered.turn END AS legal_representative_id_key,
       CASE WHEN ordered.capital IS NOT NULL
            THEN coalesce(ranks.capital, 99) * 1000000 + ordered.turn END AS capital_key,
       CASE WHEN ordered.established_on IS NOT NULL
            THEN coalesce(ranks.established_on, 99) * 1000000 + ordered.turn END AS established_on_key,
       CASE WHEN ordered.address IS NOT NULL
            THEN coalesce(ranks.address, 99) * 1000000 + ordered.turn END AS address_key,
       CASE WHEN ordered.industry IS NOT NULL
            THEN coalesce(ranks.industry, 99) * 1000000 + ordered.turn END AS industry_key,
       CASE WHEN ordered.status IS NOT NULL
            THEN coalesce(ranks.status, 99) * 1000000 + ordered.turn END AS status_key,
       CASE WHEN ordered.tax_status IS NOT NULL
            THEN coalesce(ranks.tax_status, 99) * 1000000 + ordered.turn END AS tax_status_key,
       CASE WHEN ordered.credit_grade IS NOT NULL
            THEN coalesce(ranks.credit_grade, 99) * 1000000 + ordered.turn END AS credit_grade_key
  FROM (SELECT placed.legal_id, placed.org_key, placed.dataset, placed.agency, placed.batch, placed.row_no, placed.observed_at,
               placed.uscc, placed.org_code, placed.reg_no, placed.name, placed.former_name, placed.org_type,
               placed.legal_representative, placed.legal_representative_id, placed.capital, placed.established_on,
               placed.address, placed.industry, placed.status, placed.tax_status, placed.credit_grade,
               first_value(CASE WHEN NOT regexp_matches(placed.name, '章[）)]$') THEN placed.name END)
                    OVER (PARTITION BY placed.legal_id
                    ORDER BY CASE WHEN NOT regexp_matches(placed.name, '章[）)]$') THEN length(placed.name) ELSE 0 END DESC
                    NULLS LAST, placed.name) AS longest,
               row_number() OVER (PARTITION BY placed.legal_id
                    ORDER BY placed.observed_at DESC NULLS LAST, placed.dataset, placed.batch, placed.row_no) AS turn
          FROM organisation_placed AS placed
         WHERE placed.legal_id IS NOT NULL) AS ordered
  LEFT JOIN legal_person_rank AS ranks ON ranks.dataset = ordered.dataset
