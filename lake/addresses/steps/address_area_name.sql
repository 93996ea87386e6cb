-- What a community is called, and the name without 村 or 社区 where enough of it is left.
SELECT community_code, community FROM address_area
UNION
SELECT community_code, regexp_replace(community, '(社区|村)$', '', 'g') FROM address_area WHERE length(community) > 3
