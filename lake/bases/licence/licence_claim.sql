-- Every licence identifier once. A licence that was issued anew (a higher version) replaces the earlier ones.
SELECT licence_id, licence_no, licence_name, licence_type_code, version, issuer, issuer_code, issued_on, valid_from,
       valid_to, holder, holder_code, holder_type, status, ended_on, batch,
       lead(issued_on) OVER (PARTITION BY licence_type_code, issuer_code, licence_no
            ORDER BY version, issued_on, licence_id) AS replaced_on
  FROM (SELECT licence_id, licence_no, licence_name, licence_type_code, version, issuer, issuer_code, issued_on,
               valid_from, valid_to, holder, holder_code, holder_type, status, ended_on, _batch AS batch
          FROM approval_licence
         WHERE licence_id IS NOT NULL
       QUALIFY row_number() OVER (PARTITION BY licence_id ORDER BY _batch DESC, _row) = 1) AS claim
