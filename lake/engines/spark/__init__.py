"""Spark as the lake's engine for counties that outgrow one machine: the same SQL files, transpiled (see dialect.py).

Imported only where SHUNIU_ENGINE=spark asks for it: pyspark and Java are an extra, and slow to start.
"""
