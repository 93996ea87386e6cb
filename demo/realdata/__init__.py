"""Real files as departments deliver them: division tables, county boundaries, national code tables."""

from demo.realdata.sources import register

__all__ = ["register"]
