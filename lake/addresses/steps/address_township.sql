-- The townships by name, with the short name people use where it is not a road's.
SELECT DISTINCT township_code, township,
       CASE WHEN regexp_matches(township, '[路街巷道]街道$') THEN ''
            ELSE regexp_replace(township, '(街道|镇|乡|苏木)$', '', 'g') END AS short
  FROM address_area
 WHERE township <> ''
