-- Every claim once, with the place of its department: by the order for that indicator, else by the order for all.
SELECT claim.agency, claim.batch, claim.indicator_code, claim.indicator_name, claim.period, claim.value, claim.unit,
       claim.growth, claim.published_on,
       CAST(coalesce(own.rank, general.rank, '99') AS DOUBLE) AS rank_no
  FROM (SELECT dataset, agency, batch, row_no, indicator_code, indicator_name, period, value, unit, growth, published_on
          FROM indicator_claim
       QUALIFY row_number() OVER (PARTITION BY indicator_code, period, agency, published_on
                    ORDER BY batch DESC, row_no) = 1) AS claim
  LEFT JOIN fields AS own ON own.field = claim.indicator_code AND own.dataset = claim.dataset
  LEFT JOIN fields AS general ON general.field = 'value' AND general.dataset = claim.dataset
