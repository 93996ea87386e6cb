"""Writes to the registry, cut by subject. Each leaves exactly one Event in the same transaction as its change."""
