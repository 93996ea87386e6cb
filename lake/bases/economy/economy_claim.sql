-- Every figure any department ever published, in the indicator's one unit where a declared factor leads there.
-- A later figure of the same department for the same indicator and period supersedes an earlier one; both stay.
SELECT concat(figure.indicator_code, '|', figure.period, '|', figure.agency, '|',
              CAST(figure.published_on AS VARCHAR)) AS figure_id,
       figure.indicator_code, figure.indicator_name, figure.period,
       CASE WHEN figure.unit = common.common_unit THEN figure.value
            ELSE figure.value * CAST(known.factor AS DOUBLE) END AS value,
       common.common_unit AS unit, figure.growth, figure.value AS reported_value, figure.unit AS reported_unit,
       figure.published_on,
       lead(figure.published_on) OVER (PARTITION BY figure.indicator_code, figure.period, figure.agency
            ORDER BY figure.published_on) AS superseded_on,
       row_number() OVER (PARTITION BY figure.indicator_code, figure.period, figure.agency
            ORDER BY figure.published_on) AS revision,
       figure.rank_no AS source_rank, figure.agency AS provided_by, figure.batch
  FROM indicator_ranked AS figure
  LEFT JOIN indicator_unit AS common ON common.indicator_code = figure.indicator_code
  LEFT JOIN unit_factor AS known ON known.unit = figure.unit AND known.common_unit = common.common_unit
 ORDER BY figure.indicator_code, figure.period, figure.agency, figure.published_on
