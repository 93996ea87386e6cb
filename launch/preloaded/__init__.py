"""A folder only the scheduler has on its path."""
