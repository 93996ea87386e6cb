"""Raw -> standard values: each data item to its data element, every change worth knowing noted, nothing judged.

One file per family (identifiers, names, dates, codes, addresses, numbers, geometry); plan.py makes one SELECT of them.
"""

from lake.standardise.run import Staged, staged_columns, standardise

__all__ = ["Staged", "staged_columns", "standardise"]
