"""Engines that run the lake's SQL: one file per engine, the same functions in each."""
