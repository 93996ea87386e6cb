-- What other departments now say of the same indicator and period, where it is more than half a percent away.
SELECT counts.indicator_code, counts.period,
       string_agg(concat(other.provided_by, ' ', CAST(CAST(other.value AS DECIMAL(18, 4)) AS VARCHAR)), '; '
                  ORDER BY other.provided_by) AS other_values
  FROM economy_claim AS counts
  JOIN economy_source AS source ON source.indicator_code = counts.indicator_code AND source.period = counts.period
   AND source.source_rank = counts.source_rank
  JOIN economy_claim AS other ON other.indicator_code = counts.indicator_code AND other.period = counts.period
   AND other.source_rank > counts.source_rank
 WHERE counts.superseded_on IS NULL AND other.superseded_on IS NULL
   AND abs(other.value - counts.value) > 0.005 * abs(counts.value)
 GROUP BY counts.indicator_code, counts.period
