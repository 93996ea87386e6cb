"""Which records are about the same person, legal person or thing, without being told any truth.

Splink samples, scores and explains; here are the roles of columns, blocking, joint training, clustering, stable ids.
How the base databases use the answer is not decided here (lake/bases).
"""
