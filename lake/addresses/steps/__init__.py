"""The SQL of the address matcher, one SELECT per file; lake/addresses/match.py says in which order."""
