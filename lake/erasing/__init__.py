"""Erasing a person from the lake (依法删除): who it is, where they stand, how tables are rewritten, who stays out.

carry_out.py is the order of it. Whether a person may be erased is decided by people (catalog/actions/erasures.py).
"""
