-- What the matcher is asked.
SELECT DISTINCT marks FROM address_read
