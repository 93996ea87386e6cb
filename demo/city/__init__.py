"""The synthetic city: true persons, places and organisations, and every department's dirty share of them.

Everything follows from a seed; what is true and what was spoilt goes to the truth folder, outside the hub's reach.
"""
