-- The unit an indicator is told in: that of the department whose word counts, as it published last.
SELECT indicator_code, unit AS common_unit
  FROM indicator_ranked
 WHERE unit IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY indicator_code
             ORDER BY rank_no, published_on DESC, period DESC, agency, batch DESC) = 1
