"""The departments' own systems in the demo: each holds its delivery the way such a department really does.

One module per department says what its system looks like to the hub (`specs`) and fills it (`fill`); the other modules
know one technique each (relational, mariadb, workbooks, delimited, layers, messages). registry.py brings them all up.
"""
