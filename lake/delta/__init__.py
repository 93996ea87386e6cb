"""How a Delta table is written and described: files in key order, one commit, merges. The door is lake/tables.py."""
