"""From a spatial file to columns and a geometry: GDAL opens nothing that was not looked at before."""
