"""National standards as data and pure functions: data elements, code lists, identifiers, divisions, coordinates.

Nothing in here imports a database, a framework or a table engine; each module can be read
beside the standard it cites.
"""
