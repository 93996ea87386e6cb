"""Judgement on data: is this fit to be published? Rules, scans, verdicts, scores."""
