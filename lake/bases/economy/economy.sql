-- The indicators as the department whose word counts published them, every revision with the days between which it was
-- what the county knew; the newest says what other departments hold against it.
SELECT figure.figure_id, figure.indicator_code, figure.indicator_name, figure.period, figure.value, figure.unit,
       figure.growth, figure.reported_value, figure.reported_unit, figure.published_on, figure.superseded_on,
       figure.revision, figure.superseded_on IS NULL AS newest,
       coalesce(figure.superseded_on IS NULL AND dispute.other_values IS NOT NULL, false) AS contradicted,
       CASE WHEN figure.superseded_on IS NULL THEN dispute.other_values END AS other_values,
       figure.provided_by, figure.batch
  FROM economy_claim AS figure
  JOIN economy_source AS source ON source.indicator_code = figure.indicator_code AND source.period = figure.period
   AND source.source_rank = figure.source_rank
  LEFT JOIN economy_dispute AS dispute ON dispute.indicator_code = figure.indicator_code
   AND dispute.period = figure.period
 ORDER BY figure.indicator_code, figure.period, figure.published_on
