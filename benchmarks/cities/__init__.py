"""Benchmarks that build whole demo cities and run them through everything, with the one way to build a city."""
