"""From a file to columns: one module per format of text or table; what has a place on earth lies in spatial/."""
