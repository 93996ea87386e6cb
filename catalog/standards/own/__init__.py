"""A county's own standards: data elements, entries of code lists and rules it adds to the packaged ones, as data.

Proposed by one steward, approved by another (catalog.actions.standards); what is in force lies as a file in the folder
of own standards, where every process of the hub reads it. Pure but for that file.
"""
