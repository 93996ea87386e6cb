"""Addresses: any department's text taken apart, and matched to the standard address it means (GB/T 23705-2009).

marks.py folds the spelling and marks the numbers, parse.py reads levels off a text alone, match.py looks it up in the
register of standard addresses.
"""

from lake.addresses.parse import Address, parse

__all__ = ["Address", "parse"]
