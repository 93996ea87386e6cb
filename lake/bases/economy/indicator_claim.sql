-- What every department says an indicator was in a period, in one shape; the day of the delivery where none is told.
SELECT 'stats_indicator' AS dataset, 'stats' AS agency, _batch AS batch, _row AS row_no, indicator_code, indicator_name,
       period, value, unit, growth, coalesce(published_on, CAST(batch_moment(_batch) AS DATE)) AS published_on
  FROM stats_indicator
 WHERE indicator_code IS NOT NULL AND period IS NOT NULL AND value IS NOT NULL
UNION ALL
SELECT 'finance_indicator', 'finance', _batch, _row, indicator_code, indicator_name, period, value, unit,
       CAST(NULL AS DOUBLE), coalesce(published_on, CAST(batch_moment(_batch) AS DATE))
  FROM finance_indicator
 WHERE indicator_code IS NOT NULL AND period IS NOT NULL AND value IS NOT NULL
