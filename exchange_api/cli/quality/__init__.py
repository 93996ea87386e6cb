"""Verdicts, tickets, waivers and pairs to decide on the command line."""
