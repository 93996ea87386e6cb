"""How files come out of a place that is not here: which are due, how they are fetched, how archives are opened."""
