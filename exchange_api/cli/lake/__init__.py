"""The tables of the lake on the command line."""
