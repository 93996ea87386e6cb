"""What a rule is, and where a dataset's rules come from: fields, rows, identifiers, places, other datasets."""
