"""Verdicts, tickets and waivers on the command line."""
