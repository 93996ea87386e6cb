"""Writes to accounts and grants: one transaction, one event, and every API process notices within half a second."""
