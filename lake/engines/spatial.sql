-- Places of geometries (WKB): functions of the hub like those of functions.sql, for connections with the spatial extension.
CREATE OR REPLACE TEMP MACRO wkb_longitude(shape) AS ST_X(ST_Centroid(ST_GeomFromWKB(shape)));
CREATE OR REPLACE TEMP MACRO wkb_latitude(shape) AS ST_Y(ST_Centroid(ST_GeomFromWKB(shape)));
CREATE OR REPLACE TEMP MACRO wkb_holds(shape, longitude, latitude) AS
    ST_Intersects(ST_GeomFromWKB(shape), ST_Point(longitude, latitude));
